"""Rules of registration (rules 1-4 and 6) and of exceptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from vault.domain.accounts import Account, PolicyException
from vault.domain.credentials import BackupCodes, Credential, CredentialState, SealedCredential
from vault.domain.ids import AccountId
from vault.domain.permissions import Designation, Permission, PermissionState
from vault.domain.persons import Person, Role
from vault.errors import InvalidInput, NotPermitted, PolicyRefusal, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import AccountRegistered, ExceptionGranted
from vault.ledger.rules.authority import require_author, require_over
from vault.ledger.rules.base import (
    Changes,
    require_current_policy,
    require_end,
    require_new,
    require_reason,
    require_text,
    require_thawed,
    rule,
)
from vault.ledger.rules.keys import require_sealed
from vault.ledger.view import View, get

EXCEPTION_DAYS_MOST: Final = 366


@rule(AccountRegistered)
def registered(view: View, entry: Entry, event: AccountRegistered) -> Changes:
    """The person with a live permission registers exactly what it allows, sealed, escrowed and judged."""
    author = require_author(view, entry)
    permission = _require_permission(view, entry, event, author)
    require_over(view, author.id, permission.unit, *Role)
    require_thawed(view)
    require_current_policy(view, event.policy)
    require_new(view, Account, event.account)
    if view.where(Account, "key", permission.key):
        raise WrongState(f"{permission.key} is already registered", hint=f"custody account show {permission.key}")
    _require_mailbox(view, event)
    _require_mfa(event)
    holders = (author.id,) if event.second is None else (author.id, event.second)
    if event.second is not None:
        if event.second == author.id:
            raise InvalidInput("the second holder is somebody else than the custodian")
        require_over(view, event.second, permission.unit, *Role)
    first = event.credential
    if first.version != 1 or first.codes_of != first.id or first.seed_of not in {None, first.id}:
        raise InvalidInput("a first credential is version 1 and brings its own seed and backup codes")
    require_sealed(view, holders, permission.unit, first)
    yield replace(permission, state=PermissionState.USED)
    yield Account(
        id=event.account,
        permission=permission.id,
        statement=permission.statement,
        policy=event.policy,
        custodian=author.id,
        second=event.second,
        registered_at=entry.time,
        mailbox=event.mailbox,
        mfa=event.mfa,
        platform_has_mfa=event.platform_has_mfa,
        current=first.id,
    )
    yield from sealed(view, entry, event.account, first, CredentialState.CURRENT)


def sealed(
    view: View, entry: Entry, account: AccountId, credential: SealedCredential, state: CredentialState
) -> Changes:
    """The documents of a newly sealed version: the version, and its backup codes if it brings its own."""
    require_new(view, Credential, credential.id)
    yield Credential(
        sealed=credential,
        account=account,
        sealer=entry.author,
        sealed_at=entry.time,
        state=state,
        since=entry.time,
    )
    if credential.codes_of == credential.id:
        yield BackupCodes(id=credential.id, total=credential.backup_codes)


def _require_permission(view: View, entry: Entry, event: AccountRegistered, author: Person) -> Permission:
    permission = get(view, Permission, event.permission)
    if permission.requester != author.id:
        raise NotPermitted(f"{permission.id} was given to somebody else, who registers the account")
    if permission.state is PermissionState.USED:
        raise WrongState(f"{permission.id} has been used", hint=f"custody account show {permission.key}")
    if not permission.is_live(entry.time):
        raise PolicyRefusal(
            "your supervisor has not given written permission for it, or it has expired",
            clause="6",
            hint=f"custody permission show {permission.id}",
        )
    if event.statement != permission.statement:
        raise WrongState(f"what is registered is not what {permission.id} allows")
    return permission


def _require_mailbox(view: View, event: AccountRegistered) -> None:
    require_text("who can open the mailbox", event.mailbox.opened_by, 200)
    for method in event.mailbox.mfa:
        require_text("how the mailbox is protected", method, 40)
    if event.designation is not None:
        designation = get(view, Designation, event.designation)
        if designation.permission != event.permission:
            raise PolicyRefusal("that address was designated for another account", clause="2")


def _require_mfa(event: AccountRegistered) -> None:
    if not event.mfa and event.platform_has_mfa is True:
        raise PolicyRefusal(
            "set up multi-factor authentication first",
            clause="4",
            hint="give the seed with --totp-uri-file, or name the method with --mfa and who holds it with --mfa-holder",
        )
    for method in event.mfa:
        require_text("the method of a second factor", method.method, 40)
        if method.method == "totp" and not (event.credential.has_seed and method.is_proved):
            raise PolicyRefusal("an authenticator seed proves itself with a current code", clause="4")
        if method.method != "totp":
            require_text("who holds the second factor", method.holder, 100)


@rule(ExceptionGranted)
def exception_granted(view: View, entry: Entry, event: ExceptionGranted) -> Changes:
    """A supervisor who does not hold it excepts an account from rule 4 for a time, if the platform offers nothing."""
    account = get(view, Account, event.account)
    author = require_author(view, entry)
    if author.id in account.holders:
        raise NotPermitted("nobody excepts their own account", hint="another supervisor decides")
    require_over(view, author.id, account.unit, Role.SUPERVISOR)
    require_new(view, PolicyException, event.exception)
    if event.clause != "4":
        raise NotPermitted(f"rule {event.clause} knows no exception")
    if account.platform_has_mfa is True:
        raise PolicyRefusal(f"{account.statement.platform} offers multi-factor authentication: set it up", clause="4")
    require_end(
        "an exception ends at a date within a year from now",
        entry.time,
        event.until,
        timedelta(days=EXCEPTION_DAYS_MOST),
    )
    require_reason(event.reason)
    return (
        PolicyException(
            id=event.exception,
            account=account.id,
            clause=event.clause,
            reason=event.reason,
            by=author.id,
            at=entry.time,
            until=event.until,
        ),
    )
