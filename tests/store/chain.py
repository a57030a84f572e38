"""A ledger in small: entries that name the one before them, and a look at a store that believes nothing."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from vault.domain.ids import Digest
from vault.errors import Broken, HeadMoved, RolledBack
from vault.ledger.ports import Head, StoredEntry

if TYPE_CHECKING:
    from vault.ledger.ports import LedgerStore

GENESIS = bytes(32)


def make_entry(before: Head | None, text: bytes, names: tuple[Digest, ...] = ()) -> StoredEntry:
    """The entry that follows `before`; its frame holds that one's hash, the digests that it names, and a text."""
    frame = (before.hash if before else GENESIS) + len(names).to_bytes(2, "big") + b"".join(names) + text
    return StoredEntry(seq=(before.seq if before else 0) + 1, hash=hashlib.sha256(frame).digest(), frame=frame)


def make_record(text: bytes) -> tuple[Digest, bytes]:
    """A record and its name."""
    return Digest(hashlib.sha256(text).digest()), text


def head_of(entry: StoredEntry) -> Head:
    return Head(seq=entry.seq, hash=entry.hash)


def fill(store: LedgerStore, count: int, *, tag: bytes = b"entry", size: int = 300) -> list[StoredEntry]:
    """Append `count` entries, each with a record, one by one."""
    made = []
    head = store.head()
    for number in range(count):
        digest, body = make_record(tag + b" record %d " % number * (size // 8))
        entry = make_entry(head, tag + b" %d" % number, (digest,))
        store.append([entry], {digest: body})
        made.append(entry)
        head = head_of(entry)
    return made


def append_text(store: LedgerStore, text: bytes, *, patience: float = 60.0) -> StoredEntry:
    """Append one entry on whatever head there is, again and again until it wins."""
    end = time.monotonic() + patience
    while True:
        entry = make_entry(store.head(), text)
        try:
            store.append([entry])
        except HeadMoved:
            if time.monotonic() > end:
                raise
        else:
            return entry


def read_verified(store: LedgerStore, pin: Head | None = None) -> tuple[list[StoredEntry], dict[Digest, bytes]]:
    """Everything in a store: numbers, hashes, chain and records checked, the head not before the pin.

    Raises:
        Broken: Numbers, hashes or the chain are wrong.
        RolledBack: The pinned entry is not there.
        AlteredRecord: A record that an entry names is missing or altered.
    """
    entries: list[StoredEntry] = []
    before = GENESIS
    while page := store.after(len(entries), 50):
        for entry in page:
            is_next = entry.seq == len(entries) + 1
            if not is_next or hashlib.sha256(entry.frame).digest() != entry.hash or entry.frame[:32] != before:
                raise Broken(f"entry {entry.seq} does not verify")
            before = entry.hash
            entries.append(entry)
    if pin is not None and (len(entries) < pin.seq or entries[pin.seq - 1].hash != pin.hash):
        raise RolledBack("the pinned entry is not there")
    return entries, {name: store.record(name) for entry in entries for name in _names(entry.frame)}


def _names(frame: bytes) -> list[Digest]:
    count = int.from_bytes(frame[32:34], "big")
    return [Digest(frame[34 + 32 * number : 66 + 32 * number]) for number in range(count)]
