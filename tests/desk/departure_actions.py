"""Handing over, seeing off and first aid, ready to be interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.desk.actions import KEY, WHY, Action
from tests.desk.district import USERNAMES, District
from vault.desk.custody import Custody
from vault.desk.departures import Departures
from vault.desk.incidents import Incidents
from vault.domain.departures import Departure, DepartureState
from vault.domain.incidents import Suspicion

if TYPE_CHECKING:
    from collections.abc import Callable


def _hand_over(d: District, *, decides: bool) -> object:
    member = d.principal if decides else d.coach
    return Custody(d.desk.office).hand_over(member, KEY, USERNAMES["teacher"], reason=WHY)


def _depart(d: District) -> object:
    desk = Departures(d.desk.office)
    return desk.start(d.founder, USERNAMES["coach"], to=USERNAMES["teacher"], effective_at=None, reason=WHY)


def _has_departure(state: DepartureState) -> Callable[[District], bool]:
    return lambda d: any(each.state is state for each in d.desk.office.view.every(Departure))


def _is_held_by_teacher(d: District) -> bool:
    return d.desk.account(KEY).custodian == d.teacher.person.id


DEPARTURE_ACTIONS: Final = (
    Action(name="transfer", act=lambda d: _hand_over(d, decides=True), is_done=_is_held_by_teacher),
    Action(
        name="offer",
        act=lambda d: _hand_over(d, decides=False),
        is_done=lambda d: d.desk.account(KEY).offer is not None,
    ),
    Action(
        name="accept",
        prepare=lambda d: _hand_over(d, decides=False),
        act=lambda d: Custody(d.desk.office).accept(d.teacher, KEY),
        is_done=_is_held_by_teacher,
    ),
    Action(name="depart", act=_depart, is_done=_has_departure(DepartureState.IN_EFFECT)),
    Action(
        name="suspend",
        act=lambda d: Incidents(d.desk.office).suspend(d.coach, KEY, why=Suspicion.LEAKED),
        is_done=lambda d: d.desk.account(KEY).suspension is not None,
    ),
)
"""On a district with an active account."""
