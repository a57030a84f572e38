"""The ledger as a person reads it: listing it, and verifying all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vault.desk.office import Office
from vault.domain.accounts import Account, PolicyException
from vault.domain.backups import Backup, Restoration
from vault.domain.checkouts import Checkout
from vault.domain.credentials import BackupCodes, Credential, Exposure
from vault.domain.departures import Departure
from vault.domain.documents import Document
from vault.domain.ids import Digest, PersonId, VaultId
from vault.domain.notices import Notice, Void
from vault.domain.permissions import Designation, Permission
from vault.domain.persons import Appointment, Person, Signer
from vault.domain.recovery import Drill, EscrowDrill, GivenShare, RecoveryRequest
from vault.domain.rotations import Rotation
from vault.domain.units import Unit
from vault.domain.vaults import Vault
from vault.errors import Broken, IntegrityError, VaultError
from vault.ledger import codec
from vault.ledger.entry import NO_HASH, Entry, read
from vault.ledger.ports import Head, LedgerStore, StateStore
from vault.ledger.witness import Progress, Witness
from vault.sealing.frames import digest

READ_AT_ONCE = 500
MOST_NAMED = 10

NOUNS: tuple[type[Document], ...] = (
    Account,
    Appointment,
    Backup,
    BackupCodes,
    Checkout,
    Credential,
    Departure,
    Designation,
    Drill,
    EscrowDrill,
    Exposure,
    GivenShare,
    Notice,
    Permission,
    Person,
    PolicyException,
    RecoveryRequest,
    Restoration,
    Rotation,
    Signer,
    Unit,
    Vault,
    Void,
)
"""Every kind of document that the ledger adds up to."""


@dataclass(slots=True, kw_only=True)
class Verification:
    """What a full verification found.

    Attributes:
        head: The newest entry that verifies.
        entries: How many verify.
        voids: Entries that the rules refuse, and why.
        names: What the signers of those entries are called, as far as the ledger knows them.
        broken: The first entry that does not verify, or None.
        missing: Sealed records that an entry names, that are not destroyed, and that the store has not.
        altered: Sealed records whose bytes are not what they are named by.
        unnamed: Sealed records that no entry names.
        stale: Where this machine's own copy differs from what the replay adds up to.
    """

    head: Head | None = None
    entries: int = 0
    voids: list[Void] = field(default_factory=list)
    names: dict[PersonId, str] = field(default_factory=dict)
    broken: VaultError | None = None
    missing: list[Digest] = field(default_factory=list)
    altered: list[Digest] = field(default_factory=list)
    unnamed: list[Digest] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every entry verifies and every record that must be there is, unaltered."""
        return self.broken is None and not (self.missing or self.altered or self.stale)


def verify_ledger(store: LedgerStore, scratch: StateStore, vault: VaultId, progress: Progress) -> Verification:
    """Replay the whole ledger with the rules, from nothing, and check every sealed record that it names.

    Args:
        store: The shared store.
        scratch: An empty state store, thrown away afterwards.
        vault: The vault's id.
        progress: Told of each batch.
    """
    found = Verification()
    named: dict[Digest, None] = {}

    def observe(entry: Entry, refusal: VaultError | None) -> None:
        found.entries += 1
        found.head = Head(seq=entry.seq, hash=entry.hash)
        if refusal is not None:
            return
        named.update(dict.fromkeys(entry.event.records))
        for gone in entry.event.destroyed:
            named.pop(gone, None)

    witness = Witness(store, scratch, vault, progress=progress, observer=observe)
    try:
        witness.follow()
    except IntegrityError as error:
        found.broken = error
    found.voids = list(witness.view.every(Void)) if found.broken is None else []
    for void in found.voids:
        signer = witness.view.find(Person, void.author)
        found.names[void.author] = void.author if signer is None else signer.username
    _check_records(store, named, found)
    return found


def _check_records(store: LedgerStore, named: dict[Digest, None], found: Verification) -> None:
    present: set[Digest] = set()
    for name, body in store.records_present():
        present.add(name)
        if digest(body) != name:
            found.altered.append(name)
        elif name not in named and found.broken is None:
            found.unnamed.append(name)
    found.missing = [name for name in named if name not in present]


def entries_of(office: Office) -> Iterator[Entry]:
    """The entries up to the witness's pin, in order, each checked to be the one that it verified.

    Raises:
        Broken: The store has altered, dropped or reordered one since.
    """
    pin = office.ledger.witness.pin
    seq, before = 0, NO_HASH
    while pin is not None and seq < pin.seq:
        batch = office.store.after(seq, min(READ_AT_ONCE, pin.seq - seq))
        if not batch:
            raise Broken(f"ledger entry {seq + 1} is missing")
        for stored in batch:
            entry = read(stored)
            if entry.envelope.prev != before or entry.seq != seq + 1:
                raise Broken(f"ledger entry {seq + 1} does not follow the entry before it")
            seq, before = entry.seq, entry.hash
            yield entry
    if pin is not None and before != pin.hash:
        raise Broken(f"ledger entry {seq} is not the one that this machine has verified")


def compare_states(state: StateStore, replayed: StateStore) -> list[str]:
    """Where a witness differs from a full replay, as long as both stand at the same entry; at most ten places.

    Args:
        state: This machine's own.
        replayed: What the ledger adds up to.
    """
    if state.pin() != replayed.pin():
        return []
    found: list[str] = []
    for noun in NOUNS:
        own, true = dict(state.every(noun.NOUN)), dict(replayed.every(noun.NOUN))
        found += [f"{noun.NOUN} {key}" for key in sorted(own.keys() | true.keys()) if own.get(key) != true.get(key)]
        found += _misplaced(state, replayed, noun)
    return found[:MOST_NAMED]


def _misplaced(state: StateStore, replayed: StateStore, noun: type[Document]) -> Iterator[str]:
    """Look-ups that give other documents than they should."""
    for key, body in replayed.every(noun.NOUN):
        document = codec.decode_trusted(body, noun)
        for field_name in noun.INDEXES:
            value = getattr(document, field_name)
            if value is not None and all(found != key for found, _ in state.where(noun.NOUN, field_name, value)):
                yield f"{noun.NOUN} {key}, by its {field_name}"


def matches(entry: Entry, *, author: PersonId | None, kind: str | None, about: str | None) -> bool:
    """Whether an entry is by that person, of that kind or noun, and names that id."""
    if author is not None and entry.author != author:
        return False
    if kind is not None and kind not in {entry.envelope.kind, entry.envelope.kind.partition(".")[0]}:
        return False
    return about is None or f'"{about}"'.encode() in entry.body
