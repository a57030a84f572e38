"""Departures: somebody leaves, and what they held and were shown is handed over and changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.ids import AccountId, CredentialId, DepartureId, Digest, PersonId, UnitId


class DepartureState(Enum):
    """`started → in-effect → completed`."""

    STARTED = "started"
    IN_EFFECT = "in-effect"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCredential:
    """What the leaver was shown of and nobody had changed when the departure took effect.

    Attributes:
        account: Whose.
        credential: The version that was current then.
    """

    account: AccountId
    credential: CredentialId


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One person's departure, from the whole district or from one unit and those below it.

    Attributes:
        id: Its id.
        person: Who leaves.
        unit: From where.
        to: Who is meant to take over, or None.
        effective_at: From when their roles are to have ended.
        reason: Why.
        started_by: Who started it.
        started_at: When.
        state: Where it stands.
        known: What is to be changed.
        in_effect_at: When it took effect; None before.
        completed_by: Who found nothing open any more.
        completed_at: When.
        proof: The hash of the entry that completed it.
    """

    NOUN: ClassVar[str] = "departure"
    INDEXES: ClassVar[tuple[str, ...]] = ("person", "open_mark")

    id: DepartureId
    person: PersonId
    unit: UnitId
    to: PersonId | None
    effective_at: datetime
    reason: str
    started_by: PersonId
    started_at: datetime
    state: DepartureState = DepartureState.STARTED
    known: tuple[KnownCredential, ...] = ()
    in_effect_at: datetime | None = None
    completed_by: PersonId | None = None
    completed_at: datetime | None = None
    proof: Digest | None = None

    @property
    def open_mark(self) -> str | None:
        """`open` until it is completed, for look-ups."""
        return None if self.state is DepartureState.COMPLETED else "open"
