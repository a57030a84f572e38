"""The witness: this machine's own verified copy of what the ledger adds up to.

It follows the store from where it stopped. For each entry it verifies, in this order: the bytes and their hash, the
number and the chain, the vault's id, the author's key and signature (and for an enrolment the one-time code's).
Whatever fails there is *broken*: reading stops, and nothing is opened. Then come the order of times and of rules
versions, and the rules; what fails there is *void*: it changes nothing, for every reader alike, and work goes on. A
void entry moves neither the time nor the rules version that the next one is held against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from vault.domain.documents import Document
from vault.domain.ids import VaultId
from vault.domain.notices import Void
from vault.domain.persons import Role
from vault.errors import Broken, ForeignVault, Forked, HeadMoved, RolledBack, StoreTooNew, VaultError, WrongState
from vault.ledger import rules
from vault.ledger.entry import NO_HASH, RULES_VERSION, Entry, read
from vault.ledger.overlay import EmptyView, Overlay, StoredView
from vault.ledger.ports import LedgerStore, Pin, StateStore, StoredEntry
from vault.ledger.rules.authority import is_over
from vault.ledger.verifying import verify_signatures
from vault.ledger.view import View, the_vault
from vault.policy.naming import neutralised

END_OF_TIME: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""No entry carries a later time: a term added to it would leave the calendar, and the readers with it."""
MOST_KIND: Final = 60
MOST_REASON: Final = 300
"""Characters that are kept of what a refused entry says."""

READ_AT_ONCE: Final = 500
FLUSH_AT: Final = 50_000
"""Pending documents at which a long rebuild stores what it has, so that memory stays bounded."""

Progress = Callable[[int, int], None]
"""Told how many entries have been followed, of how many."""
Observer = Callable[[Entry, VaultError | None], None]
"""Told each verified entry, and why the rules hold it void if they do."""


def _no_progress(done: int, total: int) -> None:
    """Tell nobody."""


def _no_observer(entry: Entry, refusal: VaultError | None) -> None:
    """Tell nobody."""


class Witness:
    """Follows one vault's ledger and answers what it adds up to.

    Args:
        store: The shared store, untrusted.
        state: This machine's own state store.
        vault: The founding entry's hash, from this machine's configuration; never from the store.
        progress: Told now and then during a long follow.
        observer: Told each entry as it is taken in.
    """

    def __init__(
        self,
        store: LedgerStore,
        state: StateStore,
        vault: VaultId,
        *,
        progress: Progress = _no_progress,
        observer: Observer = _no_observer,
    ) -> None:
        self._store = store
        self._state = state
        self._vault = vault
        self._progress = progress
        self._observer = observer
        self._load()

    def _load(self) -> None:
        self._pin = self._state.pin()
        self._stored = StoredView(self._state)
        self._overlay = Overlay(EmptyView() if self._pin is None else self._stored)

    @property
    def vault(self) -> VaultId:
        """The vault's id."""
        return self._vault

    @property
    def pin(self) -> Pin | None:
        """How far it has verified."""
        return self._pin

    @property
    def view(self) -> View:
        """The verified state."""
        return self._overlay

    def follow(self) -> None:
        """Verify and take in every entry that the store has beyond the pin.

        Raises:
            RolledBack: The store ends before the pin.
            Forked: The store has another entry at the pin.
            ForeignVault: The store belongs to another founding.
            Broken: An entry does not verify.
            StoreTooNew: An entry was rightly written under rules that this program does not know.
        """
        if self._state.pin() != self._pin:
            self._load()
        try:
            while not self._follow_once():
                self._load()
        except VaultError:
            self._load()
            raise

    def _follow_once(self) -> bool:
        """Take in what is there; False when another process of this machine stored something else meanwhile."""
        before = self._pin
        try:
            for stored in self._beyond_pin():
                self._take(self._verify(stored))
                if len(self._overlay) >= FLUSH_AT:
                    before = self._flush(before)
            self._flush(before)
        except HeadMoved:
            return False
        return True

    def _flush(self, before: Pin | None) -> Pin | None:
        """Store what was taken in since a pin; the new pin."""
        if self._pin is None or self._pin == before:
            return before
        self._state.commit(before, self._pin, self._overlay.puts())
        for at, replaced, document in self._overlay.pending():
            self._stored.replace(at, replaced, document)
        self._overlay = Overlay(self._stored)
        return self._pin

    def _beyond_pin(self) -> Iterator[StoredEntry]:
        """The entries that follow the pin, once the store has shown the pinned entry itself."""
        pin = self._pin
        batch = self._store.after(0 if pin is None else pin.seq - 1, READ_AT_ONCE)
        if pin is not None:
            self._require_pinned(pin, batch[:1])
            batch = batch[1:]
        elif not batch:
            raise RolledBack("the store holds no ledger", hint="check --db; a new vault is founded with: custody init")
        total, is_last = 0, len(batch) < READ_AT_ONCE - 1
        while batch:
            yield from batch
            last = batch[-1].seq
            if total == 0:
                head = None if is_last else self._store.head()
                total = last if head is None else head.seq
            self._progress(last, max(total, last))
            batch = () if is_last else self._store.after(last, READ_AT_ONCE)
            is_last = len(batch) < READ_AT_ONCE

    def _require_pinned(self, pin: Pin, found: Sequence[StoredEntry]) -> None:
        if found and found[0].seq == pin.seq and found[0].hash == pin.hash:
            return
        first = self._store.after(0, 1)
        if first and first[0].hash != self._vault:
            raise _foreign(first[0].hash, self._vault)
        if not found:
            raise RolledBack(
                f"the store ends before entry {pin.seq}, which this machine has already seen",
                hint="an older copy may have been restored; ask IT, and do not work on it",
            )
        raise Forked(
            f"the store has another entry {pin.seq} than the one this machine has already seen",
            hint="somebody has put another history in its place; ask IT, and do not work on it",
        )

    def _verify(self, stored: StoredEntry) -> Entry:
        pin = self._pin
        if pin is None and stored.hash != self._vault:
            raise _foreign(stored.hash, self._vault)
        entry = read(stored)
        envelope, expected = entry.envelope, 1 if pin is None else pin.seq + 1
        if stored.seq != expected or envelope.seq != expected:
            raise Broken(f"ledger entry {expected} is missing or out of order")
        if envelope.prev != (NO_HASH if pin is None else pin.hash):
            raise Broken(f"ledger entry {expected} does not follow the entry before it")
        if envelope.vault != (NO_HASH if pin is None else self._vault):
            raise Broken(f"ledger entry {expected} belongs to another vault")
        verify_signatures(self._overlay, entry)
        return entry

    def _take(self, entry: Entry) -> None:
        """Judge a verified entry, take its changes in or hold it void, and move the pin."""
        pin = self._pin
        refusal = None
        try:
            changes = judge(self._overlay, pin, entry)
        except StoreTooNew:
            raise
        except VaultError as error:
            if pin is None:
                raise
            changes, refusal = (_void(entry, error),), error
        self._overlay.put(changes)
        self._observer(entry, refusal)
        if pin is None or refusal is None:
            self._pin = Pin(seq=entry.seq, hash=entry.hash, time=entry.time, rules=entry.envelope.rules)
        else:
            self._pin = replace(pin, seq=entry.seq, hash=entry.hash)


def _foreign(found: bytes, trusted: bytes) -> ForeignVault:
    return ForeignVault(
        f"this store was founded as {found.hex()}, and this machine trusts {trusted.hex()}",
        hint="check --db and the configuration; somebody may have put another store in its place",
    )


def _void(entry: Entry, refusal: VaultError) -> Void:
    """What is kept of a refused entry; its author may have written anything into it (B3)."""
    return Void(
        seq=entry.seq,
        kind=neutralised(entry.envelope.kind)[:MOST_KIND],
        author=entry.author,
        at=entry.time,
        reason=neutralised(refusal.message)[:MOST_REASON],
    )


def judge(view: View, pin: Pin | None, entry: Entry) -> tuple[Document, ...]:
    """The changes of an entry whose bytes and signatures are verified: the same at append and at replay.

    Args:
        view: The state before it.
        pin: The entry before it, or None for the founding.
        entry: The entry.

    Raises:
        StoreTooNew: IT of the district has written it under rules that this program does not know.
        VaultError: It is refused.
    """
    if pin is not None:
        if entry.envelope.rules > RULES_VERSION:
            if is_over(view, entry.author, the_vault(view).unit, Role.IT):
                raise StoreTooNew(
                    f"ledger entry {entry.seq} was written under rules version {entry.envelope.rules}",
                    hint="install the newer version of this program that IT uses",
                )
            raise WrongState(f"rules version {entry.envelope.rules} is not in force")
        if entry.envelope.rules < pin.rules:
            raise WrongState(f"rules version {entry.envelope.rules} is older than the one in force, {pin.rules}")
        if entry.time < pin.time:
            raise WrongState("its time precedes that of the entry before it")
    if entry.time >= END_OF_TIME:
        raise WrongState("its time is beyond any that an end can be reckoned from")
    return rules.apply(view, entry)
