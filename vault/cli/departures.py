"""`custody depart`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, table, utc
from vault.cli.typing_in import Day
from vault.domain.departures import Departure, DepartureState
from vault.domain.persons import Person
from vault.domain.units import Unit
from vault.errors import InvalidInput, MissingInput, Waiting
from vault.ledger.view import get

if TYPE_CHECKING:
    from vault.desk.departures import Progress


@click.group()
def depart() -> None:
    """See somebody off: hand over what they held, change what they knew, and prove it."""


@leaf(depart, "plan", examples=("custody depart plan m.silva",))
@click.argument("username")
def plan(app: App, /, username: str) -> Reply:
    """Everything that somebody leaves behind; what only they can undo comes first. Changes nothing."""
    from vault.desk.leaving import traces

    found = traces(app.office, username)
    items = [
        {"kind": each.kind, "subject": each.subject, "detail": each.detail, "before_the_last_day": each.is_first}
        for each in found
    ]
    return Reply(
        data={"items": items},
        text=lambda: table(
            ("what", "which", "detail"),
            (
                (f"{each.kind}, BEFORE they leave" if each.is_first else each.kind, each.subject, each.detail)
                for each in found
            ),
            empty=f"{username} leaves nothing behind",
        ),
    )


@leaf(
    depart,
    "start",
    examples=(
        'custody depart start m.silva --to t.weiss --reason "Leaves the district at the end of term"',
        'custody depart start coach --unit district/high-school/drama --reason "The season is over" --confirm coach',
    ),
    signs=True,
)
@click.argument("username")
@click.option("--to", "successor", metavar="USERNAME", help="Who takes their accounts over.")
@click.option("--effective", type=Day(), help="Their last day, such as 2027-06-30; now if it is not given.")
@click.option("--reason", required=True, help="Why; 10 characters or more.")
@click.option("--unit", help="From this unit and those below it only; roles elsewhere stay.")
@click.option("--confirm", metavar="USERNAME", help="The name once more, instead of being asked.")
def start(
    app: App,
    /,
    username: str,
    *,
    successor: str | None,
    effective: datetime | None,
    reason: str,
    unit: str | None,
    confirm: str | None,
) -> Reply:
    """Start a departure, before the last day or after it: roles end then, and what they know is to be changed.

    Accounts pass to who takes over where you supervise them; elsewhere their supervisor hands them over.
    """
    from vault.desk.departures import Departures

    _require_name(app, username, confirm)
    made = Departures(app.office).start(
        app.member(), username, to=successor, effective_at=effective, reason=reason, unit=unit
    )
    return _reply(app, made)


def _require_name(app: App, username: str, confirm: str | None) -> None:
    if confirm is None:
        if not app.may_ask:
            raise MissingInput("this needs the person's name once more", hint=f"--confirm {username}")
        confirm = click.prompt(f"Type {username} to end their roles", err=True)
    if confirm.strip().lower() != username.strip().lower():
        raise InvalidInput(f"{confirm} is not {username}: nothing is changed")


@leaf(
    depart,
    "show",
    examples=("custody depart show m.silva", "custody depart show m.silva --certificate > certificate.txt"),
)
@click.argument("name", metavar="DEPARTURE")
@click.option("--certificate", is_flag=True, help="The proof for personnel, to be printed; only when it is completed.")
def show(app: App, /, name: str, *, certificate: bool) -> Reply:
    """Where a departure stands, by its id or the person's username: what is open and what is done."""
    from vault.desk.departures import Departures

    found = Departures(app.office).show(name)
    if not certificate:
        return _reply(app, found)
    if found.departure.state is not DepartureState.COMPLETED:
        raise Waiting(
            f"{found.departure.id} is open still",
            hint=f"custody depart complete {found.departure.id}",
            faults=found.open or ("nobody has completed it",),
        )
    from vault.desk.certificates import certificate_of

    text = certificate_of(app.office, found)
    return Reply(data={"departure": found.departure.id, "certificate": text}, text=lambda: text)


@leaf(depart, "complete", examples=("custody depart complete m.silva",), signs=True)
@click.argument("name", metavar="DEPARTURE")
def complete(app: App, /, name: str) -> Reply:
    """Close a departure; refused while anything is open. One whose day has come takes effect first."""
    from vault.desk.departures import Departures

    return _reply(app, Departures(app.office).complete(app.member(), name))


@leaf(depart, "list", examples=("custody depart list",))
def list_departures(app: App, /) -> Reply:
    """Every departure, open ones first."""
    view = app.office.view
    found = sorted(view.every(Departure), key=lambda each: (each.open_mark is None, each.effective_at, each.id))
    return Reply(
        data={"items": [_object(app, each) for each in found]},
        text=lambda: table(
            ("person", "from", "effective", "state", "id"),
            (
                (
                    get(view, Person, each.person).username,
                    get(view, Unit, each.unit).path,
                    local(each.effective_at),
                    each.state.value,
                    each.id,
                )
                for each in found
            ),
            empty="nobody has left",
        ),
    )


def _object(app: App, departure: Departure) -> dict[str, object]:
    view = app.office.view
    return {
        "departure": departure.id,
        "person": get(view, Person, departure.person).username,
        "unit": get(view, Unit, departure.unit).path,
        "to": None if departure.to is None else get(view, Person, departure.to).username,
        "state": departure.state.value,
        "effective_at": utc(departure.effective_at),
        "reason": departure.reason,
        "completed_at": utc(departure.completed_at),
    }


def _reply(app: App, found: Progress) -> Reply:
    departure, view = found.departure, app.office.view
    for line in found.waiting:
        app.warn(line)
    changed = [{"account": account.key, "rotation": rotation.id} for account, rotation in found.changed]
    data = {**_object(app, departure), "open": list(found.open), "changed": changed}
    effective = departure.effective_at.astimezone(UTC)
    return Reply(
        data=data,
        text=lambda: facts(
            (
                ("departure", departure.id),
                ("person", get(view, Person, departure.person).name),
                ("from", get(view, Unit, departure.unit).path),
                ("state", f"{departure.state.value}, effective {effective:%Y-%m-%d %H:%M} UTC"),
                *(("open", each) for each in found.open),
                *(("changed", account.key) for account, _ in found.changed),
            )
        ),
    )


COMMANDS = {"depart": depart}
