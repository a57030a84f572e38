"""`custody totp --watch`: one code after the other on one line of the screen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from vault.errors import InvalidInput

if TYPE_CHECKING:
    from vault.cli.app import App
    from vault.desk.checkouts import Code


def require_screen(app: App, *, clip: bool) -> None:
    """Refuse to watch where nobody looks: it would never end.

    Raises:
        InvalidInput: There is no terminal, or another kind of answer is wanted.
    """
    if app.as_json or app.wanted_field is not None or clip:
        raise InvalidInput("--watch goes with no other kind of answer", hint="leave out --json, --field and --clip")
    if app.no_input or not sys.stdout.isatty():
        raise InvalidInput("--watch needs a terminal", hint="leave it out: one code is printed")


def watch(show: Callable[[], Code], *, pause: Callable[[float], None]) -> None:
    """Draw a code and its seconds until Ctrl-C; the next one is asked for, and so recorded, when its time has come.

    Args:
        show: Records and gives the current code.
        pause: Lets seconds go by.

    Raises:
        WrongState: The checkout is over.
    """
    try:
        while True:
            code = show()
            for left in range(code.valid_seconds, 0, -1):
                click.echo(f"\r{code.code.reveal()}  (for {left:>2} seconds; Ctrl-C ends) ", nl=False)
                pause(1)
    except KeyboardInterrupt:
        # How watching ends, not a failure.
        click.echo()
    except BaseException:
        click.echo()
        raise
