"""`custody report`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import local, table, utc


@click.group()
def report() -> None:
    """What the ledger adds up to, without a secret in it."""


@leaf(
    report,
    "access",
    examples=(
        "custody report access --person m.silva",
        "custody report access --unit district/high-school --exit-code",
    ),
)
@click.option("--person", help="Only what this person was shown.")
@click.option("--unit", help="Only accounts of this unit and those below it.")
@click.option("--open", "is_open", is_flag=True, help="Only what nobody has changed since.")
@click.option(
    "--exit-code",
    "tells",
    is_flag=True,
    help="End with status 10 when something that nobody changed is known to somebody who may not be shown it.",
)
def access(app: App, /, *, person: str | None, unit: str | None, is_open: bool, tells: bool) -> Reply:
    """Who was shown which part of which version, by which road, and whether it has changed since."""
    from vault.desk.access import access as find

    every = list(find(app.office, person=person, unit=unit))
    found = [each for each in every if not (is_open and each.is_changed)]
    items = [
        {
            "id": each.exposure.id,
            "account": each.account.key,
            "person": each.person.username,
            "part": each.exposure.part.value,
            "version": each.exposure.version,
            "road": each.exposure.road.value,
            "at": utc(each.exposure.at),
            "changed_since": each.is_changed,
            "may_be_shown_it": not each.is_outside,
        }
        for each in found
    ]
    return Reply(
        data={"items": items},
        text=lambda: table(
            ("account", "who", "part", "version", "by", "when", "changed since"),
            (
                (
                    each.account.key,
                    each.person.username,
                    each.exposure.part.value,
                    str(each.exposure.version),
                    each.exposure.road.value,
                    local(each.exposure.at),
                    "yes" if each.is_changed else "NO, and may not know it" if each.is_outside else "no",
                )
                for each in found
            ),
            empty="nobody was shown anything",
        ),
        exit_status=10 if tells and any(each.is_alarming for each in every) else 0,
    )


COMMANDS = {"report": report}
