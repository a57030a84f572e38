"""Permissions and designations: a supervisor's written yes, before the account exists (rules 2 and 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.ids import DesignationId, PermissionId, PersonId, UnitId


class AccountKind(Enum):
    """What an account is for."""

    PUBLIC = "public"
    CLASSROOM = "classroom"
    GROUP = "group"


class Access(Enum):
    """How an account is entered: `shared` is a name and a password that the vault holds."""

    SHARED = "shared"


class PermissionState(Enum):
    """Where a request stands. Expiry is told by the clock, not by a state."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is asked for, and what a grant repeats in full: the words that the supervisor signs.

    Attributes:
        platform: Catalogue id.
        handle: The account's handle in the platform's canonical form.
        display_name: The name that the public sees.
        unit: The unit that the account belongs to.
        kind: What it is for.
        access: How it is entered.
        purpose: What it will be used for (rule 5).
        audience: Who will read it.
        is_official: The employee's declaration: the district's account, nobody's personal one.
        is_existing: It was there before the vault.
    """

    platform: str
    handle: str
    display_name: str
    unit: UnitId
    kind: AccountKind
    access: Access
    purpose: str
    audience: str
    is_official: bool
    is_existing: bool

    @property
    def key(self) -> str:
        """`platform:handle`, by which an account is known."""
        return f"{self.platform}:{self.handle}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A request for an account, and what was decided.

    Attributes:
        id: Its id.
        statement: What was asked.
        requester: Who asked, and who will be the account's custodian.
        requested_at: When.
        state: Where it stands.
        decider: The supervisor who granted or refused.
        decided_at: When.
        note: What the supervisor wrote.
        expires_at: When a granted one ends if it has not been used.
    """

    NOUN: ClassVar[str] = "permission"
    INDEXES: ClassVar[tuple[str, ...]] = ("requester", "unit", "state_value", "key")

    id: PermissionId
    statement: Statement
    requester: PersonId
    requested_at: datetime
    state: PermissionState = PermissionState.REQUESTED
    decider: PersonId | None = None
    decided_at: datetime | None = None
    note: str = ""
    expires_at: datetime | None = None

    @property
    def unit(self) -> UnitId:
        """The unit that would own the account."""
        return self.statement.unit

    @property
    def state_value(self) -> str:
        """The state as text, for look-ups."""
        return self.state.value

    @property
    def key(self) -> str:
        """`platform:handle`."""
        return self.statement.key

    def is_live(self, at: datetime) -> bool:
        """Whether an account may be registered under it at that time."""
        return self.state is PermissionState.GRANTED and self.expires_at is not None and at < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Designation:
    """A supervisor's yes to an e-mail address outside the district's domains (rule 2).

    Attributes:
        id: Its id.
        permission: The permission that it belongs to.
        address: The exact address.
        reason: Why this address.
        by: The supervisor.
        at: When.
    """

    NOUN: ClassVar[str] = "designation"
    INDEXES: ClassVar[tuple[str, ...]] = ("permission",)

    id: DesignationId
    permission: PermissionId
    address: str
    reason: str
    by: PersonId
    at: datetime
