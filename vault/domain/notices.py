"""What a person has to be told at their next command, and what readers hold void."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.ids import PersonId


class Subject(Enum):
    """What a notice is about."""

    CUSTODY_CHANGED = "custody-changed"
    CUSTODY_OFFERED = "custody-offered"
    ESCROW_OPENED = "escrow-opened"
    FORCED_CHECKIN = "forced-checkin"
    PERMISSION_GRANTED = "permission-granted"
    PERMISSION_REFUSED = "permission-refused"
    RESUMED = "resumed"
    ROTATED = "rotated"
    SUSPENDED = "suspended"
    RECOVERY_OPENED = "recovery-opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell one person.

    Attributes:
        seq: The entry that it comes from.
        person: Whom to tell.
        subject: What it is about.
        by: Who did it.
        at: When.
        object: The id of the account, permission or rotation.
        detail: The reason or note given with it.
    """

    NOUN: ClassVar[str] = "notice"
    INDEXES: ClassVar[tuple[str, ...]] = ("person",)

    seq: int
    person: PersonId
    subject: Subject
    by: PersonId
    at: datetime
    object: str
    detail: str = ""

    @property
    def id(self) -> str:
        """`seq/person`, zero-padded so that ids sort as the entries do."""
        return f"{self.seq:012d}/{self.person}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """An entry that verifies but that the rules refuse: it changed nothing, for every reader alike.

    Attributes:
        seq: The entry.
        kind: What it claimed to be.
        author: Who signed it.
        at: Its time.
        reason: What the rules said.
    """

    NOUN: ClassVar[str] = "void"
    INDEXES: ClassVar[tuple[str, ...]] = ()

    seq: int
    kind: str
    author: PersonId
    at: datetime
    reason: str

    @property
    def id(self) -> str:
        """The entry's number, zero-padded."""
        return f"{self.seq:012d}"
