"""Promise 7: whatever fails at whatever point leaves the old state or the new one, and doing it again completes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.desk.actions import ACTIONS, Action
from tests.desk.departure_actions import DEPARTURE_ACTIONS
from tests.desk.district import District
from tests.desk.epoch_actions import EPOCH_ACTIONS
from tests.desk.faults import Fuse, FusedLedgerStore, FusedStateStore
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.desk.ledgers import compare_states, verify_ledger
from vault.errors import HeadMoved, StoreError, VaultError

if TYPE_CHECKING:
    from vault.ledger.ports import StateStore


def _require_whole(district: District, state: StateStore) -> None:
    scratch = MemoryStateStore()
    found = verify_ledger(district.store, scratch, district.founding.vault, lambda _done, _total: None)
    assert found.is_whole
    assert (found.voids, found.unnamed) == ([], [])
    assert compare_states(state, scratch) == []


def _interrupt(district: District, action: Action, fuse: Fuse) -> tuple[int, int]:
    """Do it until the fuse blows; again, as a new process on what is left, until it is done; entries at both ends."""
    state = MemoryStateStore()
    district.open_desk("settled", state=state)
    fused = FusedStateStore(state, fuse)
    with contextlib.suppress(StoreError):
        district.desk = district.open_desk("interrupted", FusedLedgerStore(district.store, fuse), fused)
        action.act(district)
    district.desk = district.open_desk("again", state=state)
    _require_whole(district, state)
    left = len(district.entries())
    if fuse.is_blown:
        # What was committed before the fuse blew cannot be done twice, and says so.
        with contextlib.suppress(VaultError):
            action.act(district)
    assert action.is_done(district)
    _require_whole(district, state)
    return left, len(district.entries())


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("action", [*ACTIONS, *EPOCH_ACTIONS, *DEPARTURE_ACTIONS], ids=lambda action: action.name)
def test_use_case_survives_a_store_that_fails_at_every_call(active: District, action: Action, *, is_late: bool) -> None:
    """F1, F3: before each call takes effect, and after it has and the answer is lost."""
    action.prepare(active)
    base = len(active.entries())
    whole, counting = _copy(active, "whole"), Fuse()
    _, grown = _interrupt(whole, action, counting)
    assert grown > base
    assert counting.count > 0
    for at in range(1, counting.count + 1):
        fuse = Fuse(at, is_late=is_late)
        left, _ = _interrupt(_copy(active, f"call {at}"), action, fuse)
        assert fuse.is_blown or is_late
        assert left in {base, grown} or (action.commits > 1 and base < left < grown)


def _copy(district: District, label: str) -> District:
    twin = district.twin(label)
    twin.code_given = district.code_given
    return twin


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
def test_founding_survives_a_store_that_fails(*, is_late: bool) -> None:
    """F1: nothing is there, or the whole founding is; a founding begun again is the first or is refused."""
    store, fuse = MemoryLedgerStore(), Fuse(1, is_late=is_late)
    with pytest.raises(StoreError, match="disk is full"):
        District.found(FusedLedgerStore(store, fuse), MemoryStateStore())
    assert fuse.is_blown
    assert len(store.entries) == (1 if is_late else 0)
    assert bool(store.records) == is_late
    if is_late:
        with pytest.raises(HeadMoved):
            District.found(store, MemoryStateStore())
    else:
        assert District.found(store, MemoryStateStore()).staff().coach.person.username == "c.duarte"
