"""`custody permission` and `custody email`."""

from __future__ import annotations

from typing import Final

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, table, utc
from vault.cli.typing_in import Word
from vault.domain.permissions import AccountKind, Designation, Permission, PermissionState
from vault.domain.persons import Person
from vault.domain.units import Unit
from vault.ledger.view import View, get

_EXAMPLE: Final = (
    'custody permission request --platform instagram --handle shs_drama --display-name "SHS Drama Club" \\\n'
    "    --unit district/high-school --kind public --official \\\n"
    '    --purpose "Show dates, rehearsals and cast news of the drama club" --audience "Students and families"'
)


@click.group()
def permission() -> None:
    """Ask for an account before it exists, and decide on requests (rule 6)."""


@leaf(
    permission,
    "request",
    examples=(_EXAMPLE,),
    signs=True,
)
@click.option("--platform", required=True, help="Where: an id, a name or a domain.")
@click.option("--handle", required=True, help="The account's handle.")
@click.option("--display-name", required=True, help="The name that the public sees.")
@click.option("--unit", required=True, help="The unit that the account belongs to.")
@click.option("--kind", required=True, type=Word(AccountKind), help="What it is for.")
@click.option("--purpose", required=True, help="Which school or educational purpose it serves (rule 5).")
@click.option("--audience", required=True, help="Who will read it.")
@click.option("--official", is_flag=True, help="It is the district's account, nobody's personal one.")
@click.option("--existing", is_flag=True, help="It was there before the vault.")
def request(app: App, /, *, official: bool, existing: bool, kind: AccountKind, **given: str) -> Reply:
    """Ask your supervisor for permission. Without it no password is taken."""
    from vault.desk.permissions import Permissions

    made = Permissions(app.office).request(
        app.member(),
        platform=given["platform"],
        handle=given["handle"],
        display_name=given["display_name"],
        unit=given["unit"],
        kind=kind,
        purpose=given["purpose"],
        audience=given["audience"],
        is_official=official,
        is_existing=existing,
    )
    return Reply(
        data=_object(app.office.view, made),
        text=lambda: (
            f"Asked: {made.statement.key} ({made.id}).\n"
            f"A supervisor of the unit or above decides: custody permission grant {made.id}"
        ),
    )


def _object(view: View, found: Permission) -> dict[str, object]:
    asked = found.statement
    return {
        "permission": found.id,
        "id": found.id,
        "state": found.state.value,
        "platform": asked.platform,
        "handle": asked.handle,
        "display_name": asked.display_name,
        "unit": get(view, Unit, asked.unit).path,
        "kind": asked.kind.value,
        "access": asked.access.value,
        "purpose": asked.purpose,
        "audience": asked.audience,
        "official": asked.is_official,
        "existing": asked.is_existing,
        "requester": get(view, Person, found.requester).username,
        "requested_at": utc(found.requested_at),
        "decider": None if found.decider is None else get(view, Person, found.decider).username,
        "decided_at": utc(found.decided_at),
        "note": found.note,
        "expires_at": utc(found.expires_at),
    }


@leaf(permission, "list", examples=("custody permission list --waiting", "custody permission list --mine"))
@click.option("--mine", is_flag=True, help="What you asked for.")
@click.option("--waiting", is_flag=True, help="What waits for your decision.")
def list_permissions(app: App, /, *, mine: bool, waiting: bool) -> Reply:
    """Requests and what was decided, newest first."""
    from vault.desk.agenda import agenda

    view = app.office.view
    if waiting:
        found = list(agenda(app.office, app.person()).to_decide)
    elif mine:
        found = list(view.where(Permission, "requester", app.person().id))
    else:
        found = list(view.every(Permission))
    found.sort(key=lambda each: (each.requested_at, each.id), reverse=True)
    now = app.office.now()
    return Reply(
        data={"items": [_object(view, each) for each in found]},
        text=lambda: table(
            ("id", "account", "unit", "asked by", "state"),
            (
                (
                    each.id,
                    each.key,
                    get(view, Unit, each.unit).path,
                    get(view, Person, each.requester).username,
                    "expired" if _is_expired(each) and not each.is_live(now) else each.state.value,
                )
                for each in found
            ),
            empty="nothing was asked" if not waiting else "nothing waits for your decision",
        ),
    )


def _is_expired(found: Permission) -> bool:
    return found.state is PermissionState.GRANTED


@leaf(permission, "show", examples=("custody permission show prm_…",))
@click.argument("permission_id", metavar="ID")
def show(app: App, /, permission_id: str) -> Reply:
    """One request, every word of it, and what was decided."""
    from vault.desk.finding import find_permission

    view = app.office.view
    found = find_permission(view, permission_id)
    designated = [each.address for each in view.where(Designation, "permission", found.id)]
    return Reply(
        data={**_object(view, found), "designated": designated},
        text=lambda: _text(view, found, designated),
    )


def _text(view: View, found: Permission, designated: list[str]) -> str:
    asked = found.statement
    decider = None if found.decider is None else get(view, Person, found.decider).name
    return facts(
        (
            ("request", found.id),
            ("account", f"{asked.key}, shown as {asked.display_name}"),
            ("unit", get(view, Unit, asked.unit).path),
            ("kind", f"{asked.kind.value}, {asked.access.value}"),
            ("purpose", asked.purpose),
            ("audience", asked.audience),
            (
                "declared",
                "official, nobody's personal account" + (", there before the vault" if asked.is_existing else ""),
            ),
            ("asked by", f"{get(view, Person, found.requester).name}, {local(found.requested_at)}"),
            ("state", found.state.value),
            ("decided by", decider and f"{decider}, {local(found.decided_at or found.requested_at)}"),
            ("note", found.note or None),
            ("ends", None if found.expires_at is None else f"{local(found.expires_at)} if it is not used"),
            ("designated", ", ".join(designated) or None),
        )
    )


@leaf(permission, "grant", examples=("custody permission grant prm_…",), signs=True)
@click.argument("permission_id", metavar="ID")
@click.option("--note", default="", help="What you add in writing.")
def grant(app: App, /, permission_id: str, *, note: str) -> Reply:
    """Say yes in writing: you sign every word of the request. Nobody decides on their own."""
    from vault.desk.finding import find_permission
    from vault.desk.permissions import Permissions

    member, view = app.member(), app.office.view
    app.say(_text(view, find_permission(view, permission_id), []))
    made = Permissions(app.office).grant(member, permission_id, note)
    return Reply(
        data=_object(view, made),
        text=lambda: f"Granted until {local(made.expires_at or made.requested_at)}: {made.statement.key}.",
    )


@leaf(
    permission,
    "refuse",
    examples=('custody permission refuse prm_… --note "Use the school\'s own account"',),
    signs=True,
)
@click.argument("permission_id", metavar="ID")
@click.option("--note", required=True, help="Why, in writing.")
def refuse(app: App, /, permission_id: str, *, note: str) -> Reply:
    """Say no in writing, and why."""
    from vault.desk.permissions import Permissions

    made = Permissions(app.office).refuse(app.member(), permission_id, note)
    return Reply(data=_object(app.office.view, made), text=lambda: f"Refused: {made.statement.key}.")


@leaf(permission, "withdraw", examples=("custody permission withdraw prm_…",), signs=True)
@click.argument("permission_id", metavar="ID")
def withdraw(app: App, /, permission_id: str) -> Reply:
    """Take a request back, or as a supervisor an unused grant."""
    from vault.desk.permissions import Permissions

    made = Permissions(app.office).withdraw(app.member(), permission_id)
    return Reply(data=_object(app.office.view, made), text=lambda: f"Withdrawn: {made.statement.key}.")


@click.group()
def email() -> None:
    """Designate an e-mail address outside the district's domains (rule 2)."""


@leaf(
    email,
    "designate",
    examples=(
        'custody email designate shs.drama@mail.example --permission prm_… --reason "The club\'s own box since 2019"',
    ),
    signs=True,
)
@click.argument("address")
@click.option("--permission", "permission_id", required=True, metavar="ID", help="For which account.")
@click.option("--reason", required=True, help="Why this address; 10 characters or more.")
def designate(app: App, /, address: str, *, permission_id: str, reason: str) -> Reply:
    """Designate an address for somebody else's account, and declare that it is nobody's personal one."""
    from vault.desk.permissions import Permissions

    member = app.member()
    app.require_yes(f"Is {address} an address of the district or its units, and nobody's personal one?")
    made = Permissions(app.office).designate(member, permission_id, address, reason)
    return Reply(
        data={"designation": made.id, "permission": made.permission, "address": made.address},
        text=lambda: f"Designated {made.address} for {made.permission}.",
    )


COMMANDS = {"permission": permission, "email": email}
