"""Readers of a store that somebody has tampered with."""

from __future__ import annotations

import pytest

from tests.ledger.town import Town
from tests.support.memory import MemoryStateStore
from vault.errors import IntegrityError


def refuse(town: Town, error: type[IntegrityError], words: str) -> None:
    """Every reader stops with the same error, and has taken in nothing of what it was reading."""
    for reader in (town, town.copy("second machine")):
        before, pin = dict(reader.state.documents), reader.witness.pin
        with pytest.raises(error, match=words) as caught:
            reader.witness.follow()
        assert (type(caught.value), caught.value.exit_status) == (error, 9)
        assert (reader.state.documents, reader.state.pin(), reader.witness.pin) == (before, pin, pin)


def reread(town: Town) -> Town:
    """A machine that starts from nothing on the same store."""
    twin = town.copy("from nothing")
    twin.store, twin.state = town.store, MemoryStateStore()
    twin.open()
    return twin
