"""Registration, and exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.accounts import Mailbox, MfaMethod
from vault.domain.credentials import SealedCredential
from vault.domain.ids import AccountId, DesignationId, Digest, ExceptionId, PermissionId, PersonId
from vault.domain.permissions import Statement
from vault.ledger.events.base import Event, register


@register("account.registered")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRegistered(Event):
    """The author registers the account that a permission allows, with its first credential sealed and escrowed.

    Attributes:
        account: Its id.
        permission: The permission that is used up.
        statement: The permission's own, word for word.
        policy: The version of the policy that it was judged under.
        second: The other holder, or None.
        mailbox: The mailbox behind the linked e-mail.
        designation: The designation that allowed the e-mail; None when the district's domains did.
        mfa: The second factors.
        platform_has_mfa: What the catalogue knew: True, False or None.
        credential: The first version.
    """

    account: AccountId
    permission: PermissionId
    statement: Statement
    policy: int
    second: PersonId | None
    mailbox: Mailbox
    designation: DesignationId | None
    mfa: tuple[MfaMethod, ...]
    platform_has_mfa: bool | None
    credential: SealedCredential

    @property
    def records(self) -> tuple[Digest, ...]:
        """The envelope and the copies of its data key."""
        return (self.credential.envelope, *(copy.record for copy in self.credential.copies))


@register("exception.granted")
@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionGranted(Event):
    """A supervisor's yes, with an end, to what a clause would refuse.

    Attributes:
        exception: Its id.
        account: Whose.
        clause: `4`, the only clause that knows exceptions so far.
        until: When it ends; at most a year on.
        reason: Why.
    """

    exception: ExceptionId
    account: AccountId
    clause: str
    until: datetime
    reason: str
