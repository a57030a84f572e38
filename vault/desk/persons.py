"""Inviting, enrolling, roles and passphrases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vault.desk.epochs import Epochs, end_roles, lagging, remade_paths
from vault.desk.finding import find_person, find_unit
from vault.desk.locks import lock_for, require_passphrase
from vault.desk.office import Member, Office
from vault.desk.units import share_unit_keys
from vault.domain.ids import PersonId
from vault.domain.keys import PublicKeys
from vault.domain.persons import KEYHOLDERS, Appointment, Person, PersonState, Role, appointment_id
from vault.domain.rotations import Cause, Rotation
from vault.domain.secret import Secret
from vault.errors import InvalidInput, WrongState
from vault.ledger.events import PersonEnrolled, PersonInvited, PersonRelocked, RoleAssigned, RoleEnded
from vault.ledger.ledger import Author, Draft
from vault.ledger.rules.owing import known_accounts
from vault.ledger.rules.persons import INVITATION_DAYS
from vault.ledger.view import View
from vault.policy.naming import require_plain_text
from vault.sealing.identity import Identity
from vault.sealing.invitation import InvitationCode, make_invitation_code

OFFICERS = frozenset({Role.SUPERVISOR, Role.IT, Role.RECORDS})
"""Roles whose holders' passphrases are stretched more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation, and the code that is shown once.

    Attributes:
        person: The invited person's id.
        code: To be given to them by hand or by telephone.
        expires_at: When it ends.
    """

    person: PersonId
    code: Secret = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What the end of a role did.

    Attributes:
        person: Whose.
        remade: Paths of the units whose keys were made anew.
        owed: Accounts that they know and that are to be rotated, because a role of theirs has ended.
        resealed: How many escrow copies were sealed to the new keys.
        lagging: How many are left, which the member cannot open.
    """

    person: Person
    remade: tuple[str, ...]
    owed: tuple[str, ...]
    resealed: int
    lagging: int


def _owed(view: View, person: Person) -> Iterator[str]:
    for account in known_accounts(view, person.id):
        rotation = None if account.rotation is None else view.find(Rotation, account.rotation)
        if rotation is not None and Cause.ROLE_ENDED in rotation.causes:
            yield account.key


class Persons:
    """What IT, supervisors and the persons themselves do about persons.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def invite(
        self, member: Member, username: str, *, name: str, email: str, unit: str, roles: Sequence[Role]
    ) -> Invitation:
        """Ask somebody to enrol; doing it again before they have replaces the code.

        Raises:
            NotPermitted: The member may not give these roles there.
            WrongState: The username is taken by somebody who has enrolled.
            InvalidInput: A name or address will not do.
        """
        code = make_invitation_code(self._office.random)
        fresh = self._office.make_id(PersonId, "per")
        written: list[PersonInvited] = []

        def build(view: View, at: datetime) -> Draft:
            known = next(iter(view.where(Person, "username", username.lower())), None)
            again = known is not None and known.state is PersonState.INVITED
            event = PersonInvited(
                person=known.id if known is not None and again else fresh,
                username=username.lower(),
                name=require_plain_text("the name", name, 100),
                email=email.strip().lower(),
                unit=find_unit(view, unit).id,
                roles=tuple(dict.fromkeys(roles)),
                code_key=code.public,
                expires_at=at + timedelta(days=INVITATION_DAYS),
            )
            written[:] = [event]
            return Draft(events=(event,))

        self._office.write(member, build)
        return Invitation(person=written[0].person, code=code.to_text(), expires_at=written[0].expires_at)

    def enrol(self, username: str, code: Secret, passphrase: Secret, *, acknowledged: int) -> Member:
        """Make a person's keys on their side, and sign their enrolment with both the new key and the code's.

        Args:
            username: The invited person.
            code: As they were given it.
            passphrase: As they chose it.
            acknowledged: The version of the policy whose monitoring notice they read.

        Raises:
            InvalidInput: The code or the passphrase will not do.
            WrongState: They have enrolled, or the code has ended, or is not the newest.
        """
        office = self._office
        person = find_person(office.view, username)
        invitation = InvitationCode.parse(code)
        if person.state is not PersonState.INVITED:
            raise WrongState(f"{person.username} has already enrolled", hint="custody unlock")
        if invitation.public != person.code_key:
            raise InvalidInput(
                f"this is not the one-time code of {person.username}", hint="IT may have made a newer one: ask them"
            )
        require_passphrase(passphrase, self._words(person))
        profile = office.locks.default if OFFICERS.isdisjoint(person.roles) else office.locks.officer
        identity = Identity.make(office.random)
        lock, records = lock_for(
            identity, passphrase, person.id, profile, pepper=office.locks.pepper, random=office.random
        )
        keys = PublicKeys(sealing=identity.public.sealing, signing=identity.public.signing)
        event = PersonEnrolled(keys=keys, lock=lock, policy=acknowledged)
        author = Author(person=person.id, signing=identity.signing, code=invitation.signing_key)
        office.ledger.write(author, lambda _view, _at: Draft(events=(event,), records=records))
        return office.admit(find_person(office.view, person.id), identity)

    def _words(self, person: Person) -> tuple[str, ...]:
        policy = self._office.policy
        return (policy.district, *policy.words, person.name, person.username)

    def change_passphrase(self, member: Member, passphrase: Secret) -> None:
        """Lock the member's key under a new passphrase; the old lock is destroyed.

        Raises:
            InvalidInput: The passphrase will not do.
        """
        office, person = self._office, member.person
        require_passphrase(passphrase, self._words(person))
        profile = office.locks.default if OFFICERS.isdisjoint(person.roles) else office.locks.officer
        lock, records = lock_for(
            member.identity, passphrase, person.id, profile, pepper=office.locks.pepper, random=office.random
        )

        def build(view: View, _at: datetime) -> Draft:
            now = find_person(view, person.id)
            replaced = lock.record if now.lock is None else now.lock.record
            return Draft(events=(PersonRelocked(lock=lock, replaced=replaced),), records=records)

        office.write(member, build)

    def assign(self, member: Member, username: str, role: Role, unit: str) -> Person:
        """Give somebody a role in a unit, and seal the unit's key to them if it comes with the role.

        Raises:
            NotPermitted: The member may not give it, or it would be to themselves.
            WrongState: They hold it already.
        """
        person, where = find_person(self._office.view, username), find_unit(self._office.view, unit)
        event = RoleAssigned(person=person.id, unit=where.id, role=role)
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))
        share_unit_keys(self._office, member)
        return person

    def end(self, member: Member, username: str, role: Role, unit: str) -> Ended:
        """End somebody's role in a unit; with a keyholder's, the keys there and below are made anew in the same commit.

        Escrow copies are sealed to the new keys afterwards; what is left of that, any keyholder's next command does.

        Raises:
            NotPermitted: The member may not end it.
            WrongState: They do not hold it, or it is the district's last of its kind.
        """
        office = self._office
        person, where = find_person(office.view, username), find_unit(office.view, unit)

        def build(view: View, at: datetime) -> Draft:
            held = view.find(Appointment, appointment_id(person.id, where.id, role))
            if held is None:
                return Draft(events=(RoleEnded(person=person.id, unit=where.id, role=role),))
            return end_roles(office, view, at, (held,))

        entries = office.write(member, build)
        resealed = Epochs(office).reseal(member) if len(entries) > 1 else 0
        return Ended(
            person=person,
            remade=tuple(remade_paths(office.view, entries)),
            owed=tuple(_owed(office.view, person)) if role in KEYHOLDERS else (),
            resealed=resealed,
            lagging=sum(len(lag.credentials) for lag in lagging(office.view, member.person)),
        )
