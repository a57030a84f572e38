from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.store.test_state_store_contract import LATER, PIN, put
from vault.errors import StoreBusy, VaultError, WitnessUnusable
from vault.sealing.atrest import StorageKeyring
from vault.store import discard_state_store, open_state_store, sqlite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.store.places import SqlStatePlace

CANARY = "Canary-Handle-7731"


def edit(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_no_text_stands_in_the_file_or_its_journal(witness_place: SqlStatePlace) -> None:
    """A16, B1"""
    store = witness_place.open()
    store.commit(None, PIN, [put("acc_1", f"body {CANARY}".encode(), {"handle": CANARY})])
    written = b"".join(path.read_bytes() for path in witness_place.path.parent.glob("witness.db*"))
    assert b"acc_1" in written
    assert CANARY.encode() not in written
    assert PIN.hash not in written


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM pin; END",
        "CREATE VIEW v AS SELECT 1",
        "DROP INDEX ix_document_index_noun_key",
        "DROP TABLE pin",
        "ALTER TABLE documents ADD COLUMN note TEXT",
        "PRAGMA user_version = 2",
        "PRAGMA user_version = 0",
    ],
)
def test_a_witness_of_another_form_is_unusable(witness_place: SqlStatePlace, script: str) -> None:
    """F7, A15"""
    witness_place.open().commit(None, PIN, [put("a", b"1")])
    witness_place.close()
    edit(witness_place.path, script)
    with pytest.raises(WitnessUnusable):
        witness_place.open()


def test_rows_that_change_places_are_unusable(witness_place: SqlStatePlace) -> None:
    """A5, F7"""
    store = witness_place.open()
    store.commit(None, PIN, [put("a", b"1", {"f": "v"}), put("b", b"2", {"f": "v"})])
    edit(
        witness_place.path,
        "CREATE TEMP TABLE old AS SELECT * FROM documents;"
        "UPDATE documents SET body = (SELECT body FROM old WHERE old.key <> documents.key)",
    )
    with pytest.raises(WitnessUnusable, match=r"account a .* does not open in its row"):
        store.get("account", "a")
    with pytest.raises(WitnessUnusable):
        store.where("account", "f", "v")
    with pytest.raises(WitnessUnusable):
        list(store.every("account"))


@pytest.mark.parametrize("noun", ["a", "a/b"])
def test_a_row_under_a_name_that_joins_alike_is_unusable(witness_place: SqlStatePlace, noun: str) -> None:
    """A5"""
    store = witness_place.open()
    store.commit(None, PIN, [put("b/c", b"1", noun="a"), put("c", b"2", noun="a/b")])
    edit(
        witness_place.path,
        "CREATE TEMP TABLE old AS SELECT * FROM documents;"
        "UPDATE documents SET body = (SELECT body FROM old WHERE old.noun <> documents.noun)",
    )
    with pytest.raises(WitnessUnusable):
        store.get(noun, "b/c" if noun == "a" else "c")


def test_an_index_that_names_a_lost_document_is_unusable(witness_place: SqlStatePlace) -> None:
    """F7"""
    store = witness_place.open()
    store.commit(None, PIN, [put("a", b"1", {"f": "v"})])
    edit(witness_place.path, "DELETE FROM documents")
    with pytest.raises(WitnessUnusable, match="account a is missing"):
        store.where("account", "f", "v")


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE pin SET body = zeroblob(80)",
        "UPDATE pin SET body = (SELECT body FROM documents)",
        "UPDATE pin SET body = x''",
        "DELETE FROM pin",
    ],
)
def test_a_pin_that_was_edited_or_lost_is_unusable(witness_place: SqlStatePlace, script: str) -> None:
    """F7"""
    store = witness_place.open()
    store.commit(None, PIN, [put("a", b"1")])
    edit(witness_place.path, script)
    with pytest.raises(WitnessUnusable):
        store.pin()
    with pytest.raises(WitnessUnusable):
        store.commit(PIN, LATER, [])
    with pytest.raises(WitnessUnusable):
        store.commit(None, LATER, [])


def test_another_storage_keys_witness_is_unusable(witness_place: SqlStatePlace) -> None:
    """F7"""
    witness_place.open().commit(None, PIN, [put("a", b"1")])
    other = open_state_store(witness_place.path, StorageKeyring.make())
    with pytest.raises(WitnessUnusable):
        other.pin()
    other.close()


def test_a_new_term_of_the_storage_key_reads_what_an_older_one_wrote(witness_place: SqlStatePlace) -> None:
    witness_place.open().commit(None, PIN, [put("a", b"1", {"f": "v"})])
    turned = open_state_store(witness_place.path, witness_place.keyring.with_new_term())
    found = turned.pin(), list(turned.where("account", "f", "v"))
    turned.close()
    assert found == (PIN, [("a", b"1")])


def test_a_discarded_witness_starts_from_nothing(witness_place: SqlStatePlace) -> None:
    """F7"""
    witness_place.open().commit(None, PIN, [put("a", b"1")])
    witness_place.close()
    discard_state_store(witness_place.path)
    assert witness_place.open().pin() is None


def test_a_file_that_is_no_database_is_unusable(witness_place: SqlStatePlace) -> None:
    """F6, F7"""
    witness_place.path.touch(mode=0o600)
    witness_place.path.write_bytes(b"not a database, whatever its name is" * 100)
    with pytest.raises(WitnessUnusable, match="is damaged"):
        witness_place.open()


def test_a_truncated_file_is_unusable_or_an_older_self(witness_place: SqlStatePlace) -> None:
    """F6"""
    witness_place.open().commit(None, PIN, [put(f"k{number}", b"x" * 900, {"f": "v"}) for number in range(60)])
    witness_place.close()
    whole = witness_place.path.read_bytes()
    outcomes: set[type] = set()
    for size in range(0, len(whole), 4096):
        witness_place.path.write_bytes(whole[:size])
        try:
            store = witness_place.open()
            pin, seen = store.pin(), len(list(store.every("account")))
        except VaultError as exc:
            outcomes.add(type(exc))
        else:
            assert (pin, seen) in {(None, 0), (PIN, 60)}
            outcomes.add(type(pin))
        witness_place.close()
    assert outcomes == {WitnessUnusable, type(None)}


def test_a_witness_that_another_process_holds_is_busy(
    witness_place: SqlStatePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F3"""
    witness_place.open().commit(None, PIN, [put("a", b"1")])
    witness_place.close()
    made = sqlite.make_sqlite_engine
    monkeypatch.setattr(sqlite, "make_sqlite_engine", lambda path, pragmas: made(path, pragmas, timeout=0.01))
    store = witness_place.open()
    with closing(sqlite3.connect(witness_place.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            store.commit(PIN, LATER, [])
    assert store.pin() == PIN
    store.commit(PIN, replace(LATER, seq=3), [])


def test_two_processes_may_make_it_at_once(witness_place: SqlStatePlace) -> None:
    """F5"""
    one, other = witness_place.open(), witness_place.open()
    one.commit(None, PIN, [put("a", b"1")])
    # As if this one had found the file empty, and waited for the lock while the first one made it.
    other._write(other._make)
    assert other.pin() == PIN
