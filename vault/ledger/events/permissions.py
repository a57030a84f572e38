"""Permission before account, and designated e-mail addresses."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import DesignationId, PermissionId
from vault.domain.permissions import Statement
from vault.ledger.events.base import Event, register


@register("permission.requested")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRequested(Event):
    """The author asks for an account.

    Attributes:
        permission: Its id.
        statement: What is asked.
        policy: The version of the policy that it was asked under.
    """

    permission: PermissionId
    statement: Statement
    policy: int


@register("permission.granted")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionGranted(Event):
    """A supervisor's written yes: it repeats the statement, so that the signature covers every word of it.

    Attributes:
        permission: Which.
        statement: The request's own, word for word.
        note: What the supervisor adds.
        policy: The version of the policy that it was decided under.
    """

    permission: PermissionId
    statement: Statement
    note: str
    policy: int


@register("permission.refused")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionRefused(Event):
    """A supervisor's written no."""

    permission: PermissionId
    note: str


@register("permission.withdrawn")
@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionWithdrawn(Event):
    """The requester takes a request back, or a supervisor an unused grant."""

    permission: PermissionId


@register("email.designated")
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailDesignated(Event):
    """A supervisor designates an address outside the district's domains (rule 2).

    Attributes:
        designation: Its id.
        permission: For which permission.
        address: The exact address.
        reason: Why.
        is_not_personal: The supervisor's declaration that it is nobody's personal address.
    """

    designation: DesignationId
    permission: PermissionId
    address: str
    reason: str
    is_not_personal: bool
