"""Rules of epochs: a unit's key is made anew when a keyholder ends, and what is escrowed follows it.

Whoever ends keeps the keys that they have opened. So their end marks the unit and every unit below it: a key is owed
there, and until it is made nothing is sealed to that unit, whoever writes. Only a fresh key clears the mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vault.domain.accounts import Account
from vault.domain.credentials import Credential, escrow_mark
from vault.domain.ids import UnitId
from vault.domain.keys import UnitKey
from vault.domain.persons import KEYHOLDERS, Appointment, post
from vault.domain.units import Unit
from vault.errors import IntegrityError, InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import CredentialResealed, UnitRekeyed
from vault.ledger.rules.authority import require_author, require_over
from vault.ledger.rules.base import Changes, require_reason, rule
from vault.ledger.rules.keys import fingerprint, public_key_of, require_copies, require_remade
from vault.ledger.view import View, get, the_vault
from vault.sealing.bindings import RECOVERY


def subtree(view: View, unit: UnitId) -> Iterator[Unit]:
    """The unit and every unit below it, each after the one above it."""
    yield get(view, Unit, unit)
    for child in view.where(Unit, "parent", unit):
        yield from subtree(view, child.id)


def owe_keys(view: View, unit: UnitId) -> Iterator[Unit]:
    """The unit and those below it, marked: whoever opened this unit's key opened theirs."""
    return (replace(each, is_rekey_owed=True) for each in subtree(view, unit) if not each.is_rekey_owed)


def recipients_of_key(view: View, unit: Unit) -> dict[str, bytes]:
    """Whom a new key of a unit is sealed to: its supervisors and IT, and the unit above or the recovery key."""
    roles = sorted(KEYHOLDERS, key=lambda each: each.value)
    held = (each for role in roles for each in view.where(Appointment, "post", post(unit.id, role)))
    recipients: dict[str, bytes] = {each.person: public_key_of(view, each.person) for each in held}
    if unit.parent is None:
        recipients[RECOVERY] = the_vault(view).recovery.public
    else:
        recipients[unit.parent] = get(view, Unit, unit.parent).public
    return recipients


@rule(UnitRekeyed)
def rekeyed(view: View, entry: Entry, event: UnitRekeyed) -> Changes:
    """A keyholder makes a unit's next key, sealed to exactly who holds it today; then the units below are due one."""
    require_over(view, require_author(view, entry).id, event.unit, *KEYHOLDERS)
    unit = get(view, Unit, event.unit)
    if event.reason or not unit.is_rekey_owed:
        require_reason(event.reason)
    if event.epoch != unit.epoch + 1:
        raise IntegrityError(f"epoch {event.epoch} of the key of {unit.path} does not follow its current one")
    if any(event.public == key.public for key in unit.keys):
        raise IntegrityError(f"epoch {event.epoch} of the key of {unit.path} is an older key of it")
    fingerprint(event.public)
    if unit.parent is not None:
        require_remade(get(view, Unit, unit.parent))
    require_copies(event.copies, recipients_of_key(view, unit))
    yield replace(
        unit,
        epoch=event.epoch,
        public=event.public,
        copies=event.copies,
        former=(unit.key, *(key for key in unit.former if _is_needed(view, unit, key))),
        is_rekey_owed=False,
    )
    for child in view.where(Unit, "parent", unit.id):
        yield from owe_keys(view, child.id)


def _is_needed(view: View, unit: Unit, key: UnitKey) -> bool:
    """Whether a former key still opens a credential, or a key of a unit below."""
    if view.where(Credential, "escrow", escrow_mark(unit.id, key.epoch)):
        return True
    named = fingerprint(key.public)
    below = (each for child in view.where(Unit, "parent", unit.id) for each in child.keys)
    return any(copy.fingerprint == named for each in below for copy in each.copies)


@rule(CredentialResealed)
def resealed(view: View, entry: Entry, event: CredentialResealed) -> Changes:
    """A keyholder seals the escrow copy of a kept version to the unit's newest key, in place of an older one."""
    account, credential = get(view, Account, event.account), get(view, Credential, event.credential)
    require_over(view, require_author(view, entry).id, account.unit, *KEYHOLDERS)
    if credential.account != account.id:
        raise NotPermitted(f"{credential.id} is not a credential of {account.key}")
    if credential.escrow is None:
        raise WrongState(f"version {credential.sealed.version} of {account.key} is not kept any more")
    unit = get(view, Unit, account.unit)
    require_remade(unit)
    if event.unit_epoch != unit.epoch:
        raise IntegrityError(f"epoch {event.unit_epoch} of the key of {unit.path} is not its current one, {unit.epoch}")
    if credential.sealed.unit_epoch == unit.epoch:
        raise WrongState(f"version {credential.sealed.version} of {account.key} is sealed to the newest key already")
    require_copies((event.copy,), {unit.id: unit.public})
    if event.replaced not in {copy.record for copy in credential.sealed.copies if copy.recipient == unit.id}:
        raise IntegrityError(f"not the escrow copy of version {credential.sealed.version} of {account.key}")
    if event.copy.record == event.replaced:
        raise InvalidInput("an escrow copy does not replace itself")
    copies = tuple(event.copy if copy.recipient == unit.id else copy for copy in credential.sealed.copies)
    return (replace(credential, sealed=replace(credential.sealed, copies=copies, unit_epoch=event.unit_epoch)),)
