from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from tests.store.chain import append_text, fill, head_of, make_entry, read_verified
from vault.errors import HeadMoved, InvalidInput, StoreBusy, StoreError
from vault.store import create_store, database, faults, open_ledger_store
from vault.store.ledger_store import SqlLedgerStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.store.places import SqlLedgerPlace
    from tests.support.postgres import PostgresServer
    from vault.sealing.atrest import StorageKeyring


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were asked for instead of waited."""
    return []


@pytest.fixture
def store(postgres_place: SqlLedgerPlace, pauses: list[float]) -> SqlLedgerStore:
    """A store that does not wait between attempts."""
    opened = postgres_place.open()
    opened._database._pause = pauses.append
    return opened


def break_commit(store: SqlLedgerStore, *, first_commits: bool) -> None:
    """Lose the connection at the next commit, after the server has committed or before."""
    dialect = store._database.engine.dialect
    commit = dialect.do_commit

    def lose(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's adapted connection
        dialect.do_commit = commit  # type: ignore[method-assign]
        if first_commits:
            commit(connection)
        connection.driver_connection.close()
        raise psycopg.OperationalError("the connection is lost")

    dialect.do_commit = lose  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("first_commits", [True, False])
def test_a_commit_in_doubt_is_looked_up_before_it_is_tried_again(
    store: SqlLedgerStore, pauses: list[float], *, first_commits: bool
) -> None:
    """F1, F2"""
    (first,) = fill(store, 1)
    entry = make_entry(head_of(first), b"in doubt")
    break_commit(store, first_commits=first_commits)
    store.append([entry])
    assert read_verified(store)[0] == [first, entry]
    assert len(pauses) == 1


def test_a_commit_in_doubt_that_a_rival_overtook_moves_the_head(store: SqlLedgerStore) -> None:
    """F5"""
    (first,) = fill(store, 1)
    break_commit(store, first_commits=False)
    rival = make_entry(head_of(first), b"a rival")
    store._database._pause = lambda _: store_append(store, rival)
    with pytest.raises(HeadMoved):
        store.append([make_entry(head_of(first), b"in doubt")])
    assert read_verified(store)[0] == [first, rival]


def store_append(store: SqlLedgerStore, entry: Any) -> None:  # noqa: ANN401 - as `append` takes it
    store.append([entry])


def test_a_rival_that_is_oneself_is_no_rival(store: SqlLedgerStore) -> None:
    """F1"""
    (first,) = fill(store, 1)
    failure = StoreError("23505")
    failure.__cause__ = IntegrityError("INSERT", None, psycopg.errors.UniqueViolation())
    store._resolve(failure, [first], 2)
    with pytest.raises(HeadMoved):
        store._resolve(failure, [first], 1)


def test_a_broken_connection_is_replaced(store: SqlLedgerStore, postgres: PostgresServer) -> None:
    made = fill(store, 2)
    name = store._database.engine.url.database
    postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608
    assert store.head() == head_of(made[-1])


def test_a_demoted_primary_is_tried_again_and_then_told(
    store: SqlLedgerStore, postgres: PostgresServer, pauses: list[float]
) -> None:
    """F3"""
    made = fill(store, 1)
    name = store._database.engine.url.database
    postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    store._database.engine.dispose()
    with pytest.raises(StoreError, match="cannot be written"):
        store.append([make_entry(head_of(made[0]), b"x")])
    assert len(pauses) == database.ATTEMPTS - 1
    assert all(later > 0 for later in pauses)
    postgres.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert append_text(store, b"promoted again").seq == 2


def test_a_lock_that_is_held_too_long_is_busy(store: SqlLedgerStore, postgres: PostgresServer) -> None:
    """F3"""
    name = store._database.engine.url.database
    assert name is not None
    with psycopg.connect(postgres.conninfo(name)) as holder:
        holder.execute("LOCK TABLE custody.ledger_entries IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreBusy, match="55P03"):
            store._database.write(_impatient)
    assert store.head() is None


def _impatient(connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL lock_timeout = '20ms'")
    connection.exec_driver_sql("LOCK TABLE ledger_entries")


def test_a_commit_that_the_standby_did_not_confirm_is_an_error(store: SqlLedgerStore, postgres: PostgresServer) -> None:
    """F2, F4"""
    postgres.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    postgres.execute("SELECT pg_reload_conf()")
    failures: list[BaseException] = []

    def append() -> None:
        try:
            # The server reads its settings again when it gets to it.
            for turn in range(10_000):
                append_text(store, b"turn %d" % turn)
        except StoreError as exc:
            failures.append(exc)

    thread = threading.Thread(target=append)
    thread.start()
    try:
        cancelled: list[tuple[object, ...]] = []
        while thread.is_alive() and not cancelled:
            cancelled = postgres.execute(
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            )
            thread.join(0.01)
        thread.join()
    finally:
        postgres.execute("ALTER SYSTEM RESET synchronous_standby_names")
        postgres.execute("SELECT pg_reload_conf()")
    assert [str(failure) for failure in failures] == [
        f"{store._database.name} did not confirm that its standby has the entry"
    ]
    entries, _ = read_verified(store)
    assert append_text(store, b"confirmed").seq == len(entries) + 1


def test_a_server_that_cannot_be_reached_is_told_without_its_password(
    keyring: StorageKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B1"""
    waited: list[float] = []
    monkeypatch.setattr(database.Database.__init__, "__kwdefaults__", {"pause": waited.append})
    with pytest.raises(StoreError, match=r"postgresql 127\.0\.0\.1/vault cannot be reached") as caught:
        open_ledger_store("postgresql+psycopg://custody:s3cret@127.0.0.1:1/vault", keyring)
    assert "s3cret" not in str(caught.value)
    assert len(waited) == database.ATTEMPTS - 1


def test_a_wrong_password_or_database_is_told_by_name(postgres: PostgresServer, keyring: StorageKeyring) -> None:
    with pytest.raises(StoreError, match=r"cannot be reached|does not let this user in"):
        open_ledger_store(postgres.url("postgres").replace(postgres.password, "wrong"), keyring)
    with pytest.raises(StoreError, match=r"cannot be reached|does not exist"):
        open_ledger_store(postgres.url("nowhere"), keyring)


def test_a_missing_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError) as caught:
        create_store("postgresql+psycopg://custody@127.0.0.1:1/vault")
    assert caught.value.hint == "pip install 'custody-vault[postgres]'"


def test_an_address_of_another_kind_opens_nothing(keyring: StorageKeyring) -> None:
    with pytest.raises(InvalidInput):
        open_ledger_store("mysql://u@h/d", keyring)


def test_a_server_that_stops_is_a_disconnect() -> None:
    assert faults.is_disconnect(psycopg.errors.AdminShutdown())
    assert not faults.is_disconnect(psycopg.errors.UniqueViolation())
