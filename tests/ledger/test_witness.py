"""The witness: following, stopping, storing, rebuilding, and two of them on one state store."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ledger.readers import reread
from tests.ledger.stage import Stage
from tests.ledger.town import Town
from tests.support.memory import MemoryStateStore
from vault.domain.accounts import Account
from vault.domain.notices import Void
from vault.domain.permissions import Permission
from vault.domain.persons import Person, Role
from vault.errors import Broken, HeadMoved
from vault.ledger import overlay
from vault.ledger import witness as witness_module
from vault.ledger.entry import hash_frame
from vault.ledger.ports import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.ledger.ports import Pin, Put


def test_a_rebuild_from_nothing_comes_to_the_same_state(stage: Stage) -> None:
    """F7."""
    town = stage.town
    town.rotate(stage.account)
    town.force("mia", town.forms.assign("mia", "district", Role.IT).events[0])
    town.witness.follow()
    again = town.rebuilt()
    assert (again.state.documents, again.state.indexes) == (town.state.documents, town.state.indexes)
    assert again.state.pin() == town.state.pin() == town.witness.pin


def test_following_one_by_one_or_all_at_once_comes_to_the_same(stage: Stage) -> None:
    town = stage.town
    slow = reread(town)
    everything = list(town.store.entries)
    slow.store = town.store.copy()
    slow.open()
    for count in range(1, len(everything) + 1):
        slow.store.entries = everything[:count]
        slow.witness.follow()
    assert (slow.state.documents, slow.state.indexes) == (town.state.documents, town.state.indexes)


@pytest.mark.parametrize("flush", [1, 7, 10_000])
@pytest.mark.parametrize("batch", [2, 5, 500])
def test_batches_and_flushes_change_nothing(
    stage: Stage, flush: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F1: a long rebuild stores what it has now and then."""
    monkeypatch.setattr(witness_module, "FLUSH_AT", flush)
    monkeypatch.setattr(witness_module, "READ_AT_ONCE", batch)
    again = stage.town.rebuilt()
    assert again.state.documents == stage.town.state.documents
    assert again.state.pin() == stage.town.state.pin()


def test_a_long_rebuild_that_stops_goes_on_from_what_it_stored(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: what is verified and stored stays, pin and state together."""
    monkeypatch.setattr(witness_module, "FLUSH_AT", 1)
    count, frame = len(town.store.entries), town.store.entries[-1].frame
    reader = reread(town)
    town.store.replace_entry(count, frame=b"\x01" + bytes(200))
    with pytest.raises(Broken):
        reader.witness.follow()
    pin = reader.state.pin()
    assert pin is not None
    assert (pin.seq, reader.witness.pin) == (count - 1, pin)
    town.store.replace_entry(count, frame=frame)
    reader.witness.follow()
    assert reader.state.documents == town.state.documents


def test_a_restart_goes_on_from_the_pin_and_reads_no_more_than_it_must(town: Town) -> None:
    town.open()
    asked: list[tuple[int, int]] = []
    after = town.store.after

    def count(seq: int, limit: int) -> Sequence[object]:
        found = after(seq, limit)
        asked.append((seq, len(found)))
        return found

    town.store.after = count  # type: ignore[method-assign,assignment]
    town.witness.follow()
    assert asked == [(len(town.store.entries) - 1, 1)]


def test_what_was_taken_in_before_a_broken_entry_is_not_half_stored(town: Town) -> None:
    """F1: the state and the pin move together or not at all."""
    reader = town.copy("reader")
    town.request()
    stored = town.sign("ben", town.forms.request("shs.band").events[0])
    broken = stored.frame[:-1] + bytes([stored.frame[-1] ^ 1])
    town.store.force(replace(stored, frame=broken, hash=hash_frame(broken)))
    reader.store = town.store
    reader.open()
    with pytest.raises(Broken):
        reader.witness.follow()
    assert list(reader.view.every(Permission)) == []
    town.store.drop_entry(stored.seq)
    reader.witness.follow()
    assert len(list(reader.view.every(Permission))) == 1


def test_two_witnesses_on_one_state_store_help_each_other(town: Town) -> None:
    """F5: two commands of one person at once."""
    second = town.copy("second process")
    second.store, second.state = town.store, town.state
    second.open()
    second.write("ben", second.forms.request("shs.band"))
    assert town.witness.pin != second.witness.pin
    asked = town.request()
    assert town.state.pin() == town.witness.pin
    second.witness.follow()
    assert second.get(Permission, asked).requester == town.persons["emma"]
    assert second.state.documents == town.rebuilt().state.documents


def test_who_is_overtaken_while_storing_starts_from_what_the_other_stored(town: Town) -> None:
    """F5."""
    second = town.copy("second process")
    town.force("emma", town.forms.request().events[0])
    second.store, second.state = town.store.copy(), town.state
    second.open()
    town.force("ben", town.forms.request("shs.band").events[0])
    commit, overtaken = town.state.commit, 0

    def be_overtaken(expected: Pin | None, pin: Pin, puts: Sequence[Put]) -> None:
        nonlocal overtaken
        overtaken += 1
        town.state.commit = commit  # type: ignore[method-assign]
        second.witness.follow()
        commit(expected, pin, puts)

    town.state.commit = be_overtaken  # type: ignore[method-assign]
    town.witness.follow()
    assert overtaken == 1
    assert second.witness.pin is not None
    assert second.witness.pin.seq == len(town.store.entries) - 1
    assert town.witness.pin == town.state.pin()
    assert town.witness.pin is not None
    assert town.witness.pin.seq == len(town.store.entries)
    assert town.state.documents == town.rebuilt().state.documents


def test_a_cleared_state_store_is_made_again(town: Town) -> None:
    """F7."""
    before = dict(town.state.documents)
    town.state.clear()
    town.witness.follow()
    assert town.state.documents == before


def test_the_state_is_read_as_it_was_stored(stage: Stage) -> None:
    """What is found by id, by index and by noun is the same document, fresh and after a restart."""
    town = stage.town
    for _ in range(2):
        account = town.get(Account, stage.account)
        assert town.view.where(Account, "key", "instagram:shs.drama") == [account]
        assert town.view.where(Account, "second", town.persons["ben"]) == [account]
        assert list(town.view.every(Account)) == [account]
        assert town.view.find(Account, "acc_nowhere") is None
        assert town.view.find(Void, "000000000001") is None
        assert {each.username for each in town.view.every(Person)} == {"ada", *town.persons}
        town.open()


def test_a_long_memory_is_forgotten_and_read_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "MOST_REMEMBERED", 2)
    monkeypatch.setattr(overlay, "MOST_FOUND", 1, raising=False)
    town.open()
    for _ in range(2):
        assert [town.person(username).id for username in town.persons] == list(town.persons.values())
        drama = town.unit("district/high/drama").id
        assert {each.username for each in town.view.where(Person, "unit", drama)} == {"dora", "emma", "ben"}
        found = {username: town.get(Person, key).username for username, key in town.persons.items()}
        assert found == {username: username for username in town.persons}


def test_progress_is_told_even_if_the_store_hides_its_head(town: Town) -> None:
    steps: list[tuple[int, int]] = []
    store = town.store.copy()
    store.head = lambda: None  # type: ignore[method-assign]
    reader = witness_module.Witness(
        store, MemoryStateStore(), town.vault, progress=lambda done, total: steps.append((done, total))
    )
    reader.follow()
    count = len(store.entries)
    assert steps == [(count, count)]
    store.head = lambda: Head(seq=1, hash=b"")  # type: ignore[method-assign]
    steps.clear()
    witness_module.Witness(
        store, MemoryStateStore(), town.vault, progress=lambda done, total: steps.append((done, total))
    ).follow()
    assert steps == [(count, count)]


def test_progress_is_told_batch_by_batch_against_one_total(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness_module, "READ_AT_ONCE", 10)
    steps: list[tuple[int, int]] = []
    count, heads, head = len(town.store.entries), 0, town.store.head

    def count_heads() -> Head | None:
        nonlocal heads
        heads += 1
        return head()

    town.store.head = count_heads  # type: ignore[method-assign]
    witness_module.Witness(
        town.store, MemoryStateStore(), town.vault, progress=lambda done, total: steps.append((done, total))
    ).follow()
    assert (steps, heads) == ([(10, count), (20, count), (count, count)], 1)


def test_a_state_store_that_another_moves_is_not_written_over(town: Town) -> None:
    before = town.state.pin()
    assert before is not None
    with pytest.raises(HeadMoved):
        town.state.commit(None, before, [])
