from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from tests.store.chain import append_text, fill, head_of, make_entry, make_record, read_verified
from vault.errors import HeadMoved, StoreBusy, StoreError
from vault.store import database, faults, sqlite
from vault.store.ledger_store import SqlLedgerStore
from vault.store.location import SqliteFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.store.places import SqlLedgerPlace
    from vault.ledger.ports import Head, StoredEntry


class Killed(BaseException):
    """The process ends here."""


def engine_of(store: SqlLedgerStore) -> Engine:
    return store._database.engine


def kill_at(engine: Engine, number: int) -> None:
    """End at the statement of that number, counted from 1; BEGIN counts, and so does COMMIT, as the last."""
    count = 0

    def step(*_given: object) -> None:
        nonlocal count
        count += 1
        if count == number:
            raise Killed

    event.listen(engine, "before_cursor_execute", step)
    event.listen(engine, "commit", step)


def rotate(head: Head | None, number: int) -> tuple[list[StoredEntry], Callable[[SqlLedgerStore], None]]:
    """An append of every kind of statement: two entries, a record, a destruction."""
    digest, body = make_record(b"rotated %d" % number)
    first = make_entry(head, b"stage", (digest,))
    second = make_entry(head_of(first), b"confirm")
    gone = make_record(b"retired")[0]
    return [first, second], lambda store: store.append([first, second], {digest: body}, [gone])


def test_an_append_that_ends_at_any_statement_leaves_the_old_state_or_the_new(sql_place: SqlLedgerPlace) -> None:
    """F1"""
    store = sql_place.open()
    retired, body = make_record(b"retired")
    first = make_entry(None, b"register")
    store.append([first], {retired: body})
    number = 0
    while True:
        number += 1
        dying = sql_place.open()
        made, append = rotate(store.head(), number)
        kill_at(engine_of(dying), number)
        try:
            append(dying)
        except Killed:
            assert store.head() == head_of(first)
            assert dict(store.records_present()) == {retired: body}
        else:
            break
    assert number > 5
    entries, _ = read_verified(store)
    assert entries == [first, *made]
    assert retired not in dict(store.records_present())


def test_a_rerun_after_any_end_completes(sql_place: SqlLedgerPlace) -> None:
    """F1"""
    store = sql_place.open()
    for number in range(1, 6):
        dying = sql_place.open()
        kill_at(engine_of(dying), number)
        _, append = rotate(store.head(), number)
        with pytest.raises(Killed):
            append(dying)
        append(store)
        assert len(read_verified(store)[0]) == 2 * number


def make_small(path: Path, place: SqlLedgerPlace, pragma: str) -> SqlLedgerStore:
    """A store whose connections are set to one thing more."""
    engine = sqlite.make_sqlite_engine(path, (*sqlite.SHARED_PRAGMAS, pragma), timeout=0.01)
    return SqlLedgerStore(database.Database(engine, SqliteFile(path=path)), place.keyring, schema_number=None)


def integrity(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


@pytest.mark.parametrize(
    ("pragma", "message"), [("max_page_count = 24", "no space left"), ("query_only = ON", "cannot be written")]
)
def test_a_full_or_read_only_disk_is_a_store_error_and_rolls_back(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, pragma: str, message: str
) -> None:
    """F3"""
    made = fill(sqlite_place.open(), 2)
    small = make_small(sqlite_path, sqlite_place, pragma)
    entry = make_entry(head_of(made[-1]), b"x" * 1_000_000)
    with pytest.raises(StoreError, match=message) as caught:
        small.append([entry], dict([make_record(b"y" * 100_000)]))
    small.close()
    assert caught.value.exit_status == 11
    assert str(sqlite_path) in str(caught.value)
    assert integrity(sqlite_path) == "ok"
    assert read_verified(sqlite_place.open())[0] == made
    sqlite_place.open().append([entry])


def test_a_store_that_another_process_holds_is_busy_after_the_time_out(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """F3"""
    made = fill(sqlite_place.open(), 1)
    store = make_small(sqlite_path, sqlite_place, "cache_size = -100")
    entry = make_entry(head_of(made[-1]), b"waits")
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="another process holds") as caught:
            store.append([entry])
        assert not isinstance(caught.value, HeadMoved)
        assert list(store.after(0, 5)) == made
    store.append([entry])
    store.close()


def test_an_error_that_is_not_the_drivers_is_told_without_its_text(sqlite_place: SqlLedgerPlace) -> None:
    """B1"""

    def fail(_connection: object) -> None:
        raise SQLAlchemyError("with a value in it")

    with pytest.raises(StoreError, match=r"vault\.db failed: SQLAlchemyError$"):
        sqlite_place.open()._database.write(fail)


def test_a_setting_that_sqlite_refuses_opens_nothing(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    refused = make_small(sqlite_path, sqlite_place, "journal_mode = = WAL")
    with pytest.raises(StoreError, match="SQLITE_ERROR"):
        refused.head()
    refused.close()


def test_a_journal_that_cannot_be_emptied_now_fails_nothing(sqlite_place: SqlLedgerPlace) -> None:
    """F3"""
    store = sqlite_place.open()
    fill(store, 1)
    with engine_of(store).connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_authorizer(
            lambda _action, name, *_: sqlite3.SQLITE_DENY if name == "wal_checkpoint" else sqlite3.SQLITE_OK
        )
    assert not sqlite.checkpoint(engine_of(store))
    append_text(store, b"goes on")


def test_a_file_that_stays_busy_while_it_turns_to_wal_is_busy(sqlite_path: Path) -> None:
    """F5"""
    sqlite_path.parent.mkdir(mode=0o700)
    sqlite_path.touch(mode=0o600)
    engine = sqlite.make_sqlite_engine(sqlite_path, sqlite.SHARED_PRAGMAS, timeout=0.01)
    store = database.Database(engine, SqliteFile(path=sqlite_path))
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy):
            store.read(lambda _: None)
    store.read(lambda _: None)
    store.close()


@pytest.mark.parametrize(
    ("state", "kind", "message"),
    [
        ("53100", StoreError, "no space left for db"),
        ("25006", StoreError, "db cannot be written"),
        ("28P01", StoreError, "db does not let this user in"),
        ("3D000", StoreError, "db does not exist"),
        ("42501", StoreError, "this user may not use db"),
        ("XX001", StoreError, "db is damaged"),
        ("40001", StoreBusy, "db is busy (40001)"),
        ("40P01", StoreBusy, "db is busy (40P01)"),
        ("55P03", StoreBusy, "db is busy (55P03)"),
        ("57014", StoreBusy, "db is busy (57014)"),
        ("53300", StoreBusy, "db is busy (53300)"),
        ("22003", StoreError, "db failed (22003)"),
        (None, StoreError, "db cannot be reached"),
    ],
)
def test_each_state_of_postgresql_has_words(state: str | None, kind: type[StoreError], message: str) -> None:
    """F3"""
    told = faults.translate(postgres_error(state), "db")
    assert type(told) is kind
    assert str(told) == message


@pytest.mark.parametrize(
    ("state", "passes"),
    [
        ("40001", True), ("40P01", True), ("25006", True), ("57P01", True), ("57P02", True), ("57P03", True),
        ("53300", True), ("08006", True), ("08000", True), (None, True),
        ("23505", False), ("57014", False), ("53100", False), ("42501", False), ("28P01", False),
    ],
)  # fmt: skip
def test_only_what_passes_by_itself_is_tried_again(state: str | None, *, passes: bool) -> None:
    assert faults.is_passing(postgres_error(state)) is passes


def test_a_fault_of_sqlite_is_not_tried_again() -> None:
    locked = sqlite3.OperationalError("database is locked")
    assert not faults.is_passing(OperationalError("INSERT", None, locked))


class OperationalFault(Exception):
    """As psycopg's, with a state or without."""

    def __init__(self, state: str | None) -> None:
        super().__init__("a message with a value")
        self.sqlstate = state


OperationalFault.__name__ = "OperationalError"


def postgres_error(state: str | None) -> DBAPIError:
    return DBAPIError("INSERT", None, OperationalFault(state))
