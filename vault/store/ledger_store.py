"""The shared store in SQL: ledger entries, and the sealed records that they name."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.exc import IntegrityError as UniqueViolation

from vault.domain.ids import Digest
from vault.errors import AlteredRecord, Broken, CannotOpen, HeadMoved, StoreError, WrongState
from vault.ledger.ports import Head, StoredEntry
from vault.store import schema, sqlite, turning
from vault.store.database import Database, open_database
from vault.store.snapshot import SqlSnapshot
from vault.store.tables import shared_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from vault.ledger.ports import Batch, LedgerSnapshot
    from vault.store.cipher import AtRestCipher

T = TypeVar("T")

_NO_RECORDS: Final[Mapping[Digest, bytes]] = MappingProxyType({})
_PAGE: Final = 256
"""Records read at once by a full verification: some 600 KB."""


class SqlLedgerStore:
    """`LedgerStore` on SQLite or PostgreSQL; `UNIQUE(seq)` decides between writers.

    Args:
        database: Opened, its schema compared with ours.
        cipher: The storage keyring.
        schema_number: What that comparison returned.
    """

    def __init__(self, database: Database, cipher: AtRestCipher, *, schema_number: int | None) -> None:
        self._database = database
        self._cipher = cipher
        self._schema_number = schema_number
        tables = shared_tables(cipher)
        entries, records = tables.entries, tables.records
        self._head = select(entries.c.seq, entries.c.hash).order_by(entries.c.seq.desc()).limit(1)
        self._after = (
            select(entries.c.seq, entries.c.hash, entries.c.frame)
            .where(entries.c.seq > bindparam("after"))
            .order_by(entries.c.seq)
            .limit(bindparam("most"))
        )
        self._same = select(entries.c.seq).where(
            entries.c.seq == bindparam("number"), entries.c.hash == bindparam("digest")
        )
        self._numbers = (
            select(entries.c.seq)
            .where(entries.c.seq > bindparam("after"))
            .order_by(entries.c.seq)
            .limit(bindparam("most"))
        )
        self._add_entries = insert(entries)
        self._add_records = insert(records)
        self._destroy = delete(records).where(records.c.digest == bindparam("name"))
        self._record = select(records.c.body).where(records.c.digest == bindparam("name"))
        self._records = select(records.c.digest, records.c.body).order_by(records.c.digest).limit(_PAGE)
        self._records_after = self._records.where(records.c.digest > bindparam("last"))

    @classmethod
    def open(cls, url: str, cipher: AtRestCipher) -> SqlLedgerStore:
        """Open the store at that address; see `vault.store.open_ledger_store`."""
        database = open_database(url)
        try:
            number = schema.require_current(database)
        except BaseException:
            database.close()
            raise
        return cls(database, cipher, schema_number=number)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def head(self) -> Head | None:
        """The newest entry's number and hash, or None for an empty store.

        Raises:
            StoreError: The store failed.
        """
        return self._database.read(self._find_head)

    def after(self, seq: int, limit: int) -> Sequence[StoredEntry]:
        """Up to `limit` entries that follow number `seq`, in order.

        Raises:
            Broken: A frame does not open under the storage key; the message names its number.
            StoreError: The store failed.
        """
        try:
            return self._database.read(partial(self._fetch, seq, limit))
        except CannotOpen as exc:
            raise self._name_unreadable(seq, limit) from exc

    def append(
        self,
        entries: Sequence[StoredEntry],
        records: Mapping[Digest, bytes] = _NO_RECORDS,
        destroyed: Collection[Digest] = (),
    ) -> None:
        """Commit entries, the new records they name, and the destruction of others, in one transaction.

        Args:
            entries: At least one, numbered on from the head without a gap.
            records: Their bytes by digest.
            destroyed: Records to remove; one that is gone already is passed over.

        Raises:
            HeadMoved: Another writer took one of these numbers; nothing was written.
            StoreError: The store failed; nothing was written.
        """
        tries = 0

        def work(connection: Connection) -> None:
            nonlocal tries
            tries += 1
            schema.require_unchanged(connection, self._database.name, self._schema_number)
            if not self._is_next(connection, entries[0].seq):
                if tries > 1 and self._holds(connection, entries[-1]):
                    # The connection broke at the commit of an earlier attempt, which took place.
                    return
                raise HeadMoved(f"entry {entries[0].seq} of {self._database.name} was taken by another writer")
            self._write(connection, entries, records, destroyed)

        try:
            self._database.write(work)
        except StoreError as exc:
            self._resolve(exc, entries, tries)
        if destroyed:
            self._scrub()

    def record(self, digest: Digest) -> bytes:
        """The sealed record of that digest, its bytes checked against it.

        Raises:
            AlteredRecord: It is missing, or its bytes hash to something else.
            StoreError: The store failed.
        """
        rows = self._database.look_up(self._record, {"name": digest})
        if not rows:
            raise AlteredRecord(f"sealed record {digest.hex()} is missing")
        body = rows[0][0]
        if hashlib.sha256(body).digest() != digest:
            raise AlteredRecord(f"sealed record {digest.hex()} is not what its entry names")
        return bytes(body)

    def records_present(self) -> Iterator[tuple[Digest, bytes]]:
        """Every sealed record, as (name in the store, bytes), unchecked; for a full verification.

        Each page is read in a transaction of its own, so that a long look does not keep old pages alive.

        Raises:
            StoreError: The store failed.
        """
        page = self._database.read(self._first_page)
        while page:
            for name, body in page:
                yield Digest(name), body
            page = self._database.read(partial(self._page_after, page[-1][0]))

    def clock(self) -> datetime | None:
        """The database server's time (aware, UTC), or None where the store has no clock of its own.

        Raises:
            StoreError: The store failed.
        """
        if self._database.is_sqlite:
            return None
        now: datetime = self._database.read(
            lambda connection: connection.execute(select(func.clock_timestamp())).scalar_one()
        )
        return now.astimezone(UTC)

    def snapshot(self, work: Callable[[LedgerSnapshot], T]) -> T:
        """Run `work` on one moment of the store; writers go on. It may be run again from its beginning.

        Raises:
            StoreError: The store failed.
        """
        return self._database.read_one_moment(lambda connection: work(self._still(connection)))

    def load(self, batches: Callable[[], Iterator[Batch]]) -> None:
        """Fill an empty store, whole or not at all.

        Raises:
            WrongState: The store holds a ledger.
            StoreError: The store failed; nothing was written.
        """

        def work(connection: Connection) -> None:
            schema.require_unchanged(connection, self._database.name, self._schema_number)
            if self._find_head(connection) is not None:
                raise WrongState(f"{self._database.name} holds a vault already")
            for batch in batches():
                self._write(connection, batch.entries, batch.records, ())

        self._database.write(work)

    def reencrypt(self, progress: Callable[[int, int], None]) -> int:
        """Encrypt at rest under the newest term whatever is not yet; see `vault.store.turning.reencrypt`."""
        done = turning.reencrypt(self._database, self._cipher, self._schema_number, progress)
        if done:
            self._scrub()
        return done

    def _still(self, connection: Connection) -> SqlSnapshot:
        def page(last: bytes | None) -> list[tuple[bytes, bytes]]:
            return self._first_page(connection) if last is None else self._page_after(last, connection)

        return SqlSnapshot(
            find_head=lambda: self._find_head(connection),
            fetch=lambda seq, limit: self._fetch(seq, limit, connection),
            page=page,
        )

    def _find_head(self, connection: Connection) -> Head | None:
        row = connection.execute(self._head).first()
        return None if row is None else Head(seq=row[0], hash=row[1])

    def _first_page(self, connection: Connection) -> list[tuple[bytes, bytes]]:
        return [(name, body) for name, body in connection.execute(self._records)]

    def _page_after(self, last: bytes, connection: Connection) -> list[tuple[bytes, bytes]]:
        return [(name, body) for name, body in connection.execute(self._records_after, {"last": last})]

    def _fetch(self, seq: int, limit: int, connection: Connection) -> list[StoredEntry]:
        rows = connection.execute(self._after, {"after": seq, "most": limit})
        return [StoredEntry(seq=number, hash=digest, frame=frame) for number, digest, frame in rows]

    def _is_next(self, connection: Connection, seq: int) -> bool:
        head = self._find_head(connection)
        return seq == (1 if head is None else head.seq + 1)

    def _holds(self, connection: Connection, entry: StoredEntry) -> bool:
        return connection.scalar(self._same, {"number": entry.seq, "digest": entry.hash}) is not None

    def _write(
        self,
        connection: Connection,
        entries: Sequence[StoredEntry],
        records: Mapping[Digest, bytes],
        destroyed: Collection[Digest],
    ) -> None:
        if entries:
            connection.execute(
                self._add_entries, [{"seq": entry.seq, "hash": entry.hash, "frame": entry.frame} for entry in entries]
            )
        if records:
            connection.execute(
                self._add_records, [{"digest": digest, "body": body} for digest, body in records.items()]
            )
        if destroyed:
            connection.execute(self._destroy, [{"name": digest} for digest in destroyed])

    def _resolve(self, exc: StoreError, entries: Sequence[StoredEntry], tries: int) -> None:
        """Decide what a failed append was: it took place after all, or another writer won, or the store failed."""
        if not isinstance(exc.__cause__, UniqueViolation):
            raise exc
        if tries > 1 and self._database.read(lambda connection: self._holds(connection, entries[-1])):
            return
        head = self.head()
        if head is not None and head.seq >= entries[0].seq:
            raise HeadMoved(f"entry {entries[0].seq} of {self._database.name} was taken by another writer") from exc
        raise StoreError(f"{self._database.name} holds one of these records already") from exc

    def _scrub(self) -> None:
        """Empty SQLite's journal, which keeps destroyed ciphertext after `secure_delete` has wiped the table.

        A reader may be in the way, and then the next destruction does it; the entry is committed, so nothing
        fails here.
        """
        if self._database.is_sqlite:
            sqlite.checkpoint(self._database.engine)

    def _name_unreadable(self, seq: int, limit: int) -> Broken:
        """Find the first entry that does not open, one by one, to name it."""
        store = self._database
        wanted = {"after": seq, "most": limit}
        for number in store.read(lambda connection: connection.scalars(self._numbers, wanted).all()):
            try:
                store.read(partial(self._fetch, number - 1, 1))
            except CannotOpen:
                return Broken(f"entry {number} of {store.name} does not open with the storage key")
        return Broken(f"an entry after {seq} of {store.name} does not open with the storage key")
