"""Accounts: the district's own social accounts, and what has been said of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.custody import TransferOffer
from vault.domain.ids import (
    AccountId,
    CheckoutId,
    CredentialId,
    ExceptionId,
    PermissionId,
    PersonId,
    RotationId,
    UnitId,
)
from vault.domain.incidents import Suspension
from vault.domain.permissions import Statement


class Standing(Enum):
    """Whether an account may be used. Told by the clock and the state, never stored."""

    PENDING = "pending"
    ACTIVE = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The mailbox behind the linked e-mail.

    Attributes:
        opened_by: Who can open it: an office, or a named employee.
        mfa: How it is protected, as method names; empty when nobody has said.
    """

    opened_by: str
    mfa: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaMethod:
    """One second factor on the account (rule 4).

    Attributes:
        method: `totp`, `sms`, `email`, `u2f`, `push` or `other`.
        holder: Who has the device, number or mailbox; "" for a seed that the vault holds.
        is_proved: A current code of the sealed seed was given; otherwise it is attested only.
    """

    method: str
    holder: str = ""
    is_proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowProof:
    """A supervisor opened the escrow copy and judged everything in it again.

    Attributes:
        credential: The version that was opened.
        by: The supervisor.
        at: When.
    """

    credential: CredentialId
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the district.

    Attributes:
        id: Its id.
        permission: The permission that it was registered under.
        statement: What that permission says.
        policy: The version of the policy that it was registered under.
        custodian: The person answerable for it.
        second: The other holder, or None.
        registered_at: When.
        mailbox: The mailbox behind the linked e-mail.
        mfa: Its second factors.
        platform_has_mfa: What the catalogue knows: True, False, or None for unknown.
        current: The credential version in use.
        versions: How many versions were ever sealed.
        staged: The version that a rotation has prepared, or None.
        rotation: The open rotation, or None.
        checkout: The newest checkout, open or not, or None.
        proof: The newest escrow verification, or None.
        retired: Retired versions whose ciphertext is kept, oldest first.
        offer: A holder's open offer of a place, or None.
        suspension: Why it is frozen; None while it is not.
    """

    NOUN: ClassVar[str] = "account"
    INDEXES: ClassVar[tuple[str, ...]] = ("key", "unit", "custodian", "second")

    id: AccountId
    permission: PermissionId
    statement: Statement
    policy: int
    custodian: PersonId
    second: PersonId | None
    registered_at: datetime
    mailbox: Mailbox
    mfa: tuple[MfaMethod, ...]
    platform_has_mfa: bool | None
    current: CredentialId
    versions: int = 1
    staged: CredentialId | None = None
    rotation: RotationId | None = None
    checkout: CheckoutId | None = None
    proof: EscrowProof | None = None
    retired: tuple[CredentialId, ...] = ()
    offer: TransferOffer | None = None
    suspension: Suspension | None = None

    @property
    def key(self) -> str:
        """`platform:handle`."""
        return self.statement.key

    @property
    def unit(self) -> UnitId:
        """The unit that owns it."""
        return self.statement.unit

    @property
    def holders(self) -> tuple[PersonId, ...]:
        """The custodian, and the second if there is one."""
        return (self.custodian,) if self.second is None else (self.custodian, self.second)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyException:
    """A supervisor's signed, dated, expiring yes to what a clause would refuse.

    Attributes:
        id: Its id.
        account: Whose.
        clause: The clause of the policy, such as `4`.
        reason: Why.
        by: The supervisor.
        at: When.
        until: When it ends.
    """

    NOUN: ClassVar[str] = "exception"
    INDEXES: ClassVar[tuple[str, ...]] = ("account",)

    id: ExceptionId
    account: AccountId
    clause: str
    reason: str
    by: PersonId
    at: datetime
    until: datetime
