"""Rules of rotation: two versions side by side until somebody says which one the platform has taken."""

from __future__ import annotations

from dataclasses import replace

from vault.domain.accounts import Account
from vault.domain.checkouts import Ending
from vault.domain.credentials import Credential, CredentialState
from vault.domain.notices import Subject
from vault.domain.persons import Person
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.errors import InvalidInput, NotPermitted, PolicyRefusal, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import CredentialDestroyed, RotationAbandoned, RotationConfirmed, RotationStaged
from vault.ledger.rules.accounts import sealed
from vault.ledger.rules.authority import may_rotate, require_author
from vault.ledger.rules.base import Changes, require_current_policy, require_text, rule
from vault.ledger.rules.checkouts import close, open_checkout, tell
from vault.ledger.rules.keys import require_sealed
from vault.ledger.rules.owing import owe, owe_again
from vault.ledger.view import View, get, the_vault


def _require_rotator(view: View, entry: Entry, account: Account) -> Person:
    author = require_author(view, entry)
    if not may_rotate(view, author.id, account):
        raise NotPermitted(
            f"{author.username} does not rotate {account.key}",
            hint="its holders, a supervisor of the unit or IT do",
        )
    return author


@rule(RotationStaged)
def staged(view: View, entry: Entry, event: RotationStaged) -> Changes:
    """Who may rotate prepares a new version; the current one stays current."""
    account = get(view, Account, event.account)
    author = _require_rotator(view, entry, account)
    require_current_policy(view, event.policy)
    if account.staged is not None:
        raise WrongState(f"{account.key} is already being rotated", hint=f"custody rotate show {account.rotation}")
    if event.old != account.current or event.credential.version != account.versions + 1:
        raise WrongState(f"{account.key} has a newer credential", hint="run the command again")
    if event.reason:
        require_text("the reason", event.reason, 300)
    new, old = event.credential, get(view, Credential, account.current)
    carried = (old.sealed.codes_of, old.sealed.backup_codes)
    if new.codes_of != new.id and (new.codes_of, new.backup_codes) != carried:
        raise InvalidInput("backup codes are new, or carried over whole")
    if new.seed_of not in {None, new.id, old.sealed.seed_of}:
        raise InvalidInput("an authenticator seed is new, or carried over")
    if not new.has_seed and any(method.method == "totp" for method in account.mfa):
        raise PolicyRefusal("the authenticator seed is carried over or replaced, never dropped", clause="4")
    require_sealed(view, account.holders, account.unit, new)
    owed = account.rotation is not None
    rotation = get(view, Rotation, event.rotation) if owed else None
    if rotation is None or rotation.id != account.rotation:
        rotation = owe(view, account, event.rotation, Cause.ASKED, entry.time)
    yield replace(
        rotation,
        state=RotationState.STAGED,
        starter=author.id,
        reason=event.reason,
        old=account.current,
        new=new.id,
    )
    yield replace(account, staged=new.id, rotation=rotation.id, versions=new.version)
    yield from sealed(view, entry, account.id, new, CredentialState.STAGED)


def _require_staged(view: View, entry: Entry, key: str) -> tuple[Rotation, Account, Credential, Credential]:
    rotation = get(view, Rotation, key)
    account = get(view, Account, rotation.account)
    _require_rotator(view, entry, account)
    if rotation.state is not RotationState.STAGED or rotation.old is None or rotation.new is None:
        raise WrongState(
            f"{rotation.id} is {rotation.state.value}, not staged", hint=f"custody rotate start {account.key}"
        )
    return rotation, account, get(view, Credential, rotation.old), get(view, Credential, rotation.new)


@rule(RotationConfirmed)
def confirmed(view: View, entry: Entry, event: RotationConfirmed) -> Changes:
    """The new version is current, the old one retired; a lease on the old one is over, and the holders are told."""
    rotation, account, old, new = _require_staged(view, entry, event.rotation)
    yield replace(rotation, state=RotationState.CONFIRMED, ended_at=entry.time, ended_by=entry.author)
    yield replace(old, state=CredentialState.RETIRED, since=entry.time)
    yield replace(new, state=CredentialState.CURRENT, since=entry.time)
    retired = (*account.retired, old.id)
    yield from owe_again(view, entry, replace(account, current=new.id, staged=None, rotation=None, retired=retired))
    lease = open_checkout(view, account, entry.time)
    if lease is not None:
        yield close(lease, Ending.ROTATED, entry.author, entry.time)
    for person in account.holders:
        if person != entry.author:
            yield tell(entry, person, Subject.ROTATED, account)


@rule(RotationAbandoned)
def abandoned(view: View, entry: Entry, event: RotationAbandoned) -> Changes:
    """The old version stays; what was owed for a cause is owed again."""
    rotation, account, _, new = _require_staged(view, entry, event.rotation)
    if event.reason:
        require_text("the reason", event.reason, 300)
    causes = tuple(cause for cause in rotation.causes if cause is not Cause.ASKED)
    yield replace(new, state=CredentialState.ABANDONED, since=entry.time)
    yield replace(account, staged=None, rotation=rotation.id if causes else None)
    if causes:
        yield replace(rotation, state=RotationState.OWED, causes=causes, starter=None, reason="", old=None, new=None)
    else:
        yield replace(rotation, state=RotationState.ABANDONED, ended_at=entry.time, ended_by=entry.author)


@rule(CredentialDestroyed)
def destroyed(view: View, entry: Entry, event: CredentialDestroyed) -> Changes:
    """Who may rotate destroys the oldest retired version, once the policy keeps enough younger ones."""
    account = get(view, Account, event.account)
    _require_rotator(view, entry, account)
    credential = get(view, Credential, event.credential)
    kept = the_vault(view).policy.retired_kept
    if len(account.retired) <= kept or account.retired[0] != credential.id:
        raise WrongState(f"the policy keeps the last {kept} retired versions of {account.key}, oldest destroyed first")
    if set(event.digests) != set(credential.records):
        raise InvalidInput(f"not the records of {credential.id}")
    return (
        replace(credential, is_destroyed=True),
        replace(account, retired=account.retired[1:]),
    )
