"""Figures of the daily work: registering, checking out, rotating, again and again in one process."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, MLKEM768X25519PrivateKey, Suite

from scripts.bench_district import ACCOUNTS_EACH, REASON, District
from scripts.bench_measure import Figure, Watch
from vault.desk.accounts import Accounts
from vault.desk.checkouts import Checkouts
from vault.desk.rotations import Replacement, Rotations
from vault.policy import strength
from vault.store import sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vault.desk.accounts import Registration
    from vault.desk.office import Member

REACH: Final = 3
_BODY: Final = os.urandom(700)
"""As many bytes as an entry has."""


class Floor:
    """What the work cannot do without, by the libraries alone.

    Args:
        folder: Where the vault is, so that both commit to the same disk.
    """

    def __init__(self, folder: Path) -> None:
        self._suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
        self._public = MLKEM768X25519PrivateKey(MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()).public_key()
        self._signing = Ed25519PrivateKey.generate()
        self._aead = AESGCM(os.urandom(32))
        self._database = sqlite3.connect(folder / "floor.db", isolation_level=None)
        for pragma in sqlite.SHARED_PRAGMAS:
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE entries (seq INTEGER PRIMARY KEY, hash BLOB UNIQUE, frame BLOB)")

    def primitives(self) -> None:
        """Two hybrid seals, one signature, one AEAD."""
        for _ in range(2):
            self._suite.encrypt(_BODY[:32], self._public, info=_BODY[:64])
        self._signing.sign(_BODY)
        self._aead.encrypt(_BODY[:12], _BODY, None)

    def commits(self, count: int) -> None:
        """So many commits of one entry each, WAL and FULL."""
        for _ in range(count):
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("INSERT INTO entries (hash, frame) VALUES (?, ?)", (os.urandom(32), _BODY))
            self._database.execute("COMMIT")

    def close(self) -> None:
        """Let the database go."""
        self._database.close()


class Trial:
    """One kind of work, its floor measured in turn with it.

    Args:
        name: What it is called.
        district: Where it is done.
        floor: What it is held against.
    """

    def __init__(self, name: str, district: District, floor: Floor) -> None:
        self._name = name
        self._office = district.office
        self._floor = floor
        self._work, self._primitives, self._entry_commits, self._commit = Watch(), Watch(), Watch(), Watch()
        self._entries = 0

    def __call__(self, work: Callable[[], object]) -> None:
        """Do it once, and its floor once."""
        before = self._head
        self._work(work)
        entries = self._head - before
        self._entries += entries
        self._primitives(self._floor.primitives)
        self._entry_commits(lambda: self._floor.commits(entries))
        self._commit(lambda: self._floor.commits(1))

    @property
    def _head(self) -> int:
        pin = self._office.ledger.witness.pin
        return 0 if pin is None else pin.seq

    def figures(self) -> Iterator[Figure]:
        """Against a commit an entry, and against a single commit."""
        count = len(self._work.spans)
        each = self._entries / count
        floor = self._primitives.median + self._entry_commits.median
        against = f"2 hybrid seals, 1 signature, 1 AEAD, and a commit for each of {each:.1f} entries"
        yield Figure(
            name=f"{self._name} ({count:,})", taken=self._work.median, floor=floor, against=against, reach=REACH
        )
        alone = self._primitives.median + self._commit.median
        yield Figure(name="  the same", taken=self._work.median, floor=alone, against="the same with one commit in all")


@contextmanager
def _strength_timed() -> Iterator[list[float]]:
    """How long each judging by zxcvbn takes while this is open."""
    spans: list[float] = []
    untimed = strength._score  # noqa: SLF001 - what is measured is where our code ends

    def timed(text: str, words: tuple[str, ...]) -> int:
        begun = time.perf_counter()
        score = untimed(text, words)
        spans.append(time.perf_counter() - begun)
        return score

    strength._score = timed  # noqa: SLF001 - as above
    try:
        yield spans
    finally:
        strength._score = untimed  # noqa: SLF001 - as above


def measure(folder: Path, *, count: int) -> Iterator[Figure | str]:
    """The figures.

    Args:
        folder: An empty folder.
        count: How often each kind of work is done.
    """
    district = District.found(folder / "home", coaches=max(1, count // ACCOUNTS_EACH))
    floor = Floor(folder)
    try:
        yield from _measure(district, floor, count)
    finally:
        floor.close()
        district.close()


def _measure(district: District, floor: Floor, count: int) -> Iterator[Figure | str]:
    handles = [f"team{number}" for number in range(count)]
    permissions = [district.allow(_holder(district, at), handle) for at, handle in enumerate(handles)]
    trial = Trial("registration", district, floor)
    with _strength_timed() as spans:
        for at, handle in enumerate(handles):
            brought = district.registration(handle)
            trial(partial(_register, district, at, permissions[at].id, brought))
    yield from trial.figures()
    yield _of_zxcvbn(spans, count)
    for handle in handles:
        district.verify(f"x:{handle}")

    trial = Trial("checkout, password shown", district, floor)
    desk = Checkouts(district.office)
    for at, handle in enumerate(handles):
        member = _holder(district, at)
        trial(partial(desk.take, member, f"x:{handle}", term=_TERM, reason=REASON, reveal=True))
        desk.check_in(member, f"x:{handle}")
    yield from trial.figures()

    trial = Trial("rotation, started and confirmed", district, floor)
    with _strength_timed() as spans:
        for at, handle in enumerate(handles):
            trial(partial(_rotate, district, at, handle))
    yield from trial.figures()
    yield _of_zxcvbn(spans, count)


_TERM: Final = timedelta(hours=1)


def _holder(district: District, at: int) -> Member:
    return district.coaches[at % len(district.coaches)]


def _register(district: District, at: int, permission: str, brought: Registration) -> None:
    Accounts(district.office).register(_holder(district, at), permission, brought)


def _rotate(district: District, at: int, handle: str) -> None:
    desk, member = Rotations(district.office), _holder(district, at)
    desk.confirm(member, desk.start(member, f"x:{handle}", Replacement()).rotation.id)


def _of_zxcvbn(spans: list[float], count: int) -> str:
    calls = len(spans) / count
    return f"  {'':<44} of it {sum(spans) / count * 1e3:.1f} ms in zxcvbn, {calls:.1f} calls"
