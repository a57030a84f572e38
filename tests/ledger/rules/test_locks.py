"""Locks of persons' keys: no entry brings one that is too weak to be safe, or too heavy to be opened."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.ledger.forms import altered
from tests.ledger.town import Town
from vault.domain.persons import Lock, Role
from vault.errors import UnsafeParameters
from vault.ledger.entry import read
from vault.ledger.events import PersonEnrolled, PersonRelocked, VaultFounded
from vault.ledger.overlay import EmptyView
from vault.ledger.rules import apply

UNSAFE: list[dict[str, Any]] = [
    {"memory_kib": 8},
    {"memory_kib": 2**32 - 1},
    {"passes": 1},
    {"lanes": 99},
    {"salt": b"short"},
]


def weakened(lock: Lock, changes: dict[str, Any]) -> Lock:
    return replace(lock, kdf=replace(lock.kdf, **changes))


@pytest.mark.parametrize("changes", UNSAFE)
def test_nobody_enrols_or_relocks_outside_the_bounds(town: Town, changes: dict[str, Any]) -> None:
    """A8."""
    town.invite("newcomer", "district/high/drama", Role.EMPLOYEE)
    for username, draft in (("newcomer", town.forms.enrol(town.keys["newcomer"])), ("emma", town.forms.relock("emma"))):
        event = draft.events[0]
        assert isinstance(event, PersonEnrolled | PersonRelocked)
        town.refuses(username, altered(draft, lock=weakened(event.lock, changes)), UnsafeParameters, "the passphrase's")


@pytest.mark.parametrize("changes", UNSAFE)
def test_no_founder_locks_outside_the_bounds(town: Town, changes: dict[str, Any]) -> None:
    """A8."""
    founding = read(town.store.entries[0])
    assert isinstance(founding.event, VaultFounded)
    event = replace(founding.event, lock=weakened(founding.event.lock, changes))
    with pytest.raises(UnsafeParameters):
        apply(EmptyView(), replace(founding, event=event))
