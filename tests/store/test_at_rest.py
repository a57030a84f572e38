from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import event

from tests.store.chain import append_text, fill, head_of, make_entry, make_record, read_verified
from vault.errors import AlteredRecord, Broken, StoreError
from vault.sealing.atrest import StorageKeyring
from vault.store import open_ledger_store
from vault.store.columns import AtRest
from vault.store.tables import shared_tables

if TYPE_CHECKING:
    from pathlib import Path

    from tests.store.places import SqlLedgerPlace

CANARY = b"canary-7731-the-coach-has-left"


def test_no_text_of_the_ledger_stands_in_the_file_or_its_journal(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """A16, B1"""
    store = sqlite_place.open()
    entry = append_text(store, CANARY)
    written = b"".join(path.read_bytes() for path in sqlite_path.parent.glob("vault.db*"))
    assert entry.hash in written
    assert CANARY not in written


def test_no_text_of_the_ledger_stands_in_postgresql(postgres_place: SqlLedgerPlace) -> None:
    """A16"""
    append_text(postgres_place.open(), CANARY)
    with psycopg.connect(postgres_place.url.replace("+psycopg", "")) as connection:
        ((frame,),) = connection.execute("SELECT frame FROM custody.ledger_entries").fetchall()
    assert CANARY not in frame
    assert len(frame) > len(CANARY)


def test_only_ciphertext_reaches_a_statement_an_error_or_a_log(
    sql_place: SqlLedgerPlace, caplog: pytest.LogCaptureFixture
) -> None:
    """B1"""
    store = sql_place.open()
    seen: list[object] = []
    engine = store._database.engine
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
    with caplog.at_level(logging.DEBUG):
        first = append_text(store, CANARY)
        with pytest.raises(StoreError) as caught:
            store.append([make_entry(head_of(first), b"x"), make_entry(head_of(first), CANARY)])
    chain: BaseException | None = caught.value
    while chain is not None:
        seen += [str(chain), repr(chain), vars(chain)]
        chain = chain.__cause__ or chain.__context__
    assert any("INSERT" in str(each) for each in seen)
    assert CANARY.decode() not in str(seen) + caplog.text


def test_the_same_frame_gives_other_bytes_each_time_and_is_bound_to_its_column(keyring: StorageKeyring) -> None:
    """A5, A16"""
    column = shared_tables(keyring).entries.c.frame.type
    assert isinstance(column, AtRest)
    one, other = (keyring.encrypt(column.context, CANARY) for _ in range(2))
    assert one != other
    assert keyring.decrypt("ledger_entries.frame", one) == CANARY


def test_tables_for_migrations_refuse_every_value() -> None:
    column = AtRest("ledger_entries.frame")
    with pytest.raises(TypeError, match="without a storage key"):
        column._opened()


def test_the_wrong_storage_key_names_the_first_entry(sql_place: SqlLedgerPlace) -> None:
    """A16"""
    fill(sql_place.open(), 3)
    other = open_ledger_store(sql_place.url, StorageKeyring.make())
    with pytest.raises(Broken, match=r"entry 2 of .* does not open with the storage key"):
        other.after(1, 10)
    other.close()


def test_entries_that_open_again_meanwhile_are_still_told(sqlite_place: SqlLedgerPlace) -> None:
    store = sqlite_place.open()
    fill(store, 1)
    assert str(store._name_unreadable(0, 5)).startswith("an entry after 0 of")


def test_a_new_term_reads_old_entries_and_writes_new_ones(sql_place: SqlLedgerPlace) -> None:
    (old,) = fill(sql_place.open(), 1)
    turned = open_ledger_store(sql_place.url, sql_place.keyring.with_new_term())
    new = append_text(turned, b"after the turn")
    found = list(turned.after(0, 5))
    turned.close()
    assert found == [old, new]
    with pytest.raises(Broken, match="entry 2"):
        sql_place.open().after(0, 5)


def test_destroyed_ciphertext_leaves_the_file_and_its_journal(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    """A16"""
    store = sqlite_place.open()
    digest, body = make_record(b"retired " * 400)
    first = make_entry(None, b"register", (digest,))
    store.append([first], {digest: body})
    before = b"".join(path.read_bytes() for path in sqlite_path.parent.glob("vault.db*"))
    store.append([make_entry(head_of(first), b"destroy")], {}, [digest])
    after = b"".join(path.read_bytes() for path in sqlite_path.parent.glob("vault.db*"))
    assert b"retired retired" in before
    assert b"retired retired" not in after
    assert sqlite_path.with_name("vault.db-wal").stat().st_size == 0


def test_a_reader_in_the_way_does_not_fail_a_destruction(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    store = sqlite_place.open()
    digest, body = make_record(b"retired " * 400)
    first = make_entry(None, b"register", (digest,))
    store.append([first], {digest: body})
    with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sealed_records").fetchone()
        store.append([make_entry(head_of(first), b"destroy")], {}, [digest])
        reader.execute("ROLLBACK")
    head = store.head()
    assert head is not None
    assert head.seq == 2


def test_an_altered_record_is_named_and_another_changes_nothing(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """A4, A5"""
    store = sqlite_place.open()
    fill(store, 2)
    _, before = read_verified(store)
    one, other = before
    with closing(sqlite3.connect(sqlite_path)) as connection, connection:
        connection.execute(
            "UPDATE sealed_records SET body = (SELECT body FROM sealed_records WHERE digest = ?) WHERE digest = ?",
            (other, one),
        )
    with pytest.raises(AlteredRecord, match=f"sealed record {one.hex()} is not what its entry names"):
        store.record(one)
    assert store.record(other) == before[other]
