"""How long it takes to end a supervisor: the new keys, and every escrow copy sealed to them, beside bare primitives.

    .venv/bin/python scripts/bench_reseal.py [1000]

The accounts are registered through the desk, in one school. The floor is what no way of doing it can go below: open
each data key with the old unit key, seal it to the new one, and sign one entry each.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.bench_backup import AROUND, SCHOOL, WORDS, fill
from vault.desk.finding import find_person
from vault.desk.locks import unlock
from vault.desk.persons import Persons
from vault.domain.persons import Role
from vault.sealing.bindings import Binding
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.keypairs import SealingKey, seal_to
from vault.sealing.signatures import SigningKey
from vault.wiring.assembly import open_vault
from vault.wiring.home import Settings

ENTRY_BYTES = 900
"""About as long as the entry of one escrow copy."""


def floor(count: int) -> float:
    """Seconds of the bare primitives."""
    old, new, signing = (os.urandom(SEED_BYTES) for _ in range(3))
    opening, public, key = SealingKey.from_seed(old), SealingKey.from_seed(new).public, SigningKey.from_seed(signing)
    binding = Binding(what="a data key", info=bytes(200))
    sealed = [seal_to(opening.public, os.urandom(SEED_BYTES), binding) for _ in range(count)]
    start = time.perf_counter()
    for each in sealed:
        seal_to(public, opening.open(each, binding), binding)
        key.sign("custody-vault/bench/1", bytes(ENTRY_BYTES))
    return time.perf_counter() - start


def measure(count: int) -> None:
    """Fill a vault, end its principal, and print what it took."""
    with tempfile.TemporaryDirectory(prefix="custody-bench-") as name:
        home = Path(name) / "home"
        fill(home, count)
        opened = open_vault(Settings(home=home), AROUND)
        it = unlock(opened.office, find_person(opened.office.view, "lee"), WORDS)
        start = time.perf_counter()
        ended = Persons(opened.office).end(it, "p.lind", Role.SUPERVISOR, SCHOOL)
        seconds = time.perf_counter() - start
        opened.close()
    if (ended.resealed, ended.lagging) != (count, 0):
        sys.exit(f"{ended.resealed} of {count} were sealed anew")
    bare = floor(count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count} escrow copies: {seconds:.2f} s, {1e6 * seconds / count:.0f} us each; bare {bare:.2f} s; "
        f"{seconds / bare:.1f} times; peak {peak:.0f} MiB",
        flush=True,
    )


if __name__ == "__main__":
    for each in [int(word) for word in sys.argv[1:]] or [1000]:
        measure(each)
