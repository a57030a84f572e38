"""How things look: times, tables, masks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from vault.domain.secret import Secret

MASK: Final = "********"


def utc(at: datetime | None) -> str | None:
    """A time for scripts: RFC 3339, UTC."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def local(at: datetime) -> str:
    """A time for people: this machine's zone."""
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}"


def masked(secret: Secret | None, *, reveal: bool) -> str:
    """A secret, or its mask."""
    return secret.reveal() if reveal and secret is not None else MASK


def paragraphs(text: str) -> str:
    """Prose, broken between words where it is read on a terminal; as it is anywhere else."""
    import shutil
    import sys
    import textwrap

    if not sys.stderr.isatty():
        return text
    width = max(40, min(shutil.get_terminal_size((80, 24)).columns, 100))
    lines = (
        textwrap.wrap(line, width, subsequent_indent="  " if line.startswith("- ") else "") for line in text.split("\n")
    )
    return "\n".join("\n".join(each) for each in lines)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> str:
    """A table for people, or a sentence when there is nothing."""
    lines = [tuple(row) for row in rows]
    if not lines:
        return empty
    import io
    import shutil
    import sys

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for at, heading in enumerate(headings):
        # Nothing is cut off: what stands first is what the next command is given, and the rest goes on below.
        made.add_column(heading, overflow="fold", no_wrap=at == 0)
    for row in lines:
        made.add_row(*(Text(cell) for cell in row))
    width = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 160
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    with console.capture() as capture:
        console.print(made)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def facts(pairs: Iterable[tuple[str, str | None]]) -> str:
    """Names and values, one a line; a value that is None is left out."""
    known = [(name, value) for name, value in pairs if value is not None]
    width = max((len(name) for name, _ in known), default=0)
    return "\n".join(f"{name:<{width}}  {value}" for name, value in known)
