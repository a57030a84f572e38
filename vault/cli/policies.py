"""`custody policy`."""

from __future__ import annotations

from dataclasses import asdict

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf


@click.group()
def policy() -> None:
    """The district's settings: domains, words, limits, the monitoring notice, findings about platforms."""


@leaf(policy, "show", examples=("custody policy show > policy.toml",))
def show(app: App, /) -> Reply:
    """The settings in force, as a file that `custody policy set` takes."""
    from vault.policy.files import policy_to_toml

    found = app.office.policy
    return Reply(data=asdict(found), text=lambda: policy_to_toml(found).rstrip("\n"))


@leaf(policy, "set", examples=("custody policy set policy.toml",), signs=True)
@click.argument("file", metavar="FILE.toml")
@click.option("--dry-run", is_flag=True, help="Check the file and change nothing.")
def set_policy(app: App, /, file: str, *, dry_run: bool) -> Reply:
    """Put a policy file in force, whole, as the next version. A wrong file is refused with every fault listed."""
    from vault.desk.policies import Policies
    from vault.policy.files import parse_policy

    text = app.text(file, "FILE.toml")
    if dry_run:
        found = parse_policy(text, previous=app.office.policy)
        return Reply(data=asdict(found), text=lambda: "The file is good; nothing was changed.")
    found = Policies(app.office).set(app.member(), text)
    return Reply(data=asdict(found), text=lambda: f"Version {found.version} of the policy is in force.")


COMMANDS = {"policy": policy}
