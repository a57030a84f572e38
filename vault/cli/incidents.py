"""`custody account suspend` and `custody account resume`."""

from __future__ import annotations

import click

from vault.cli import custody
from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.typing_in import Word
from vault.domain.incidents import Suspicion


@leaf(
    custody.account,
    "suspend",
    examples=('custody account suspend instagram:shs_drama --reason taken-over --detail "Strange posts since 8:00"',),
    signs=True,
)
@click.argument("name", metavar="ACCOUNT")
@click.option("--reason", "why", required=True, type=Word(Suspicion), help="Why.")
@click.option("--detail", default="", help="What was seen. Its holders are told.")
def suspend(app: App, /, name: str, *, why: Suspicion, detail: str) -> Reply:
    """Freeze an account that somebody else may be in, at once. What to do now is printed, in that order.

    Nobody checks it out any more and a rotation is owed; escrow stays open to supervisors.
    """
    from vault.desk.incidents import Incidents, first_aid

    made = Incidents(app.office).suspend(app.member(), name, why=why, detail=detail)
    lines = first_aid(app.office, made)
    data = {"account": made.id, "reason": why.value, "rotation": made.rotation, "first_aid": list(lines)}
    return Reply(data=data, text=lambda: "\n".join((f"{made.key} is suspended.", "", *lines)))


@leaf(custody.account, "resume", examples=("custody account resume instagram:shs_drama",), signs=True)
@click.argument("name", metavar="ACCOUNT")
@click.option("--detail", default="", help="What was done. Its holders are told.")
def resume(app: App, /, name: str, *, detail: str) -> Reply:
    """Let a suspended account be checked out again, once its credential is replaced. A supervisor decides."""
    from vault.desk.incidents import Incidents

    made = Incidents(app.office).resume(app.member(), name, detail=detail)
    return Reply(data={"account": made.id}, text=lambda: f"{made.key} can be checked out again.")


COMMANDS = {"account": custody.account}
