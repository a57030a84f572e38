"""What every state store does alike: in memory and in a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from vault.errors import HeadMoved
from vault.ledger.ports import Pin, Put

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.store.places import StatePlace

PIN = Pin(seq=1, hash=b"1" * 32, time=datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC), rules=1)
LATER = replace(PIN, seq=2, hash=b"2" * 32, rules=2)


def put(
    key: str, body: bytes, indexes: Mapping[str, str] | None = None, *, noun: str = "account", is_new: bool = False
) -> Put:
    return Put(noun=noun, key=key, body=body, indexes=indexes, is_new=is_new)


def test_an_empty_store_has_no_pin_and_no_document(state_place: StatePlace) -> None:
    store = state_place.open()
    assert store.pin() is None
    assert store.get("account", "acc_1") is None
    assert list(store.where("account", "unit", "uni_1")) == []
    assert list(store.every("account")) == []


def test_documents_and_pin_are_read_back_exactly(state_place: StatePlace) -> None:
    state_place.open().commit(None, PIN, [put("acc_1", bytes(range(256)), {"unit": "uni_1"}), put("acc_2", b"")])
    store = state_place.open()
    assert store.pin() == PIN
    assert store.get("account", "acc_1") == bytes(range(256))
    assert store.get("account", "acc_2") == b""


def test_a_document_is_of_one_noun_only(state_place: StatePlace) -> None:
    store = state_place.open()
    store.commit(None, PIN, [put("x", b"account", {"unit": "u"}), put("x", b"person", {"unit": "u"}, noun="person")])
    assert store.get("account", "x") == b"account"
    assert list(store.where("person", "unit", "u")) == [("x", b"person")]
    assert list(store.every("account")) == [("x", b"account")]


def test_look_ups_are_by_the_exact_value_and_come_by_key(state_place: StatePlace) -> None:
    store = state_place.open()
    store.commit(
        None,
        PIN,
        [put("b", b"2", {"handle": "Ridge"}), put("a", b"1", {"handle": "Ridge"}), put("c", b"3", {"handle": "ridge"})],
    )
    assert list(store.where("account", "handle", "Ridge")) == [("a", b"1"), ("b", b"2")]
    assert list(store.where("account", "handle", "Rid")) == []
    assert list(store.where("account", "unit", "Ridge")) == []


def test_new_indexes_replace_every_old_one(state_place: StatePlace) -> None:
    store = state_place.open()
    store.commit(None, PIN, [put("a", b"1", {"custodian": "per_1", "unit": "uni_1"}, is_new=True)])
    store.commit(PIN, LATER, [put("a", b"2", {"custodian": "per_2"})])
    assert list(store.where("account", "custodian", "per_1")) == []
    assert list(store.where("account", "unit", "uni_1")) == []
    assert list(store.where("account", "custodian", "per_2")) == [("a", b"2")]


def test_indexes_stand_when_a_put_says_nothing_of_them(state_place: StatePlace) -> None:
    store = state_place.open()
    store.commit(None, PIN, [put("a", b"1", {"unit": "uni_1"})])
    store.commit(PIN, LATER, [put("a", b"2")])
    assert list(store.where("account", "unit", "uni_1")) == [("a", b"2")]


def test_empty_indexes_take_a_document_out_of_every_look_up(state_place: StatePlace) -> None:
    store = state_place.open()
    store.commit(None, PIN, [put("a", b"1", {"unit": "uni_1"})])
    store.commit(PIN, LATER, [put("a", b"2", {})])
    assert list(store.where("account", "unit", "uni_1")) == []
    assert store.get("account", "a") == b"2"


@pytest.mark.parametrize("is_new", [True, False])
def test_the_last_of_several_puts_in_one_commit_counts(state_place: StatePlace, *, is_new: bool) -> None:
    store = state_place.open()
    puts = [put("a", b"1", {"unit": "u1"}, is_new=is_new), put("a", b"2", {"unit": "u2"}), put("a", b"3")]
    store.commit(None, PIN, puts)
    assert store.get("account", "a") == b"3"
    assert list(store.where("account", "unit", "u1")) == []
    assert list(store.where("account", "unit", "u2")) == [("a", b"3")]


def test_a_pin_that_moved_meanwhile_writes_nothing(state_place: StatePlace) -> None:
    """F5"""
    store = state_place.open()
    store.commit(None, PIN, [put("a", b"1", {"unit": "u"})])
    for expected in (None, LATER, replace(PIN, rules=9)):
        with pytest.raises(HeadMoved):
            store.commit(expected, LATER, [put("a", b"2", {"unit": "v"})])
    assert store.pin() == PIN
    assert list(store.where("account", "unit", "u")) == [("a", b"1")]


def test_a_pin_moves_without_documents(state_place: StatePlace) -> None:
    store = state_place.open()
    store.commit(None, PIN, [])
    store.commit(PIN, LATER, [])
    assert store.pin() == LATER


def test_every_pages_through_more_documents_than_one_page(state_place: StatePlace) -> None:
    store = state_place.open()
    puts = [put(f"acc_{number:04}", b"%d" % number, {"unit": f"u{number % 3}"}, is_new=True) for number in range(1000)]
    store.commit(None, PIN, list(reversed(puts)))
    assert list(store.every("account")) == [(each.key, each.body) for each in puts]
    assert [key for key, _ in store.where("account", "unit", "u1")] == [each.key for each in puts[1::3]]


def test_clear_forgets_documents_indexes_and_pin(state_place: StatePlace) -> None:
    """F7"""
    store = state_place.open()
    store.commit(None, PIN, [put("a", b"1", {"unit": "u"})])
    store.clear()
    assert store.pin() is None
    assert store.get("account", "a") is None
    assert list(store.where("account", "unit", "u")) == []
    store.commit(None, PIN, [put("a", b"2", {"unit": "w"}, is_new=True)])
    assert list(store.where("account", "unit", "w")) == [("a", b"2")]


def test_names_that_look_alike_when_joined_are_kept_apart(state_place: StatePlace) -> None:
    """A5"""
    store = state_place.open()
    store.commit(None, PIN, [put("b/c", b"1", {"f": "v"}, noun="a"), put("c", b"2", {"f": "v"}, noun="a/b")])
    assert store.get("a", "b/c") == b"1"
    assert store.get("a/b", "c") == b"2"
    assert list(store.where("a", "f", "v")) == [("b/c", b"1")]
