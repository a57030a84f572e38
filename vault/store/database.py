"""One open database: transactions that begin for a purpose, end whole, and fail in the vault's words."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from vault.store import faults, files, sqlite
from vault.store.location import PostgresDatabase, SqliteFile, parse_location

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine, PoolProxiedConnection, Select

T = TypeVar("T")

ATTEMPTS: Final = 5
_FIRST_PAUSE: Final = 0.05
"""Seconds before the second attempt; each later pause is twice as long, less a random part."""


class Database:
    """A database and the only way to run statements on it.

    Args:
        engine: Made by `vault.store.sqlite` or `vault.store.postgres`.
        location: Where it is.
        pause: Waits some seconds between attempts; an argument so that tests need not wait.
    """

    def __init__(
        self,
        engine: Engine,
        location: SqliteFile | PostgresDatabase,
        *,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.engine = engine
        self.location = location
        self._writer = engine.execution_options(writes=True)
        self._pause = pause
        self._thread = threading.get_ident()
        self._kept: PoolProxiedConnection | None = None
        self._texts: dict[Select[Any], tuple[str, tuple[str, ...]]] = {}

    @property
    def name(self) -> str:
        """How a person is told which store it is."""
        return str(self.location)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite file."""
        return isinstance(self.location, SqliteFile)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that writes nothing; again when a passing fault stopped it.

        Raises:
            StoreError: It failed for good.
        """
        return self._attempt(self.engine, work)

    def read_one_moment(self, work: Callable[[Connection], T]) -> T:
        """As `read`, and whatever `work` reads is of one moment, however long it takes; nobody waits for it.

        SQLite's journal keeps the pages that a reader still needs; PostgreSQL is asked for the isolation that does.

        Raises:
            StoreError: It failed for good.
        """
        if self.is_sqlite:
            return self._attempt(self.engine, work)
        still = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return self._attempt(still, work)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction that writes, and commit; again, from its beginning, after a passing fault.

        When a connection breaks at the commit nobody knows whether it took place: `work` has to recognise what an
        earlier attempt of its own has written.

        Raises:
            StoreError: It failed for good; nothing was written unless the message says that this is not known.
        """
        return self._attempt(self._writer, work)

    def close(self) -> None:
        """Close every connection."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        self.engine.dispose()

    def look_up(self, statement: Select[Any], wanted: Mapping[str, str | bytes]) -> Sequence[Any]:
        """The rows of one statement, which is a transaction of its own.

        Documents are looked up a few times an entry. On SQLite beginning and ending a transaction costs ten times as
        much as the look-up itself, so a connection is kept for them; it belongs to the thread that opened the
        database. What fails on it is done again on the ordinary road, which tells what is wrong.

        Args:
            statement: Made once; its columns are of types that the driver gives as they are.
            wanted: Its parameters.

        Raises:
            StoreError: It failed for good.
        """
        if self.is_sqlite and self._thread == threading.get_ident():
            try:
                return self._look_up_kept(statement, wanted)
            except (sqlite3.Error, SQLAlchemyError):
                self._kept = None
        return self.read(lambda connection: connection.execute(statement, wanted).all())

    def _look_up_kept(self, statement: Select[Any], wanted: Mapping[str, str | bytes]) -> Sequence[Any]:
        if statement not in self._texts:
            compiled = statement.compile(self.engine)
            self._texts[statement] = (str(compiled), tuple(compiled.positiontup or ()))
        text, names = self._texts[statement]
        if self._kept is None:
            self._kept = self.engine.raw_connection()
        driver = cast("sqlite3.Connection", self._kept.driver_connection)
        return driver.execute(text, [wanted[name] for name in names]).fetchall()

    def _attempt(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        for pause in self._pauses():
            try:
                return self._once(engine, work)
            except DBAPIError as exc:
                if not faults.is_passing(exc):
                    raise faults.translate(exc, self.name) from exc
                self._pause(pause)
            except SQLAlchemyError as exc:
                raise faults.translate(exc, self.name) from exc
        try:
            return self._once(engine, work)
        except SQLAlchemyError as exc:
            raise faults.translate(exc, self.name) from exc

    def _once(self, engine: Engine, work: Callable[[Connection], T]) -> T:
        with engine.connect() as connection:
            if self.is_sqlite or engine is not self._writer:
                with connection.begin():
                    return work(connection)
            from vault.store import postgres

            postgres.forget_warning(connection)
            with connection.begin():
                answer = work(connection)
            postgres.require_durable_commit(connection, self.name)
            return answer

    def _pauses(self) -> Iterator[float]:
        longest = _FIRST_PAUSE
        for _ in range(ATTEMPTS - 1):
            # Losers of one race must not meet again.
            yield longest * (0.5 + os.urandom(1)[0] / 512)
            longest *= 2


def open_database(url: str, *, timeout: float = sqlite.BUSY_TIMEOUT) -> Database:
    """Open a shared store's database, which exists.

    Args:
        url: The store's address.
        timeout: Seconds to wait for another process, on SQLite.

    Raises:
        InvalidInput: The address is of no kind that the vault knows.
        UnsafePermissions: Others may read or replace the file.
        StoreError: The file is not there, or the driver is not installed.
    """
    location = parse_location(url)
    if isinstance(location, SqliteFile):
        files.require_safe_directory(location.path.parent)
        files.require_private_file(location.path)
        return Database(sqlite.make_sqlite_engine(location.path, sqlite.SHARED_PRAGMAS, timeout=timeout), location)
    from vault.store import postgres

    return Database(postgres.make_postgres_engine(location.url), location)
