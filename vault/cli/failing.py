"""Turning every way to fail into one message, one hint and one exit status."""

from __future__ import annotations

import json
import os
import sys

import click

from vault.errors import Declined, Interrupted, InvalidInput, VaultError


def report(error: BaseException, *, as_json: bool) -> int:
    """Tell the person on stderr what failed, and give the exit status.

    Args:
        error: What was raised.
        as_json: For a script.
    """
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, SystemExit):
        # click's own completion ends so.
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not as_json:
        click.echo(error.format_message(), err=True)
        return InvalidInput.exit_status
    known = _known(error)
    if os.environ.get("CUSTODY_DEBUG") and known.exit_status == VaultError.exit_status:
        click.echo(_stack(error), err=True)
    text = _as_json(known) if as_json else _as_text(known)
    click.echo(text, err=True)
    return known.exit_status


def _known(error: BaseException) -> VaultError:
    if isinstance(error, VaultError):
        return error
    if isinstance(error, KeyboardInterrupt | click.Abort | EOFError):
        return Interrupted("interrupted", hint="what was not acknowledged did not happen: custody status")
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return InvalidInput("which command?", hint=f"{_where(error)} --help")
    if isinstance(error, click.UsageError):
        return InvalidInput(_plain(error.format_message()), hint=f"{_where(error)} --help")
    if isinstance(error, click.ClickException):
        return InvalidInput(_plain(error.format_message()))
    # What an unexpected error says may quote what it worked on: only its kind is told.
    return VaultError(
        f"something went wrong that the vault did not expect: {type(error).__name__}",
        hint="run it again with CUSTODY_DEBUG=1 and send IT what it prints",
    )


def _where(error: click.UsageError) -> str:
    """The command as a person types it: `custody checkout`, whose own command is hidden."""
    ctx = error.ctx
    while ctx is not None and ctx.command.hidden and ctx.parent is not None:
        ctx = ctx.parent
    return "custody" if ctx is None else ctx.command_path


def _stack(error: BaseException) -> str:
    """Where an unexpected error came from, without what it says: that may quote a secret."""
    import traceback

    lines: list[str] = []
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        lines += [
            f"{type(at).__module__}.{type(at).__qualname__}",
            *map(str.rstrip, traceback.format_tb(at.__traceback__)),
        ]
        at = at.__cause__ or at.__context__
    return "\n".join(lines)


def _plain(text: str) -> str:
    text = text.strip().rstrip(".")
    return text[:1].lower() + text[1:]


def _as_text(error: VaultError) -> str:
    lines = [f"error: {error.message}"]
    if len(error.faults) > 1 or (error.faults and error.faults[0] not in error.message):
        lines += [f"  - {fault}" for fault in error.faults]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    return "\n".join(lines)


def _as_json(error: VaultError) -> str:
    content: dict[str, object] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "exit": error.exit_status,
    }
    if error.faults:
        content["faults"] = list(error.faults)
    clause = getattr(error, "clause", None)
    if clause is not None:
        content["clause"] = clause
    return json.dumps({"error": content}, ensure_ascii=False)


def leave_pipe() -> None:
    """The reader of our output did not wait for it: keep the interpreter from complaining at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def declined() -> Declined:
    """What is raised when the person says no."""
    return Declined("nothing was changed")
