"""Rules of exposure: who may be shown which part, on which authority. Committed before anything is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from vault.domain.accounts import Account
from vault.domain.credentials import BackupCodes, Credential, Exposure, Part, Road
from vault.domain.notices import Subject
from vault.domain.persons import Person, Role
from vault.domain.recovery import RecoveryRequest
from vault.domain.rotations import Cause, Rotation
from vault.errors import InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import ExposureRecorded
from vault.ledger.rules.authority import may_rotate, require_author, require_over
from vault.ledger.rules.base import Changes, require_new, rule
from vault.ledger.rules.checkouts import open_checkout, tell
from vault.ledger.rules.owing import derive_rotation_id, owe
from vault.ledger.view import View, get, the_vault

_LEASED: Final = frozenset({Part.PASSWORD, Part.CONTACTS, Part.MFA_CODE, Part.BACKUP_CODE})
"""What a checkout or an escrow opening shows: never the seed, and one backup code at a time."""


@rule(ExposureRecorded)
def exposed(view: View, entry: Entry, event: ExposureRecorded) -> Changes:
    """Who works there may be shown this part: by lease, in the open rotation, or as their own registration."""
    author = require_author(view, entry)
    account = get(view, Account, event.account)
    credential = get(view, Credential, event.credential)
    require_over(view, author.id, account.unit, *Role)
    require_new(view, Exposure, event.exposure)
    if credential.account != account.id:
        raise NotPermitted(f"{credential.id} is not a credential of {account.key}")
    if (event.part is Part.BACKUP_CODE) != (event.number is not None):
        raise InvalidInput("a backup code is shown by its number, and nothing else is")
    if event.road is Road.ROTATION:
        _require_rotation_road(view, account, credential, author)
    elif event.road is Road.REGISTRATION:
        _require_registration_road(account, credential, author)
    elif event.road is Road.RECOVERY:
        request = _require_recovery_road(view, entry, account, credential)
        yield from _owed_after_recovery(view, entry, account, request)
    else:
        _require_lease_road(view, account, event, author, entry.time)
    yield Exposure(
        id=event.exposure,
        account=account.id,
        credential=credential.id,
        version=credential.sealed.version,
        person=author.id,
        part=event.part,
        road=event.road,
        at=entry.time,
        number=event.number,
    )
    if event.number is not None:
        codes = get(view, BackupCodes, credential.sealed.codes_of)
        yield spend(codes, event.number, account)


def spend(codes: BackupCodes, number: int, account: Account) -> BackupCodes:
    """The list with one more code spent.

    Raises:
        WrongState: There is no such code, or it is spent.
    """
    if not 1 <= number <= codes.total or number in codes.spent:
        raise WrongState(f"backup code {number} of {account.key} is spent or was never there")
    return replace(codes, spent=tuple(sorted((*codes.spent, number))))


def _require_lease_road(view: View, account: Account, event: ExposureRecorded, author: Person, at: datetime) -> None:
    lease = open_checkout(view, account, at)
    if lease is None or lease.person != author.id or lease.road is not event.road:
        raise WrongState(
            f"{author.username} has not checked out {account.key}",
            hint=f'custody checkout {account.key} --for 2h --reason "…"',
        )
    if lease.credential != event.credential:
        raise WrongState(f"{account.key} has a newer credential than the one checked out", hint="check it out again")
    if event.part not in _LEASED:
        raise NotPermitted(f"a checkout never shows the {event.part.value.replace('-', ' ')}")


def _require_rotation_road(view: View, account: Account, credential: Credential, author: Person) -> None:
    rotation = None if account.rotation is None else get(view, Rotation, account.rotation)
    if rotation is None or credential.id not in {rotation.old, rotation.new}:
        raise WrongState(f"no open rotation of {account.key} concerns this version")
    if not may_rotate(view, author.id, account):
        raise NotPermitted(f"{author.username} does not rotate {account.key}")


def _require_registration_road(account: Account, credential: Credential, author: Person) -> None:
    is_first = credential.sealed.version == 1 and credential.id == account.current
    if credential.sealer != author.id or not is_first or account.proof is not None:
        raise NotPermitted(f"{author.username} has not just registered {account.key}")


def _require_recovery_road(view: View, entry: Entry, account: Account, credential: Credential) -> RecoveryRequest:
    from vault.ledger.rules.recovery import covers

    opened = the_vault(view).opened
    request = None if opened is None else get(view, RecoveryRequest, opened)
    if request is None or request.by != entry.author or entry.time >= request.until:
        raise WrongState(
            f"the recovery officers have not opened {account.key} for you", hint="custody recovery request …"
        )
    if not covers(view, request.scope, account):
        raise NotPermitted(f"{request.id} does not name {account.key}")
    if credential.id not in {account.current, account.staged}:
        raise WrongState(f"{account.key} has a newer credential", hint="run the command again")
    return request


def _owed_after_recovery(view: View, entry: Entry, account: Account, request: RecoveryRequest) -> Changes:
    """A rotation is owed, and whoever holds the account is told once."""
    fresh = account.rotation or derive_rotation_id(entry, account.id)
    rotation = owe(view, account, fresh, Cause.RECOVERY_OPENED, entry.time)
    known = None if account.rotation is None else get(view, Rotation, account.rotation)
    if rotation == known:
        return
    yield rotation
    yield replace(account, rotation=rotation.id)
    for person in account.holders:
        if person != entry.author:
            yield tell(entry, person, Subject.RECOVERY_OPENED, account, request.reason)
