"""What can be proposed about departures and first aid in the town."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.ledger.custody_forms import accept, offer, transfer
from vault.domain.credentials import Part, Road
from vault.domain.ids import DepartureId
from vault.domain.incidents import Suspicion
from vault.domain.persons import Role
from vault.ledger.events import (
    AccountResumed,
    AccountSuspended,
    DepartureCompleted,
    DepartureStarted,
    DepartureTookEffect,
)
from vault.ledger.ledger import Draft

if TYPE_CHECKING:
    from tests.ledger.town import Town
    from vault.domain.ids import AccountId

DRAMA = "district/high/drama"
WHY = "leaves at the end of the season"


def start(town: Town, username: str, *, days: float = 0, unit: str = "district", **changes: object) -> Draft:
    """Somebody is to leave."""
    event = DepartureStarted(
        departure=town.forms.id(DepartureId, "dep"),
        person=town.persons[username],
        unit=town.unit(unit).id,
        to=None,
        effective_at=town.now + timedelta(days=days),
        reason=WHY,
    )
    return Draft(events=(replace(event, **changes),))  # type: ignore[arg-type]


def begin(town: Town, username: str, by: str = "dora", **how: object) -> DepartureId:
    """Somebody's departure is started."""
    event = town.write(by, start(town, username, **how)).event  # type: ignore[arg-type]
    assert isinstance(event, DepartureStarted)
    return event.departure


def effect(departure: DepartureId) -> Draft:
    """It takes effect."""
    return Draft(events=(DepartureTookEffect(departure=departure),))


def complete(departure: DepartureId) -> Draft:
    """Nothing is open any more."""
    return Draft(events=(DepartureCompleted(departure=departure),))


def live_through_departure(town: Town, account: AccountId) -> None:
    """The account is frozen and resumed, offered, handed over and handed back, and mia, who knows it, leaves."""
    town.write("emma", Draft(events=(AccountSuspended(account=account, why=Suspicion.LEAKED, detail=""),)))
    town.rotate(account, "ivy")
    town.write("dora", Draft(events=(AccountResumed(account=account, detail="the sessions are ended"),)))
    town.write("emma", offer(town, account, "mia"))
    town.write("mia", accept(town, account, "mia"))
    town.write("sue", town.forms.verify(account))
    town.checkout(account, "mia")
    town.write("mia", town.forms.show(account, Part.PASSWORD, Road.CHECKOUT))
    departure = begin(town, "mia", "ada", days=1)
    town.pass_time(days=1)
    for unit in (DRAMA, "district/middle"):
        town.write("ada", town.forms.end_role("mia", unit, Role.EMPLOYEE))
    town.write("ada", effect(departure))
    town.write("dora", transfer(town, account, "emma"))
    town.rotate(account, "ivy")
    town.write("ada", complete(departure))
    town.write("sue", town.forms.verify(account))
