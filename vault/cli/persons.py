"""`custody person`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, table, utc
from vault.cli.typing_in import Word
from vault.domain.persons import Appointment, Person, Role
from vault.domain.units import Unit
from vault.ledger.view import View, get


@click.group()
def person() -> None:
    """Invite people, enrol, list them, change your passphrase."""


@leaf(
    person,
    "invite",
    examples=(
        'custody person invite m.silva --name "Maria Silva" --email m.silva@ridge.k12.example --unit district/middle',
        'custody person invite okafor --name "Ada Okafor" --email okafor@ridge.k12.example --unit district --role it',
    ),
    signs=True,
)
@click.argument("username")
@click.option("--name", required=True, help="As people write it.")
@click.option("--email", required=True, help="Their district address.")
@click.option("--unit", required=True, help="Where they belong, such as district/high-school.")
@click.option("--role", "roles", multiple=True, type=Word(Role), help="What they are there; employee if not given.")
def invite(app: App, /, username: str, *, name: str, email: str, unit: str, roles: tuple[Role, ...]) -> Reply:
    """Ask somebody to enrol. The code is shown once: give it to them by hand or by telephone.

    To invite somebody again who has not enrolled yet makes a new code; the old one ends.
    """
    from vault.desk.persons import Persons

    made = Persons(app.office).invite(
        app.member(), username, name=name, email=email, unit=unit, roles=roles or (Role.EMPLOYEE,)
    )
    code = "-".join(made.code.reveal().split())
    data = {"person": made.person, "code": code, "expires_at": utc(made.expires_at)}
    return Reply(
        data=data,
        text=lambda: (
            f"One-time code for {username}, until {local(made.expires_at)}; it is not shown again:\n\n"
            f"  {code}\n\n"
            f"They run: custody person enrol {username}"
        ),
    )


@leaf(person, "enrol", examples=("custody person enrol m.silva",), signs=True)
@click.argument("username")
@click.option("--code-file", metavar="PATH", help="Read the one-time code from a file, or - for standard input.")
@click.option("--acknowledge-notice", is_flag=True, help="You have read the monitoring notice.")
def enrol(app: App, /, username: str, *, code_file: str | None, acknowledge_notice: bool) -> Reply:
    """Make your key, on your side: read the notice, type the code you were given, choose a passphrase."""
    from vault.cli import init
    from vault.desk.persons import Persons

    policy = app.office.policy
    init.acknowledge_notice(app, policy, is_given=acknowledge_notice)
    code = app.secret(code_file, f"One-time code of {username}", "--code-file")
    passphrase = app.secret(
        app.passphrase_file, "New passphrase (15 characters or more)", "--passphrase-file", is_new=True
    )
    member = Persons(app.office).enrol(username, code, passphrase, acknowledged=policy.version)
    data = {"person": member.person.id, "username": member.person.username}
    return Reply(
        data=data,
        text=lambda: (
            f"You are enrolled. Your passphrase is known to nobody else.\nNext: custody --as {username} status"
        ),
    )


@leaf(person, "list", examples=("custody person list",))
def list_persons(app: App, /) -> Reply:
    """Everybody who is enrolled or invited, with their roles."""
    view = app.office.view
    found = sorted(view.every(Person), key=lambda each: each.username)
    items = [_object(view, each) for each in found]
    return Reply(
        data={"items": items},
        text=lambda: table(
            ("username", "name", "unit", "roles", "state"),
            (
                (
                    each.username,
                    each.name,
                    get(view, Unit, each.unit).path,
                    ", ".join(_roles(view, each)),
                    each.state.value,
                )
                for each in found
            ),
            empty="nobody is here yet",
        ),
    )


def _roles(view: View, person: Person) -> list[str]:
    held = [each for each in view.where(Appointment, "person", person.id) if each.is_live]
    return [f"{each.role.value} in {get(view, Unit, each.unit).path}" for each in held]


def _object(view: View, person: Person) -> dict[str, object]:
    held = [each for each in view.where(Appointment, "person", person.id) if each.is_live]
    return {
        "id": person.id,
        "username": person.username,
        "name": person.name,
        "email": person.email,
        "unit": get(view, Unit, person.unit).path,
        "state": person.state.value,
        "roles": [{"role": each.role.value, "unit": get(view, Unit, each.unit).path} for each in held],
        "notice": person.notice,
    }


@leaf(person, "show", examples=("custody person show m.silva",))
@click.argument("username")
def show(app: App, /, username: str) -> Reply:
    """One person, their roles and the accounts that they hold."""
    from vault.desk.accounts import accounts_of
    from vault.desk.finding import find_person

    view = app.office.view
    found = find_person(view, username)
    keys = [each.key for each in accounts_of(view, found.id)]
    return Reply(
        data={**_object(view, found), "accounts": keys},
        text=lambda: facts(
            (
                ("username", found.username),
                ("name", found.name),
                ("e-mail", found.email),
                ("unit", get(view, Unit, found.unit).path),
                ("state", found.state.value),
                ("roles", ", ".join(_roles(view, found)) or None),
                ("accounts", ", ".join(keys) or None),
                ("id", found.id),
            )
        ),
    )


@leaf(person, "passphrase", examples=("custody person passphrase",), signs=True)
@click.option("--new-passphrase-file", metavar="PATH", help="Read the new one from a file, or - for standard input.")
def passphrase(app: App, /, *, new_passphrase_file: str | None) -> Reply:
    """Change your passphrase. Your open sessions end."""
    from vault.desk.persons import Persons
    from vault.wiring.sessions import end_sessions

    member = app.member(is_fresh=True)
    new = app.secret(
        new_passphrase_file, "New passphrase (15 characters or more)", "--new-passphrase-file", is_new=True
    )
    Persons(app.office).change_passphrase(member, new)
    end_sessions(app.vault.home, app.vault.config.vault, member.person.id)
    return Reply(data={"person": member.person.id}, text=lambda: "Your passphrase is changed.")


COMMANDS = {"person": person}
