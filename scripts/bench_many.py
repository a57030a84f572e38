"""Figures of a large vault: the same work among very many accounts as among few."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from scripts.bench_district import ACCOUNTS_EACH, PASSPHRASE, REASON, District
from scripts.bench_ledger import Scribe, Stand
from scripts.bench_measure import Figure, Watch, span
from vault.desk.checkouts import Checkouts
from vault.desk.finding import find_account, find_person
from vault.desk.listing import list_accounts
from vault.desk.locks import unlock
from vault.domain.accounts import Standing
from vault.wiring.assembly import Surroundings, open_vault
from vault.wiring.home import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vault.wiring.assembly import Opened

REACH: Final = 1.1
HOLDERS: Final = 20
"""People who hold the stand-in accounts; others hold those that are checked out."""


def measure(folder: Path, *, few: int, many: int, checkouts: int) -> Iterator[Figure | str]:
    """The figures.

    Args:
        folder: An empty folder.
        few: Accounts of the small vault.
        many: Accounts of the large one.
        checkouts: How many are checked out in each; every one another account.
    """
    for count, name in ((few, "few"), (many, "many")):
        yield from _built(folder / name, count, checkouts)
    small, large = (_Vault(folder / name, checkouts) for name in ("few", "many"))
    try:
        yield _compared(small, large, few, many, checkouts)
        yield from _listed(large.opened, many)
    finally:
        small.opened.close()
        large.opened.close()


def _built(home: Path, count: int, real: int) -> Iterator[str]:
    """A vault of so many accounts, of which so many are real and active."""
    begun = time.monotonic()
    district = District.found(home, coaches=HOLDERS + _holders(real))
    try:
        for at in range(real):
            district.activate(district.coaches[HOLDERS + at % _holders(real)], f"team{at}")
        stands = [
            Stand(district, coach, district.activate(coach, f"model{at}"))
            for at, coach in enumerate(district.coaches[:HOLDERS])
        ]
        scribe = Scribe(district)
        for at in range(count - real - HOLDERS):
            stands[at % HOLDERS].add(scribe, f"stand{at}")
        scribe.store()
        written = time.monotonic()
        district.office.ledger.witness.follow()
        entries = 0 if district.office.ledger.witness.pin is None else district.office.ledger.witness.pin.seq
    finally:
        district.close()
    followed = time.monotonic()
    yield (
        f"  {count:,} accounts, {entries:,} entries: written in {span(written - begun)}, "
        f"followed in {span(followed - written)}"
    )


def _holders(real: int) -> int:
    return max(1, real // ACCOUNTS_EACH)


class _Vault:
    """One of the two, open as a command has it: nothing in its memory yet."""

    def __init__(self, home: Path, real: int) -> None:
        self.opened: Opened = open_vault(Settings(home=home), Surroundings())
        office = self.opened.office
        names = (f"coach{HOLDERS + 1 + at}" for at in range(_holders(real)))
        self.coaches = [unlock(office, find_person(office.view, name), PASSPHRASE) for name in names]
        self.desk = Checkouts(office)

    def take(self, at: int) -> None:
        """Check one account out and show its password."""
        coach = self.coaches[at % len(self.coaches)]
        self.desk.take(coach, f"x:team{at}", term=timedelta(hours=1), reason=REASON, reveal=True)


def _compared(small: _Vault, large: _Vault, few: int, many: int, checkouts: int) -> Figure:
    watches = Watch(), Watch()
    for at in range(checkouts):
        # Neither always comes first.
        order = list(zip((small, large), watches, strict=True))
        for vault, watch in order if at % 2 else reversed(order):
            watch(partial(vault.take, at))
    return Figure(
        name=f"checkout among {many:,} accounts",
        taken=watches[1].median,
        floor=watches[0].median,
        against=f"checkout among {few:,}",
        reach=REACH,
    )


def _listed(opened: Opened, many: int) -> Iterator[str]:
    office = opened.office
    asked = {
        f"list of {many:,} accounts": lambda: sum(1 for _ in list_accounts(office)),
        "search for one of them": lambda: sum(1 for _ in list_accounts(office, search=f"stand{many // 2}")),
        "list of the pending ones": lambda: sum(1 for _ in list_accounts(office, state=Standing.PENDING)),
        "find one by name": lambda: int(find_account(office.view, "x:stand7").key == "x:stand7"),
    }
    for name, ask in asked.items():
        watch = Watch()
        found = watch(ask)
        yield f"  {name:<44} {span(watch.median):>10}  ({found:,} found)"
