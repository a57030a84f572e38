"""Checkouts, what was shown, and escrow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.credentials import Part, Road
from vault.domain.ids import AccountId, CheckoutId, CredentialId, ExposureId, RotationId
from vault.domain.verdicts import Verdict
from vault.ledger.events.base import Event, register


@register("checkout.opened")
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutOpened(Event):
    """A holder takes the current credential.

    Attributes:
        checkout: Its id.
        account: What.
        credential: The version that is current.
        until: When it ends.
        reason: Why; 10 characters or more.
        ticket: The help desk's number, or "".
    """

    checkout: CheckoutId
    account: AccountId
    credential: CredentialId
    until: datetime
    reason: str
    ticket: str


@register("checkout.extended")
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutExtended(Event):
    """The holder keeps it longer."""

    checkout: CheckoutId
    until: datetime


@register("checkout.ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutEnded(Event):
    """The holder returns it, or a supervisor ends it for them.

    Attributes:
        checkout: Which.
        is_forced: A supervisor ends somebody else's.
        reason: Why it is forced; "" for a return.
        rotation: The rotation that a forced end owes; None for a return.
    """

    checkout: CheckoutId
    is_forced: bool
    reason: str
    rotation: RotationId | None


@register("exposure.recorded")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRecorded(Event):
    """The author is about to be shown one part. Committed before it is opened.

    Attributes:
        exposure: Its id.
        account: Whose.
        credential: Which version.
        part: Which part.
        road: On which authority.
        number: The backup code's number, which is spent by this; None for other parts.
    """

    exposure: ExposureId
    account: AccountId
    credential: CredentialId
    part: Part
    road: Road
    number: int | None


@register("escrow.opened")
@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowOpened(Event):
    """A supervisor opens the escrow copy. It takes over an open checkout, and owes a rotation.

    Attributes:
        checkout: The id of the supervisor's lease.
        account: What.
        credential: The version that is current.
        until: When the lease ends.
        reason: Why; 10 characters or more.
        ticket: The help desk's number, or "".
        rotation: The rotation that it owes: the open one if there is one.
    """

    checkout: CheckoutId
    account: AccountId
    credential: CredentialId
    until: datetime
    reason: str
    ticket: str
    rotation: RotationId


@register("escrow.verified")
@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowVerified(Event):
    """A supervisor has opened the escrow copy unseen and judged everything in it again.

    Attributes:
        account: What.
        credential: Which version.
        password: What was found of the password.
        email: Of the linked e-mail.
        mfa: Of the second factor.
    """

    account: AccountId
    credential: CredentialId
    password: Verdict
    email: Verdict
    mfa: Verdict
