"""Where a shared store stands: a SQLite file or a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from vault.errors import InvalidInput

if TYPE_CHECKING:
    from sqlalchemy import URL

_HINT = "sqlite:///PATH or postgresql+psycopg://USER@HOST/DATABASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteFile:
    """A SQLite database in a file of its own."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresDatabase:
    """A PostgreSQL database, in which the store has a schema of its own."""

    url: URL

    def __str__(self) -> str:
        return f"postgresql {self.url.host or 'local'}/{self.url.database or ''}"


def parse_location(url: str) -> SqliteFile | PostgresDatabase:
    """Read a store's address. No message repeats it, since it may hold a password.

    Raises:
        InvalidInput: It is not an address of a kind that the vault knows.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as exc:
        raise InvalidInput("the store's address cannot be read", hint=_HINT) from exc
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _sqlite(parsed)
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        if not parsed.database:
            raise InvalidInput("the store's address names no database", hint=_HINT)
        return PostgresDatabase(url=parsed.set(drivername="postgresql+psycopg"))
    raise InvalidInput(f"no store of kind {parsed.drivername!r} is known", hint=_HINT)


def _sqlite(url: URL) -> SqliteFile:
    # A query such as `?mode=memory` or `?vfs=…` would change what the checks on the file are worth.
    if url.query or url.host or not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise InvalidInput("a sqlite store is a plain file", hint=_HINT)
    return SqliteFile(path=Path(url.database).expanduser().absolute())
