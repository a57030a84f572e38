"""SQLite: one engine a file, set up as measured to be safe.

The driver begins transactions late and by guessing, which loses updates without an error; so it is told to begin none
(`isolation_level=None`) and every transaction begins with the statement that says what it is for.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import URL, create_engine, event
from sqlalchemy.pool import QueuePool

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT: Final = 15.0
"""Seconds that a statement waits for another process before it is refused."""

_TURNS: Final = 20
_CHECKPOINT_PATIENCE: Final = 500
"""Milliseconds."""

SHARED_PRAGMAS: Final = (
    # 16 KiB pages keep records of 2 KB in 1.13 x their bytes; it only has an effect before the first table.
    "page_size = 16384",
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
    # Functions in a planted view, trigger or index must not run in our session.
    "trusted_schema = OFF",
    # Without it INSERT OR REPLACE walks past a delete trigger.
    "recursive_triggers = ON",
    "cell_size_check = ON",
)
WITNESS_PRAGMAS: Final = (
    # 8 KiB keeps most documents off overflow pages.
    "page_size = 8192",
    "journal_mode = WAL",
    # The witness is disposable: after a power cut it may lack its last commits, and then follows them again.
    "synchronous = NORMAL",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "cache_size = -16384",
)


def make_sqlite_engine(path: Path, pragmas: tuple[str, ...], *, timeout: float = BUSY_TIMEOUT) -> Engine:
    """An engine on a file that exists; two connections are kept once opened, and more are opened when threads ask.

    The second one is the witness's, for its look-ups.

    A connection with the execution option `writes=True` takes the write lock as its transaction begins.

    Args:
        path: The database file, made beforehand with mode 0600.
        pragmas: What every connection is set to.
        timeout: Seconds to wait for another process.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"isolation_level": None, "timeout": timeout},
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=30,
    )
    event.listen(engine, "connect", _connect_listener(pragmas))
    event.listen(engine, "begin", _begin)
    return engine


def checkpoint(engine: Engine) -> bool:
    """Move the journal's pages into the database and empty it, unless another process is in the way.

    Returns:
        Whether the journal is empty now.
    """
    with engine.connect() as connection:
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        patience = driver.execute("PRAGMA busy_timeout").fetchone()[0]
        try:
            driver.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_PATIENCE}")
            return bool(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)
        except sqlite3.Error:
            return False
        finally:
            driver.execute(f"PRAGMA busy_timeout = {patience}")


def _connect_listener(pragmas: tuple[str, ...]) -> Any:  # noqa: ANN401 - SQLAlchemy's listeners have no type
    def prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:  # noqa: ARG001 - SQLAlchemy's
        for pragma in pragmas:
            _set(connection, pragma)
        harden(connection)

    return prepare


def _set(connection: sqlite3.Connection, pragma: str) -> None:
    for _ in range(_TURNS):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            # Two that turn a new file to WAL at once: that pragma does not wait its turn, and this does.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        else:
            return
    connection.execute(f"PRAGMA {pragma}")


def harden(connection: sqlite3.Connection) -> None:
    """Switch off what a planted schema could use, where this Python can reach the switches (3.12 and later)."""
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)  # noqa: FBT003 - positional only
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)  # noqa: FBT003 - positional only
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_VIEW, False)  # noqa: FBT003 - positional only


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
