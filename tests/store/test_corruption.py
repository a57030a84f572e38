from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.store.chain import fill, head_of, read_verified
from vault.errors import VaultError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.store.places import SqlLedgerPlace
    from vault.ledger.ports import Head


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
