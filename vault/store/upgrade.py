"""Making a store, and bringing an older one to this program's schema. The only importer of alembic."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from vault.errors import StoreError
from vault.store import files, schema, sqlite
from vault.store.database import Database, open_database
from vault.store.location import SqliteFile, parse_location
from vault.store.tables import shared_tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HERE: Final = Path(__file__).parent


_SIZE: Final = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
    "postgresql": (
        "SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class"
        " WHERE relnamespace = 'custody'::regnamespace AND relkind = 'r'"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeReport:
    """What an upgrade did.

    Attributes:
        before: The revision that the store had.
        after: The revision that it has now.
        backup: The copy of it as it was, mode 0600; None when nothing had to be done, and on PostgreSQL.
    """

    before: str
    after: str
    backup: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """What stands at a store's address.

    Attributes:
        engine: `sqlite` or `postgresql`, with the version.
        revision: The schema's revision.
        newest: The revision that this program needs.
        entries: How many ledger entries.
        records: How many sealed records.
        size: Bytes that the store takes.
    """

    engine: str
    revision: str
    newest: str
    entries: int
    records: int
    size: int


def create_store(url: str) -> None:
    """Make an empty store; see `vault.store.create_store`."""
    location = parse_location(url)
    if isinstance(location, SqliteFile):
        files.make_private_directory(location.path.parent)
        files.make_private_file(location.path)
    database = open_database(url)
    try:
        database.write(lambda connection: _found(connection, database.name))
        schema.require_current(database)
    finally:
        database.close()


def upgrade_store(url: str, backup_dir: Path, *, scripts: Path | None = None) -> UpgradeReport:
    """Bring a store to the newest revision; see `vault.store.upgrade_store`.

    Args:
        url: The store.
        backup_dir: Where the copy of a SQLite store goes.
        scripts: Other migrations than ours, for tests.
    """
    database = open_database(url)
    try:
        before = database.read(lambda connection: _require_known(connection, database.name))
        if before == schema.REVISION:
            return UpgradeReport(before=before, after=before, backup=None)
        backup = back_up(database, before, backup_dir)
        database.write(lambda connection: _upgrade(connection, scripts))
        schema.require_current(database)
    finally:
        database.close()
    return UpgradeReport(before=before, after=schema.REVISION, backup=backup)


def store_status(url: str) -> StoreStatus:
    """What stands at that address; see `vault.store.store_status`."""
    database = open_database(url)
    try:
        return database.read(lambda connection: _status(connection, database))
    finally:
        database.close()


def migrate(connection: Connection, scripts: Path | None = None) -> None:
    """Run the migrations that the store lacks, in the transaction that is open.

    Args:
        connection: With the write lock held.
        scripts: The folder that holds `env.py`; ours when None.
    """
    # alembic takes 0.1 s to load: only these commands pay for it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts or migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def migrations_folder() -> Path:
    """Where the migrations are: inside the package when installed from a wheel, beside it in a checkout.

    Raises:
        StoreError: They are in neither place.
    """
    for folder in (_HERE / "migrations", _HERE.parent.parent / "migrations"):
        if (folder / "env.py").is_file():
            return folder
    raise StoreError("the migrations are missing from this installation", hint="install custody-vault again")


def back_up(database: Database, revision: str, backup_dir: Path) -> Path | None:
    """Copy a SQLite store whole, with what stands in its journal; PostgreSQL has tools of its own.

    Args:
        database: The store.
        revision: Stands in the copy's name.
        backup_dir: Made with mode 0700 where it is missing.

    Returns:
        The copy, or None on PostgreSQL.

    Raises:
        StoreError: It cannot be made, or does not pass SQLite's own check.
    """
    if not isinstance(database.location, SqliteFile):
        return None
    source = database.location.path
    files.make_private_directory(backup_dir)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = backup_dir / f"{source.stem}-{revision}-{stamp}.db"
    files.make_private_file(target)
    try:
        _copy(source, target)
    except sqlite3.Error as exc:
        files.discard(target)
        raise StoreError(f"cannot copy {source} to {target}", hint="free some space and try again") from exc
    return target


def _copy(source: Path, target: Path) -> None:
    old = sqlite3.connect(source, isolation_level=None, timeout=sqlite.BUSY_TIMEOUT)
    new = sqlite3.connect(target, isolation_level=None)
    try:
        old.backup(new)
        # A copy is one file: no journal of its own may be left beside it.
        new.execute("PRAGMA journal_mode = DELETE")
        if new.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the copy does not pass quick_check")
    finally:
        new.close()
        old.close()


def _found(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        from vault.store import postgres

        postgres.lock_schema(connection)
        postgres.make_schema(connection)
    if schema.find_objects(connection):
        schema.verify(connection, name)
        if connection.scalar(select(func.count()).select_from(shared_tables().entries)):
            raise StoreError(f"{name} holds a vault already", hint="name another place, or: custody join CODE")
        return
    migrate(connection)


def _upgrade(connection: Connection, scripts: Path | None) -> None:
    if connection.dialect.name == "postgresql":
        from vault.store import postgres

        # SQLite's write lock is held already. Whoever comes second finds nothing left to migrate.
        postgres.lock_schema(connection)
    migrate(connection, scripts)


def _require_known(connection: Connection, name: str) -> str:
    found = schema.find_objects(connection)
    revision = schema.find_revision(connection, found, name)
    schema.require_same(found, revision, connection.dialect.name, name)
    return revision


def _status(connection: Connection, database: Database) -> StoreStatus:
    revision = _require_known(connection, database.name)
    tables = shared_tables()
    version = connection.dialect.server_version_info or ()
    return StoreStatus(
        engine=f"{connection.dialect.name} {'.'.join(str(part) for part in version)}",
        revision=revision,
        newest=schema.REVISION,
        entries=connection.scalar(select(func.count()).select_from(tables.entries)) or 0,
        records=connection.scalar(select(func.count()).select_from(tables.records)) or 0,
        size=int(connection.exec_driver_sql(_SIZE[connection.dialect.name]).scalar_one()),
    )
