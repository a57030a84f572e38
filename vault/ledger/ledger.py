"""Writing: propose events, let the rules judge, sign, chain and commit them with the records that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from vault.domain.ids import Digest, PersonId, VaultId
from vault.domain.notices import Void
from vault.errors import AlteredRecord, ClockUnsure, HeadMoved, IntegrityError, StoreBusy
from vault.ledger.entry import (
    NO_HASH,
    RULES_VERSION,
    Entry,
    Envelope,
    key_fingerprint,
    read,
    vault_id,
    write,
)
from vault.ledger.events import Event
from vault.ledger.overlay import EmptyView, Overlay
from vault.ledger.ports import LedgerStore, Pin, StoredEntry
from vault.ledger.verifying import verify_signatures
from vault.ledger.view import View
from vault.ledger.witness import Witness, judge
from vault.sealing.signatures import SigningKey

TRIES: Final = 200
"""How often a writer follows, judges and signs anew when others were faster."""
CLOCK_TOLERANCE: Final = timedelta(minutes=5)

Clock = Callable[[], datetime]
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who signs.

    Attributes:
        person: Their id.
        signing: Their key.
        code: The one-time code's key, which countersigns an enrolment.
    """

    person: PersonId
    signing: SigningKey
    code: SigningKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is proposed: events that stand or fall together, and the sealed records that they name.

    Attributes:
        events: In order.
        records: Digest to bytes.
    """

    events: tuple[Event, ...]
    records: Mapping[Digest, bytes] = field(default_factory=dict)


Build = Callable[[View, datetime], Draft]
"""Makes the draft from the state and the time that its entries will carry; made again if others are faster."""


def found(store: LedgerStore, author: Author, draft: Draft, at: datetime) -> VaultId:
    """Write the founding entry into an empty store.

    Returns:
        The vault's id, which is its hash.

    Raises:
        HeadMoved: The store already holds a ledger.
        VaultError: The rules refuse it; nothing was written.
    """
    stored = _sign(author, draft.events[0], None, VaultId(NO_HASH), at)
    entry = read(stored)
    _require_named(draft)
    verify_signatures(EmptyView(), entry)
    judge(EmptyView(), None, entry)
    store.append([stored], draft.records)
    return vault_id(stored)


class Ledger:
    """One vault's ledger, as one client writes it.

    Args:
        store: The shared store.
        witness: This machine's verified copy.
        clock: Tells the time; aware, UTC.
        warn: Told, in the user's words, of a clock that is behind.
    """

    def __init__(self, store: LedgerStore, witness: Witness, clock: Clock, warn: Warn) -> None:
        self._store = store
        self._witness = witness
        self._clock = clock
        self._warn = warn

    @property
    def witness(self) -> Witness:
        """This machine's verified copy."""
        return self._witness

    def now(self) -> datetime:
        """The time that an entry written now would carry: never before the newest entry's."""
        at, pin = self._clock(), self._witness.pin
        return at if pin is None else max(at, pin.time)

    def clock(self) -> datetime:
        """This machine's own time, by which the one-time codes of other people's platforms go."""
        return self._clock()

    def write(self, author: Author, build: Build) -> tuple[Entry, ...]:
        """Propose, judge, sign, commit, and follow; only then may anything be opened.

        Args:
            author: Who signs.
            build: Makes the draft; called again after every new entry of somebody else.

        Returns:
            The entries as committed and verified.

        Raises:
            VaultError: The rules refuse it, or it could not be recorded. Nothing was written.
            StoreBusy: Others were faster too often.
        """
        self._require_sure_clock()
        self._witness.follow()
        self._warn_if_behind()
        for _ in range(TRIES):
            at = self.now()
            draft = build(self._witness.view, at)
            signed = self._rehearse(author, draft, at)
            try:
                self._store.append(
                    [stored for stored, _ in signed],
                    draft.records,
                    [digest for event in draft.events for digest in event.destroyed],
                )
            except HeadMoved:
                self._witness.follow()
                continue
            self._witness.follow()
            entries = tuple(entry for _, entry in signed)
            self._require_kept(entries)
            self._require_taken(entries)
            return entries
        raise StoreBusy("others are writing faster than this could be recorded", hint="run the command again")

    def _rehearse(self, author: Author, draft: Draft, at: datetime) -> list[tuple[StoredEntry, Entry]]:
        """Sign each event in turn and judge it on top of the ones before it, without storing anything."""
        _require_named(draft)
        pin = self._witness.pin
        stage = Overlay(self._witness.view)
        signed = []
        for event in draft.events:
            stored = _sign(author, event, pin, self._witness.vault, at)
            entry = read(stored)
            verify_signatures(stage, entry)
            stage.put(judge(stage, pin, entry))
            pin = Pin(seq=entry.seq, hash=entry.hash, time=entry.time, rules=RULES_VERSION)
            signed.append((stored, entry))
        return signed

    def _require_kept(self, entries: Sequence[Entry]) -> None:
        """Refuse to go on when the store took the entries and does not show them: nothing is opened on its word."""
        pin, last = self._witness.pin, entries[-1]
        if pin is not None and (pin.seq, pin.hash) == (last.seq, last.hash):
            return
        found = self._store.after(entries[0].seq - 1, len(entries)) if pin is not None and pin.seq > last.seq else ()
        if [stored.hash for stored in found] != [entry.hash for entry in entries]:
            raise IntegrityError(f"the store took ledger entry {last.seq} and does not show it", hint="custody doctor")

    def _require_taken(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            void = self._witness.view.find(Void, f"{entry.seq:012d}")
            if void is not None:
                raise IntegrityError(f"ledger entry {entry.seq}, just written, was held void: {void.reason}")

    def _require_sure_clock(self) -> None:
        here, there = self._clock(), self._store.clock()
        if there is not None and abs(here - there) > CLOCK_TOLERANCE:
            raise ClockUnsure(
                f"this machine's clock and the database server's differ by {abs(here - there)}",
                hint="set the clock, then run the command again",
            )

    def _warn_if_behind(self) -> None:
        here, pin = self._clock(), self._witness.pin
        if pin is not None and here < pin.time:
            self._warn(f"this machine's clock is behind the newest entry's time, {pin.time:%Y-%m-%d %H:%M:%S} UTC")


def _sign(author: Author, event: Event, pin: Pin | None, vault: VaultId, at: datetime) -> StoredEntry:
    envelope = Envelope(
        vault=vault,
        seq=1 if pin is None else pin.seq + 1,
        prev=NO_HASH if pin is None else pin.hash,
        rules=RULES_VERSION,
        time=at,
        author=author.person,
        key=key_fingerprint(author.signing.public),
        kind=event.KIND,
        event=event,
    )
    return write(envelope, author.signing, author.code)


def _require_named(draft: Draft) -> None:
    """Refuse a draft whose records are not exactly those that its events name."""
    named = {digest for event in draft.events for digest in event.records}
    if named != set(draft.records):
        raise AlteredRecord("the sealed records are not those that the entries name")
