"""`custody rotate`."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, masked, table, utc
from vault.cli.typing_in import Term
from vault.domain.accounts import Account
from vault.domain.credentials import Credential
from vault.domain.persons import Person
from vault.domain.rotations import Rotation, RotationState
from vault.errors import InvalidInput
from vault.ledger.view import View, get

if TYPE_CHECKING:
    from vault.desk.rotations import Due, Replacement
    from vault.domain.secret import Secret


@click.group()
def rotate() -> None:
    """Replace credentials: stage a new one, change it on the platform, confirm."""


@leaf(rotate, "due", examples=("custody rotate due", "custody rotate due --within 14d --exit-code"))
@click.option("--within", type=Term(), default="0d", help="What falls due within this time as well.")
@click.option("--exit-code", "tells", is_flag=True, help="End with status 10 when something is due.")
def due(app: App, /, *, within: timedelta, tells: bool) -> Reply:
    """What is owed, staged, or due by its age."""
    from vault.desk.rotations import Rotations

    found = list(Rotations(app.office).due(within=within))
    return Reply(
        data={"items": [_due(each) for each in found]},
        text=lambda: table(
            ("account", "since or at", "why", "rotation"),
            (
                (each.account.key, local(each.due_at), each.why, "" if each.rotation is None else each.rotation.id)
                for each in found
            ),
            empty="nothing is due",
        ),
        exit_status=10 if tells and found else 0,
    )


def _due(found: Due) -> dict[str, object]:
    return {
        "account": found.account.key,
        "account_id": found.account.id,
        "rotation": None if found.rotation is None else found.rotation.id,
        "state": "due" if found.rotation is None else found.rotation.state.value,
        "due_at": utc(found.due_at),
        "why": found.why,
    }


@leaf(
    rotate,
    "start",
    examples=('custody rotate start instagram:shs_drama --reason "Yearly change" --reveal --open',),
    signs=True,
)
@click.argument("name", metavar="ACCOUNT")
@click.option("--reason", default="", help="Why, when nothing was owed.")
@click.option("--generate", is_flag=True, help="Let the vault draw the new password, as it does without this.")
@click.option("--password-file", metavar="PATH", help="Read the new password instead of letting the vault draw it.")
@click.option("--totp-uri-file", metavar="PATH", help="Read a new authenticator seed.")
@click.option("--totp-code-file", metavar="PATH", help="Read a current code of the new seed instead of asking.")
@click.option("--backup-codes-file", metavar="PATH", help="Read new backup codes.")
@click.option("--reveal", is_flag=True, help="Show the new password.")
@click.option("--open", "opens", is_flag=True, help="Open the platform's own page for changing it.")
def start(
    app: App, /, name: str, *, reason: str, generate: bool, reveal: bool, opens: bool, **given: str | None
) -> Reply:
    """Stage a new password beside the current one, which stays current until you confirm."""
    from vault.desk.rotations import Rotations

    if generate and given["password_file"] is not None:
        raise InvalidInput("give --generate or --password-file, not both")
    desk, member = Rotations(app.office), app.member()
    made = desk.start(member, name, _replacement(app, given), reason=reason)
    for warning in made.warnings:
        app.warn(warning)
    shows = reveal or app.wanted_field == "password"
    password = desk.reveal(member, made.rotation.id, is_new=True) if shows else None
    if opens and made.change_url is not None and "{" not in made.change_url:
        _open_page(made.change_url)
    data = {
        "rotation": made.rotation.id,
        "account": made.account.id,
        "state": made.rotation.state.value,
        "version": made.account.versions,
        "password": masked(password, reveal=shows),
        "change_url": made.change_url,
    }
    return Reply(
        data=data,
        text=lambda: (
            facts(
                (
                    ("account", made.account.key),
                    ("new password", str(data["password"])),
                    ("change it at", made.change_url or "the platform's security settings (address not known)"),
                    ("rotation", made.rotation.id),
                )
            )
            + f"\n\nThe old password stays current. When the platform has taken the new one:\n"
            f"  custody rotate confirm {made.rotation.id}\n"
            f"If it has not:\n  custody rotate abandon {made.rotation.id}"
        ),
    )


def _open_page(address: str) -> None:
    """Open a page in the person's browser, which is given everything but the session."""
    session = os.environ.pop("CUSTODY_SESSION", None)
    try:
        click.launch(address)
    finally:
        if session is not None:
            os.environ["CUSTODY_SESSION"] = session


def _replacement(app: App, given: dict[str, str | None]) -> Replacement:
    from vault.desk.rotations import Replacement

    def secret(name: str, label: str) -> Secret | None:
        path = given[name]
        return None if path is None else app.secret(path, label, f"--{name.replace('_', '-')}")

    seed, code = secret("totp_uri_file", "Authenticator seed"), given["totp_code_file"]
    return Replacement(
        password=secret("password_file", "New password"),
        seed=seed,
        seed_code=None if seed is None else app.secret(code, "A current code of the authenticator", "--totp-code-file"),
        backup_codes=secret("backup_codes_file", "Backup codes"),
    )


@leaf(rotate, "show", examples=("custody rotate show rot_…", "custody rotate show instagram:shs_drama"))
@click.argument("name", metavar="ROTATION")
def show(app: App, /, name: str) -> Reply:
    """One rotation, by its id or by its account."""
    from vault.desk.rotations import Rotations

    view = app.office.view
    rotation, account = Rotations(app.office).show(name)
    return Reply(data=_object(view, rotation, account), text=lambda: _text(view, rotation, account))


def _object(view: View, found: Rotation, account: Account) -> dict[str, object]:
    return {
        "id": found.id,
        "rotation": found.id,
        "account": account.key,
        "state": found.state.value,
        "causes": [each.value for each in found.causes],
        "opened_at": utc(found.opened_at),
        "starter": None if found.starter is None else get(view, Person, found.starter).username,
        "reason": found.reason,
        "ended_at": utc(found.ended_at),
    }


def _text(view: View, found: Rotation, account: Account) -> str:
    versions = [None if key is None else get(view, Credential, key).sealed.version for key in (found.old, found.new)]
    return facts(
        (
            ("rotation", found.id),
            ("account", account.key),
            ("state", found.state.value),
            ("because", ", ".join(each.value.replace("-", " ") for each in found.causes)),
            ("since", local(found.opened_at)),
            ("started by", None if found.starter is None else get(view, Person, found.starter).name),
            ("reason", found.reason or None),
            ("versions", None if versions[0] is None else f"{versions[0]} (old), {versions[1]} (new)"),
            ("ended", None if found.ended_at is None else local(found.ended_at)),
        )
    )


@leaf(rotate, "reveal", examples=("custody rotate reveal rot_… --which old",), signs=True)
@click.argument("name", metavar="ROTATION")
@click.option("--which", type=click.Choice(["old", "new"]), required=True, help="Which password.")
def reveal_password(app: App, /, name: str, *, which: str) -> Reply:
    """Show the old or the new password of a staged rotation; that is recorded first."""
    from vault.desk.rotations import Rotations

    desk, member = Rotations(app.office), app.member()
    password = desk.reveal(member, name, is_new=which == "new").reveal()
    rotation, account = desk.show(name)
    return Reply(
        data={"rotation": rotation.id, "account": account.id, "which": which, "password": password},
        text=lambda: password,
    )


def _ended(app: App, rotation: Rotation, text: str) -> Reply:
    account = get(app.office.view, Account, rotation.account)
    return Reply(data=_object(app.office.view, rotation, account), text=lambda: text.replace("{}", account.key))


@leaf(rotate, "confirm", examples=("custody rotate confirm rot_…",), signs=True)
@click.argument("name", metavar="ROTATION")
def confirm(app: App, /, name: str) -> Reply:
    """The platform has taken the new password: it is current from now on."""
    from vault.desk.rotations import Rotations

    return _ended(
        app,
        Rotations(app.office).confirm(app.member(), name),
        "The new password of {} is current; its holders are told. A supervisor verifies it: custody escrow verify {}",
    )


@leaf(rotate, "abandon", examples=('custody rotate abandon rot_… --reason "The platform was down"',), signs=True)
@click.argument("name", metavar="ROTATION")
@click.option("--reason", default="", help="Why.")
def abandon(app: App, /, name: str, *, reason: str) -> Reply:
    """The platform has not taken it: the old password stays. What was owed stays owed."""
    from vault.desk.rotations import Rotations

    rotation = Rotations(app.office).abandon(app.member(), name, reason=reason)
    owed = rotation.state is RotationState.OWED
    return _ended(app, rotation, "The old password of {} stays." + (" A rotation is still owed." if owed else ""))


@leaf(rotate, "resolve", examples=("custody rotate resolve rot_… --keep new",), signs=True)
@click.argument("name", metavar="ROTATION")
@click.option("--keep", type=click.Choice(["old", "new"]), required=True, help="Which password the platform takes.")
def resolve(app: App, /, name: str, *, keep: str) -> Reply:
    """After an interruption: say which password the platform takes. `rotate reveal` shows both, to try them."""
    from vault.desk.rotations import Rotations

    desk, member = Rotations(app.office), app.member()
    if keep == "new":
        return _ended(app, desk.confirm(member, name), "The new password of {} is current.")
    return _ended(app, desk.abandon(member, name, reason="the platform takes the old one"), "The old one of {} stays.")


COMMANDS = {"rotate": rotate}
