from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from tests.store.chain import fill, head_of, make_entry, make_record, read_verified
from vault.errors import HeadMoved, StoreBusy, StoreError, VaultError
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


def copy_store(sqlite_place: SqlLedgerPlace, path: Path) -> bytes:
    sqlite_place.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def look(place: SqlLedgerPlace, pin: Head) -> tuple[object, ...]:
    try:
        store = place.open()
        return (*read_verified(store, pin), dict(store.records_present()))
    finally:
        place.close()


def test_every_page_corrupted_in_turn_is_an_error_or_the_same_answer(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """F6"""
    made = fill(sqlite_place.open(), 40, size=2400)
    pin = head_of(made[-1])
    whole = copy_store(sqlite_place, sqlite_path)
    truth = look(sqlite_place, pin)
    pages = len(whole) // 16384
    assert pages >= 8
    refused = 0
    for page in range(pages):
        for at, width in ((0, 64), (0, 16384), (8192, 32), (16300, 84)):
            start = page * 16384 + at
            noise = bytes(byte ^ 0x5A for byte in whole[start : start + width])
            sqlite_path.write_bytes(whole[:start] + noise + whole[start + width :])
            try:
                seen = look(sqlite_place, pin)
            except VaultError:
                refused += 1
            else:
                assert seen == truth
    sqlite_path.write_bytes(whole)
    assert look(sqlite_place, pin) == truth
    assert refused > 2 * pages


def test_a_file_cut_at_every_page_is_an_error(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    """F6"""
    made = fill(sqlite_place.open(), 20, size=2400)
    whole = copy_store(sqlite_place, sqlite_path)
    for size in (*range(0, len(whole), 16384), 1, 99, 100, 16383, len(whole) - 1):
        sqlite_path.write_bytes(whole[:size])
        with pytest.raises(VaultError):
            look(sqlite_place, head_of(made[-1]))


def test_a_journal_cut_at_every_frame_gives_an_older_self_that_the_pin_refuses(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """F6, A11"""
    store = sqlite_place.open()
    made = fill(store, 12)
    files = {path.name: path.read_bytes() for path in sqlite_path.parent.glob("vault.db*")}
    journal = files["vault.db-wal"]
    sqlite_place.close()
    frame = 16384 + 24
    cuts = range(32, len(journal), frame)
    assert len(cuts) > 12
    lengths = set()
    for cut in (*cuts, *(each + 500 for each in cuts)):
        sqlite_path.write_bytes(files["vault.db"])
        wal = sqlite_path.with_name("vault.db-wal")
        wal.touch(mode=0o600)
        wal.write_bytes(journal[:cut])
        try:
            entries, _ = read_verified(sqlite_place.open())
        except VaultError:
            continue
        finally:
            sqlite_place.close()
        assert entries == made[: len(entries)]
        lengths.add(len(entries))
    assert len(made) not in lengths
    assert len(lengths) > 3


def test_every_column_of_every_row_flipped_is_an_error_or_the_same_answer(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """A6, A7"""
    made = fill(sqlite_place.open(), 3)
    pin = head_of(made[-1])
    whole = copy_store(sqlite_place, sqlite_path)
    for table, column, count in (
        ("ledger_entries", "hash", 3),
        ("ledger_entries", "frame", 3),
        ("ledger_entries", "seq", 3),
        ("sealed_records", "digest", 3),
        ("sealed_records", "body", 3),
        ("alembic_version", "version_num", 1),
    ):
        for row in range(1, count + 1):
            sqlite_path.write_bytes(whole)
            with closing(sqlite3.connect(sqlite_path, isolation_level=None)) as connection:
                names = connection.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid").fetchall()  # noqa: S608
                rowid, value = names[row - 1]
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (_flip(value), rowid))  # noqa: S608
            with pytest.raises(VaultError):
                look(sqlite_place, pin)


def _flip(value: object) -> object:
    if isinstance(value, bytes):
        return value[:-1] + bytes([value[-1] ^ 1])
    return value + 100 if isinstance(value, int) else "0009"


def test_an_error_that_is_not_the_drivers_is_told_too() -> None:
    told = faults.translate(SQLAlchemyError("with a value in it"), "the store")
    assert str(told) == "the store failed: SQLAlchemyError"


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
