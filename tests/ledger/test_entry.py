"""Entries: what is written is read back, and a second implementation agrees to the byte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from tests.ledger import reference
from tests.ledger.samples import TIMES, events
from tests.ledger.town import Town
from vault.domain.ids import PersonId
from vault.errors import Broken
from vault.ledger.entry import Envelope, UnknownEvent, hash_frame, key_fingerprint, read, vault_id, write
from vault.ledger.events import Event
from vault.sealing.signatures import SigningKey

ADA, CODE = SigningKey.from_seed(b"a" * 32), SigningKey.from_seed(b"c" * 32)
NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def envelope(event: Event, time: datetime = NOON, rules: int = 1) -> Envelope:
    return Envelope(
        vault=b"v" * 32,
        seq=7,
        prev=b"p" * 32,
        rules=rules,
        time=time,
        author=PersonId("per_a"),
        key=key_fingerprint(ADA.public),
        kind=event.KIND,
        event=event,
    )


@given(events(), TIMES)
def test_an_entry_of_every_kind_is_read_as_it_was_written(event: Event, time: datetime) -> None:
    stored = write(envelope(event, time), ADA, CODE)
    entry = read(stored)
    assert (entry.event, entry.time, entry.author, entry.seq, entry.hash) == (event, time, "per_a", 7, stored.hash)
    assert entry.envelope.kind == event.KIND
    theirs = reference.read_entry(stored.frame, public=ADA.public, code=CODE.public)
    assert (theirs.hash, theirs.body["seq"], theirs.body["kind"]) == (stored.hash, 7, event.KIND)
    again = reference.write_entry(theirs.body, seed=b"a" * 32, code_seed=b"c" * 32)
    assert again == stored.frame


def test_the_vaults_id_is_the_hash_of_its_founding(town: Town) -> None:
    first = town.store.entries[0]
    assert vault_id(first) == town.vault == hash_frame(first.frame) == reference.hash_entry(first.frame)


def test_every_entry_of_a_town_is_read_by_the_second_implementation(town: Town) -> None:
    town.activate()
    keys = {bytes(key_fingerprint(each.public.signing)): each.public.signing for each in town.keys.values()}
    before = bytes(32)
    for stored in town.store.entries:
        ours = read(stored)
        theirs = reference.read_entry(stored.frame, public=keys[ours.envelope.key])
        assert (theirs.hash, theirs.prev, theirs.key) == (stored.hash, before, ours.envelope.key)
        assert theirs.body["seq"] == stored.seq
        before = stored.hash


def test_a_newer_programs_event_is_unknown_and_not_broken() -> None:
    """A9: the rules and not the reader's vocabulary decide what becomes of it."""
    town = Town("x")
    entry = read(write(envelope(town.forms.acknowledge(1).events[0], rules=2), ADA))
    assert isinstance(entry.event, UnknownEvent)


@pytest.mark.parametrize("offset", [timedelta(hours=1), timedelta(minutes=-1)])
def test_another_time_zone_is_another_spelling(offset: timedelta) -> None:
    town = Town("x")
    stored = write(envelope(town.forms.acknowledge(1).events[0], NOON.astimezone(timezone(offset))), ADA)
    with pytest.raises(Broken, match="ledger entry 7 is not in its exact form"):
        read(stored)


def test_an_event_that_brings_nothing_names_no_records() -> None:
    town = Town("x")
    event = town.forms.acknowledge(1).events[0]
    assert (event.records, event.destroyed, Event().records) == ((), (), ())
