"""Who may do what where: the roles that a person holds over a unit.

A role in a unit reaches every unit below it. Nobody is exempt, and a unit without a supervisor of its own has the
parent's at once, because the parent's reach it anyway.
"""

from __future__ import annotations

from collections.abc import Iterator

from vault.domain.accounts import Account
from vault.domain.ids import PersonId, UnitId
from vault.domain.persons import Appointment, Person, PersonState, Role, Signer, post
from vault.domain.units import Unit
from vault.errors import NotEnrolled, NotPermitted
from vault.ledger.entry import Entry
from vault.ledger.view import View, get


def require_author(view: View, entry: Entry) -> Person:
    """The enrolled person who signed, with the key that is theirs today, before the day on which they leave.

    Raises:
        NotEnrolled: The key has been replaced, or is somebody else's.
        NotPermitted: They have left.
    """
    signer = get(view, Signer, entry.envelope.key.hex())
    if not signer.is_live or signer.person != entry.author:
        raise NotEnrolled(f"the key of entry {entry.seq} is no longer its author's")
    person = get(view, Person, signer.person)
    if person.leaves_at is not None and entry.time >= person.leaves_at:
        raise NotPermitted(f"{person.username} has left on {person.leaves_at:%Y-%m-%d}")
    return person


def ancestry(view: View, unit: UnitId) -> Iterator[Unit]:
    """The unit itself, its parent, and so on up to the district."""
    at: UnitId | None = unit
    while at is not None:
        found = get(view, Unit, at)
        yield found
        at = found.parent


def roles_over(view: View, person: PersonId, unit: UnitId) -> frozenset[Role]:
    """Every role that the person holds in the unit or above it."""
    above = {each.id for each in ancestry(view, unit)}
    held = view.where(Appointment, "person", person)
    return frozenset(each.role for each in held if each.is_live and each.unit in above)


def is_over(view: View, person: PersonId, unit: UnitId, *roles: Role) -> bool:
    """Whether the person holds one of the roles in the unit or above it."""
    return not roles_over(view, person, unit).isdisjoint(roles)


def require_over(view: View, person: PersonId, unit: UnitId, *roles: Role) -> None:
    """Refuse a person who holds none of the roles in the unit or above it.

    Raises:
        NotPermitted: Naming the roles and the unit.
    """
    if not is_over(view, person, unit, *roles):
        wanted = " or ".join(role.value for role in roles)
        path = get(view, Unit, unit).path
        username = get(view, Person, person).username
        raise NotPermitted(
            f"this needs the role {wanted} in {path} or above, which {username} does not hold",
            hint=f"ask somebody who does: custody unit show {path}",
        )


def supervisors_over(view: View, unit: UnitId) -> Iterator[PersonId]:
    """Every enrolled supervisor of the unit and of those above it, nearest first."""
    for each in ancestry(view, unit):
        for held in view.where(Appointment, "post", post(each.id, Role.SUPERVISOR)):
            person = view.find(Person, held.person)
            if person is not None and person.state is PersonState.ENROLLED:
                yield held.person


def may_rotate(view: View, person: PersonId, account: Account) -> bool:
    """Whether the person holds the account and works in its unit still, or supervises or runs IT over the unit."""
    roles = roles_over(view, person, account.unit)
    return bool(roles) if person in account.holders else not roles.isdisjoint({Role.SUPERVISOR, Role.IT})
