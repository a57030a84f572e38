"""One moment of a store, and filling an empty one: in memory, on SQLite, on PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

import pytest

from tests.store.chain import fill, head_of, make_record
from vault.errors import Broken, StoreError, WrongState
from vault.ledger.ports import Batch, CopiedStore, LedgerStore
from vault.sealing.atrest import StorageKeyring
from vault.store import open_ledger_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.places import LedgerPlace, SqlLedgerPlace
    from vault.domain.ids import Digest
    from vault.ledger.ports import LedgerSnapshot, StoredEntry


class Store(LedgerStore, CopiedStore, Protocol):
    """Both faces of a store."""


def opened(place: LedgerPlace) -> Store:
    return cast("Store", place.open())


def content_of(snapshot: LedgerSnapshot) -> tuple[list[StoredEntry], dict[Digest, bytes]]:
    return list(snapshot.after(0, 1000)), dict(snapshot.records_present())


def test_snapshot_is_one_moment_while_others_write(ledger_place: LedgerPlace) -> None:
    """F5: an entry, its record and a destruction that come while the backup is read are in it wholly or not at all."""
    store, writer = opened(ledger_place), ledger_place.open()
    made = fill(store, 5)
    before = dict(store.records_present())

    def work(snapshot: LedgerSnapshot) -> tuple[list[StoredEntry], dict[Digest, bytes]]:
        assert snapshot.head() == head_of(made[-1])
        fill(writer, 3, tag=b"meanwhile")
        assert snapshot.head() == head_of(made[-1])
        return content_of(snapshot)

    entries, records = store.snapshot(work)
    assert (entries, records) == (made, before)
    head = store.head()
    assert head is not None
    assert head.seq == 8


def test_snapshot_reads_more_records_than_one_page(sql_place: SqlLedgerPlace) -> None:
    store = sql_place.open()
    fill(store, 1)
    records = dict(make_record(b"record %d" % number) for number in range(600))
    others = store.after(0, 1)
    store.append(
        [type(others[0])(seq=2, hash=bytes(32), frame=b"many")],
        records,
    )
    found = store.snapshot(lambda snapshot: dict(snapshot.records_present()))
    assert len(found) == 601
    assert records.items() <= found.items()


def test_snapshot_of_an_empty_store_is_empty(ledger_place: LedgerPlace) -> None:
    store = opened(ledger_place)
    assert store.snapshot(content_of) == ([], {})
    assert store.snapshot(lambda snapshot: snapshot.head()) is None


def test_snapshot_names_entries_that_another_key_encrypted(sqlite_place: SqlLedgerPlace) -> None:
    fill(sqlite_place.open(), 2)
    other = open_ledger_store(sqlite_place.url, StorageKeyring.make())
    with pytest.raises(Broken, match="an entry after 0 does not open with the storage key"):
        other.snapshot(content_of)
    other.close()


def test_store_that_holds_a_vault_is_not_loaded(ledger_place: LedgerPlace) -> None:
    source = opened(ledger_place)
    made = fill(source, 4)
    _, records = source.snapshot(content_of)
    with pytest.raises(WrongState, match="holds a vault already"):
        source.load(lambda: iter([Batch(entries=made, records=records)]))
    assert source.snapshot(content_of) == (made, records)


def test_loading_is_whole_or_nothing(sql_place: SqlLedgerPlace) -> None:
    """F1."""
    store = sql_place.open()
    source = fill_memory(4)

    def broken() -> Iterator[Batch]:
        yield Batch(entries=source[0][:2])
        yield Batch(records=source[1])
        raise StoreError("the file ends")

    with pytest.raises(StoreError, match="the file ends"):
        store.load(broken)
    assert store.snapshot(content_of) == ([], {})
    store.load(lambda: iter([Batch(entries=source[0][:2]), Batch(entries=source[0][2:]), Batch(records=source[1])]))
    assert store.snapshot(content_of) == source
    with pytest.raises(WrongState, match="holds a vault already"):
        store.load(broken)


def fill_memory(count: int) -> tuple[list[StoredEntry], dict[Digest, bytes]]:
    from tests.support.memory import MemoryLedgerStore

    store = MemoryLedgerStore()
    fill(store, count)
    return store.entries, store.records
