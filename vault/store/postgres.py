"""PostgreSQL: one engine a database, in a schema of ours, with every wait bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.pool import QueuePool

from vault.errors import StoreError
from vault.store import faults

if TYPE_CHECKING:
    from psycopg import Connection as Driver
    from psycopg.errors import Diagnostic
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.pool import ConnectionPoolEntry

SCHEMA: Final = "custody"

# pg_catalog is searched first when it is not named; pg_temp would come before it, so it is named last.
_SETTINGS: Final = {
    "search_path": f"{SCHEMA}, pg_temp",
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",
    "bytea_output": "hex",
}
_SCHEMA_LOCK: Final = int.from_bytes(b"custody", "big")
_CONNECT_TIMEOUT: Final = 10
_WARNING: Final = "commit_warning"


def make_postgres_engine(url: URL) -> Engine:
    """An engine on a database; one connection is kept, and more are opened when threads ask.

    Args:
        url: With the driver `psycopg`.

    Raises:
        StoreError: The driver is not installed.
    """
    try:
        engine = create_engine(
            url,
            connect_args={"connect_timeout": _CONNECT_TIMEOUT, "application_name": "custody"},
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=31,
        )
    except (ModuleNotFoundError, NoSuchModuleError) as exc:
        raise StoreError(
            "the postgresql driver is not installed", hint="pip install 'custody-vault[postgres]'"
        ) from exc
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "handle_error", _mark_disconnect)
    return engine


def make_schema(connection: Connection) -> None:
    """Make our schema where it is missing."""
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")


def lock_schema(connection: Connection) -> None:
    """Let one transaction at a time make or migrate the schema; readers and writers do not wait for it."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")


def forget_warning(connection: Connection) -> None:
    """Begin to look for a commit's warning: what an earlier transaction was warned of is not this one's."""
    connection.info.pop(_WARNING, None)


def require_durable_commit(connection: Connection, store: str) -> None:
    """Refuse a commit that the server acknowledged with a warning.

    A cancel request or a time-out that arrives while a synchronous cluster commits makes the server answer "committed"
    with a warning that the standby may not have it: after a failover the row can be gone.

    Args:
        connection: The one that has just committed.
        store: How the store is named to a person.

    Raises:
        StoreError: There was such a warning. The entry may be there or not.
    """
    if connection.info.pop(_WARNING, None) is not None:
        raise StoreError(
            f"{store} did not confirm that its standby has the entry", hint="check the server, then try again"
        )


def _prepare(_adapted: object, entry: ConnectionPoolEntry) -> None:
    real: Driver[Any] = entry.driver_connection  # type: ignore[assignment]

    def keep_warning(diagnostic: Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            entry.info[_WARNING] = diagnostic.sqlstate

    real.add_notice_handler(keep_warning)
    real.autocommit = True
    query = "SELECT " + ", ".join("set_config(%s, %s, false)" for _ in _SETTINGS)
    real.execute(query.encode(), [text for pair in _SETTINGS.items() for text in pair])
    real.autocommit = False


def _mark_disconnect(context: ExceptionContext) -> None:
    # So that SQLAlchemy drops the connection, and with it the pool, rather than hand it out again.
    if faults.is_disconnect(context.original_exception):
        context.is_disconnect = True
