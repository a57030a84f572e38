"""Use cases about epochs, ready to be interrupted."""

from __future__ import annotations

from typing import Final

from tests.desk.actions import Action
from tests.desk.district import HIGH_SCHOOL, USERNAMES, District
from vault.desk.epochs import Epochs, lagging
from vault.desk.finding import find_person, find_unit
from vault.domain.persons import Role
from vault.domain.units import Unit
from vault.ledger.events import RoleEnded
from vault.ledger.ledger import Draft

WHY: Final = "a laptop was stolen from the office"


def end_principal(d: District) -> object:
    """With the key, and the escrow copies afterwards."""
    return d.desk.persons.end(d.founder, USERNAMES["principal"], Role.SUPERVISOR, HIGH_SCHOOL)


def force_end(d: District) -> object:
    """As a modified client does: the role alone, without the keys."""
    event = RoleEnded(
        person=find_person(d.desk.office.view, USERNAMES["principal"]).id,
        unit=find_unit(d.desk.office.view, HIGH_SCHOOL).id,
        role=Role.SUPERVISOR,
    )
    return d.desk.office.write(d.founder, lambda _view, _at: Draft(events=(event,)))


def rekey(d: District) -> object:
    """On demand, whole district."""
    return Epochs(d.desk.office).rekey(d.founder, "district", reason=WHY)


def follows(d: District) -> bool:
    """The keys are new, none is owed, and nothing lags behind once a keyholder has gone on with it."""
    epochs, view = Epochs(d.desk.office), d.desk.office.view
    epochs.reseal(d.founder)
    return (
        find_unit(view, HIGH_SCHOOL).epoch == 2
        and not any(unit.is_rekey_owed for unit in view.every(Unit))
        and list(lagging(view, d.founder.person)) == []
    )


EPOCH_ACTIONS: Final = (
    Action(name="end a keyholder", act=end_principal, is_done=follows, commits=2),
    Action(
        name="rekey",
        act=rekey,
        # Doing it again would be one more epoch: that it was done once is told by the district's.
        is_done=lambda d: find_unit(d.desk.office.view, "district").epoch in {2, 3},
        commits=2,
    ),
    Action(
        name="mend", prepare=force_end, act=lambda d: Epochs(d.desk.office).mend(d.founder), is_done=follows, commits=2
    ),
    Action(name="reseal", prepare=rekey, act=lambda d: Epochs(d.desk.office).reseal(d.founder), is_done=follows),
)
