"""Promise 2: what cannot be recorded is not shown, and not even opened."""

from __future__ import annotations

import pytest

from tests.desk.actions import SHOWING, Action
from tests.desk.district import District
from tests.desk.faults import UnwritableStore
from vault.domain.credentials import Exposure
from vault.errors import IntegrityError, StoreError

_EACH = pytest.mark.parametrize("action", SHOWING, ids=lambda action: action.name)


def _exposures(district: District) -> list[str]:
    return [each.id for each in district.desk.office.view.every(Exposure)]


@_EACH
def test_nothing_is_opened_when_the_ledger_cannot_be_written(active: District, action: Action) -> None:
    """F4."""
    action.prepare(active)
    before = _exposures(active)
    store = UnwritableStore(active.store, says_so=True)
    active.desk = active.open_desk("unwritable", store)
    with pytest.raises(StoreError):
        action.act(active)
    assert store.opened == []
    assert _exposures(active) == before


@_EACH
def test_nothing_is_opened_on_the_word_of_a_store_that_forgets(active: District, action: Action) -> None:
    """F4: the store says that it has the entry, and does not show it."""
    action.prepare(active)
    store = UnwritableStore(active.store, says_so=False)
    active.desk = active.open_desk("forgetful", store)
    with pytest.raises(IntegrityError, match="does not show it"):
        action.act(active)
    assert store.opened == []


@_EACH
def test_the_same_is_shown_once_it_can_be_recorded(active: District, action: Action) -> None:
    action.prepare(active)
    before = _exposures(active)
    assert action.act(active) is not None
    assert len(_exposures(active)) > len(before)
