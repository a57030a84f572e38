"""What a backup holds, whatever engine it came from: `docs/formats.md` has it byte by byte.

A manifest, the storage-key file, every entry in order, every sealed record, an end that counts them. `ArchivedLedger`
reads it as a ledger store that only reads, so the same witness and the same rules judge a backup as judge a store.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from itertools import islice
from types import MappingProxyType
from typing import Final

from vault.domain.ids import Digest, UnitId, VaultId
from vault.errors import AlteredRecord, Broken, CannotOpen, Forked, StoreError
from vault.ledger import codec
from vault.ledger.entry import hash_frame
from vault.ledger.ports import Batch, Head, LedgerSnapshot, Pin, StoredEntry
from vault.sealing.frames import digest

ENTRIES_AT_ONCE: Final = 500
RECORDS_AT_ONCE: Final = 256
MOST_BYTES: Final = 1 << 26
"""No entry or record of ours comes near it; a longer one is not read into memory."""

_HEAD: Final = struct.Struct(">BI")
_COUNTS: Final = struct.Struct(">QQ")
_NAME_BYTES: Final = 32
_NO_RECORDS: Final[Mapping[Digest, bytes]] = MappingProxyType({})

Chunks = Callable[[], Iterator[bytes]]
"""Opens the stream anew."""
Progress = Callable[[int, int], None]
"""Told how many entries are done, of how many."""


class Kind(IntEnum):
    """What one item of the stream is; they come in this order."""

    MANIFEST = 1
    STORAGE_KEY = 2
    ENTRY = 3
    RECORD = 4
    END = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """What only the district unit's key opens: proof that the keys in a backup open what it holds.

    Attributes:
        unit: The district unit.
        epoch: Which of its keys.
        sealed: 32 random bytes, sealed to it.
        check: SHA-256 of those bytes.
    """

    unit: UnitId
    epoch: int
    sealed: bytes
    check: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        vault: Whose it is.
        made_at: When the store was read.
        head_seq: The newest entry.
        head_hash: That entry's hash.
        canary: See `Canary`.
    """

    vault: bytes
    made_at: datetime
    head_seq: int
    head_hash: bytes
    canary: Canary

    @property
    def head(self) -> Head:
        """The newest entry's number and hash."""
        return Head(seq=self.head_seq, hash=self.head_hash)


def write_content(
    write: Callable[[bytes], None],
    snapshot: LedgerSnapshot,
    manifest: Manifest,
    storage_key: str,
    *,
    pin: Pin | None,
    progress: Progress,
) -> None:
    """Write one moment of a store, each entry's and record's bytes checked against its name.

    Args:
        write: Takes the stream.
        snapshot: The moment.
        manifest: With that moment's head.
        storage_key: The text of the storage-key file.
        pin: What the witness has verified, which the moment must hold.
        progress: Told of each batch of entries.

    Raises:
        Forked: The store has another entry at the pin.
        Broken: An entry is missing, or its bytes are not what its hash says.
        AlteredRecord: A record's bytes are not what its name says.
    """
    write(_pack(Kind.MANIFEST, codec.encode(manifest)))
    write(_pack(Kind.STORAGE_KEY, storage_key.encode()))
    entries = 0
    for stored in _entries_of(snapshot, manifest.head_seq, progress):
        entries += 1
        if stored.seq != entries or hash_frame(stored.frame) != stored.hash:
            raise Broken(f"ledger entry {entries} is missing or altered", hint="custody ledger verify")
        if pin is not None and stored.seq == pin.seq and stored.hash != pin.hash:
            raise Forked(f"the store has another entry {pin.seq} than the one this machine has already seen")
        write(_pack(Kind.ENTRY, stored.hash + stored.frame))
    if entries != manifest.head_seq:
        raise Broken(f"the store ends at entry {entries} and says that it ends at {manifest.head_seq}")
    records = 0
    for name, body in snapshot.records_present():
        records += 1
        if digest(body) != name:
            raise AlteredRecord(f"sealed record {name.hex()} is not what its name says", hint="custody ledger verify")
        write(_pack(Kind.RECORD, name + body))
    write(_pack(Kind.END, _COUNTS.pack(entries, records)))


def _entries_of(snapshot: LedgerSnapshot, total: int, progress: Progress) -> Iterator[StoredEntry]:
    batch = snapshot.after(0, ENTRIES_AT_ONCE)
    while batch:
        yield from batch
        progress(batch[-1].seq, total)
        batch = snapshot.after(batch[-1].seq, ENTRIES_AT_ONCE)


def _pack(kind: Kind, body: bytes) -> bytes:
    return _HEAD.pack(kind, len(body)) + body


def _unpack(chunks: Iterator[bytes]) -> Iterator[tuple[Kind, bytes]]:
    """The items of a stream, which must come in their order, to its very end."""
    pending = bytearray()
    last = 0

    def take(length: int) -> bytes:
        while len(pending) < length:
            chunk = next(chunks, None)
            if chunk is None:
                raise CannotOpen("the backup's content ends before its end")
            pending.extend(chunk)
        taken = bytes(pending[:length])
        del pending[:length]
        return taken

    while last != Kind.END:
        kind, length = _HEAD.unpack(take(_HEAD.size))
        allowed = {last, last + 1} if last in {Kind.ENTRY, Kind.RECORD} else {last + 1}
        # A vault may have no sealed record left, and never has no entry.
        if kind not in (allowed | {Kind.END} if last == Kind.ENTRY else allowed) or length > MOST_BYTES:
            raise CannotOpen("the backup's content is not in a form that this program knows")
        last = kind
        yield Kind(kind), take(length)
    if pending or next(chunks, None) is not None:
        raise CannotOpen("the backup's content goes on after its end")


@dataclass(slots=True)
class ArchivedLedger:
    """A backup as a ledger store that only reads; each look is a pass over the file.

    Args:
        chunks: Opens the stream anew.

    Attributes:
        manifest: What the backup says of itself.
        storage_key: The text of the storage-key file.
    """

    chunks: Chunks
    manifest: Manifest = field(init=False)
    storage_key: str = field(init=False, repr=False)
    _at: int = field(default=0, init=False)
    _entries: Iterator[StoredEntry] = field(default_factory=lambda: iter(()), init=False)

    def __post_init__(self) -> None:
        items = _unpack(self.chunks())
        try:
            self.manifest = codec.decode(next(items)[1], Manifest)
            self.storage_key = next(items)[1].decode("ascii")
        except (ValueError, StopIteration) as error:
            raise CannotOpen("the backup's content is not in a form that this program knows") from error

    @property
    def vault(self) -> VaultId:
        """Whose backup it is."""
        return VaultId(self.manifest.vault)

    def head(self) -> Head | None:
        """The newest entry's number and hash, as the manifest says."""
        return self.manifest.head

    def after(self, seq: int, limit: int) -> Sequence[StoredEntry]:
        """Up to `limit` entries that follow number `seq`, in order.

        Raises:
            CannotOpen: The file is altered or cut short.
        """
        if seq != self._at or seq == 0:
            self._entries, self._at = (each for each in self._every_entry() if each.seq > seq), seq
        found = list(islice(self._entries, limit))
        self._at = found[-1].seq if found else seq
        return found

    def record(self, name: Digest) -> bytes:
        """The sealed record of that digest, its bytes checked against it.

        Raises:
            AlteredRecord: It is missing, or its bytes hash to something else.
        """
        for found, body in self.records_present():
            if found == name and digest(body) == name:
                return body
        raise AlteredRecord(f"sealed record {name.hex()} is missing from the backup, or altered")

    def records_present(self) -> Iterator[tuple[Digest, bytes]]:
        """Every sealed record, as (name, bytes), unchecked."""
        for kind, body in self._items():
            if kind is Kind.RECORD:
                yield Digest(body[:_NAME_BYTES]), body[_NAME_BYTES:]

    def batches(self) -> Iterator[Batch]:
        """The whole content, to load into a store."""
        entries: list[StoredEntry] = []
        records: dict[Digest, bytes] = {}
        for stored in self._every_entry():
            entries.append(stored)
            if len(entries) == ENTRIES_AT_ONCE:
                yield Batch(entries=entries)
                entries = []
        for name, body in self.records_present():
            records[name] = body
            if len(records) == RECORDS_AT_ONCE:
                yield Batch(records=records)
                records = {}
        yield Batch(entries=entries, records=records)

    def append(
        self,
        entries: Sequence[StoredEntry],
        records: Mapping[Digest, bytes] = _NO_RECORDS,
        destroyed: Collection[Digest] = (),
    ) -> None:
        """Refuse: a backup is never written to.

        Raises:
            StoreError: Always.
        """
        _ = entries, records, destroyed
        raise StoreError("a backup is not written to", hint="custody backup restore FILE")

    def clock(self) -> datetime | None:
        """None: a file has no clock of its own."""
        return None

    def _every_entry(self) -> Iterator[StoredEntry]:
        seq = 0
        for kind, body in self._items():
            if kind is Kind.ENTRY:
                seq += 1
                yield StoredEntry(seq=seq, hash=body[:_NAME_BYTES], frame=body[_NAME_BYTES:])

    def _items(self) -> Iterator[tuple[Kind, bytes]]:
        """Every item, once more from the first; the end must have counted them right."""
        counts = {Kind.ENTRY: 0, Kind.RECORD: 0}
        for kind, body in _unpack(self.chunks()):
            if kind in counts:
                counts[kind] += 1
            if kind is Kind.END and body != _COUNTS.pack(counts[Kind.ENTRY], counts[Kind.RECORD]):
                raise CannotOpen("the backup holds another number of entries or records than it says")
            yield kind, body
