"""Stores that live in memory: whole implementations of the ledger's ports, for suites that need no database.

The contract suites under `tests/store` run on these as on the SQL stores, so what is proved with them holds there too.
Each has verbs of its own to do what an attacker or a fault would do.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from vault.errors import AlteredRecord, HeadMoved, StoreError, WrongState
from vault.ledger.ports import Head

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from vault.domain.ids import Digest
    from vault.ledger.ports import Batch, LedgerSnapshot, Pin, Put, StoredEntry

T = TypeVar("T")

_NO_RECORDS: Final[Mapping[Digest, bytes]] = MappingProxyType({})


class MemoryLedgerStore:
    """`LedgerStore` in memory.

    Args:
        time: What `clock` answers; None for a store without a clock of its own.
    """

    def __init__(self, *, time: datetime | None = None) -> None:
        self.entries: list[StoredEntry] = []
        self.records: dict[Digest, bytes] = {}
        self.time = time
        self._fault: StoreError | None = None

    def head(self) -> Head | None:
        self._fail()
        newest = self.entries[-1] if self.entries else None
        return None if newest is None else Head(seq=newest.seq, hash=newest.hash)

    def after(self, seq: int, limit: int) -> Sequence[StoredEntry]:
        self._fail()
        return [entry for entry in self.entries if entry.seq > seq][:limit]

    def append(
        self,
        entries: Sequence[StoredEntry],
        records: Mapping[Digest, bytes] = _NO_RECORDS,
        destroyed: Collection[Digest] = (),
    ) -> None:
        self._fail()
        newest = self.entries[-1].seq if self.entries else 0
        if entries[0].seq != newest + 1:
            raise HeadMoved(f"entry {entries[0].seq} was taken by another writer")
        seqs = [entry.seq for entry in entries]
        hashes = [entry.hash for entry in (*self.entries, *entries)]
        if len(set(seqs)) < len(seqs) or len(set(hashes)) < len(hashes) or self.records.keys() & records.keys():
            raise StoreError("the store holds one of these records already")
        self.entries.extend(entries)
        self.records.update(records)
        for digest in destroyed:
            self.records.pop(digest, None)

    def record(self, digest: Digest) -> bytes:
        self._fail()
        body = self.records.get(digest)
        if body is None:
            raise AlteredRecord(f"sealed record {digest.hex()} is missing")
        if hashlib.sha256(body).digest() != digest:
            raise AlteredRecord(f"sealed record {digest.hex()} is not what its entry names")
        return body

    def records_present(self) -> Iterator[tuple[Digest, bytes]]:
        self._fail()
        yield from sorted(self.records.items())

    def snapshot(self, work: Callable[[LedgerSnapshot], T]) -> T:
        self._fail()
        return work(self.copy())

    def load(self, batches: Callable[[], Iterator[Batch]]) -> None:
        self._fail()
        if self.entries:
            raise WrongState("the store holds a vault already")
        filled = MemoryLedgerStore()
        for batch in batches():
            filled.entries.extend(batch.entries)
            filled.records.update(batch.records)
        self.entries, self.records = filled.entries, filled.records

    def reencrypt(self, progress: Callable[[int, int], None]) -> int:
        self._fail()
        progress(0, 0)
        return 0

    def clock(self) -> datetime | None:
        self._fail()
        return self.time

    # -- what an attacker or a fault does -------------------------------------------------------------------------

    def fail_with(self, fault: StoreError | None) -> None:
        """Fail every call from now on; None mends it."""
        self._fault = fault

    def cut_after(self, seq: int) -> None:
        """Drop every entry after that number."""
        self.entries = [entry for entry in self.entries if entry.seq <= seq]

    def replace_entry(self, seq: int, *, frame: bytes | None = None, hash: bytes | None = None) -> None:  # noqa: A002 - the column's name
        """Put other bytes into an entry."""
        at = next(number for number, entry in enumerate(self.entries) if entry.seq == seq)
        entry = self.entries[at]
        self.entries[at] = replace(entry, frame=frame or entry.frame, hash=hash or entry.hash)

    def drop_entry(self, seq: int) -> None:
        """Remove one entry and leave a gap."""
        self.entries = [entry for entry in self.entries if entry.seq != seq]

    def swap_entries(self, one: int, other: int) -> None:
        """Let two entries change their numbers."""
        renumbered = {one: other, other: one}
        moved = [replace(entry, seq=renumbered.get(entry.seq, entry.seq)) for entry in self.entries]
        self.entries = sorted(moved, key=lambda entry: entry.seq)

    def force(self, entry: StoredEntry) -> None:
        """Put an entry in whatever its number, as a modified client would."""
        self.entries = sorted([*self.entries, entry], key=lambda each: each.seq)

    def replace_record(self, digest: Digest, body: bytes) -> None:
        """Put other bytes under a record's name."""
        self.records[digest] = body

    def copy(self) -> MemoryLedgerStore:
        """The store as it is now: a backup, or the beginning of a fork."""
        twin = MemoryLedgerStore(time=self.time)
        twin.entries, twin.records = list(self.entries), dict(self.records)
        return twin

    def _fail(self) -> None:
        if self._fault is not None:
            raise self._fault


class MemoryStateStore:
    """`StateStore` in memory."""

    def __init__(self) -> None:
        self.documents: dict[tuple[str, str], bytes] = {}
        self.indexes: dict[tuple[str, str], dict[str, str]] = {}
        self._index: dict[tuple[str, str, str], set[str]] = {}
        self._pin: Pin | None = None

    def pin(self) -> Pin | None:
        return self._pin

    def get(self, noun: str, key: str) -> bytes | None:
        return self.documents.get((noun, key))

    def where(self, noun: str, field: str, value: str) -> Sequence[tuple[str, bytes]]:
        return [(key, self.documents[noun, key]) for key in sorted(self._index.get((noun, field, value), ()))]

    def every(self, noun: str) -> Iterator[tuple[str, bytes]]:
        yield from sorted((key, body) for (kind, key), body in self.documents.items() if kind == noun)

    def commit(self, expected: Pin | None, pin: Pin, puts: Sequence[Put]) -> None:
        if self._pin != expected:
            raise HeadMoved("another process has moved this machine's witness")
        for put in puts:
            self._put(put)
        self._pin = pin

    def clear(self) -> None:
        self.documents.clear()
        self.indexes.clear()
        self._index.clear()
        self._pin = None

    # -- what an attacker or a fault does -------------------------------------------------------------------------

    def move_pin(self, pin: Pin | None) -> None:
        """Put another pin in."""
        self._pin = pin

    def replace_document(self, noun: str, key: str, body: bytes) -> None:
        """Put another body into a document."""
        self.documents[noun, key] = body

    def _put(self, put: Put) -> None:
        self.documents[put.noun, put.key] = put.body
        if put.indexes is None:
            return
        for field, value in self.indexes.get((put.noun, put.key), {}).items():
            self._index[put.noun, field, value].discard(put.key)
        self.indexes[put.noun, put.key] = dict(put.indexes)
        for field, value in put.indexes.items():
            self._index.setdefault((put.noun, field, value), set()).add(put.key)
