"""Rules of permission before account (rule 6), and of designated e-mail addresses (rule 2)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from vault.domain.accounts import Account
from vault.domain.notices import Notice, Subject
from vault.domain.permissions import Designation, Permission, PermissionState, Statement
from vault.domain.persons import Person, Role
from vault.errors import InvalidInput, NotPermitted, PolicyRefusal, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import (
    EmailDesignated,
    PermissionGranted,
    PermissionRefused,
    PermissionRequested,
    PermissionWithdrawn,
)
from vault.ledger.rules.authority import require_author, require_over
from vault.ledger.rules.base import (
    Changes,
    require_address,
    require_current_policy,
    require_new,
    require_reason,
    require_text,
    require_thawed,
    rule,
)
from vault.ledger.view import View, get, the_vault

_SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@rule(PermissionRequested)
def requested(view: View, entry: Entry, event: PermissionRequested) -> Changes:
    """A person of the unit asks, in full, for an official account that nobody else has asked for."""
    author = require_author(view, entry)
    asked = event.statement
    require_over(view, author.id, asked.unit, *Role)
    require_new(view, Permission, event.permission)
    require_current_policy(view, event.policy)
    _require_statement(asked)
    for other in view.where(Permission, "key", asked.key):
        if other.state is PermissionState.REQUESTED or other.is_live(entry.time):
            raise WrongState(
                f"{asked.key} has already been asked for: {other.id}", hint=f"custody permission show {other.id}"
            )
    if view.where(Account, "key", asked.key):
        raise WrongState(f"{asked.key} is already registered", hint=f"custody account show {asked.key}")
    return (Permission(id=event.permission, statement=asked, requester=author.id, requested_at=entry.time),)


def _require_statement(asked: Statement) -> None:
    if not asked.is_official:
        raise PolicyRefusal(
            "the vault keeps the district's own accounts, and never asks for anybody's personal one (C.G.S. 31-40x)",
            clause="1",
            hint="if it is the district's account, say so with --official",
        )
    if not _SLUG.fullmatch(asked.platform):
        raise InvalidInput(f"{asked.platform!r} is not a platform of the catalogue", hint="custody platform list")
    require_text("the handle", asked.handle, 100)
    require_text("the display name", asked.display_name, 100)
    if not asked.purpose.strip():
        raise PolicyRefusal("say which school or educational purpose the account serves", clause="5")
    require_text("the purpose", asked.purpose, 500)
    require_text("the audience", asked.audience, 200)


def _decided(view: View, entry: Entry, permission: Permission) -> Person:
    """The supervisor who may decide this request now: never its author (rule 6)."""
    author = require_author(view, entry)
    if permission.requester == author.id:
        raise PolicyRefusal(
            "nobody decides on their own request, at any level",
            clause="6",
            hint="another supervisor of the unit, or one above it, decides",
        )
    require_over(view, author.id, permission.unit, Role.SUPERVISOR)
    if permission.state is not PermissionState.REQUESTED:
        raise WrongState(
            f"{permission.id} is already {permission.state.value}", hint=f"custody permission show {permission.id}"
        )
    return author


def _close(permission: Permission, state: PermissionState, by: Person, at: datetime, note: str) -> Permission:
    return replace(permission, state=state, decider=by.id, decided_at=at, note=note)


@rule(PermissionGranted)
def granted(view: View, entry: Entry, event: PermissionGranted) -> Changes:
    """A supervisor says yes to the very words of the request."""
    permission = get(view, Permission, event.permission)
    author = _decided(view, entry, permission)
    require_thawed(view)
    require_current_policy(view, event.policy)
    if event.statement != permission.statement:
        raise WrongState(f"the words that are granted are not those of {permission.id}")
    if event.note:
        require_text("the note", event.note, 500)
    days = the_vault(view).policy.permission_days
    decided = _close(permission, PermissionState.GRANTED, author, entry.time, event.note)
    yield replace(decided, expires_at=entry.time + timedelta(days=days))
    yield _tell(entry, permission, Subject.PERMISSION_GRANTED, event.note)


@rule(PermissionRefused)
def refused(view: View, entry: Entry, event: PermissionRefused) -> Changes:
    """A supervisor says no, and why."""
    permission = get(view, Permission, event.permission)
    author = _decided(view, entry, permission)
    require_text("the note", event.note, 500)
    yield _close(permission, PermissionState.REFUSED, author, entry.time, event.note)
    yield _tell(entry, permission, Subject.PERMISSION_REFUSED, event.note)


def _tell(entry: Entry, permission: Permission, subject: Subject, note: str) -> Notice:
    return Notice(
        seq=entry.seq,
        person=permission.requester,
        subject=subject,
        by=entry.author,
        at=entry.time,
        object=permission.id,
        detail=note,
    )


@rule(PermissionWithdrawn)
def withdrawn(view: View, entry: Entry, event: PermissionWithdrawn) -> Changes:
    """The requester takes it back while it is unused; a supervisor may take back a grant."""
    permission = get(view, Permission, event.permission)
    author = require_author(view, entry)
    if author.id != permission.requester:
        require_over(view, author.id, permission.unit, Role.SUPERVISOR)
    if permission.state not in {PermissionState.REQUESTED, PermissionState.GRANTED}:
        raise WrongState(f"{permission.id} is already {permission.state.value}")
    return (replace(permission, state=PermissionState.WITHDRAWN),)


@rule(EmailDesignated)
def designated(view: View, entry: Entry, event: EmailDesignated) -> Changes:
    """A supervisor, never the employee, designates an address that is nobody's personal one (rule 2)."""
    permission = get(view, Permission, event.permission)
    author = require_author(view, entry)
    if author.id == permission.requester:
        raise PolicyRefusal("your supervisor designates the address, not you", clause="2")
    require_over(view, author.id, permission.unit, Role.SUPERVISOR)
    require_new(view, Designation, event.designation)
    if permission.state not in {PermissionState.REQUESTED, PermissionState.GRANTED}:
        raise WrongState(f"{permission.id} is already {permission.state.value}")
    if not event.is_not_personal:
        raise NotPermitted("a personal e-mail address is never designated (rule 2)")
    require_address(event.address)
    require_reason(event.reason)
    return (
        Designation(
            id=event.designation,
            permission=permission.id,
            address=event.address,
            reason=event.reason,
            by=author.id,
            at=entry.time,
        ),
    )
