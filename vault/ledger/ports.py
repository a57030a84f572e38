"""What the ledger needs from a store, as two small interfaces that `vault.wiring` fills.

`LedgerStore` is the shared, untrusted store: entries and sealed records, append-only but for destroyed ciphertext.
`StateStore` is this machine's own witness: the documents that the verified ledger adds up to, with a pin.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from vault.domain.ids import Digest

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """One ledger entry as the store keeps it.

    Attributes:
        seq: 1 for the founding entry, then without a gap.
        hash: 32 bytes; see `vault.ledger.entry`.
        frame: The exact signed bytes and their signatures; the store encrypts them at rest and never reads them.
    """

    seq: int
    hash: bytes
    frame: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest entry of a store: its number and hash (32 bytes)."""

    seq: int
    hash: bytes


class LedgerStore(Protocol):
    """The shared store. Nothing that it returns is believed before it is verified."""

    def head(self) -> Head | None:
        """The newest entry's number and hash, or None for an empty store."""

    def after(self, seq: int, limit: int) -> Sequence[StoredEntry]:
        """Up to `limit` entries that follow number `seq`, in order."""

    def append(
        self,
        entries: Sequence[StoredEntry],
        records: Mapping[Digest, bytes] = ...,
        destroyed: Collection[Digest] = ...,
    ) -> None:
        """Commit entries, the new records they name, and the destruction of others, in one transaction.

        Raises:
            HeadMoved: Another writer took one of these numbers; nothing was written.
            StoreError: The store failed; nothing was written.
        """

    def record(self, digest: Digest) -> bytes:
        """The sealed record of that digest, its bytes checked against it.

        Raises:
            AlteredRecord: It is missing, or its bytes hash to something else.
        """

    def records_present(self) -> Iterator[tuple[Digest, bytes]]:
        """Every sealed record, as (name in the store, bytes), unchecked; for a full verification."""

    def clock(self) -> datetime | None:
        """The database server's time (aware, UTC), or None where the store has no clock of its own."""


class LedgerSnapshot(Protocol):
    """The shared store as it was at one moment, whatever is written meanwhile."""

    def head(self) -> Head | None:
        """The newest entry's number and hash, or None for an empty store."""

    def after(self, seq: int, limit: int) -> Sequence[StoredEntry]:
        """Up to `limit` entries that follow number `seq`, in order."""

    def records_present(self) -> Iterator[tuple[Digest, bytes]]:
        """Every sealed record, as (name in the store, bytes), unchecked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A part of a store's content.

    Attributes:
        entries: That follow the part before.
        records: Digest to bytes.
    """

    entries: Sequence[StoredEntry] = ()
    records: Mapping[Digest, bytes] = field(default_factory=dict)


class CopiedStore(Protocol):
    """What a backup needs from a store beyond `LedgerStore`."""

    def snapshot(self, work: Callable[[LedgerSnapshot], T]) -> T:
        """Run `work` on one moment of the store; writers go on. It may be run again from its beginning.

        Raises:
            StoreError: The store failed.
        """

    def load(self, batches: Callable[[], Iterator[Batch]]) -> None:
        """Fill an empty store, whole or not at all. `batches` may be called again from the beginning.

        Raises:
            WrongState: The store holds a ledger.
            StoreError: The store failed; nothing was written.
        """


class TurnedStore(Protocol):
    """What a turn of the storage key needs from a store beyond `LedgerStore`."""

    def reencrypt(self, progress: Callable[[int, int], None]) -> int:
        """Encrypt at rest under the newest term whatever is not yet; goes on where an earlier call was stopped.

        Args:
            progress: Told how many entries are done, of how many.

        Returns:
            How many entries were encrypted anew; what they say has not changed by a byte.

        Raises:
            StoreError: The store failed; what was done stays done.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """How far the witness has verified.

    Attributes:
        seq: The newest entry that it has followed.
        hash: That entry's hash, 32 bytes.
        time: That entry's time; no later entry may precede it.
        rules: That entry's rules version; no later entry may name a lower one.
    """

    seq: int
    hash: bytes
    time: datetime
    rules: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """One document to store.

    Attributes:
        noun: The kind of document, such as `account`.
        key: Its id within the noun.
        body: Its encoded text; the witness encrypts it at rest.
        indexes: Field name to value, for look-ups by `where`; None means "as they stand".
        is_new: No document of that noun and key exists yet, so nothing need be removed first.
    """

    noun: str
    key: str
    body: bytes
    indexes: Mapping[str, str] | None = field(default=None)
    is_new: bool = False


class StateStore(Protocol):
    """This machine's verified read model. Disposable: it can always be made again from the ledger."""

    def pin(self) -> Pin | None:
        """How far it has followed, or None when it is empty."""

    def get(self, noun: str, key: str) -> bytes | None:
        """One document's body, or None."""

    def where(self, noun: str, field: str, value: str) -> Sequence[tuple[str, bytes]]:
        """The (key, body) of every document of the noun whose index `field` has `value`, by key."""

    def every(self, noun: str) -> Iterator[tuple[str, bytes]]:
        """The (key, body) of every document of the noun, by key."""

    def commit(self, expected: Pin | None, pin: Pin, puts: Sequence[Put]) -> None:
        """Store documents and move the pin, in one transaction.

        Raises:
            HeadMoved: The pin was not `expected`: another process has followed meanwhile; nothing was written.
        """

    def clear(self) -> None:
        """Forget everything, the pin too."""
