"""Rules of units and of the copies of their keys."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from vault.domain.persons import KEYHOLDERS, Appointment, Role, post
from vault.domain.units import Unit, UnitKind
from vault.errors import IntegrityError, InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import UnitAdded, UnitKeyShared
from vault.ledger.rules.authority import require_author, require_over
from vault.ledger.rules.base import Changes, require_new, require_text, rule
from vault.ledger.rules.keys import fingerprint, public_key_of, require_copies, require_remade
from vault.ledger.view import View, get

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DEPTH: Final = 8


@rule(UnitAdded)
def added(view: View, entry: Entry, event: UnitAdded) -> Changes:
    """IT of the parent adds a unit; its key is sealed to the parent's."""
    require_over(view, require_author(view, entry).id, event.parent, Role.IT)
    require_new(view, Unit, event.unit)
    parent = get(view, Unit, event.parent)
    above, _, slug = event.path.rpartition("/")
    if above != parent.path or not _SLUG.fullmatch(slug) or event.path.count("/") >= _DEPTH:
        raise InvalidInput(
            f"{event.path} is not a path for a unit of {parent.path}",
            hint="use lower-case letters, digits and hyphens, such as district/high-school/drama",
        )
    if event.kind is UnitKind.DISTRICT:
        raise InvalidInput("there is one district, and it is already there")
    if view.where(Unit, "path", event.path):
        raise WrongState(f"there is a unit {event.path} already")
    require_text("the name", event.name, 100)
    require_remade(parent)
    if event.parent_epoch != parent.epoch:
        raise IntegrityError(f"the key of {event.path} is sealed to an older key of {parent.path}")
    fingerprint(event.public)
    require_copies(event.copies, {parent.id: parent.public})
    return (
        Unit(
            id=event.unit,
            path=event.path,
            name=event.name,
            kind=event.kind,
            parent=event.parent,
            epoch=1,
            public=event.public,
            copies=event.copies,
        ),
    )


@rule(UnitKeyShared)
def key_shared(view: View, entry: Entry, event: UnitKeyShared) -> Changes:
    """A keyholder seals the unit's current key to another who is due it."""
    require_over(view, require_author(view, entry).id, event.unit, *KEYHOLDERS)
    unit = get(view, Unit, event.unit)
    require_remade(unit)
    if event.epoch != unit.epoch:
        raise IntegrityError(f"epoch {event.epoch} of the key of {unit.path} is not its current one, {unit.epoch}")
    due = {held.person for role in KEYHOLDERS for held in view.where(Appointment, "post", post(unit.id, role))}
    recipients = [person for person in due if person == event.copy.recipient]
    if not recipients:
        raise NotPermitted(f"{event.copy.recipient} is neither supervisor nor IT in {unit.path}")
    if any(copy.recipient == event.copy.recipient for copy in unit.copies):
        raise WrongState(f"{event.copy.recipient} already holds the key of {unit.path}")
    require_copies((event.copy,), {recipients[0]: public_key_of(view, recipients[0])})
    return (replace(unit, copies=(*unit.copies, event.copy)),)
