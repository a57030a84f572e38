"""What every ledger store does alike: in memory, on SQLite, on PostgreSQL."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.store.chain import append_text, fill, head_of, make_entry, make_record, read_verified
from tests.store.places import SqlLedgerPlace
from vault.domain.ids import Digest
from vault.errors import AlteredRecord, HeadMoved, StoreError

if TYPE_CHECKING:
    from tests.store.places import LedgerPlace


def test_an_empty_store_has_no_head_no_entry_and_no_record(ledger_place: LedgerPlace) -> None:
    store = ledger_place.open()
    assert store.head() is None
    assert list(store.after(0, 10)) == []
    assert list(store.records_present()) == []


def test_what_was_appended_is_read_back_byte_for_byte(ledger_place: LedgerPlace) -> None:
    first = make_entry(None, bytes(range(256)))
    second = make_entry(head_of(first), b"")
    ledger_place.open().append([first, second])
    other = ledger_place.open()
    assert list(other.after(0, 10)) == [first, second]
    assert other.head() == head_of(second)


def test_entries_come_in_order_from_where_the_reader_stands(ledger_place: LedgerPlace) -> None:
    store = ledger_place.open()
    made = fill(store, 5)
    assert list(store.after(2, 2)) == made[2:4]
    assert list(store.after(5, 10)) == []
    assert list(store.after(0, 1)) == made[:1]


def test_a_number_that_is_taken_moves_the_head_and_writes_nothing(ledger_place: LedgerPlace) -> None:
    """F5"""
    store = ledger_place.open()
    (first,) = fill(store, 1)
    late = make_entry(None, b"a rival")
    digest, body = make_record(b"the rival's record")
    with pytest.raises(HeadMoved):
        store.append([late], {digest: body})
    assert list(store.after(0, 10)) == [first]
    with pytest.raises(AlteredRecord, match="missing"):
        store.record(digest)


def test_a_number_beyond_the_next_is_refused(ledger_place: LedgerPlace) -> None:
    """F5"""
    store = ledger_place.open()
    (first,) = fill(store, 1)
    skipped = make_entry(head_of(first), b"never stored")
    with pytest.raises(HeadMoved):
        store.append([make_entry(head_of(skipped), b"after a gap")])
    assert list(store.after(0, 10)) == [first]


def test_the_same_entry_is_not_taken_twice(ledger_place: LedgerPlace) -> None:
    """A7"""
    store = ledger_place.open()
    entry = make_entry(None, b"once")
    store.append([entry])
    with pytest.raises(HeadMoved):
        store.append([entry])
    assert list(store.after(0, 10)) == [entry]


def test_one_hash_under_two_numbers_is_refused_whole(ledger_place: LedgerPlace) -> None:
    """A7"""
    store = ledger_place.open()
    (first,) = fill(store, 1)
    second = make_entry(head_of(first), b"good")
    twin = type(second)(seq=3, hash=second.hash, frame=second.frame)
    with pytest.raises(StoreError) as caught:
        store.append([second, twin])
    assert not isinstance(caught.value, HeadMoved)
    assert list(store.after(0, 10)) == [first]


def test_a_record_of_a_name_that_is_taken_is_refused_whole(ledger_place: LedgerPlace) -> None:
    """A5"""
    store = ledger_place.open()
    digest, body = make_record(b"sealed")
    first = make_entry(None, b"one", (digest,))
    store.append([first], {digest: body})
    with pytest.raises(StoreError) as caught:
        store.append([make_entry(head_of(first), b"two")], {digest: b"other bytes"})
    assert not isinstance(caught.value, HeadMoved)
    assert store.record(digest) == body
    assert store.head() == head_of(first)


def test_records_are_found_by_their_digest(ledger_place: LedgerPlace) -> None:
    store = ledger_place.open()
    records = dict(make_record(bytes([number]) * number * 100) for number in range(1, 8))
    store.append([make_entry(None, b"many", tuple(records))], records)
    assert {name: store.record(name) for name in records} == records
    assert dict(store.records_present()) == records


def test_a_record_that_nobody_stored_is_named_as_missing(ledger_place: LedgerPlace) -> None:
    """A4"""
    name = Digest(hashlib.sha256(b"never").digest())
    with pytest.raises(AlteredRecord, match=f"{name.hex()} is missing"):
        ledger_place.open().record(name)


def test_destruction_commits_with_the_entry_that_orders_it(ledger_place: LedgerPlace) -> None:
    store = ledger_place.open()
    old, old_body = make_record(b"retired ciphertext")
    new, new_body = make_record(b"current ciphertext")
    first = make_entry(None, b"register", (old,))
    store.append([first], {old: old_body})
    store.append([make_entry(head_of(first), b"rotate", (new,))], {new: new_body}, [old])
    assert dict(store.records_present()) == {new: new_body}


def test_a_destruction_that_loses_the_race_destroys_nothing(ledger_place: LedgerPlace) -> None:
    """F5"""
    store = ledger_place.open()
    digest, body = make_record(b"still needed")
    store.append([make_entry(None, b"register", (digest,))], {digest: body})
    with pytest.raises(HeadMoved):
        store.append([make_entry(None, b"a rival")], {}, [digest])
    assert store.record(digest) == body


def test_what_is_destroyed_already_may_be_destroyed_again(ledger_place: LedgerPlace) -> None:
    """F1"""
    store = ledger_place.open()
    store.append([make_entry(None, b"destroy")], {}, [Digest(bytes(32))])
    assert list(store.records_present()) == []


def test_writers_in_turn_through_two_handles_make_one_chain(ledger_place: LedgerPlace) -> None:
    """F5"""
    one, other = ledger_place.open(), ledger_place.open()
    made = [append_text(store, b"turn %d" % turn) for turn, store in enumerate([one, other, other, one])]
    entries, _ = read_verified(one)
    assert entries == made


def test_a_full_look_pages_through_more_records_than_one_page(ledger_place: LedgerPlace) -> None:
    store = ledger_place.open()
    records = dict(make_record(b"record %d" % number) for number in range(600))
    store.append([make_entry(None, b"many")], records)
    seen = list(store.records_present())
    assert len(seen) == len(records)
    assert dict(seen) == records


def test_a_server_tells_its_time_and_a_file_has_none(ledger_place: LedgerPlace) -> None:
    time = ledger_place.open().clock()
    if isinstance(ledger_place, SqlLedgerPlace) and ledger_place.url.startswith("postgresql"):
        assert time is not None
        assert time.utcoffset() == timedelta(0)
        assert abs(time - datetime.now(UTC)) < timedelta(minutes=1)
    else:
        assert time is None
