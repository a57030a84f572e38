"""Rotations: the human transaction that replaces a credential."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.ids import AccountId, CredentialId, PersonId, RotationId


class RotationState(Enum):
    """`owed → staged → confirmed`, or `abandoned`."""

    OWED = "owed"
    STAGED = "staged"
    CONFIRMED = "confirmed"
    ABANDONED = "abandoned"


class Cause(Enum):
    """Why a rotation is owed."""

    ESCROW_OPENED = "escrow-opened"
    FORCED_CHECKIN = "forced-checkin"
    ASKED = "asked"
    CUSTODY_CHANGED = "custody-changed"
    DEPARTURE = "departure"
    SUSPECTED = "suspected"
    ROLE_ENDED = "role-ended"
    RECOVERY_OPENED = "recovery-opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """One rotation of one account.

    Attributes:
        id: Its id.
        account: What is rotated.
        state: Where it stands.
        causes: Why it is owed; `asked` alone when somebody just started it.
        opened_at: When it was first owed or started.
        starter: Who staged it; None while it is only owed.
        reason: What the starter wrote.
        old: The version to be replaced, once staged.
        new: The version that replaces it, once staged.
        ended_at: When it was confirmed or abandoned.
        ended_by: By whom.
    """

    NOUN: ClassVar[str] = "rotation"
    INDEXES: ClassVar[tuple[str, ...]] = ("account", "open_mark")

    id: RotationId
    account: AccountId
    state: RotationState
    causes: tuple[Cause, ...]
    opened_at: datetime
    starter: PersonId | None = None
    reason: str = ""
    old: CredentialId | None = None
    new: CredentialId | None = None
    ended_at: datetime | None = None
    ended_by: PersonId | None = None

    @property
    def open_mark(self) -> str | None:
        """`open` while it is owed or staged, for look-ups."""
        return "open" if self.state in {RotationState.OWED, RotationState.STAGED} else None
