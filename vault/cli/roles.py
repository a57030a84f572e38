"""`custody role`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.typing_in import Word
from vault.domain.persons import Role

if TYPE_CHECKING:
    from vault.desk.persons import Ended


@click.group()
def role() -> None:
    """Give and end roles."""


@leaf(role, "assign", examples=("custody role assign m.silva supervisor district/high-school",), signs=True)
@click.argument("username")
@click.argument("role_name", metavar="ROLE", type=Word(Role))
@click.argument("unit")
def assign(app: App, /, username: str, role_name: Role, unit: str) -> Reply:
    """Give somebody a role in a unit; it reaches the units below. Nobody gives themselves one."""
    from vault.desk.persons import Persons

    person = Persons(app.office).assign(app.member(), username, role_name, unit)
    return Reply(
        data={"person": person.id, "role": role_name.value, "unit": unit},
        text=lambda: f"{person.name} is {role_name.value} in {unit}.",
    )


@leaf(role, "end", examples=("custody role end m.silva supervisor district/high-school",), signs=True)
@click.argument("username")
@click.argument("role_name", metavar="ROLE", type=Word(Role))
@click.argument("unit")
def end(app: App, /, username: str, role_name: Role, unit: str) -> Reply:
    """End somebody's role in a unit. What they were shown stays known to them until it is rotated.

    A supervisor or IT member held the keys of the unit and of those below it. They are made anew at once, and what
    is in escrow there is sealed to the new ones.
    """
    from vault.desk.persons import Persons

    app.require_yes(f"End the role {role_name.value} of {username} in {unit}?")
    ended = Persons(app.office).end(app.member(), username, role_name, unit)
    return Reply(
        data={
            "person": ended.person.id,
            "role": role_name.value,
            "unit": unit,
            "remade": list(ended.remade),
            "owed": list(ended.owed),
            "resealed": ended.resealed,
            "lagging": ended.lagging,
        },
        text=lambda: "\n".join(_told(ended, f"{ended.person.name} is no longer {role_name.value} in {unit}.")),
    )


def _told(ended: Ended, first: str) -> Iterator[str]:
    yield first
    if ended.remade:
        yield f"New keys: {', '.join(ended.remade)}. Escrow copies sealed to them: {ended.resealed}."
    if ended.lagging:
        yield (
            f"{ended.lagging} escrow copies are sealed to former keys that you do not hold; somebody who does runs: "
            "custody unit reseal"
        )
    yield from (f"They know it, so its password is to be changed: custody rotate start {key}" for key in ended.owed)


COMMANDS = {"role": role}
