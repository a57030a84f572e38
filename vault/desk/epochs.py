"""Epochs: unit keys made anew when a keyholder ends, or on demand, and escrow copies that follow them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vault.desk.contents import Safe
from vault.desk.finding import find_unit
from vault.desk.keychain import Keychain, seal_unit_key
from vault.desk.office import Member, Office
from vault.desk.units import share_unit_keys
from vault.domain.accounts import Account
from vault.domain.credentials import Credential, escrow_mark
from vault.domain.ids import Digest
from vault.domain.keys import UnitKey
from vault.domain.persons import KEYHOLDERS, Appointment, Person
from vault.domain.units import Unit
from vault.errors import IntegrityError, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import CredentialResealed, Event, RoleEnded, UnitRekeyed
from vault.ledger.ledger import Draft
from vault.ledger.overlay import Overlay
from vault.ledger.rules.authority import is_over
from vault.ledger.rules.epochs import owe_keys, recipients_of_key, subtree
from vault.ledger.rules.keys import require_remade
from vault.ledger.view import View, get
from vault.policy.naming import require_plain_text
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.keypairs import SealingKey

BATCH = 50
"""How many escrow copies are sealed anew in one transaction; also the most that a command does in passing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """What is still sealed to a former key of a unit.

    Attributes:
        unit: Whose.
        key: Which former one.
        credentials: The versions whose escrow copy is sealed to it.
    """

    unit: Unit
    key: UnitKey
    credentials: Sequence[Credential]


def lagging(view: View, person: Person) -> Iterator[Lag]:
    """What lags behind the newest keys of the units over which this person is a keyholder."""
    for unit in view.every(Unit):
        if not unit.former or unit.is_rekey_owed or not is_over(view, person.id, unit.id, *KEYHOLDERS):
            continue
        for key in unit.former:
            found = view.where(Credential, "escrow", escrow_mark(unit.id, key.epoch))
            if found:
                yield Lag(unit=unit, key=key, credentials=found)


def make_keys(office: Office, view: View, units: Sequence[Unit], reason: str) -> Draft:
    """The next keys of units, sealed to exactly who holds them; one whose parent's key is still owed is left out.

    Args:
        office: Where randomness comes from.
        view: The state in which whoever ends has ended.
        units: Each after the one above it.
        reason: Why; "" when they are owed anyway.
    """
    made: dict[str, bytes] = {}
    events: list[Event] = []
    records: dict[Digest, bytes] = {}
    for unit in units:
        parent = None if unit.parent is None else get(view, Unit, unit.parent)
        if parent is not None and parent.id not in made and parent.is_rekey_owed:
            continue
        seed, copies = office.random(SEED_BYTES), []
        for recipient, public in recipients_of_key(view, unit).items():
            copy, record = seal_unit_key(seed, unit.id, unit.epoch + 1, recipient, made.get(recipient, public))
            copies.append(copy)
            records[copy.record] = record
        made[unit.id] = SealingKey.from_seed(seed).public.to_bytes()
        events.append(
            UnitRekeyed(unit=unit.id, epoch=unit.epoch + 1, public=made[unit.id], copies=tuple(copies), reason=reason)
        )
    return Draft(events=tuple(events), records=records)


def end_roles(office: Office, view: View, at: datetime, ended: Sequence[Appointment]) -> Draft:
    """The end of roles and, where they held keys, the new keys that it asks for, to be written together.

    Args:
        office: Where randomness comes from.
        view: The state before.
        at: When.
        ended: The appointments that end.
    """
    after, units = Overlay(view), dict[str, Unit]()
    for each in ended:
        after.put((replace(each, until=at),))
        if each.role in KEYHOLDERS and not is_over(after, each.person, each.unit, *KEYHOLDERS):
            after.put(owe_keys(after, each.unit))
            units |= {unit.path: unit for unit in subtree(after, each.unit)}
    keys = make_keys(office, after, [units[path] for path in sorted(units)], "")
    events = (RoleEnded(person=each.person, unit=each.unit, role=each.role) for each in ended)
    return Draft(events=(*events, *keys.events), records=keys.records)


class Epochs:
    """What keyholders do about the keys of units.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def rekey(self, member: Member, path: str, *, reason: str) -> tuple[str, ...]:
        """Make the keys of a unit and of all below it anew, on demand.

        Returns:
            The paths of the units that have a new key.

        Raises:
            NotPermitted: The member is no keyholder there.
            WrongState: The key above is to be made anew first.
        """
        office, top = self._office, find_unit(self._office.view, path)
        text = require_plain_text("the reason", reason, 500, least=10)

        def build(view: View, _at: datetime) -> Draft:
            if top.parent is not None:
                require_remade(get(view, Unit, top.parent))
            return make_keys(office, view, list(subtree(view, top.id)), text)

        return tuple(remade_paths(office.view, office.write(member, build)))

    def mend(self, member: Member) -> tuple[str, ...]:
        """Make the keys that are owed and that this member may make: after a role was ended without them."""
        office = self._office

        def build(view: View, _at: datetime) -> Draft:
            owed = (unit for unit in view.every(Unit) if unit.is_rekey_owed)
            mine = [unit for unit in owed if is_over(view, member.person.id, unit.id, *KEYHOLDERS)]
            draft = make_keys(office, view, sorted(mine, key=lambda each: each.path), "")
            if not draft.events:
                raise WrongState("no key is to be made anew by you")
            return draft

        try:
            return tuple(remade_paths(office.view, office.write(member, build)))
        except WrongState:
            return ()

    def reseal(self, member: Member, *, most: int | None = None) -> int:
        """Seal escrow copies that lag behind to the newest key of their unit, as far as this member opens them.

        Each transaction takes some; what is done stays done, and doing it again goes on with the rest.

        Args:
            member: Who opened the former keys.
            most: Stop after so many.

        Returns:
            How many were sealed anew.
        """
        todo = [
            (lag.unit, credential)
            for lag in lagging(self._office.view, member.person)
            if self._opens(member, lag)
            for credential in lag.credentials
        ][:most]
        done, safe = 0, Safe(self._office, member)
        for at in range(0, len(todo), BATCH):
            done += self._reseal(member, safe, todo[at : at + BATCH])
            self._office.progress(min(at + BATCH, len(todo)), len(todo))
        return done

    def _opens(self, member: Member, lag: Lag) -> bool:
        try:
            Keychain(self._office, member).unit_seed(lag.unit, lag.key.epoch)
        except (NotPermitted, IntegrityError):
            return False
        return True

    def _reseal(self, member: Member, safe: Safe, batch: Sequence[tuple[Unit, Credential]]) -> int:
        """One transaction; what others have done meanwhile is left out of it."""
        prepared = list(self._prepared(safe, batch))

        def build(view: View, _at: datetime) -> Draft:
            due = [(event, record) for event, record in prepared if _is_due(view, event)]
            if not due:
                raise WrongState("others have sealed these anew already")
            records = {event.copy.record: record for event, record in due}
            return Draft(events=tuple(event for event, _ in due), records=records)

        try:
            return len(self._office.write(member, build))
        except WrongState:
            return 0

    def _prepared(
        self, safe: Safe, batch: Sequence[tuple[Unit, Credential]]
    ) -> Iterator[tuple[CredentialResealed, bytes]]:
        for unit, credential in batch:
            account = get(self._office.view, Account, credential.account)
            try:
                copy, record = safe.reseal(account, credential, unit.id, unit.public)
            except IntegrityError:
                # One copy that was never good must not keep the others behind; `escrow verify` names it.
                continue
            yield (
                CredentialResealed(
                    account=account.id,
                    credential=credential.id,
                    copy=copy,
                    unit_epoch=unit.epoch,
                    replaced=next(each.record for each in credential.sealed.copies if each.recipient == unit.id),
                ),
                record,
            )


def _is_due(view: View, event: CredentialResealed) -> bool:
    """Whether the copy that it replaces is there still, and the key that it seals to is still the newest."""
    credential, unit = get(view, Credential, event.credential), get(view, Unit, event.copy.recipient)
    is_there = credential.escrow is not None and event.replaced in credential.records
    return is_there and unit.epoch == event.unit_epoch and not unit.is_rekey_owed


def remade_paths(view: View, entries: Sequence[Entry]) -> Iterator[str]:
    """The paths of the units whose keys these entries made anew."""
    events = (entry.event for entry in entries)
    return (get(view, Unit, event.unit).path for event in events if isinstance(event, UnitRekeyed))


def tend_keys(office: Office, member: Member) -> None:
    """What every command of a keyholder does in passing: owed keys, copies for newcomers, a batch of escrow copies.

    Anybody else pays nothing for it.
    """
    held = office.view.where(Appointment, "person", member.person.id)
    if not any(each.is_live and each.role in KEYHOLDERS for each in held):
        return
    epochs = Epochs(office)
    if any(unit.is_rekey_owed for unit in office.view.every(Unit)):
        epochs.mend(member)
    share_unit_keys(office, member)
    epochs.reseal(member, most=BATCH)
