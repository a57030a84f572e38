"""`custody unit`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, table
from vault.cli.typing_in import Word
from vault.domain.persons import Appointment, Person, Role, post
from vault.domain.units import Unit, UnitKind
from vault.ledger.view import View, get


@click.group()
def unit() -> None:
    """Schools, departments and programmes: a tree under `district`."""


@leaf(
    unit,
    "add",
    examples=('custody unit add district/high-school --kind school --name "High School"',),
    signs=True,
)
@click.argument("path")
@click.option("--kind", required=True, type=Word(UnitKind), help="What it is.")
@click.option("--name", help="As people write it; made from the path if not given.")
def add(app: App, /, path: str, *, kind: UnitKind, name: str | None) -> Reply:
    """Add a unit below one that is there."""
    from vault.desk.units import Units

    title = name or path.rstrip("/").rpartition("/")[2].replace("-", " ").title()
    made = Units(app.office).add(app.member(), path, kind=kind, name=title)
    return Reply(data={"unit": made.id, "path": made.path}, text=lambda: f"{made.path} ({made.name}) is there.")


@leaf(unit, "list", examples=("custody unit list",))
def list_units(app: App, /) -> Reply:
    """Every unit, with its supervisors."""
    view = app.office.view
    found = sorted(view.every(Unit), key=lambda each: each.path)
    return Reply(
        data={"items": [_object(view, each) for each in found]},
        text=lambda: table(
            ("path", "name", "kind", "supervisors"),
            ((each.path, each.name, each.kind.value, _names(view, each, Role.SUPERVISOR)) for each in found),
            empty="there is no unit",
        ),
    )


def _names(view: View, unit: Unit, role: Role) -> str:
    held = view.where(Appointment, "post", post(unit.id, role))
    return ", ".join(get(view, Person, each.person).username for each in held) or (
        "nobody yet" if unit.parent is None else "(the unit above's)"
    )


def _object(view: View, unit: Unit) -> dict[str, object]:
    return {
        "id": unit.id,
        "path": unit.path,
        "name": unit.name,
        "kind": unit.kind.value,
        "parent": unit.parent,
        "epoch": unit.epoch,
        "is_rekey_owed": unit.is_rekey_owed,
        "roles": {
            role.value: [
                get(view, Person, each.person).username for each in view.where(Appointment, "post", post(unit.id, role))
            ]
            for role in Role
        },
    }


@leaf(unit, "show", examples=("custody unit show district/high-school",))
@click.argument("path")
def show(app: App, /, path: str) -> Reply:
    """One unit and who is what in it."""
    from vault.desk.finding import find_unit

    view = app.office.view
    found = find_unit(view, path)
    holders = {copy.recipient for copy in found.copies}
    names = ", ".join(each.username for each in view.every(Person) if each.id in holders)
    return Reply(
        data=_object(view, found),
        text=lambda: facts(
            (
                ("path", found.path),
                ("name", found.name),
                ("kind", found.kind.value),
                *((role.value, _names(view, found, role)) for role in (Role.SUPERVISOR, Role.IT)),
                ("key", f"epoch {found.epoch}, held by {names or 'nobody; the unit above opens it'}"),
                ("key to come", f"custody unit rekey {found.path}" if found.is_rekey_owed else None),
                ("id", found.id),
            )
        ),
    )


@leaf(
    unit,
    "rekey",
    examples=('custody unit rekey district/high-school --reason "a laptop with an open session was stolen"',),
    signs=True,
)
@click.argument("path")
@click.option("--reason", required=True, help="Why; 10 characters or more.")
def rekey(app: App, /, path: str, *, reason: str) -> Reply:
    """Make the keys of a unit and of all below it anew; what is in escrow there is sealed to them.

    The end of a supervisor's or IT member's role does it by itself.
    """
    from vault.desk.epochs import Epochs

    epochs, member = Epochs(app.office), app.member()
    remade = epochs.rekey(member, path, reason=reason)
    resealed = epochs.reseal(member)
    return Reply(
        data={"remade": list(remade), "resealed": resealed},
        text=lambda: f"New keys: {', '.join(remade)}. Escrow copies sealed to them: {resealed}.",
    )


@leaf(unit, "reseal", examples=("custody unit reseal",), signs=True)
def reseal(app: App, /) -> Reply:
    """Seal what waits in your units: keys to newcomers who are due them, escrow copies to the newest keys.

    Every command of yours does some of it too.
    """
    from vault.desk.epochs import Epochs, lagging
    from vault.desk.units import due_keys

    member, view = app.member(), app.office.view
    resealed = Epochs(app.office).reseal(member)
    left = [(each.path, person.username) for each, person in due_keys(view, member.person)]
    behind = [(lag.unit.path, lag.key.epoch, len(lag.credentials)) for lag in lagging(view, member.person)]
    lines = [f"{username} still waits for the key of {path}" for path, username in left]
    lines += [
        f"{count} escrow copies of {path} are sealed to epoch {epoch} still; whoever held it runs: custody unit reseal"
        for path, epoch, count in behind
    ]
    return Reply(
        data={
            "waiting": [{"unit": path, "person": username} for path, username in left],
            "resealed": resealed,
            "lagging": [{"unit": path, "epoch": epoch, "copies": count} for path, epoch, count in behind],
        },
        text=lambda: "\n".join(
            lines or ["Everybody who is due a unit's key has it, and nothing is sealed to an old one."]
        ),
    )


COMMANDS = {"unit": unit}
