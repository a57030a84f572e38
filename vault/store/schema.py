"""The schema compared with ours before anything else is read.

A planted trigger, view, generated column, rule or function would run in our session or stand between us and the
rows. So whatever the database says of itself must be, name by name, what the migrations of that revision made. alembic
is not needed for it and not loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.errors import AlteredSchema, StoreError, StoreTooNew, StoreTooOld
from vault.store import schema_postgres, schema_sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from vault.store.database import Database

REVISIONS: Final = ("0001",)
"""Every revision of the shared store's schema, oldest first; the newest is what this program reads and writes."""

REVISION: Final = REVISIONS[-1]

_VERSION_TABLE: Final = "alembic_version"


def require_current(database: Database) -> int | None:
    """Refuse a store whose schema is not, exactly, this program's.

    Returns:
        On SQLite the number that changes with its schema; see `require_unchanged`.

    Raises:
        AlteredSchema: Something is there that is not ours, or ours is missing or altered; the message names it.
        StoreTooOld: It has an older revision of ours.
        StoreTooNew: It has a revision that this program does not know.
        StoreError: Nothing was ever founded there, or the store failed.
    """

    def check(connection: Connection) -> int | None:
        verify(connection, database.name)
        return schema_sqlite.schema_number(connection) if database.is_sqlite else None

    return database.read(check)


def require_unchanged(connection: Connection, name: str, number: int | None) -> None:
    """Inside a transaction that writes, compare again if the schema has changed since it was read.

    Args:
        connection: With the write lock held.
        name: How the store is named to a person.
        number: What `require_current` returned.

    Raises:
        AlteredSchema: As `require_current`.
        StoreTooNew: As `require_current`.
    """
    if number is not None and schema_sqlite.schema_number(connection) != number:
        verify(connection, name)


def verify(connection: Connection, name: str) -> None:
    """As `require_current`, on a connection."""
    found = find_objects(connection)
    revision = find_revision(connection, found, name)
    if revision != REVISION:
        raise StoreTooOld(f"{name} has schema {revision}, and this program {REVISION}", hint="custody store upgrade")
    require_same(found, revision, connection.dialect.name, name)


def find_objects(connection: Connection) -> Mapping[str, str]:
    """What the database says of itself: each object's name, such as `table ledger_entries`, and its definition."""
    if connection.dialect.name == "sqlite":
        return schema_sqlite.find_objects(connection)
    return schema_postgres.find_objects(connection)


def find_revision(connection: Connection, found: Mapping[str, str], name: str) -> str:
    """The revision that the store says it has, one of `REVISIONS`.

    Args:
        connection: In a transaction.
        found: As `find_objects` gave it: the table of the revision is read only if it is the true one.
        name: How the store is named to a person.

    Raises:
        AlteredSchema: The revision is not recorded as it should be.
        StoreTooNew: This program does not know it.
        StoreError: The database is empty.
    """
    if not found:
        raise StoreError(f"{name} is empty: no vault was founded there", hint="custody init")
    founding = _expected(REVISIONS[0], connection.dialect.name)
    ours = {key: text for key, text in founding.items() if _VERSION_TABLE in key}
    for key, text in ours.items():
        if found.get(key) != text:
            raise AlteredSchema(f"{key} in {name} is missing or not ours")
    for key in found:
        if _VERSION_TABLE in key and key not in ours:
            raise AlteredSchema(f"{key} in {name} is not ours")
    rows = connection.exec_driver_sql(f"SELECT version_num FROM {_VERSION_TABLE}").all()  # noqa: S608 - a constant
    if len(rows) != 1:
        raise AlteredSchema(f"{name} records {len(rows)} schema revisions, and should record one")
    revision = str(rows[0][0])
    if revision not in REVISIONS:
        raise StoreTooNew(
            f"{name} has schema {revision[:40]!r}, which this program ({REVISION}) does not know",
            hint="install the newest custody-vault",
        )
    return revision


def require_same(found: Mapping[str, str], revision: str, dialect: str, name: str) -> None:
    """Refuse objects that are not, one by one, those of that revision.

    Raises:
        AlteredSchema: The first that is not ours, or is altered, or is missing.
    """
    expected = _expected(revision, dialect)
    for key in sorted(found.keys() - expected.keys()):
        raise AlteredSchema(f"{key} in {name} is not ours")
    for key in sorted(expected.keys() - found.keys()):
        raise AlteredSchema(f"{key} is missing from {name}")
    for key, text in sorted(expected.items()):
        if found[key] != text:
            raise AlteredSchema(f"{key} in {name} is not as it was made")


def _expected(revision: str, dialect: str) -> Mapping[str, str]:
    return (schema_sqlite.EXPECTED if dialect == "sqlite" else schema_postgres.EXPECTED)[revision]
