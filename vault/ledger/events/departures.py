"""Departures: start, take effect, complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.ids import DepartureId, PersonId, UnitId
from vault.ledger.events.base import Event, register


@register("departure.started")
@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureStarted(Event):
    """Somebody is to leave, or has left.

    Attributes:
        departure: Its id.
        person: Who leaves.
        unit: From where: this unit and those below it.
        to: Who is meant to take over, or None.
        effective_at: From when; may be past.
        reason: Why; 10 characters or more.
    """

    departure: DepartureId
    person: PersonId
    unit: UnitId
    to: PersonId | None
    effective_at: datetime
    reason: str


@register("departure.took-effect")
@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureTookEffect(Event):
    """The leaver's roles there have ended: what they know is owed, and what they asked for is withdrawn."""

    departure: DepartureId


@register("departure.completed")
@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureCompleted(Event):
    """Nothing is open any more."""

    departure: DepartureId
