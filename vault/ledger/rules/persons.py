"""Rules of invitation, enrolment, passphrases and roles."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final

from vault.domain.persons import KEYHOLDERS, Appointment, Person, PersonState, Role, Signer, appointment_id, post
from vault.domain.rotations import Cause
from vault.domain.units import Unit
from vault.errors import InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry, key_fingerprint
from vault.ledger.events import PersonEnrolled, PersonInvited, PersonRelocked, RoleAssigned, RoleEnded
from vault.ledger.overlay import Overlay
from vault.ledger.rules.authority import is_over, require_author, require_over
from vault.ledger.rules.base import (
    Changes,
    require_address,
    require_end,
    require_new,
    require_text,
    require_thawed,
    rule,
)
from vault.ledger.rules.epochs import owe_keys
from vault.ledger.rules.keys import fingerprint
from vault.ledger.rules.owing import owe_what_is_known
from vault.ledger.view import View, get, the_vault
from vault.sealing.passphrase import require_within_bounds
from vault.sealing.signatures import SigningPublicKey

INVITATION_DAYS: Final = 14
_USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,31}")


def appointers(role: Role) -> tuple[Role, ...]:
    """Who gives and ends a role."""
    return (Role.IT, Role.SUPERVISOR) if role is Role.EMPLOYEE else (Role.IT,)


@rule(PersonInvited)
def invited(view: View, entry: Entry, event: PersonInvited) -> Changes:
    """IT invites anybody; a supervisor invites employees. Inviting again replaces an unused code."""
    author = require_author(view, entry)
    if not event.roles:
        raise InvalidInput("an invitation names at least one role")
    for role in event.roles:
        require_over(view, author.id, event.unit, *appointers(role))
    require_thawed(view)
    _require_invitable(view, entry, event)
    return (
        Person(
            id=event.person,
            username=event.username,
            name=event.name,
            email=event.email,
            unit=get(view, Unit, event.unit).id,
            state=PersonState.INVITED,
            roles=event.roles,
            invited_by=author.id,
            code_key=event.code_key,
            code_expires_at=event.expires_at,
        ),
    )


def _require_invitable(view: View, entry: Entry, event: PersonInvited) -> None:
    """Refuse a name, address, end, code or id that an invitation cannot have."""
    if not _USERNAME.fullmatch(event.username):
        raise InvalidInput(
            f"{event.username!r} is not a username",
            hint="use lower-case letters, digits, dot, hyphen and underscore, such as m.silva",
        )
    require_text("the name", event.name, 100)
    if require_address(event.email) not in the_vault(view).policy.domains:
        raise InvalidInput(f"{event.email} is not an address of the district", hint="custody policy show")
    require_end(
        f"an invitation ends within {INVITATION_DAYS} days",
        entry.time,
        event.expires_at,
        timedelta(days=INVITATION_DAYS),
    )
    SigningPublicKey(event.code_key)
    for other in view.where(Person, "username", event.username):
        if other.id != event.person or other.state is not PersonState.INVITED:
            raise WrongState(f"the username {event.username} is already taken")
    known = view.find(Person, event.person)
    if known is None:
        require_new(view, Person, event.person)
        return
    if known.state is not PersonState.INVITED or known.username != event.username:
        raise WrongState(f"the id {event.person} is already taken")
    # Whoever replaces a code takes the invitation over, so they need the right to have made it.
    for role in known.roles:
        require_over(view, entry.author, known.unit, *appointers(role))


@rule(PersonEnrolled)
def enrolled(view: View, entry: Entry, event: PersonEnrolled) -> Changes:
    """An invited person makes their keys, once, having read the notice; the witness has verified both signatures."""
    person = get(view, Person, entry.author)
    if person.state is not PersonState.INVITED or person.code_expires_at is None:
        raise WrongState(f"{person.username} has already enrolled")
    if entry.time >= person.code_expires_at:
        raise WrongState(
            f"the one-time code of {person.username} ended on {person.code_expires_at:%Y-%m-%d}",
            hint=f"IT makes a new one: custody person invite {person.username} …",
        )
    if event.policy != the_vault(view).policy.version:
        raise WrongState("the monitoring notice has changed meanwhile", hint="read the new one and enrol again")
    fingerprint(event.keys.sealing)
    require_within_bounds(event.lock.kdf)
    signer = Signer(id=key_fingerprint(event.keys.signing).hex(), person=person.id, public=event.keys.signing)
    if view.find(Signer, signer.id) is not None:
        raise WrongState("that key is somebody's already")
    yield replace(
        person,
        state=PersonState.ENROLLED,
        code_key=None,
        code_expires_at=None,
        keys=event.keys,
        lock=event.lock,
        notice=event.policy,
    )
    yield signer
    for role in dict.fromkeys(person.roles):
        yield Appointment(person=person.id, unit=person.unit, role=role, since=entry.time)


@rule(PersonRelocked)
def relocked(view: View, entry: Entry, event: PersonRelocked) -> Changes:
    """A person sets a new passphrase on the same keys."""
    person = require_author(view, entry)
    require_within_bounds(event.lock.kdf)
    if person.lock is None or event.replaced != person.lock.record:
        raise WrongState(f"the passphrase of {person.username} has changed meanwhile", hint="run the command again")
    return (replace(person, lock=event.lock),)


@rule(RoleAssigned)
def role_assigned(view: View, entry: Entry, event: RoleAssigned) -> Changes:
    """IT, or a supervisor for an employee, gives somebody else a role."""
    author = require_author(view, entry)
    require_over(view, author.id, event.unit, *appointers(event.role))
    person = get(view, Person, event.person)
    if person.id == author.id:
        raise NotPermitted("nobody gives themselves a role", hint="ask another IT member or your supervisor")
    if person.state is not PersonState.ENROLLED:
        raise WrongState(f"{person.username} has not enrolled yet")
    held = view.find(Appointment, appointment_id(event.person, event.unit, event.role))
    if held is not None and held.is_live:
        raise WrongState(f"{person.username} already is {event.role.value} there")
    return (Appointment(person=event.person, unit=event.unit, role=event.role, since=entry.time),)


@rule(RoleEnded)
def role_ended(view: View, entry: Entry, event: RoleEnded) -> Changes:
    """IT, or a supervisor for an employee, ends a role; the district keeps a supervisor and an IT member.

    With a keyholder the unit's key ends, and those below it, and what they know of accounts is owed.
    """
    require_over(view, require_author(view, entry).id, event.unit, *appointers(event.role))
    held = view.find(Appointment, appointment_id(event.person, event.unit, event.role))
    if held is None or not held.is_live:
        raise WrongState(f"{get(view, Person, event.person).username} is not {event.role.value} there")
    is_district = event.unit == the_vault(view).unit
    last = len(view.where(Appointment, "post", post(event.unit, event.role))) == 1
    if is_district and last and event.role in {Role.IT, Role.SUPERVISOR}:
        raise WrongState(
            f"this is the district's last {event.role.value}", hint="assign the role to somebody else first"
        )
    ended = replace(held, until=entry.time)
    yield ended
    after = Overlay(view)
    after.put((ended,))
    if event.role in KEYHOLDERS and not is_over(after, event.person, event.unit, *KEYHOLDERS):
        if event.person == entry.author:
            raise NotPermitted(
                "nobody ends their own hold on a unit's key: the new one is made by somebody who stays",
                hint="ask another IT member",
            )
        yield from owe_keys(view, event.unit)
        yield from owe_what_is_known(after, entry, event.person, Cause.ROLE_ENDED)
