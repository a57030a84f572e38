"""`scripts/bench`: every figure as a ratio, the floors measured in the same run."""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts import bench_many, bench_start, bench_witness, bench_work
from scripts.bench_measure import Watch, processor_time
from vault.__main__ import COLLECT_AT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FIGURES: Final = ("start", "work", "witness", "many")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much is done for each figure.

    Attributes:
        starts: Starts of each command.
        work: Registrations, checkouts and rotations.
        entries: Of the ledger that is followed and rebuilt.
        few: Accounts of the small vault.
        many: Accounts of the large one.
        checkouts: In each of them.
    """

    starts: int
    work: int
    entries: int
    few: int
    many: int
    checkouts: int


WHOLE: Final = Counts(starts=31, work=1_000, entries=10_000, few=1_000, many=100_000, checkouts=200)
QUICK: Final = Counts(starts=5, work=20, entries=1_000, few=100, many=1_000, checkouts=20)


def main(arguments: list[str]) -> int:
    """Measure and print; the exit status. A reach that is missed is told, and is no failure of this program."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure the vault against bare floors.")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"some of {', '.join(FIGURES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small numbers, under a minute")
    parser.add_argument("--cpu", action="store_true", help="count processor time: for a machine that others use too")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.figures if name not in FIGURES]
    if unknown:
        parser.error(f"there is no figure {unknown[0]}; there are {', '.join(FIGURES)}")
    # As the program does, and measured as it does.
    gc.set_threshold(COLLECT_AT)
    counts = QUICK if chosen.quick else WHOLE
    if chosen.cpu:
        Watch.clock = processor_time
    print(f"{_machine()}; medians of {'processor' if chosen.cpu else 'wall'} time", flush=True)
    for name in chosen.figures or FIGURES:
        _print(name, counts)
    return 0


def _print(name: str, counts: Counts) -> None:
    print(f"\n{name}", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as folder:
        for figure in _measures(counts)[name](Path(folder)):
            print(figure, flush=True)
    print(f"  ({time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f})", flush=True)


def _measures(counts: Counts) -> dict[str, Callable[[Path], Iterable[object]]]:
    return {
        "start": lambda folder: bench_start.measure(folder, rounds=counts.starts),
        "work": lambda folder: bench_work.measure(folder, count=counts.work),
        "witness": lambda folder: bench_witness.measure(folder, entries=counts.entries),
        "many": lambda folder: bench_many.measure(folder, few=counts.few, many=counts.many, checkouts=counts.checkouts),
    }


def _machine() -> str:
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
