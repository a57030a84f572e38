"""A turn of the storage key: every frame under the newest term, batch by batch, and not a signed byte changed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from tests.store.chain import fill, head_of, make_entry, read_verified
from vault.errors import Broken, StoreError
from vault.store import open_ledger_store, turning

if TYPE_CHECKING:
    from pathlib import Path

    from tests.store.places import LedgerPlace, SqlLedgerPlace


def test_turned_store_gives_every_entry_as_it_was(ledger_place: LedgerPlace) -> None:
    store = ledger_place.open()
    made = fill(store, 5)
    told: list[tuple[int, int]] = []
    store.reencrypt(lambda done, total: told.append((done, total)))  # type: ignore[attr-defined]
    assert read_verified(store)[0] == made
    store.append([make_entry(head_of(made[-1]), b"work goes on")])
    assert len(read_verified(ledger_place.open())[0]) == 6


def test_every_frame_is_under_the_newest_term(sql_place: SqlLedgerPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turning, "AT_ONCE", 3)
    made = fill(sql_place.open(), 8)
    old, turned = sql_place.keyring, sql_place.keyring.with_new_term()
    sql_place.keyring = turned
    told: list[tuple[int, int]] = []
    assert sql_place.open().reencrypt(lambda done, total: told.append((done, total))) == 8
    assert told == [(3, 8), (6, 8), (8, 8)]
    assert sql_place.open().reencrypt(lambda done, total: told.append((done, total))) == 0
    assert len(told) == 3
    newest_alone = type(turned)({2: turned._terms[2]}, turned.pepper)
    sql_place.keyring = newest_alone
    assert read_verified(sql_place.open())[0] == made
    sql_place.keyring = old
    with pytest.raises(Broken, match=r"entry 1 of .* does not open"):
        sql_place.open().after(0, 10)


def test_interrupted_turn_goes_on_where_it_was(sql_place: SqlLedgerPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: between two batches every entry is readable, and nothing is done twice."""
    monkeypatch.setattr(turning, "AT_ONCE", 2)
    made = fill(sql_place.open(), 7)
    sql_place.keyring = sql_place.keyring.with_new_term()

    def stop(done: int, _total: int) -> None:
        if done == 4:
            raise StoreError("the power went")

    with pytest.raises(StoreError, match="the power went"):
        sql_place.open().reencrypt(stop)
    assert read_verified(sql_place.open())[0] == made
    assert sql_place.open().reencrypt(lambda _done, _total: None) == 3
    assert read_verified(sql_place.open())[0] == made


def test_old_ciphertext_leaves_the_file_and_its_journal(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    """A16"""
    fill(sqlite_place.open(), 3)
    with sqlite3.connect(sqlite_path) as connection:
        before = [row[0] for row in connection.execute("select frame from ledger_entries")]
    connection.close()
    sqlite_place.close()
    store = open_ledger_store(sqlite_place.url, sqlite_place.keyring.with_new_term())
    assert store.reencrypt(lambda _done, _total: None) == 3
    store.close()
    files = b"".join(path.read_bytes() for path in sqlite_path.parent.glob("vault.db*"))
    assert [frame for frame in before if frame[17:] in files] == []
