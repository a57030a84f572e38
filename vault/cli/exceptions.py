"""`custody exception`."""

from __future__ import annotations

from datetime import datetime

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import local, utc
from vault.cli.typing_in import Day


@click.group()
def exception() -> None:
    """Except an account from a rule for a time, as a supervisor who does not hold it."""


@leaf(
    exception,
    "grant",
    examples=(
        'custody exception grant 4 flickr:shs_photo --until 2027-06-30 --reason "Flickr offers no second factor"',
    ),
    signs=True,
)
@click.argument("clause")
@click.argument("name", metavar="ACCOUNT")
@click.option("--until", required=True, type=Day(), help="The last day, such as 2027-06-30.")
@click.option("--reason", required=True, help="Why; 10 characters or more.")
def grant(app: App, /, clause: str, name: str, *, until: datetime, reason: str) -> Reply:
    """Except an account from rule 4 until a day, where its platform offers no second factor."""
    from vault.desk.accounts import Accounts

    made = Accounts(app.office).grant_exception(app.member(), name, clause=clause, until=until, reason=reason)
    return Reply(
        data={"exception": made.id, "account": made.account, "clause": made.clause, "until": utc(made.until)},
        text=lambda: f"Excepted from rule {made.clause} until {local(made.until)}.",
    )


COMMANDS = {"exception": exception}
