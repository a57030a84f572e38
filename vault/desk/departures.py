"""Departures: what somebody leaves behind, handing it over, and the proof that nothing is open any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.desk.custody import Custody
from vault.desk.epochs import Epochs, end_roles
from vault.desk.finding import find_account, find_person, find_unit
from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.departures import Departure, DepartureState
from vault.domain.ids import DepartureId, PersonId, is_id
from vault.domain.persons import Person, Role
from vault.domain.rotations import Rotation
from vault.errors import NotFound, VaultError
from vault.ledger.events import DepartureCompleted, DepartureStarted, DepartureTookEffect
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import is_over
from vault.ledger.rules.departures import changed_by, open_points, roles_in, to_hand_over
from vault.ledger.view import View, get, the_vault
from vault.policy.naming import require_plain_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a departure stands.

    Attributes:
        departure: The departure.
        open: What keeps it open, one line each.
        changed: What they knew and somebody else has changed: the account and the rotation.
        waiting: Accounts that the member could not hand over themselves, and why.
    """

    departure: Departure
    open: tuple[str, ...]
    changed: tuple[tuple[Account, Rotation], ...]
    waiting: tuple[str, ...] = ()


def find_departure(view: View, name: str) -> Departure:
    """The departure of that id, or the newest of that person.

    Raises:
        NotFound: There is none.
    """
    if is_id(name.strip()):
        return get(view, Departure, name.strip())
    person = find_person(view, name)
    found = sorted(view.where(Departure, "person", person.id), key=lambda each: each.started_at)
    if not found:
        raise NotFound(f"{person.username} has no departure", hint=f"custody depart start {person.username} …")
    return found[-1]


class Departures:
    """What IT and supervisors do when somebody leaves.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def start(
        self,
        member: Member,
        username: str,
        *,
        to: str | None,
        effective_at: datetime | None,
        reason: str,
        unit: str | None = None,
    ) -> Progress:
        """Start somebody's departure; one whose day has come takes effect in the same commit.

        Args:
            member: IT, or a supervisor for an employee.
            username: Who leaves.
            to: Who takes their accounts over, or None.
            effective_at: From when; None for now.
            reason: Why.
            unit: From where, with the units below; None for the whole district.

        Raises:
            NotPermitted: The member may not end a role of theirs, or is the one who leaves.
            WrongState: They have an open departure, or are the district's last IT member or supervisor.
        """
        office, person = self._office, find_person(self._office.view, username)
        successor = None if to is None else find_person(office.view, to).id
        where = the_vault(office.view).unit if unit is None else find_unit(office.view, unit).id
        key, text = office.make_id(DepartureId, "dep"), require_plain_text("the reason", reason, 500, least=10)

        def build(view: View, at: datetime) -> Draft:
            event = DepartureStarted(
                departure=key,
                person=person.id,
                unit=where,
                to=successor,
                effective_at=effective_at or at,
                reason=text,
            )
            effect = (
                Draft(events=()) if event.effective_at > at else self._effect(view, at, _planned(member, event, at))
            )
            return Draft(events=(event, *effect.events), records=effect.records)

        office.write(member, build)
        return self._handed_over(member, get(office.view, Departure, key))

    def _effect(self, view: View, at: datetime, departure: Departure) -> Draft:
        """The end of the roles, the new keys that it asks for, and the effect."""
        ending = end_roles(self._office, view, at, list(roles_in(view, departure)))
        return Draft(
            events=(*ending.events, DepartureTookEffect(departure=departure.id)),
            records=ending.records,
        )

    def take_effect(self, member: Member, name: str) -> Progress:
        """End the roles of somebody whose day has come, and owe what they know.

        Raises:
            WrongState: The day has not come, or it has taken effect.
        """
        departure = find_departure(self._office.view, name)
        self._office.write(member, lambda view, at: self._effect(view, at, get(view, Departure, departure.id)))
        return self._handed_over(member, get(self._office.view, Departure, departure.id))

    def _handed_over(self, member: Member, departure: Departure) -> Progress:
        """Give what they held to who takes over, as far as the member decides on it; the rest waits."""
        view, waiting = self._office.view, list[str]()
        if departure.state is DepartureState.STARTED:
            return self.show(departure.id)
        Epochs(self._office).reseal(member)
        for account in list(to_hand_over(view, departure)):
            if departure.to is None or not is_over(view, member.person.id, account.unit, Role.SUPERVISOR):
                continue
            try:
                Custody(self._office).hand_over(member, account.id, departure.to, reason="departure")
            except VaultError as error:
                # One account that cannot be handed over must not keep the others back: it stays an open point.
                waiting.append(f"{account.key}: {error.message}")
        shown = self.show(departure.id)
        return Progress(departure=shown.departure, open=shown.open, changed=shown.changed, waiting=tuple(waiting))

    def show(self, name: str) -> Progress:
        """Where a departure stands, by its id or the person's name."""
        view = self._office.view
        departure = find_departure(view, name)
        found = ((find_account(view, each.account), changed_by(view, departure, each)) for each in departure.known)
        return Progress(
            departure=departure,
            open=() if departure.state is DepartureState.COMPLETED else tuple(open_points(view, departure)),
            changed=tuple((account, rotation) for account, rotation in found if rotation is not None),
        )

    def complete(self, member: Member, name: str) -> Progress:
        """Close a departure; one whose day has come takes effect first.

        Raises:
            Waiting: With one line for each thing that is open.
        """
        departure = find_departure(self._office.view, name)
        if departure.state is DepartureState.STARTED:
            self.take_effect(member, departure.id)
        else:
            # A start that was interrupted may have left accounts that this member can hand over.
            self._handed_over(member, departure)
        event = DepartureCompleted(departure=departure.id)
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))
        return self.show(departure.id)


def _planned(member: Member, event: DepartureStarted, at: datetime) -> Departure:
    """The departure as it stands once it is started."""
    return Departure(
        id=event.departure,
        person=event.person,
        unit=event.unit,
        to=event.to,
        effective_at=event.effective_at,
        reason=event.reason,
        started_by=member.person.id,
        started_at=at,
    )


def take_effect_if_due(office: Office, member: Member) -> None:
    """What every command of IT and supervisors does in passing: departures whose day has come take effect."""
    for departure in list(office.view.where(Departure, "open_mark", "open")):
        due = departure.state is DepartureState.STARTED and departure.effective_at <= office.now()
        if due and _may(office.view, member.person.id, departure):
            try:
                Departures(office).take_effect(member, departure.id)
            except VaultError:
                # Somebody else did it meanwhile, or has to: it must not keep this member from their own work.
                continue


def _may(view: View, person: PersonId, departure: Departure) -> bool:
    unit = get(view, Person, departure.person).unit
    return person != departure.person and is_over(view, person, unit, Role.IT, Role.SUPERVISOR)
