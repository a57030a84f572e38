"""`custody checkout`, `totp`, `backup-code`, `checkin`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, masked, table, utc
from vault.cli.typing_in import Term
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout
from vault.domain.persons import Person
from vault.errors import Held, MissingInput
from vault.ledger.rules.checkouts import open_checkout
from vault.ledger.view import View, get

if TYPE_CHECKING:
    from vault.desk.checkouts import Taken
    from vault.desk.office import Member

ABOUT_TO_CHANGE: Final = 5
"""Seconds left of a code below which it may be over before it is typed."""


class CheckoutGroup(click.Group):
    """`custody checkout ACCOUNT` takes it; `custody checkout list` and `extend` are commands beside."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Whatever is not a command here is an account."""
        if args and args[0] not in self.commands:
            args = ["take", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options may stand before the account, as they belong to taking it."""
        if args and args[0] not in self.commands and args[0] not in {"--help", "-h"}:
            args = ["take", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How it is called."""
        formatter.write_usage(ctx.command_path, 'ACCOUNT --for 2h --reason "…" | list | extend')

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of taking an account out, then the commands beside it."""
        take = self.commands["take"]
        take.format_options(click.Context(take, parent=ctx, info_name="take"), formatter)
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        self.commands["take"].format_epilog(ctx, formatter)


@click.group(cls=CheckoutGroup)
def checkout() -> None:
    """Take an account's credential out, for a time and with a reason."""


@leaf(
    checkout,
    "take",
    examples=(
        'custody checkout instagram:shs_drama --for 2h --reason "Posting the spring show dates" --reveal',
        'custody checkout instagram:shs_drama --for 2h --reason "Posting the spring show dates" --clip',
    ),
    signs=True,
    hidden=True,
)
@click.argument("name", metavar="ACCOUNT")
@click.option("--for", "term", type=Term(), help="How long: 2h, 90m. Needed to take it.")
@click.option("--reason", help="Why; 10 characters or more. Needed to take it.")
@click.option("--ticket", default="", help="The help desk's number.")
@click.option("--reveal", is_flag=True, help="Show the password.")
@click.option(
    "--clip",
    is_flag=False,
    flag_value=45,
    type=click.IntRange(5, 600),
    metavar="[SECONDS]",
    help="Copy the password; it is cleared after 45 seconds if it is still there.",
)
def take(
    app: App, /, name: str, *, term: timedelta | None, reason: str | None, ticket: str, reveal: bool, clip: int | None
) -> Reply:
    """Take an account's credential out, or see the password of your open checkout once more."""
    from vault.desk.checkouts import Checkouts

    if (term is None) != (reason is None):
        raise MissingInput(
            f"{'--for' if term is None else '--reason'} is missing",
            hint=f'custody checkout {name} --for 2h --reason "…"; alone, the name shows what you have out already',
        )
    desk, member = Checkouts(app.office), app.member()
    shows = reveal or clip is not None or app.wanted_field == "password"
    if term is None or reason is None:
        taken = desk.take_again(member, name, reveal=shows)
    else:
        _require_not_own(app, member, name)
        taken = desk.take(member, name, term=term, reason=reason, ticket=ticket, reveal=shows)
    if clip is not None and taken.password is not None:
        from vault.cli.clipboard import copy_for

        copy_for(taken.password, clip)
        app.say(f"the password is in the clipboard for {clip} seconds")
    return _taken(taken, reveal=reveal or app.wanted_field == "password")


def _taken(taken: Taken, *, reveal: bool) -> Reply:
    contacts = taken.contacts
    data = {
        "checkout": taken.checkout.id,
        "account": taken.account.id,
        "version": taken.version,
        "expires_at": utc(taken.checkout.until),
        "username": None if contacts is None else contacts.username,
        "linked_email": None if contacts is None else contacts.email,
        "password": masked(taken.password, reveal=reveal),
    }
    return Reply(
        data=data,
        text=lambda: facts(
            (
                ("account", taken.account.key),
                ("username", None if contacts is None else contacts.username),
                ("password", str(data["password"])),
                ("until", local(taken.checkout.until)),
                ("checkout", taken.checkout.id),
            )
        ),
    )


def _require_not_own(app: App, member: Member, name: str) -> None:
    """Say how to go on with what the person has out already, rather than that somebody holds it."""
    from vault.desk.finding import find_account

    office = app.office
    account = find_account(office.view, name)
    lease = open_checkout(office.view, account, office.now())
    if lease is not None and lease.person == member.person.id:
        raise Held(
            f"you have {account.key} until {local(lease.until)}",
            hint=f"to see the password again: custody checkout {account.key} --reveal; "
            f"to keep it longer: custody checkout extend {lease.id} --for 1h",
        )


def _object(view: View, found: Checkout, *, is_open: bool) -> dict[str, object]:
    return {
        "id": found.id,
        "account": get(view, Account, found.account).key,
        "person": get(view, Person, found.person).username,
        "road": found.road.value,
        "reason": found.reason,
        "ticket": found.ticket,
        "opened_at": utc(found.opened_at),
        "expires_at": utc(found.until),
        "ended_at": utc(found.ended_at),
        "ending": None if found.ending is None else found.ending.value,
        "open": is_open,
    }


@leaf(
    checkout, "list", examples=("custody checkout list --open", "custody checkout list --account instagram:shs_drama")
)
@click.option("--open", "is_open", is_flag=True, help="Only those that hold their account now.")
@click.option("--account", "name", metavar="ACCOUNT", help="Only of this account.")
def list_checkouts(app: App, /, *, is_open: bool, name: str | None) -> Reply:
    """Checkouts and escrow openings, newest first."""
    from vault.desk.checkouts import Checkouts

    view, now = app.office.view, app.office.now()
    found = list(Checkouts(app.office).every(account=name, is_open=is_open))
    return Reply(
        data={"items": [_object(view, each, is_open=each.is_open(now)) for each in found]},
        text=lambda: table(
            ("id", "account", "who", "from", "until", "state", "reason"),
            (
                (
                    each.id,
                    get(view, Account, each.account).key,
                    get(view, Person, each.person).username,
                    local(each.opened_at),
                    local(each.until),
                    "open" if each.is_open(now) else ("expired" if each.ending is None else each.ending.value),
                    each.reason,
                )
                for each in found
            ),
            empty="nothing is checked out" if is_open else "nothing was checked out",
        ),
    )


@leaf(checkout, "extend", examples=("custody checkout extend chk_… --for 1h",), signs=True)
@click.argument("checkout_id", metavar="ID")
@click.option("--for", "term", type=Term(), required=True, help="How long from now.")
def extend(app: App, /, checkout_id: str, *, term: timedelta) -> Reply:
    """Keep your open checkout longer."""
    from vault.desk.checkouts import Checkouts

    found = Checkouts(app.office).extend(app.member(), checkout_id, term)
    return Reply(
        data={"checkout": found.id, "expires_at": utc(found.until)},
        text=lambda: f"{found.id} lasts until {local(found.until)}.",
    )


@leaf(
    None, "totp", examples=("custody totp instagram:shs_drama", "custody totp instagram:shs_drama --watch"), signs=True
)
@click.argument("name", metavar="ACCOUNT")
@click.option("--watch", "watches", is_flag=True, help="Go on with the next code until Ctrl-C; each is recorded.")
@click.option("--clip", is_flag=True, help="Copy the code as well.")
def totp(app: App, /, name: str, *, watches: bool, clip: bool) -> Reply | None:
    """A code of the account's authenticator, while you have it checked out; never the seed."""
    from vault.desk.checkouts import Checkouts

    if watches:
        from vault.cli.watching import require_screen, watch

        require_screen(app, clip=clip)
        desk, member = Checkouts(app.office), app.member()
        watch(lambda: desk.totp(member, name), pause=app.pause)
        return None
    made = Checkouts(app.office).totp(app.member(), name)
    if clip:
        from vault.cli.clipboard import copy_for

        copy_for(made.code, made.valid_seconds + 30)
        app.say("the code is in the clipboard")
    if made.valid_seconds < ABOUT_TO_CHANGE:
        app.say(f"it changes in {made.valid_seconds} seconds: you may want to wait for the next")
    code = made.code.reveal()
    data: dict[str, Any] = {"account": made.account.id, "code": code, "valid_seconds": made.valid_seconds}
    return Reply(data=data, text=lambda: f"{code}  (for {made.valid_seconds} seconds)")


@leaf(None, "backup-code", examples=("custody backup-code instagram:shs_drama",), signs=True)
@click.argument("name", metavar="ACCOUNT")
def backup_code(app: App, /, name: str) -> Reply:
    """One backup code, spent by being shown, while you have the account checked out."""
    from vault.desk.checkouts import LOW_ON_CODES, Checkouts

    member = app.member()
    made = Checkouts(app.office).backup_code(member, name)
    if made.left <= LOW_ON_CODES:
        left = {0: "no backup code is left", 1: "1 backup code is left"}.get(
            made.left, f"{made.left} backup codes are left"
        )
        app.warn(f"{left}: make new ones on the platform, then custody rotate start {name} --backup-codes-file FILE")
    code = made.code.reveal()
    return Reply(
        data={"account": made.account.id, "code": code, "left": made.left},
        text=lambda: f"{code}  ({made.left} left)",
    )


@leaf(None, "checkin", examples=("custody checkin instagram:shs_drama",), signs=True)
@click.argument("name", metavar="ACCOUNT")
@click.option("--force", is_flag=True, help="End somebody else's, as a supervisor; a rotation is owed.")
@click.option("--reason", default="", help="Why it is forced; 10 characters or more.")
def checkin(app: App, /, name: str, *, force: bool, reason: str) -> Reply:
    """Return a credential."""
    from vault.desk.checkouts import Checkouts

    made = Checkouts(app.office).check_in(app.member(), name, is_forced=force, reason=reason)
    owed = f" Its password is to be changed: custody rotate start {name}" if made.rotation else ""
    return Reply(
        data={"checkout": made.checkout.id, "rotation": made.rotation},
        text=lambda: f"Returned {name}.{owed}",
    )


COMMANDS = {"checkout": checkout, "totp": totp, "backup-code": backup_code, "checkin": checkin}
