"""Units and their keys."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import Digest, UnitId
from vault.domain.keys import SealedKey
from vault.domain.units import UnitKind
from vault.ledger.events.base import Event, register


@register("unit.added")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAdded(Event):
    """A new unit with a key of its own, epoch 1.

    Attributes:
        unit: Its id.
        path: Where it stands; the parent's path is all but the last part.
        name: As people write it.
        kind: What it is.
        parent: The unit above.
        parent_epoch: The epoch of the parent's key that the private half is sealed to.
        public: The public sealing key.
        copies: The private half, sealed to the parent unit.
    """

    unit: UnitId
    path: str
    name: str
    kind: UnitKind
    parent: UnitId
    parent_epoch: int
    public: bytes
    copies: tuple[SealedKey, ...]

    @property
    def records(self) -> tuple[Digest, ...]:
        """The copies of the private half."""
        return tuple(copy.record for copy in self.copies)


@register("unit.key-shared")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitKeyShared(Event):
    """A unit's key, sealed to a supervisor or IT member of the unit.

    Attributes:
        unit: Whose key.
        epoch: Which; only the unit's current one.
        copy: For whom.
    """

    unit: UnitId
    epoch: int
    copy: SealedKey

    @property
    def records(self) -> tuple[Digest, ...]:
        """The copy."""
        return (self.copy.record,)
