"""Units: the district, its schools, departments and programmes; a tree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from vault.domain.ids import UnitId
from vault.domain.keys import SealedKey


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
