"""Rules of recovery: anybody may ask, only the officers' shares open, and afterwards keys and shares are made anew.

That the officers agreed is not the author's word: the recovery key, which only enough shares give, signs the act and
the entry's time. So nobody freezes the vault, takes its shares over or claims a drill with a signed lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final, TypeAlias

from vault.domain.accounts import Account
from vault.domain.ids import Digest, UnitId, VaultId
from vault.domain.persons import KEYHOLDERS, Appointment, Role
from vault.domain.recovery import Drill, EscrowDrill, GivenShare, RecoveryRequest, Scope
from vault.domain.units import Unit
from vault.domain.vaults import Recovery
from vault.errors import IntegrityError, InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import (
    EscrowDrilled,
    RecoveryDrilled,
    RecoveryOpened,
    RecoveryRequested,
    RecoveryReshared,
    RecoveryShareGiven,
    StorageKeySealed,
)
from vault.ledger.rules.authority import ancestry, require_author, require_over
from vault.ledger.rules.base import Changes, require_end, require_new, require_reason, rule
from vault.ledger.rules.epochs import owe_keys
from vault.ledger.rules.keys import fingerprint, require_copies
from vault.ledger.view import View, get, the_vault
from vault.sealing.bindings import RECOVERY
from vault.sealing.recovery import CONSENTED_AS, Act, consent_statement
from vault.sealing.shares import LEAST_THRESHOLD, MOST_SHARES, SET_BYTES
from vault.sealing.signatures import SigningPublicKey

REQUEST_DAYS: Final = 7
_COMMITMENT_BYTES: Final = 32

Consented: TypeAlias = RecoveryOpened | RecoveryDrilled | RecoveryReshared


def covers(view: View, scope: Scope, account: Account) -> bool:
    """Whether a request's scope names this account, its unit or one above it."""
    if scope.everything or account.id in scope.accounts:
        return True
    return any(unit.id in scope.units for unit in ancestry(view, account.unit))


@rule(RecoveryRequested)
def requested(view: View, entry: Entry, event: RecoveryRequested) -> Changes:
    """Who works over all of the scope asks; the officers decide by their shares."""
    author = require_author(view, entry)
    require_new(view, RecoveryRequest, event.request)
    scope = event.scope
    if scope.everything == bool(scope.units or scope.accounts):
        raise InvalidInput("a request names accounts or units, or the whole vault alone")
    units: list[UnitId] = [the_vault(view).unit] if scope.everything else list(scope.units)
    units += [get(view, Account, account).unit for account in scope.accounts]
    for unit in units:
        require_over(view, author.id, unit, *Role)
    require_reason(event.reason)
    require_end(f"a request ends within {REQUEST_DAYS} days", entry.time, event.until, timedelta(days=REQUEST_DAYS))
    fingerprint(event.public)
    return (
        RecoveryRequest(
            id=event.request,
            by=author.id,
            scope=scope,
            reason=event.reason,
            at=entry.time,
            until=event.until,
            public=event.public,
        ),
    )


def require_live(view: View, entry: Entry, key: str) -> RecoveryRequest:
    """A request that has not ended.

    Raises:
        WrongState: It has.
    """
    request = get(view, RecoveryRequest, key)
    if entry.time >= request.until:
        raise WrongState(f"{request.id} ended on {request.until:%Y-%m-%d %H:%M} UTC", hint="custody recovery request …")
    return request


@rule(RecoveryShareGiven)
def share_given(view: View, entry: Entry, event: RecoveryShareGiven) -> Changes:
    """An officer who is enrolled gives a share for a request that has not ended, once."""
    author = require_author(view, entry)
    request = require_live(view, entry, event.request)
    _require_indexes(the_vault(view).recovery, (event.index,), least=1)
    given = GivenShare(request=request.id, by=author.id, index=event.index, at=entry.time, record=event.record)
    if view.find(GivenShare, given.id) is not None:
        raise WrongState(f"{author.username} has given share {event.index} for {request.id} already")
    return (given,)


def _require_indexes(recovery: Recovery, shares: tuple[int, ...], *, least: int) -> None:
    """Refuse numbers that shares do not have, that do not rise, or that are fewer than needed."""
    if len(shares) < least:
        raise InvalidInput(f"{len(shares)} shares were given; at least {least} are needed")
    if list(shares) != sorted(set(shares)) or not 1 <= shares[0] <= shares[-1] <= len(recovery.commitments):
        raise InvalidInput(f"the shares are numbered from 1 to {len(recovery.commitments)}, and each is given once")


def _require_consent(view: View, entry: Entry, event: Consented, act: Act, subject: bytes) -> None:
    """Refuse an act to which the officers' key has not signed, in this vault, at this time.

    Raises:
        InvalidInput: Shares that there are not, or too few.
        BadSignature: The officers have not agreed to this.
    """
    recovery = the_vault(view).recovery
    _require_indexes(recovery, event.shares, least=recovery.threshold)
    statement = consent_statement(VaultId(entry.envelope.vault), act, subject, entry.time)
    SigningPublicKey(recovery.signing).verify(CONSENTED_AS, statement, event.consent)


@rule(RecoveryOpened)
def opened(view: View, entry: Entry, event: RecoveryOpened) -> Changes:
    """The requester, with the officers' consent; from now on the vault is frozen."""
    author = require_author(view, entry)
    request = require_live(view, entry, event.request)
    if author.id != request.by:
        raise NotPermitted(f"{request.id} is somebody else's request")
    _require_consent(view, entry, event, Act.OPEN, request.id.encode())
    yield replace(request, opened_at=entry.time, shares=event.shares)
    yield replace(the_vault(view), opened=request.id)


@rule(RecoveryDrilled)
def drilled(view: View, entry: Entry, event: RecoveryDrilled) -> Changes:
    """Supervisors, IT and auditors of the district hold the drill, with the officers' consent."""
    author = require_author(view, entry)
    require_over(view, author.id, the_vault(view).unit, *KEYHOLDERS, Role.AUDITOR)
    _require_consent(view, entry, event, Act.DRILL, b"")
    return (Drill(by=author.id, at=entry.time, shares=event.shares),)


def supervised(view: View, person: str) -> tuple[UnitId, ...]:
    """The units in which the person is supervisor, by id."""
    held = view.where(Appointment, "person", person)
    return tuple(sorted(each.unit for each in held if each.is_live and each.role is Role.SUPERVISOR))


@rule(EscrowDrilled)
def escrow_drilled(view: View, entry: Entry, event: EscrowDrilled) -> Changes:
    """A supervisor says so of exactly the units that are theirs."""
    author = require_author(view, entry)
    units = supervised(view, author.id)
    if not units:
        raise NotPermitted(f"{author.username} supervises no unit", hint="a supervisor runs: custody escrow drill")
    if event.units != units:
        raise WrongState("the units that you supervise have changed meanwhile", hint="run the command again")
    return (EscrowDrill(id=author.id, at=entry.time, units=units),)


@rule(RecoveryReshared)
def reshared(view: View, entry: Entry, event: RecoveryReshared) -> Changes:
    """IT of the district makes the recovery key anew, with the old officers' consent; that thaws the vault.

    After an opening the district unit's key has been on the requester's machine, so new unit keys are owed as well.
    """
    vault = the_vault(view)
    require_over(view, require_author(view, entry).id, vault.unit, Role.IT)
    require_reason(event.reason)
    new = event.recovery
    _require_recovery(vault.recovery, new)
    _require_consent(view, entry, event, Act.RESHARE, fingerprint(new.public))
    district = get(view, Unit, vault.unit)
    if len(event.copies) != len(district.keys):
        raise IntegrityError("every kept key of the district unit is sealed to the new recovery key, newest first")
    for copy in event.copies:
        require_copies((copy,), {RECOVERY: new.public})
    if set(event.retired) != set(sealed_to_recovery(view)) or not set(event.records).isdisjoint(event.retired):
        raise IntegrityError("what was sealed to the old recovery key is destroyed, all of it and nothing else")
    yield replace(vault, recovery=new, opened=None)
    yield _with_copies(district, event, is_rekey_owed=district.is_rekey_owed or vault.opened is not None)
    for given in view.where(GivenShare, "kept_mark", "kept"):
        yield replace(given, is_kept=False)
    if vault.opened is not None:
        for child in view.where(Unit, "parent", district.id):
            yield from owe_keys(view, child.id)


def _require_recovery(old: Recovery, new: Recovery) -> None:
    """Refuse a recovery key that is not new, or that is not split."""
    require_split(new)
    if new.storage_term < old.storage_term:
        raise WrongState(f"a newer storage key, of term {old.storage_term}, is sealed already")
    if new.public == old.public or new.signing == old.signing or new.set_id == old.set_id:
        raise IntegrityError("the new recovery key is an old one")


def require_split(recovery: Recovery) -> None:
    """Refuse a recovery key whose parts have not the form of one.

    Raises:
        InvalidInput: It is no quorum, or a part has another length.
        UnsafeKey: One of its public keys must not be used.
    """
    fingerprint(recovery.public)
    SigningPublicKey(recovery.signing)
    count = len(recovery.commitments)
    if not LEAST_THRESHOLD <= recovery.threshold <= count <= MOST_SHARES:
        raise InvalidInput(f"{recovery.threshold} of {count} is no quorum")
    lengths = {len(each) for each in recovery.commitments}
    if lengths != {_COMMITMENT_BYTES} or len(set(recovery.commitments)) != count or len(recovery.set_id) != SET_BYTES:
        raise InvalidInput("every share has a commitment of its own, 32 bytes, and a set 8 bytes")


def _with_copies(district: Unit, event: RecoveryReshared, *, is_rekey_owed: bool) -> Unit:
    """The district unit with each key's copy for the recovery key in the place of the old one."""
    keys = [
        replace(key, copies=tuple(new if copy.recipient == RECOVERY else copy for copy in key.copies))
        for key, new in zip(district.keys, event.copies, strict=True)
    ]
    return replace(district, copies=keys[0].copies, former=tuple(keys[1:]), is_rekey_owed=is_rekey_owed)


def sealed_to_recovery(view: View) -> Iterator[Digest]:
    """Every sealed record that the recovery key's shares open: what a new recovery key has destroyed."""
    vault = the_vault(view)
    yield vault.recovery.storage_key
    for key in get(view, Unit, vault.unit).keys:
        yield from (copy.record for copy in key.copies if copy.recipient == RECOVERY)
    for given in view.where(GivenShare, "kept_mark", "kept"):
        yield given.record


@rule(StorageKeySealed)
def storage_key_sealed(view: View, entry: Entry, event: StorageKeySealed) -> Changes:
    """IT of the district seals the storage key's newest file to the recovery key."""
    vault = the_vault(view)
    require_over(view, require_author(view, entry).id, vault.unit, Role.IT)
    if event.replaced != vault.recovery.storage_key:
        raise WrongState("the copy of the storage key has changed meanwhile", hint="run the command again")
    if event.record == event.replaced:
        raise InvalidInput("a copy of the storage key does not replace itself")
    if event.term < vault.recovery.storage_term:
        raise WrongState(f"a newer storage key, of term {vault.recovery.storage_term}, is sealed already")
    recovery = replace(vault.recovery, storage_key=event.record, storage_term=event.term)
    return (replace(vault, recovery=recovery),)
