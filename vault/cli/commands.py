"""How a command is made: examples in its help, the common options, and a reply that is printed in one place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from vault.cli.failing import leave_pipe
from vault.errors import InvalidInput

if TYPE_CHECKING:
    from vault.cli.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a command answers.

    Attributes:
        data: For `--json` and `--field`; an object.
        text: For a person; made only when it is wanted.
        exit_status: 10 when a check found something, else 0.
    """

    data: Mapping[str, object] = field(repr=False)
    text: Callable[[], str] = field(repr=False)
    exit_status: int = 0


class Leaf(click.Command):
    """A command that does something: it returns a `Reply`, and can be asked for it as JSON or as one field."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **attrs: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(*args, **attrs)
        self.examples = examples
        self.params += [
            click.Option(["--json", "as_json"], is_flag=True, help="Answer with one JSON object."),
            click.Option(["--field"], metavar="NAME", help="Answer with one value alone."),
        ]

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own
        """Run the command and print its reply."""
        app: App = ctx.obj
        app.as_json = ctx.params.pop("as_json") or app.as_json
        app.wanted_field = ctx.params.pop("field")
        app.passphrase_file = ctx.params.pop("passphrase_file", None)
        reply = super().invoke(ctx)
        if isinstance(reply, Reply):
            try:
                _print(reply, app)
            except BrokenPipeError:
                # The command has done its work; `| head` is no failure.
                leave_pipe()
            if reply.exit_status:
                ctx.exit(reply.exit_status)
        return None

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first sentence, whole: lists of commands wrap it rather than cut it off."""
        _ = limit
        return " ".join((self.help or "").partition("\n\n")[0].split()).partition(". ")[0].removesuffix(".") + "."

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        if self.examples:
            with formatter.section("Example" if len(self.examples) == 1 else "Examples"):
                for example in self.examples:
                    formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
        super().format_epilog(ctx, formatter)


def _print(reply: Reply, app: App) -> None:
    if app.wanted_field is not None:
        if app.wanted_field not in reply.data:
            known = ", ".join(sorted(reply.data))
            raise InvalidInput(f"the answer has no field {app.wanted_field}", hint=f"it has: {known}")
        value = reply.data[app.wanted_field]
        click.echo(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    elif app.as_json:
        click.echo(json.dumps(reply.data, ensure_ascii=False))
    else:
        text = reply.text()
        if text:
            click.echo(text)


def leaf(
    group: click.Group | None,
    name: str,
    *,
    examples: tuple[str, ...],
    signs: bool = False,
    hidden: bool = False,
) -> Callable[[Callable[..., Reply | None]], click.Command]:
    """Make a function a command.

    Args:
        group: Where it belongs; None for one that stands alone.
        name: Its name.
        examples: What a person could type, `custody` included.
        signs: It needs a person's key: it takes `--passphrase-file`.
        hidden: Left out of the list of commands.
    """

    def make(function: Callable[..., Reply | None]) -> click.Command:
        command = click.command(name, cls=Leaf, examples=examples, hidden=hidden)(click.pass_obj(function))
        if signs:
            command.params.append(
                click.Option(
                    ["--passphrase-file"],
                    metavar="PATH",
                    help="Read your passphrase from a file, or - for standard input, instead of asking.",
                )
            )
        if group is not None:
            group.add_command(command)
        return command

    return make


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run: start-up pays for what it uses.

    Args:
        lazy: Name to (module, what the list of commands says of it); the module has it as `command`.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **attrs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **attrs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they are declared: the order of the work."""
        return [*self.lazy, *(name for name in super().list_commands(ctx) if name not in self.lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name."""
        if cmd_name in self.lazy:
            module, _ = self.lazy[cmd_name]
            command = import_module(module).COMMANDS[cmd_name]
            return command if isinstance(command, click.Command) else None
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any."""
        _ = ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.lazy.items()])
