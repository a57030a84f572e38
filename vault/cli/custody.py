"""`custody account transfer` and `custody account accept`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vault.cli.accounts import account
from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.domain.persons import Person
from vault.errors import MissingInput
from vault.ledger.view import get

if TYPE_CHECKING:
    from vault.desk.custody import Handover


@leaf(
    account,
    "transfer",
    examples=(
        "custody account transfer instagram:shs_drama --to t.weiss",
        'custody account transfer instagram:shs_drama --second --empty --reason "The assistant coach has left"',
    ),
    signs=True,
)
@click.argument("name", metavar="ACCOUNT")
@click.option("--to", "username", metavar="USERNAME", help="Who is to hold it.")
@click.option("--second", is_flag=True, help="Pass the second holder's place, not the custodian's.")
@click.option("--empty", is_flag=True, help="Leave the second holder's place empty.")
@click.option("--reason", default="", help="Why. Both holders are told.")
def transfer(app: App, /, name: str, *, username: str | None, second: bool, empty: bool, reason: str) -> Reply:
    """Hand an account over: a supervisor decides alone, a holder offers and the other accepts.

    The current credential is sealed to the new holder. What the old one was shown is to be changed afterwards.
    """
    from vault.desk.custody import Custody

    if (username is None) != empty or (empty and not second):
        raise MissingInput("who is to hold it?", hint="--to USERNAME; or --second --empty")
    made = Custody(app.office).hand_over(app.member(), name, username, is_second=second, reason=reason)
    data = {
        "account": made.account.id,
        "to": None if made.to is None else made.to.username,
        "state": "transferred" if made.is_done else "offered",
        "rotation": made.account.rotation,
    }
    return Reply(data=data, text=lambda: _text(made))


def _text(made: Handover) -> str:
    key = made.account.key
    if made.to is None:
        said = f"{key} has no second holder any more."
    elif made.is_done:
        said = f"{made.to.name} holds {key}."
    else:
        return f"Offered to {made.to.name}, who runs: custody account accept {key}"
    return f"{said}\nOwed now: custody rotate start {key}" if made.account.rotation else said


@leaf(account, "accept", examples=("custody account accept instagram:shs_drama",), signs=True)
@click.argument("name", metavar="ACCOUNT")
def accept(app: App, /, name: str) -> Reply:
    """Take over an account that its holder has offered you."""
    from vault.desk.custody import Custody

    found = Custody(app.office).accept(app.member(), name)
    view = app.office.view
    data = {
        "account": found.id,
        "custodian": get(view, Person, found.custodian).username,
        "second": None if found.second is None else get(view, Person, found.second).username,
        "rotation": found.rotation,
    }
    return Reply(
        data=data,
        text=lambda: (
            f"You hold {found.key}.\n" + (f"Owed now: custody rotate start {found.key}" * bool(found.rotation))
        ),
    )


__all__ = ["COMMANDS", "account"]

COMMANDS = {"account": account}
