"""Opening a person's key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.district import District
from vault.desk.locks import require_unlockable
from vault.errors import UnsafeParameters


def test_a_lock_outside_the_bounds_is_refused_before_a_passphrase_is_asked_for(active: District) -> None:
    """A8: the rules let none in; the client does not rely on that."""
    person = active.coach.person
    assert person.lock is not None
    weak = replace(person, lock=replace(person.lock, kdf=replace(person.lock.kdf, memory_kib=8)))
    with pytest.raises(UnsafeParameters):
        require_unlockable(weak)
