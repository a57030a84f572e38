"""`custody account`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, masked, table, utc
from vault.cli.typing_in import Word
from vault.domain.accounts import Account, Mailbox, MfaMethod, Standing
from vault.domain.checkouts import Checkout
from vault.domain.credentials import BackupCodes, Credential
from vault.domain.persons import Person
from vault.domain.units import Unit
from vault.errors import InvalidInput
from vault.ledger.rules.checkouts import open_checkout
from vault.ledger.rules.standing import missing
from vault.ledger.view import View, get

if TYPE_CHECKING:
    from vault.desk.accounts import Registered, Registration


_EXAMPLE: Final = (
    "custody account register prm_… --username shs_drama --email drama@ridge.k12.example \\\n"
    '    --mailbox-opened-by "Drama office" --mailbox-mfa push --generate --totp-uri-file - --reveal'
)


@click.group()
def account() -> None:
    """Register the account that a permission allows, and look accounts up."""


@leaf(
    account,
    "register",
    examples=(_EXAMPLE,),
    signs=True,
)
@click.argument("permission_id", metavar="PERMISSION")
@click.option("--username", required=True, help="The name that signs in on the platform.")
@click.option("--email", required=True, help="The linked e-mail: a district or designated address (rule 2).")
@click.option("--mailbox-opened-by", required=True, help="Who can open that mailbox: an office, or a named employee.")
@click.option("--mailbox-mfa", required=True, help="How the mailbox is protected: totp, push, sms, u2f …, by comma.")
@click.option("--second", metavar="USERNAME", help="The other holder.")
@click.option("--generate", is_flag=True, help="Let the vault draw the password.")
@click.option("--password-file", metavar="PATH", help="Read the password from a file, or - for standard input.")
@click.option("--totp-uri-file", metavar="PATH", help="Read the authenticator seed (otpauth address or letters).")
@click.option("--totp-code-file", metavar="PATH", help="Read a current code of that seed instead of asking.")
@click.option("--mfa", metavar="METHODS", help="Other second factors: sms, email, u2f, push, by comma.")
@click.option("--mfa-holder", default="", help="Who holds that phone, key or mailbox.")
@click.option("--backup-codes-file", metavar="PATH", help="Read the platform's backup codes.")
@click.option("--recovery", multiple=True, help="A recovery address or number that the platform knows.")
@click.option("--reveal", is_flag=True, help="Show the password, to set it on the platform now.")
def register(app: App, /, permission_id: str, *, reveal: bool, **given: object) -> Reply:
    """Register an account: judged against the policy and the platform, sealed, and escrowed for your supervisor.

    It is active once a supervisor who does not hold it has verified the escrow copy.
    """
    from vault.desk.accounts import Accounts

    member = app.member()
    desk = Accounts(app.office)
    desk.require_permission(member, permission_id)
    made = desk.register(member, permission_id, _registration(app, given))
    for warning in made.warnings:
        app.warn(warning)
    return _registered(app, made, reveal=reveal)


def _registration(app: App, given: dict[str, object]) -> Registration:
    """What was typed, and the secrets from their files or prompts."""
    from vault.desk.accounts import Registration

    def path(name: str) -> str | None:
        value = given[name]
        return None if value is None else str(value)

    if given["generate"] and path("password_file") is not None:
        raise InvalidInput("give --generate or --password-file, not both")
    password = None
    if not given["generate"]:
        password = app.secret(
            path("password_file"), "The account's password", "--generate or --password-file", is_new=True
        )
    seed = code = codes = None
    if path("totp_uri_file") is not None:
        seed = app.secret(path("totp_uri_file"), "Authenticator seed", "--totp-uri-file")
        code = app.secret(path("totp_code_file"), "A current code of the authenticator", "--totp-code-file")
    if path("backup_codes_file") is not None:
        codes = app.secret(path("backup_codes_file"), "Backup codes", "--backup-codes-file")
    recovery = given["recovery"]
    return Registration(
        username=str(given["username"]),
        email=str(given["email"]),
        mailbox=Mailbox(opened_by=str(given["mailbox_opened_by"]), mfa=_words(given["mailbox_mfa"])),
        second=path("second"),
        password=password,
        seed=seed,
        seed_code=code,
        methods=tuple(MfaMethod(method=each, holder=str(given["mfa_holder"])) for each in _words(given["mfa"])),
        backup_codes=codes,
        recovery=tuple(map(str, recovery)) if isinstance(recovery, tuple) else (),
    )


def _words(text: object) -> tuple[str, ...]:
    return () if text is None else tuple(each.strip().lower() for each in str(text).split(",") if each.strip())


def _registered(app: App, made: Registered, *, reveal: bool) -> Reply:
    found, view = made.account, app.office.view
    lacks = missing(view, found, app.office.now())
    shows = reveal or app.wanted_field == "password"
    data = {
        "account": found.id,
        "state": (Standing.PENDING if lacks else Standing.ACTIVE).value,
        "missing": list(lacks),
        "password": masked(made.password, reveal=shows),
        "warnings": list(made.warnings),
    }
    shown = f"\npassword  {data['password']}\n" if shows else ""
    return Reply(
        data=data,
        text=lambda: (
            f"{found.key} is registered ({found.id}).\n{shown}\n"
            + "\n".join(("Still missing:", *(f"  - {each}" for each in lacks)) if lacks else ("It is active.",))
        ),
    )


def _object(view: View, found: Account, at: datetime) -> dict[str, object]:
    lacks = missing(view, found, at)
    lease = open_checkout(view, found, at)
    current = get(view, Credential, found.current).sealed
    return {
        "id": found.id,
        "account": found.key,
        "platform": found.statement.platform,
        "handle": found.statement.handle,
        "display_name": found.statement.display_name,
        "unit": get(view, Unit, found.unit).path,
        "kind": found.statement.kind.value,
        "access": found.statement.access.value,
        "state": (Standing.PENDING if lacks else Standing.ACTIVE).value,
        "missing": list(lacks),
        "custodian": get(view, Person, found.custodian).username,
        "second": None if found.second is None else get(view, Person, found.second).username,
        "permission": found.permission,
        "registered_at": utc(found.registered_at),
        "mailbox_opened_by": found.mailbox.opened_by,
        "mailbox_mfa": list(found.mailbox.mfa),
        "mfa": [{"method": each.method, "holder": each.holder, "proved": each.is_proved} for each in found.mfa],
        "version": current.version,
        "backup_codes_left": get(view, BackupCodes, current.codes_of).left,
        "escrow_verified_at": None if found.proof is None else utc(found.proof.at),
        "rotation": found.rotation,
        "checkout": None if lease is None else lease.id,
    }


@leaf(account, "list", examples=("custody account list --unit district/high-school --state pending",))
@click.option("--unit", help="Only of this unit and those below it.")
@click.option("--state", type=Word(Standing), help="Only pending or active ones.")
@click.option("--search", help="Only those whose handle, name or platform has this text.")
def list_accounts(app: App, /, *, unit: str | None, state: Standing | None, search: str | None) -> Reply:
    """Accounts, by name."""
    from vault.desk.listing import list_accounts as find

    view, now = app.office.view, app.office.now()
    found = list(find(app.office, unit=unit, state=state, search=search))
    return Reply(
        data={"items": [_object(view, each, now) for each in found]} if app.as_json or app.wanted_field else {},
        text=lambda: table(
            ("account", "shown as", "unit", "custodian", "state"),
            (
                (
                    each.key,
                    each.statement.display_name,
                    get(view, Unit, each.unit).path,
                    get(view, Person, each.custodian).username,
                    "pending" if missing(view, each, now) else "active",
                )
                for each in found
            ),
            empty="no account is registered here",
        ),
    )


@leaf(account, "show", examples=("custody account show instagram:shs_drama",))
@click.argument("name", metavar="ACCOUNT")
def show(app: App, /, name: str) -> Reply:
    """One account: who holds it, what it lacks, who has it now. No secret, and no e-mail address."""
    from vault.desk.finding import find_account

    view, now = app.office.view, app.office.now()
    found = find_account(view, name)
    data = _object(view, found, now)
    return Reply(data=data, text=lambda: _text(view, found, data, open_checkout(view, found, now)))


def _text(view: View, found: Account, data: dict[str, object], lease: Checkout | None) -> str:
    lacks = data["missing"] if isinstance(data["missing"], list) else []
    holder = None if lease is None else f"{get(view, Person, lease.person).name} until {local(lease.until)}"
    return facts(
        (
            ("account", f"{found.key}, shown as {found.statement.display_name}"),
            ("state", str(data["state"])),
            *(("missing", str(each)) for each in lacks),
            ("unit", str(data["unit"])),
            ("custodian", get(view, Person, found.custodian).name),
            ("second", None if found.second is None else get(view, Person, found.second).name),
            ("mailbox", f"{found.mailbox.opened_by} ({', '.join(found.mailbox.mfa)})"),
            ("second factors", ", ".join(_method(each) for each in found.mfa) or "none"),
            ("backup codes", f"{data['backup_codes_left']} left"),
            ("credential", f"version {data['version']}"),
            ("escrow", "not verified" if found.proof is None else f"verified {local(found.proof.at)}"),
            ("checked out", holder),
            ("rotation", found.rotation),
            ("permission", found.permission),
            ("id", found.id),
        )
    )


def _method(method: MfaMethod) -> str:
    return f"{method.method}, proved" if method.is_proved else f"{method.method}, held by {method.holder}"


@leaf(account, "who", examples=("custody account who instagram:shs_drama",))
@click.argument("name", metavar="ACCOUNT")
def who(app: App, /, name: str) -> Reply:
    """Who was shown which part of which version, and on which authority."""
    from vault.desk.exposures import exposures_of, has_changed

    view = app.office.view
    found = exposures_of(app.office, name)
    items = [
        {
            "id": each.id,
            "person": get(view, Person, each.person).username,
            "part": each.part.value,
            "version": each.version,
            "road": each.road.value,
            "at": utc(each.at),
            "changed_since": has_changed(view, each),
        }
        for each in found
    ]
    return Reply(
        data={"items": items},
        text=lambda: table(
            ("when", "who", "part", "version", "by", "changed since"),
            (
                (
                    local(each.at),
                    get(view, Person, each.person).username,
                    each.part.value,
                    str(each.version),
                    each.road.value,
                    "yes" if has_changed(view, each) else "no",
                )
                for each in found
            ),
            empty="nobody was shown anything",
        ),
    )


COMMANDS = {"account": account}
