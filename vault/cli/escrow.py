"""`custody escrow`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, masked, utc
from vault.errors import InvalidInput, MissingInput


@click.group()
def escrow() -> None:
    """Open or verify what your unit keeps, as its supervisor or as one above."""


@leaf(
    escrow,
    "open",
    examples=('custody escrow open instagram:shs_drama --reason "The coach has left; correcting a post" --reveal',),
    signs=True,
)
@click.argument("name", metavar="ACCOUNT")
@click.option("--reason", required=True, help="Why; 10 characters or more. The account's holders are told.")
@click.option("--ticket", default="", help="The help desk's number.")
@click.option("--reveal", is_flag=True, help="Show the password.")
def open_escrow(app: App, /, name: str, *, reason: str, ticket: str, reveal: bool) -> Reply:
    """Open an account of your unit. Your passphrase is asked for even in a session; a rotation is owed afterwards."""
    from vault.desk.escrow import Escrow

    shows = reveal or app.wanted_field == "password"
    made = Escrow(app.office).open(app.member(is_fresh=True), name, reason=reason, ticket=ticket)
    data = {
        "account": made.account.id,
        "checkout": made.checkout.id,
        "version": made.version,
        "expires_at": utc(made.checkout.until),
        "username": made.contacts.username,
        "password": masked(made.password, reveal=shows),
        "linked_email": made.contacts.email,
        "recovery": list(made.contacts.recovery),
        "has_authenticator": made.has_seed,
        "backup_codes_left": made.codes_left,
        "rotation": made.rotation,
    }
    return Reply(
        data=data,
        text=lambda: facts(
            (
                ("account", made.account.key),
                ("username", made.contacts.username),
                ("password", str(data["password"])),
                ("linked e-mail", made.contacts.email),
                ("recovery", ", ".join(made.contacts.recovery) or None),
                ("code", f"custody totp {made.account.key}" if made.has_seed else None),
                ("backup codes", f"{made.codes_left} left: custody backup-code {made.account.key}"),
                ("yours until", local(made.checkout.until)),
                ("owed now", f"custody rotate start {made.account.key}"),
            )
        ),
    )


@leaf(
    escrow, "verify", examples=("custody escrow verify instagram:shs_drama", "custody escrow verify --all"), signs=True
)
@click.argument("name", metavar="[ACCOUNT]", required=False)
@click.option("--all", "every", is_flag=True, help="Every account that waits for you.")
def verify(app: App, /, name: str | None, *, every: bool) -> Reply:
    """Open the escrow copy unseen and judge password, e-mail and second factor again. Nothing is shown."""
    from vault.desk.escrow import Escrow, unverified

    if every == (name is not None):
        raise (
            InvalidInput("name one account, or give --all", hint="custody escrow verify --help")
            if every
            else MissingInput("which account?", hint="custody escrow verify ACCOUNT, or --all")
        )
    member = app.member()
    names = [each.id for each in unverified(app.office, member.person)] if every else [str(name)]
    found = [Escrow(app.office).verify(member, each) for each in names]
    failed = [{"account": each.account.key, "faults": list(each.faults)} for each in found if each.faults]
    lines = [f"{each.account.key}: {'; '.join(each.faults) or 'everything holds'}" for each in found]
    return Reply(
        data={"checked": len(found), "failed": failed},
        text=lambda: "\n".join(lines) or "nothing waits for your verification",
        exit_status=10 if failed else 0,
    )


@leaf(escrow, "drill", examples=("custody escrow drill",), signs=True)
def drill(app: App, /) -> Reply:
    """Prove once a year, without opening a credential, that you can open every unit that you supervise."""
    from vault.desk.drills import Drills

    made, opened = Drills(app.office).escrow(app.member())
    return Reply(
        data={"units": list(made.units), "keys": opened, "at": utc(made.at)},
        text=lambda: f"You can open the escrow of {opened} units: proved and recorded.",
    )


COMMANDS = {"escrow": escrow}
