"""Checkouts: leases on the current credential; and escrow openings, which are a supervisor's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.credentials import Road
from vault.domain.ids import AccountId, CheckoutId, CredentialId, PersonId


class Ending(Enum):
    """How a checkout ended before its time."""

    RETURNED = "returned"
    FORCED = "forced"
    TAKEN_OVER = "taken-over"
    ROTATED = "rotated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A lease: a person, a reason, an end. After `until` it is over by the clock; no entry is needed.

    Attributes:
        id: Its id.
        account: What is checked out.
        credential: The version that was current then.
        person: Who has it.
        road: `checkout` for a holder's, `escrow` for a supervisor's opening.
        reason: Why.
        ticket: The help desk's number, or "".
        opened_at: From when.
        until: To when.
        ended_at: When it was returned, forced or taken over; None otherwise.
        ending: How.
        ended_by: By whom.
    """

    NOUN: ClassVar[str] = "checkout"
    INDEXES: ClassVar[tuple[str, ...]] = ("account", "person")

    id: CheckoutId
    account: AccountId
    credential: CredentialId
    person: PersonId
    road: Road
    reason: str
    ticket: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None = None
    ending: Ending | None = None
    ended_by: PersonId | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether it still holds the account at that time."""
        return self.ended_at is None and at < self.until
