"""Rules of departure: it stays open until everything that the leaver knew is changed by somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Credential, Part
from vault.domain.departures import Departure, DepartureState, KnownCredential
from vault.domain.ids import Digest
from vault.domain.permissions import Permission, PermissionState
from vault.domain.persons import KEYHOLDERS, Appointment, Person, Role
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.domain.units import Unit
from vault.errors import InvalidInput, NotPermitted, Waiting, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import DepartureCompleted, DepartureStarted, DepartureTookEffect
from vault.ledger.rules.authority import ancestry, may_rotate, require_author, require_over, roles_over
from vault.ledger.rules.base import Changes, require_new, require_reason, rule
from vault.ledger.rules.checkouts import close
from vault.ledger.rules.keys import public_key_of
from vault.ledger.rules.knowing import known_parts
from vault.ledger.rules.owing import derive_rotation_id, owe
from vault.ledger.rules.persons import appointers
from vault.ledger.view import View, get, the_vault

NOTICE_DAYS: Final = 366
"""How long beforehand a departure may be started."""


def roles_in(view: View, departure: Departure) -> Iterator[Appointment]:
    """The roles that the leaver holds in the unit that they leave, and below it."""
    for held in view.where(Appointment, "person", departure.person):
        if held.is_live and _is_in(view, departure, held.unit):
            yield held


def _is_in(view: View, departure: Departure, unit: str) -> bool:
    return departure.unit in {each.id for each in ancestry(view, get(view, Unit, unit).id)}


def _require_may(view: View, entry: Entry, person: Person) -> None:
    author = require_author(view, entry)
    if author.id == person.id:
        raise NotPermitted("nobody sees to their own departure", hint="ask IT or your supervisor")
    require_over(view, author.id, person.unit, Role.IT, Role.SUPERVISOR)


@rule(DepartureStarted)
def started(view: View, entry: Entry, event: DepartureStarted) -> Changes:
    """IT, or a supervisor for an employee, starts somebody's departure, before the last day or after it."""
    person = get(view, Person, event.person)
    _require_may(view, entry, person)
    require_new(view, Departure, event.departure)
    if any(each.open_mark for each in view.where(Departure, "person", person.id)):
        raise WrongState(f"{person.username} has an open departure already", hint="custody depart list")
    if event.to is not None:
        public_key_of(view, event.to)
        if event.to == person.id:
            raise InvalidInput("who leaves does not take over")
    if event.effective_at.utcoffset() != timedelta(0):
        raise InvalidInput("a departure takes effect at a time in UTC")
    if event.effective_at > entry.time + timedelta(days=NOTICE_DAYS):
        raise InvalidInput(f"a departure is started at most {NOTICE_DAYS} days beforehand")
    require_reason(event.reason)
    departure = Departure(
        id=event.departure,
        person=person.id,
        unit=get(view, Unit, event.unit).id,
        to=event.to,
        effective_at=event.effective_at,
        reason=event.reason,
        started_by=entry.author,
        started_at=entry.time,
    )
    for held in roles_in(view, departure):
        require_over(view, entry.author, held.unit, *appointers(held.role))
    yield departure
    if departure.unit == the_vault(view).unit:
        yield replace(person, leaves_at=event.effective_at)


@rule(DepartureTookEffect)
def took_effect(view: View, entry: Entry, event: DepartureTookEffect) -> Changes:
    """From the day on, once the roles there have ended: leases and requests end, and what is known is owed."""
    departure = get(view, Departure, event.departure)
    person = get(view, Person, departure.person)
    _require_may(view, entry, person)
    if departure.state is not DepartureState.STARTED:
        raise WrongState(f"{departure.id} is {departure.state.value} already")
    if entry.time < departure.effective_at:
        raise WrongState(f"{departure.id} takes effect on {departure.effective_at:%Y-%m-%d %H:%M} UTC")
    if any(roles_in(view, departure)):
        raise WrongState(f"{person.username} holds roles there still", hint=f"custody depart complete {departure.id}")
    owed = [account for account, _ in _known(view, departure)]
    known = tuple(KnownCredential(account=each.id, credential=each.current) for each in owed)
    yield replace(departure, state=DepartureState.IN_EFFECT, in_effect_at=entry.time, known=known)
    if person.leaves_at is not None:
        yield replace(person, leaves_at=None)
    rotations = {each.id: _owed(view, entry, each) for each in owed}
    yield from rotations.values()
    seconds = {each.id: each for each in view.where(Account, "second", person.id) if _is_left(view, departure, each)}
    for account in {each.id: each for each in (*owed, *seconds.values())}.values():
        rotation = rotations[account.id].id if account.id in rotations else account.rotation
        yield replace(account, second=None if account.id in seconds else account.second, rotation=rotation)
    yield from _ended(view, entry, departure)


def _owed(view: View, entry: Entry, account: Account) -> Rotation:
    fresh = derive_rotation_id(entry, account.id)
    return owe(view, account, account.rotation or fresh, Cause.DEPARTURE, entry.time)


def _is_left(view: View, departure: Departure, account: Account) -> bool:
    return _is_in(view, departure, account.unit) and not roles_over(view, departure.person, account.unit)


def _known(view: View, departure: Departure) -> Iterator[tuple[Account, frozenset[Part]]]:
    """The accounts there of which they know something that nobody has changed, and may not know any more."""
    for account, parts in known_parts(view, departure.person):
        if _is_in(view, departure, account.unit) and not may_rotate(view, departure.person, account):
            yield account, parts


def _ended(view: View, entry: Entry, departure: Departure) -> Changes:
    """The leaver's open leases and unused requests there."""
    for lease in view.where(Checkout, "person", departure.person):
        if lease.is_open(entry.time) and _is_left(view, departure, get(view, Account, lease.account)):
            yield close(lease, Ending.FORCED, entry.author, entry.time)
    for asked in view.where(Permission, "requester", departure.person):
        unused = asked.state in {PermissionState.REQUESTED, PermissionState.GRANTED}
        if unused and _is_in(view, departure, asked.unit) and not roles_over(view, departure.person, asked.unit):
            yield replace(asked, state=PermissionState.WITHDRAWN)


def to_hand_over(view: View, departure: Departure) -> Iterator[Account]:
    """The accounts there of which the leaver is the custodian still."""
    held = view.where(Account, "custodian", departure.person)
    return (account for account in held if _is_left(view, departure, account))


def open_points(view: View, departure: Departure) -> Iterator[str]:
    """What keeps a departure open, in the user's words."""
    if departure.state is DepartureState.STARTED:
        yield "it has not taken effect yet"
    for account in to_hand_over(view, departure):
        yield f"{account.key} has to be handed over: custody account transfer {account.key} --to USERNAME"
    known = dict(_known(view, departure))
    for account, parts in known.items():
        words = ", ".join(sorted(part.value.replace("-", " ") for part in parts))
        yield f"{account.key}: the {words} that they know must be replaced: custody rotate start {account.key}"
    for each in departure.known:
        account = get(view, Account, each.account)
        if account not in known and changed_by(view, departure, each) is None:
            yield f"{account.key} has to be rotated by somebody else: custody rotate start {account.key}"
    held = view.where(Appointment, "person", departure.person)
    for unit in sorted({each.unit for each in held if each.role in KEYHOLDERS and not each.is_live}):
        if _is_in(view, departure, unit) and get(view, Unit, unit).is_rekey_owed:
            path = get(view, Unit, unit).path
            yield f"the key of {path} has to be made anew: custody unit rekey {path}"


def changed_by(view: View, departure: Departure, known: KnownCredential) -> Rotation | None:
    """The rotation, by somebody other than the leaver, that replaced what they knew; None while there is none."""
    version = get(view, Credential, known.credential).sealed.version
    for rotation in view.where(Rotation, "account", known.account):
        if rotation.state is not RotationState.CONFIRMED or rotation.old is None:
            continue
        replaced = get(view, Credential, rotation.old).sealed.version
        if rotation.ended_by != departure.person and replaced >= version:
            return rotation
    return None


@rule(DepartureCompleted)
def completed(view: View, entry: Entry, event: DepartureCompleted) -> Changes:
    """Nothing is open any more; this entry is the proof of it."""
    departure = get(view, Departure, event.departure)
    _require_may(view, entry, get(view, Person, departure.person))
    if departure.state is DepartureState.COMPLETED:
        raise WrongState(f"{departure.id} is completed already")
    points = tuple(open_points(view, departure))
    if points:
        raise Waiting(f"{departure.id} is open still", hint=f"custody depart show {departure.id}", faults=points)
    return (
        replace(
            departure,
            state=DepartureState.COMPLETED,
            completed_by=entry.author,
            completed_at=entry.time,
            proof=Digest(entry.hash),
        ),
    )
