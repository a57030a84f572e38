"""Figures of following the ledger: as it grows, and from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scripts.bench_district import District
from scripts.bench_ledger import DAILY, Scribe, Stand, use
from scripts.bench_measure import Figure, Watch
from vault.domain.notices import Void
from vault.ledger.entry import SIGNED_AS, read
from vault.ledger.witness import Witness
from vault.sealing.frames import frame
from vault.store import discard_state_store, open_state_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from vault.ledger.ports import StoredEntry

REACH: Final = 2
COACHES: Final = 20
BATCHES: Final = 20
REBUILDS: Final = 5
_AGAINST: Final = "one bare Ed25519 verification of the same bytes"


def measure(folder: Path, *, entries: int) -> Iterator[Figure]:
    """The figures.

    Args:
        folder: An empty folder.
        entries: How many are followed.
    """
    district = District.found(folder / "home", coaches=COACHES)
    try:
        accounts = [district.activate(coach, f"team{at}") for at, coach in enumerate(district.coaches)]
        pairs = list(zip(district.coaches, accounts, strict=True))

        def daily(scribe: Scribe, at: int) -> None:
            use(scribe, *pairs[at % COACHES])

        yield from _followed("daily use", district, daily, entries // DAILY)
        yield _rebuilt("a rebuild from nothing", district, folder)
        stands = [Stand(district, *pair) for pair in pairs]

        def growth(scribe: Scribe, at: int) -> None:
            stands[at % COACHES].add(scribe, f"{district.office.now():%f}x{at}")

        yield from _followed("new accounts", district, growth, entries // 9)
    finally:
        district.close()


def _followed(name: str, district: District, write: Callable[[Scribe, int], None], rounds: int) -> Iterator[Figure]:
    """Entries in batches, each followed at once by a witness that is up to date."""
    witness = district.office.ledger.witness
    followed, verified, count = Watch(), Watch(), 0
    for batch in range(BATCHES):
        before, scribe = 0 if witness.pin is None else witness.pin.seq, Scribe(district)
        for at in range(max(1, rounds // BATCHES)):
            write(scribe, batch * rounds + at)
        scribe.store()
        fresh = district.opened.store.after(before, 1_000_000)
        count = len(fresh)
        followed(witness.follow)
        verified(_verifications(district, fresh))
    if next(iter(district.office.view.every(Void)), None) is not None:
        raise AssertionError("an entry was held void: it was not followed to its end")
    yield Figure(
        name=f"following {name}, {count} entries at a time",
        taken=followed.median / count,
        floor=verified.median / count,
        against=_AGAINST,
        reach=REACH,
    )


def _rebuilt(name: str, district: District, folder: Path) -> Figure:
    """A witness made anew in a file of its own."""
    store, vault = district.opened.store, district.office.ledger.witness.vault
    everything = store.after(0, 1_000_000)
    rebuilt, verified = Watch(), Watch()
    for _ in range(REBUILDS):
        path = folder / "rebuilt.db"
        state = open_state_store(path, district.opened.keyring)
        rebuilt(Witness(store, state, vault).follow)
        state.close()
        discard_state_store(path)
        verified(_verifications(district, everything))
    count = len(everything)
    return Figure(
        name=f"{name}, {count:,} entries",
        taken=rebuilt.median / count,
        floor=verified.median / count,
        against=_AGAINST,
        reach=REACH,
    )


def _verifications(district: District, entries: Sequence[StoredEntry]) -> Callable[[], None]:
    """The bare verifications of these entries' signatures, everything else prepared beforehand."""
    members = [district.founder, district.principal, *district.coaches]
    keys = {each.person.id: Ed25519PublicKey.from_public_bytes(each.identity.signing.public) for each in members}
    prepared = [(keys[entry.author], entry.signature, frame(SIGNED_AS, entry.body)) for entry in map(read, entries)]

    def verify() -> None:
        for key, signature, signed in prepared:
            key.verify(signature, signed)

    return verify
