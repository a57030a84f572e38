"""The command tree, walked without running anything."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

import click

from vault.cli.app import App
from vault.cli.root import root

if TYPE_CHECKING:
    from collections.abc import Iterator

_ID: Final = re.compile(r"\b(per|uni|prm|acc|cre|chk|rot|dep|att)_…")


def walk(command: click.Command = root, path: str = "custody") -> Iterator[tuple[str, click.Command]]:
    """Every command with what is typed for it, groups included."""
    yield path, command
    if isinstance(command, click.Group):
        ctx = click.Context(command, **root.context_settings)
        for name in command.list_commands(ctx):
            child = command.get_command(ctx, name)
            assert child is not None, f"{path} {name}"
            yield from walk(child, f"{path} {name}")


def leaves() -> dict[str, click.Command]:
    """Every command that does something."""
    return {path: command for path, command in walk() if not isinstance(command, click.Group)}


def words_of(example: str) -> list[list[str]]:
    """The commands of an example, as a shell would take them apart; ids are given letters."""
    text = _ID.sub(lambda found: f"{found[1]}_0123456789abcdefghjkmnpqrs", example.replace("\\\n", " "))
    inner = re.findall(r"\$\((custody [^)]*)\)", text) or [re.split(r" [>|]{1,2} ", text)[0]]
    return [shlex.split(each) for each in inner]


def parse(words: list[str]) -> click.Context:
    """Parse a command's words as the program does, to the last context, without running it.

    Raises:
        click.UsageError: They do not parse.
    """
    assert words[0] == "custody"
    ctx = root.make_context("custody", words[1:], obj=App())
    while isinstance(ctx.command, click.Group):
        rest = [*ctx._protected_args, *ctx.args]
        name, command, rest = ctx.command.resolve_command(ctx, rest)
        assert command is not None
        ctx = command.make_context(name, rest, parent=ctx)
    return ctx
