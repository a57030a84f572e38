"""Units: the district, its schools, departments and programmes; a tree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from vault.domain.ids import UnitId
from vault.domain.keys import SealedKey, UnitKey


class UnitKind(Enum):
    """What a unit is."""

    DISTRICT = "district"
    SCHOOL = "school"
    DEPARTMENT = "department"
    PROGRAMME = "programme"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit and its key.

    Attributes:
        id: Its id.
        path: Where it stands, such as `district/high-school/drama`.
        name: As people write it.
        kind: What it is.
        parent: The unit above; None for the district.
        epoch: The number of its key, from 1; only rises.
        public: The public sealing key of this epoch, 1,216 bytes.
        copies: The private half, sealed to each holder.
        former: Older epochs, newest first, as long as something sealed to them may have to be opened.
        is_rekey_owed: Somebody who opened the key has ended: nothing is sealed to it until there is a new one.
    """

    NOUN: ClassVar[str] = "unit"
    INDEXES: ClassVar[tuple[str, ...]] = ("path", "parent")

    id: UnitId
    path: str
    name: str
    kind: UnitKind
    parent: UnitId | None
    epoch: int
    public: bytes
    copies: tuple[SealedKey, ...]
    former: tuple[UnitKey, ...] = ()
    is_rekey_owed: bool = False

    @property
    def key(self) -> UnitKey:
        """The newest epoch of its key."""
        return UnitKey(epoch=self.epoch, public=self.public, copies=self.copies)

    @property
    def keys(self) -> tuple[UnitKey, ...]:
        """Every epoch that is kept, newest first."""
        return (self.key, *self.former)
