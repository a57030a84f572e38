"""`custody role`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.typing_in import Word
from vault.domain.persons import Role


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
    """End somebody's role in a unit. What they were shown stays known to them until it is rotated."""
    from vault.desk.persons import Persons

    app.require_yes(f"End the role {role_name.value} of {username} in {unit}?")
    person = Persons(app.office).end(app.member(), username, role_name, unit)
    return Reply(
        data={"person": person.id, "role": role_name.value, "unit": unit},
        text=lambda: f"{person.name} is no longer {role_name.value} in {unit}.",
    )


COMMANDS = {"role": role}
