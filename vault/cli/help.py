"""`custody help` and `custody completion`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.errors import NotFound

EXIT_CODES = {
    0: "done",
    1: "something unexpected",
    2: "usage, or invalid input",
    3: "declined (130: interrupted)",
    4: "locked, wrong passphrase, or not enrolled",
    5: "not permitted, or refused by policy",
    6: "not found, or ambiguous",
    7: "wrong state: held, owed, staged, already decided",
    8: "waiting for somebody's decision",
    9: "integrity: signature, chain, digest, rollback, fork",
    10: "a check found something",
    11: "the store, the disk or another system failed",
}


@leaf(None, "help", examples=("custody help exit-codes", "custody help permission request"))
@click.argument("words", nargs=-1)
@click.pass_context
def help_on(ctx: click.Context, app: App, /, words: tuple[str, ...]) -> Reply:
    """Exit codes, or help on a command."""
    _ = app
    if words == ("exit-codes",):
        return Reply(
            data={str(code): meaning for code, meaning in EXIT_CODES.items()},
            text=lambda: "\n".join(f"{code:>3}  {meaning}" for code, meaning in EXIT_CODES.items()),
        )
    at: click.Context = ctx.find_root()
    for word in words:
        command = at.command.get_command(at, word) if isinstance(at.command, click.Group) else None
        if command is None:
            raise NotFound(f"there is no command {' '.join(words)}", hint="custody --help")
        at = click.Context(command, info_name=word, parent=at, obj=ctx.obj)
    text = at.get_help()
    return Reply(data={"help": text}, text=lambda: text)


@leaf(None, "completion", examples=('eval "$(custody completion bash)"', "custody completion powershell >> $PROFILE"))
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@click.pass_context
def completion(ctx: click.Context, app: App, /, shell: str) -> Reply:
    """What to put into your shell's start-up file, so that it completes commands."""
    from click.shell_completion import get_completion_class

    from vault.cli import powershell
    from vault.cli.root import COMPLETE

    _ = app
    powershell.offer()
    made = get_completion_class(shell)
    if made is None:
        raise NotFound(f"no completion for {shell}")
    # bash's `source()` would warn on stderr of an old bash: the script itself is all that is wanted.
    script = made(ctx.find_root().command, {}, "custody", COMPLETE).source()
    return Reply(data={"script": script}, text=lambda: script)


COMMANDS = {"help": help_on, "completion": completion}
