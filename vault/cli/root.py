"""The root of the command tree, and how one run of it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from vault import __version__
from vault.cli.app import App
from vault.cli.commands import LazyGroup
from vault.cli.failing import report

_COMMANDS = {
    "init": ("vault.cli.init", "Found a vault: the district, its keys, its recovery shares."),
    "person": ("vault.cli.persons", "Invite people, enrol, list them, change your passphrase."),
    "role": ("vault.cli.roles", "Give and end roles."),
    "unit": ("vault.cli.units", "Schools, departments and programmes."),
    "unlock": ("vault.cli.sessions", "Open your key for a while."),
    "lock": ("vault.cli.sessions", "Close it again."),
    "whoami": ("vault.cli.sessions", "Who works here, and as what."),
    "status": ("vault.cli.status", "What waits for you, and how the vault is."),
    "doctor": ("vault.cli.status", "Check this machine's part of the vault."),
    "policy": ("vault.cli.policies", "The district's settings of the Board's policy."),
    "platform": ("vault.cli.platforms", "What each platform allows."),
    "permission": ("vault.cli.permissions", "Ask for an account, and decide on requests."),
    "email": ("vault.cli.permissions", "Designate an e-mail address."),
    "account": ("vault.cli.incidents", "Register accounts, look them up, hand them over."),
    "exception": ("vault.cli.exceptions", "Except an account from a rule for a time."),
    "checkout": ("vault.cli.checkouts", "Take an account's credential out."),
    "totp": ("vault.cli.checkouts", "A code of the account's authenticator."),
    "backup-code": ("vault.cli.checkouts", "One backup code, spent by being shown."),
    "checkin": ("vault.cli.checkouts", "Return a credential."),
    "escrow": ("vault.cli.escrow", "Open or verify what your unit keeps."),
    "recovery": ("vault.cli.recovery", "What the recovery officers open, and drills."),
    "rotate": ("vault.cli.rotations", "Replace credentials."),
    "depart": ("vault.cli.departures", "See somebody off: hand over, change, prove."),
    "report": ("vault.cli.reports", "Who knows what."),
    "ledger": ("vault.cli.ledgers", "Read and verify the history."),
    "backup": ("vault.cli.backups", "Copy everything into one sealed file, and come back from it."),
    "store": ("vault.cli.stores", "Upgrade the database, or see how it is."),
    "demo": ("vault.cli.demo", "A whole district in a throw-away home: see it work."),
    "help": ("vault.cli.help", "Exit codes, and help on any command."),
    "completion": ("vault.cli.help", "Completion for your shell."),
}

COMPLETE = "_CUSTODY_COMPLETE"
"""What a shell sets when it asks for completions."""


class Root(LazyGroup):
    """The program: every error ends as one message and one exit status."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - click's own
        """Run and leave the process; see `run` for the status alone."""
        argv = kwargs.pop("args", None)
        sys.exit(self.run(args[0] if args else argv, **kwargs))

    def run(self, argv: Sequence[str] | None, **kwargs: Any) -> int:  # noqa: ANN401 - click's own
        """Run the command line.

        Returns:
            The exit status.
        """
        kwargs.update(standalone_mode=False, prog_name="custody", complete_var=COMPLETE)
        arguments = list(sys.argv[1:] if argv is None else argv)
        if COMPLETE in os.environ:
            from vault.cli import powershell

            powershell.offer()
        try:
            status = super().main(args=arguments, **kwargs)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the person gets one message and a status
            return report(error, as_json="--json" in arguments)
        return status if isinstance(status, int) else 0


@click.command("custody", cls=Root, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="The folder of the vault's files on this machine.")
@click.option("--db", metavar="URL", help="Another store: sqlite:///PATH or postgresql+psycopg://…")
@click.option("--as", "username", metavar="USERNAME", help="Who works, on a shared machine.")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON.")
@click.option("--no-input", is_flag=True, help="Never ask; fail and say what was missing.")
@click.option("--yes", is_flag=True, help="Say yes beforehand.")
@click.version_option(__version__, prog_name="custody")
@click.pass_context
def root(ctx: click.Context, /, *, home: str | None, db: str | None, username: str | None, **flags: bool) -> None:
    """The vault of a school district's official social accounts.

    An employee asks for permission, registers the account and checks its credential out; a supervisor decides, and can
    always open what the unit keeps; IT rotates.
    """
    app = ctx.obj if isinstance(ctx.obj, App) else App()
    env = os.environ
    home, db = home or env.get("CUSTODY_HOME"), db or env.get("CUSTODY_DB")
    app.home = Path(home) if home else None
    app.db = db or None
    app.username = username or env.get("CUSTODY_AS") or None
    app.session = env.get("CUSTODY_SESSION") or None
    app.as_json = flags["as_json"]
    app.no_input = flags["no_input"] or bool(env.get("CUSTODY_NO_INPUT"))
    app.yes = flags["yes"]
    ctx.obj = app
    ctx.call_on_close(app.close)
