"""Accounts that are frozen because somebody else may be in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from vault.domain.ids import CredentialId, PersonId


class Suspicion(Enum):
    """Why an account is suspended."""

    TAKEN_OVER = "taken-over"
    LOCKED_OUT = "locked-out"
    LEAKED = "leaked"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """An account is frozen until its credential is replaced.

    Attributes:
        by: Who suspended it.
        at: When.
        why: Why.
        detail: What was seen, or "".
        credential: The version that was current then.
    """

    by: PersonId
    at: datetime
    why: Suspicion
    detail: str
    credential: CredentialId
