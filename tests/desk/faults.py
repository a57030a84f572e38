"""Stores that fail at a chosen call, as a disk that is full or a process that is killed, and one that lies."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from vault.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from vault.domain.ids import Digest
    from vault.ledger.ports import Head, LedgerStore, Pin, Put, StateStore, StoredEntry


class Fuse:
    """Blows at the nth call and stays blown.

    Args:
        at: Which call, from 1; 0 for never.
        is_late: The call takes effect and its answer is lost, instead of failing before it takes effect.

    Attributes:
        count: How many calls there were.
        is_blown: Whether it has blown.
    """

    def __init__(self, at: int = 0, *, is_late: bool = False) -> None:
        self._at = at
        self._is_late = is_late
        self.count = 0
        self.is_blown = False

    def enter(self) -> None:
        """A call begins."""
        self.count += 1
        if self.is_blown or (self.count == self._at and not self._is_late):
            self._blow()

    def leave(self) -> None:
        """A call has taken effect."""
        if self.count == self._at:
            self._blow()

    def _blow(self) -> None:
        self.is_blown = True
        raise StoreError("the disk is full")


class FusedLedgerStore:
    """A ledger store behind a fuse."""

    def __init__(self, store: LedgerStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def head(self) -> Head | None:
        self._fuse.enter()
        return self._store.head()

    def after(self, seq: int, limit: int) -> Sequence[StoredEntry]:
        self._fuse.enter()
        return self._store.after(seq, limit)

    def append(
        self,
        entries: Sequence[StoredEntry],
        records: Mapping[Digest, bytes] = MappingProxyType({}),
        destroyed: Collection[Digest] = (),
    ) -> None:
        self._fuse.enter()
        self._store.append(entries, records, destroyed)
        self._fuse.leave()

    def record(self, digest: Digest) -> bytes:
        self._fuse.enter()
        return self._store.record(digest)

    def records_present(self) -> Iterator[tuple[Digest, bytes]]:
        self._fuse.enter()
        return self._store.records_present()

    def clock(self) -> datetime | None:
        self._fuse.enter()
        return self._store.clock()


class FusedStateStore:
    """A state store behind a fuse; only what writes counts."""

    def __init__(self, state: StateStore, fuse: Fuse) -> None:
        self._state = state
        self._fuse = fuse

    def pin(self) -> Pin | None:
        return self._state.pin()

    def get(self, noun: str, key: str) -> bytes | None:
        return self._state.get(noun, key)

    def where(self, noun: str, field: str, value: str) -> Sequence[tuple[str, bytes]]:
        return self._state.where(noun, field, value)

    def every(self, noun: str) -> Iterator[tuple[str, bytes]]:
        return self._state.every(noun)

    def commit(self, expected: Pin | None, pin: Pin, puts: Sequence[Put]) -> None:
        self._fuse.enter()
        self._state.commit(expected, pin, puts)
        self._fuse.leave()

    def clear(self) -> None:
        self._fuse.enter()
        self._state.clear()
        self._fuse.leave()


class UnwritableStore(FusedLedgerStore):
    """A store that reads and never takes an entry.

    Args:
        store: What it reads from.
        says_so: Fail on an append; otherwise the append is forgotten and called done.
    """

    def __init__(self, store: LedgerStore, *, says_so: bool) -> None:
        super().__init__(store, Fuse())
        self._says_so = says_so
        self.opened: list[Digest] = []

    def append(
        self,
        entries: Sequence[StoredEntry],
        records: Mapping[Digest, bytes] = MappingProxyType({}),
        destroyed: Collection[Digest] = (),
    ) -> None:
        _ = entries, records, destroyed
        if self._says_so:
            raise StoreError("the disk is full")

    def record(self, digest: Digest) -> bytes:
        self.opened.append(digest)
        return super().record(digest)
