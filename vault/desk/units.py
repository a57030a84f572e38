"""Units, and sealing their keys to those who are due them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from vault.desk.finding import find_unit
from vault.desk.keychain import Keychain, seal_unit_key
from vault.desk.office import Member, Office
from vault.domain.ids import Digest, UnitId
from vault.domain.persons import KEYHOLDERS, Appointment, Person, post
from vault.domain.units import Unit, UnitKind
from vault.errors import IntegrityError, InvalidInput, NotPermitted, WrongState
from vault.ledger.events import UnitAdded, UnitKeyShared
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import is_over
from vault.ledger.view import View
from vault.policy.naming import require_plain_text
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.keypairs import SealingKey


class Units:
    """What IT does about units.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def add(self, member: Member, path: str, *, kind: UnitKind, name: str) -> Unit:
        """Add a unit with a key of its own, sealed to the unit above.

        Args:
            member: IT of the unit above.
            path: Such as `district/high-school/drama`; the unit above must be there.
            kind: What it is.
            name: As people write it.

        Raises:
            NotPermitted: The member is not IT there.
            InvalidInput: The path or name will not do.
        """
        path = path.strip().strip("/")
        above, _, _ = path.rpartition("/")
        if not above:
            raise InvalidInput(f"{path} has no unit above it", hint="a path begins with district/")
        unit, seed = self._office.make_id(UnitId, "uni"), self._office.random(SEED_BYTES)
        parent = find_unit(self._office.view, above)
        copy, record = seal_unit_key(seed, unit, 1, parent.id, parent.public)
        event = UnitAdded(
            unit=unit,
            path=path,
            name=require_plain_text("the name", name, 100),
            kind=kind,
            parent=parent.id,
            parent_epoch=parent.epoch,
            public=SealingKey.from_seed(seed).public.to_bytes(),
            copies=(copy,),
        )
        self._office.write(member, lambda _view, _at: Draft(events=(event,), records={copy.record: record}))
        return find_unit(self._office.view, unit)


def due_keys(view: View, member: Person) -> Iterator[tuple[Unit, Person]]:
    """Units whose key somebody is due and has not been given, where this person may seal it to them."""
    for unit in view.every(Unit):
        if unit.is_rekey_owed:
            continue
        held = {copy.recipient for copy in unit.copies}
        for role in sorted(KEYHOLDERS, key=lambda each: each.value):
            for appointment in view.where(Appointment, "post", post(unit.id, role)):
                person = view.find(Person, appointment.person)
                if person is None or person.keys is None or person.id in held:
                    continue
                if is_over(view, member.id, unit.id, *KEYHOLDERS):
                    held.add(person.id)
                    yield unit, person


def share_unit_keys(office: Office, member: Member) -> list[tuple[Unit, Person]]:
    """Seal each unit key that this member can open to everybody who is due it.

    Returns:
        What was shared.
    """
    keychain, shared = Keychain(office, member), []
    for unit, person in list(due_keys(office.view, member.person)):
        if person.keys is None:
            continue
        try:
            seed = keychain.unit_seed(unit)
        except (NotPermitted, IntegrityError):
            # A key that this member cannot open must not keep them from their own work: `unit reseal` says who waits.
            continue
        copy, record = seal_unit_key(seed, unit.id, unit.epoch, person.id, person.keys.sealing)
        event = UnitKeyShared(unit=unit.id, epoch=unit.epoch, copy=copy)
        records: dict[Digest, bytes] = {copy.record: record}

        def build(
            _view: View, _at: datetime, event: UnitKeyShared = event, records: dict[Digest, bytes] = records
        ) -> Draft:
            return Draft(events=(event,), records=records)

        try:
            office.write(member, build)
        except WrongState:
            continue
        shared.append((unit, person))
    return shared
