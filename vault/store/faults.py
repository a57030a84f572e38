"""Exceptions of SQLAlchemy and the drivers, told in the vault's words.

Nothing of theirs leaves the store. A message names the store and the kind of fault; the driver's own text is left out,
since a server puts values of rows into it.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from vault.errors import StoreBusy, StoreError

RESTORE: Final = "keep the file, then: custody backup restore FILE"

_SQLITE: Final[dict[int, tuple[type[StoreError], str, str | None]]] = {
    sqlite3.SQLITE_BUSY: (StoreBusy, "another process holds {store}", "try again in a moment"),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "another process holds {store}", "try again in a moment"),
    sqlite3.SQLITE_FULL: (StoreError, "no space left for {store}", "free some space and try again"),
    sqlite3.SQLITE_READONLY: (StoreError, "{store} cannot be written", "check its permissions and the disk's"),
    sqlite3.SQLITE_PERM: (StoreError, "{store} cannot be written", "check its permissions and the disk's"),
    sqlite3.SQLITE_CANTOPEN: (StoreError, "cannot open {store}", "check its permissions and the disk's"),
    sqlite3.SQLITE_IOERR: (StoreError, "the disk failed under {store}", "check the disk and try again"),
    sqlite3.SQLITE_CORRUPT: (StoreError, "{store} is damaged", RESTORE),
    sqlite3.SQLITE_NOTADB: (StoreError, "{store} is not a database, or its beginning is damaged", RESTORE),
}
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

_BUSY_STATES: Final = frozenset({"40001", "40P01", "55P03", "57014", "53300"})
# PostgreSQL, appendix A: what passes by itself. 25006: a primary that was demoted; 57P01-03: a server that stops or
# starts; 53300: too many connections; 40001, 40P01: the loser of a race.
_PASSING_STATES: Final = frozenset({"40001", "40P01", "25006", "57P01", "57P02", "57P03", "53300"})
_DISCONNECT_STATES: Final = frozenset({"25006", "57P01", "57P02", "57P03"})
_POSTGRES: Final[dict[str, tuple[str, str | None]]] = {
    "53100": ("no space left for {store}", "free some space on the server and try again"),
    "25006": ("{store} cannot be written", "the server is a standby"),
    "28": ("{store} does not let this user in", "check the user and its password"),
    "3D": ("{store} does not exist", None),
    "42501": ("this user may not use {store}", "grant it the schema and its tables"),
    "XX": ("{store} is damaged", "restore the server's backup"),
}


def sqlstate(exc: BaseException) -> str | None:
    """PostgreSQL's five-character code of an exception, or None."""
    state = getattr(getattr(exc, "orig", exc), "sqlstate", None)
    return state if isinstance(state, str) else None


def is_disconnect(exc: BaseException) -> bool:
    """Whether the server will not take another statement of ours on this connection."""
    return sqlstate(exc) in _DISCONNECT_STATES


def is_passing(exc: DBAPIError) -> bool:
    """Whether the same transaction may well succeed a moment later, so that it is tried again.

    SQLite has waited its busy time-out already, so none of its faults is tried again.
    """
    if isinstance(exc.orig, sqlite3.Error):
        return False
    state = sqlstate(exc)
    if state is None:
        # psycopg: the server could not be reached, or the connection broke.
        return exc.connection_invalidated or type(exc.orig).__name__ == "OperationalError"
    return state in _PASSING_STATES or state.startswith("08")


def is_damage(exc: BaseException) -> bool:
    """Whether SQLite says that the file itself is no good."""
    return _primary_code(getattr(exc, "orig", exc)) in _DAMAGED


def translate(exc: SQLAlchemyError, store: str) -> StoreError:
    """The vault's error for one of SQLAlchemy's; the caller raises it `from` that.

    Args:
        exc: What was caught.
        store: How the store is named to a person; never an address with a password.
    """
    if isinstance(exc, DBAPIError):
        if isinstance(exc.orig, sqlite3.Error):
            return _from_sqlite(exc.orig, store)
        return _from_postgres(exc, store)
    return StoreError(f"{store} failed: {type(exc).__name__}")


def _primary_code(exc: BaseException | None) -> int | None:
    code = getattr(exc, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def _from_sqlite(exc: sqlite3.Error, store: str) -> StoreError:
    known = _SQLITE.get(_primary_code(exc) or 0)
    if known is None:
        return StoreError(f"{store} failed: {getattr(exc, 'sqlite_errorname', type(exc).__name__)}")
    kind, message, hint = known
    return kind(message.format(store=store), hint=hint)


def _from_postgres(exc: DBAPIError, store: str) -> StoreError:
    state = sqlstate(exc)
    if state is None:
        return StoreError(f"{store} cannot be reached", hint="check the network and the server, then try again")
    if state in _BUSY_STATES:
        return StoreBusy(f"{store} is busy ({state})", hint="try again in a moment")
    message, hint = _POSTGRES.get(state) or _POSTGRES.get(state[:2]) or ("{store} failed ({state})", None)
    return StoreError(message.format(store=store, state=state), hint=hint)
