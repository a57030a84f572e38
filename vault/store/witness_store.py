"""The witness in a SQLite file: documents that can be looked up, and how far they follow the ledger.

Whatever is wrong with the file - another form, a damaged page, a body that does not open - is one error,
`WitnessUnusable`, after which the caller makes the witness again. A file that others may open is refused instead.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import delete

from vault.errors import CannotOpen, HeadMoved, StoreError, WitnessUnusable
from vault.ledger.ports import Pin
from vault.store import faults, files, schema_sqlite, sqlite
from vault.store.database import Database
from vault.store.location import SqliteFile
from vault.store.witness_statements import ANY, EVERY, GET, GET_PIN, PAGE, PUT_PIN, WHERE, bulk_statements
from vault.store.witness_tables import DOCUMENT_INDEX, DOCUMENTS, EXPECTED, METADATA, PIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Select

    from vault.ledger.ports import Put
    from vault.store.cipher import AtRestCipher

T = TypeVar("T")

FORM: Final = 1
"""The form of the tables; it stands in the file, and a file with another number is not read."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PIN_FORM: Final = struct.Struct(">QqI32s")
_PIN_PLACE: Final = "witness/pin"


class SqlStateStore:
    """`StateStore` in a file of this machine.

    Args:
        database: Opened, its tables compared with ours.
        cipher: The storage keyring.
    """

    def __init__(self, database: Database, cipher: AtRestCipher) -> None:
        self._database = database
        self._cipher = cipher

    @classmethod
    def open(cls, path: Path, cipher: AtRestCipher) -> SqlStateStore:
        """Open or make the witness at that path; see `vault.store.open_state_store`."""
        files.make_private_directory(path.parent)
        files.make_private_file(path)
        database = Database(sqlite.make_sqlite_engine(path, sqlite.WITNESS_PRAGMAS), SqliteFile(path=path))
        store = cls(database, cipher)
        try:
            store._prepare()
        except BaseException:
            database.close()
            raise
        return store

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def pin(self) -> Pin | None:
        """How far it has followed, or None when it is empty.

        Raises:
            WitnessUnusable: The pin is altered, or missing beside documents.
            StoreError: The store failed.
        """
        rows = self._look_up(GET_PIN, {})
        return self._decode_pin(rows[0][0]) if rows else self._read(self._find_pin)

    def get(self, noun: str, key: str) -> bytes | None:
        """One document's body, or None.

        Raises:
            WitnessUnusable: The body does not open in its row.
            StoreError: The store failed.
        """
        rows = self._look_up(GET, {"noun": noun, "key": key})
        return self._open(noun, key, rows[0][0]) if rows else None

    def where(self, noun: str, field: str, value: str) -> Sequence[tuple[str, bytes]]:
        """The (key, body) of every document of the noun whose index `field` has `value`, by key.

        Raises:
            WitnessUnusable: A body does not open in its row, or the index names a document that is not there.
            StoreError: The store failed.
        """
        mark = self._cipher.mark(_index(noun, field), value)
        rows = self._look_up(WHERE, {"noun": noun, "field": field, "value": mark})
        return [(key, self._open(noun, key, sealed)) for key, sealed in rows]

    def every(self, noun: str) -> Iterator[tuple[str, bytes]]:
        """The (key, body) of every document of the noun, by key, read a page at a time.

        Raises:
            WitnessUnusable: A body does not open in its row.
            StoreError: The store failed.
        """
        rows = self._read(partial(_find_page, noun=noun, last=""))
        while rows:
            for key, sealed in rows:
                yield key, self._open(noun, key, sealed)
            rows = self._read(partial(_find_page, noun=noun, last=rows[-1][0])) if len(rows) == PAGE else []

    def commit(self, expected: Pin | None, pin: Pin, puts: Sequence[Put]) -> None:
        """Store documents and move the pin, in one transaction.

        Args:
            expected: Where the pin has to stand.
            pin: Where it goes.
            puts: Of several for one document the last body counts, and the last indexes that were given.

        Raises:
            HeadMoved: The pin was not `expected`: another process has followed meanwhile; nothing was written.
            WitnessUnusable: The pin is altered, or the file is damaged.
            StoreError: The store failed; nothing was written.
        """
        # Encrypting comes before the write lock is taken: other processes wait for the inserts alone.
        steps = self._steps(_fold(puts))
        body = self._cipher.encrypt(_PIN_PLACE, _encode_pin(pin))

        def write(connection: Connection) -> None:
            if self._find_pin(connection) != expected:
                raise HeadMoved("another process has moved this machine's witness")
            for statement, rows in steps:
                if rows:
                    connection.exec_driver_sql(statement, rows)
            connection.execute(PUT_PIN, {"slot": 1, "body": body})

        self._write(write)

    def clear(self) -> None:
        """Forget everything, the pin too.

        Raises:
            WitnessUnusable: The file is damaged.
            StoreError: The store failed; nothing was forgotten.
        """

        def write(connection: Connection) -> None:
            for table in (PIN, DOCUMENT_INDEX, DOCUMENTS):
                connection.execute(delete(table))

        self._write(write)

    def _steps(self, puts: Iterable[Put]) -> tuple[tuple[str, list[tuple[str | bytes, ...]]], ...]:
        removed: list[tuple[str | bytes, ...]] = []
        documents: list[tuple[str | bytes, ...]] = []
        indexed: list[tuple[str | bytes, ...]] = []
        encrypt, mark = self._cipher.encrypt, self._cipher.mark
        for put in puts:
            noun, key = put.noun, put.key
            documents.append((noun, key, encrypt(_place(noun, key), put.body)))
            if put.indexes is None:
                continue
            if not put.is_new:
                removed.append((noun, key))
            for field, value in put.indexes.items():
                indexed.append((noun, field, mark(_index(noun, field), value), key))
        sql = bulk_statements()
        return (sql.unindex, removed), (sql.put, documents), (sql.index, indexed)

    def _prepare(self) -> None:
        if self._read(self._is_ours):
            return
        self._write(self._make)

    def _is_ours(self, connection: Connection) -> bool:
        """True for our tables, False for an empty file; anything else is unusable."""
        found = schema_sqlite.find_objects(connection)
        form = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if not found and form == 0:
            return False
        if form != FORM:
            raise WitnessUnusable(f"{self._database.name} has form {form}, and this program reads {FORM}")
        for key in sorted(found.keys() | EXPECTED.keys()):
            if found.get(key) != EXPECTED.get(key):
                raise WitnessUnusable(f"{key} in {self._database.name} is not as it was made")
        return True

    def _make(self, connection: Connection) -> None:
        # Another process may have made it while this one waited for the lock.
        if not self._is_ours(connection):
            METADATA.create_all(connection, checkfirst=False)
            connection.exec_driver_sql(f"PRAGMA user_version = {FORM}")

    def _find_pin(self, connection: Connection) -> Pin | None:
        sealed = connection.scalar(GET_PIN)
        if sealed is not None:
            return self._decode_pin(sealed)
        if connection.scalar(ANY) is not None:
            raise WitnessUnusable(f"{self._database.name} has documents but no pin")
        return None

    def _decode_pin(self, sealed: bytes) -> Pin:
        try:
            seq, micros, rules, digest = _PIN_FORM.unpack(self._cipher.decrypt(_PIN_PLACE, sealed))
            return Pin(seq=seq, hash=digest, time=_EPOCH + micros * _MICROSECOND, rules=rules)
        except (CannotOpen, struct.error, OverflowError) as exc:
            raise WitnessUnusable(f"the pin in {self._database.name} does not open with the storage key") from exc

    def _open(self, noun: str, key: str, sealed: bytes | None) -> bytes:
        if sealed is None:
            raise WitnessUnusable(f"{noun} {key} is missing from {self._database.name}")
        try:
            return self._cipher.decrypt(_place(noun, key), sealed)
        except CannotOpen as exc:
            raise WitnessUnusable(f"{noun} {key} in {self._database.name} does not open in its row") from exc

    def _look_up(self, statement: Select[Any], wanted: Mapping[str, str | bytes]) -> Sequence[Any]:
        try:
            return self._database.look_up(statement, wanted)
        except StoreError as exc:
            raise self._judge(exc) from exc.__cause__

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._database.read(work)
        except StoreError as exc:
            raise self._judge(exc) from exc.__cause__

    def _write(self, work: Callable[[Connection], None]) -> None:
        try:
            self._database.write(work)
        except StoreError as exc:
            raise self._judge(exc) from exc.__cause__

    def _judge(self, exc: StoreError) -> StoreError | WitnessUnusable:
        if exc.__cause__ is not None and faults.is_damage(exc.__cause__):
            return WitnessUnusable(f"{self._database.name} is damaged")
        return exc


def _find_page(connection: Connection, *, noun: str, last: str) -> list[tuple[str, bytes]]:
    return [(key, sealed) for key, sealed in connection.execute(EVERY, {"noun": noun, "last": last})]


def _place(noun: str, key: str) -> str:
    # The length keeps (a/b, c) apart from (a, b/c).
    return f"witness/{len(noun)}/{noun}/{key}"


def _index(noun: str, field: str) -> str:
    return f"witness/{len(noun)}/{noun}/{field}"


def _fold(puts: Sequence[Put]) -> Iterable[Put]:
    """One put a document: the last body, the last indexes that were given, and whether the first one made it."""
    folded: dict[tuple[str, str], Put] = {}
    for put in puts:
        earlier = folded.get((put.noun, put.key))
        if earlier is not None:
            indexes = earlier.indexes if put.indexes is None else put.indexes
            put = replace(put, indexes=indexes, is_new=earlier.is_new)  # noqa: PLW2901 - the rest of the loop is alike
        folded[put.noun, put.key] = put
    return folded.values()


def _encode_pin(pin: Pin) -> bytes:
    return _PIN_FORM.pack(pin.seq, (pin.time - _EPOCH) // _MICROSECOND, pin.rules, pin.hash)
