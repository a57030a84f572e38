"""The main road from founding to rotation, on every engine, each command on a client of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import BACKUP_CODES, NEXT_PASSWORD, PASSWORD, REASON, SEED, District
from tests.store.places import MemoryLedgerPlace, SqlLedgerPlace, SqlStatePlace
from tests.support.memory import MemoryStateStore
from vault.desk.ledgers import verify_ledger
from vault.desk.rotations import Replacement
from vault.domain.rotations import RotationState
from vault.domain.secret import Secret
from vault.errors import Held
from vault.sealing.atrest import StorageKeyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.store.places import LedgerPlace
    from tests.support.postgres import PostgresServer

_KEY = "x:ridgevolley"
_WHY = "the coach is on leave today"


@pytest.fixture(scope="session")
def road_keyring() -> StorageKeyring:
    return StorageKeyring.make()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path, road_keyring: StorageKeyring) -> Iterator[LedgerPlace]:
    if request.param == "memory":
        yield MemoryLedgerPlace()
        return
    server: PostgresServer | None = None
    name, url = "", f"sqlite:///{tmp_path}/home/vault.db"
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        name = server.make_database()
        url = server.url(name)
    made = SqlLedgerPlace(url, road_keyring)
    yield made
    made.close()
    if server is not None:
        server.drop_database(name)


@pytest.fixture
def travelled(place: LedgerPlace, tmp_path: Path, road_keyring: StorageKeyring) -> Iterator[District]:
    """A district whose every command opens the store and the witness anew."""
    witness = SqlStatePlace(tmp_path / "witness.db", road_keyring)
    # A database server has a clock of its own, which a client's may not be far from.
    start = datetime.now(UTC)
    yield District.found(place.open(), witness.open(), keyring=road_keyring, start=start).staff()
    witness.close()


def _next_command(district: District, place: LedgerPlace, label: str) -> None:
    district.desk = district.open_desk(label, place.open())


def test_road_from_founding_to_rotation(travelled: District, place: LedgerPlace) -> None:
    district = travelled
    district.activate()
    assert district.desk.missing(_KEY) == ()

    _next_command(district, place, "checkout")
    coach = district.unlock("coach")
    taken = district.desk.checkouts.take(coach, _KEY, term=timedelta(hours=2), reason=REASON, reveal=True)
    assert taken.password == Secret(PASSWORD)
    assert district.desk.checkouts.totp(coach, _KEY).code == district.code(SEED)
    assert district.desk.checkouts.backup_code(coach, _KEY).code.reveal() == BACKUP_CODES[0]

    _next_command(district, place, "escrow")
    principal = district.unlock("principal")
    opened = district.desk.escrow.open(principal, _KEY, reason=_WHY)
    assert (opened.password, opened.codes_left) == (Secret(PASSWORD), 2)
    with pytest.raises(Held):
        district.desk.checkouts.take(coach, _KEY, term=timedelta(hours=2), reason=REASON)
    district.desk.checkouts.check_in(principal, _KEY)

    _next_command(district, place, "rotation")
    district.desk.rotations.start(district.founder, _KEY, Replacement(password=Secret(NEXT_PASSWORD)))
    assert district.desk.rotations.reveal(district.founder, _KEY, is_new=True) == Secret(NEXT_PASSWORD)
    assert district.desk.rotations.confirm(district.founder, _KEY).state is RotationState.CONFIRMED

    _next_command(district, place, "after")
    assert district.desk.escrow.verify(principal, _KEY).faults == ()
    again = district.desk.checkouts.take(coach, _KEY, term=timedelta(hours=2), reason=REASON, reveal=True)
    assert (again.version, again.password) == (2, Secret(NEXT_PASSWORD))
    assert district.desk.checkouts.backup_code(coach, _KEY).code.reveal() == BACKUP_CODES[1]
    found = verify_ledger(place.open(), MemoryStateStore(), district.founding.vault, lambda _done, _total: None)
    assert found.is_whole
    assert (found.voids, found.unnamed) == ([], [])


def test_retired_ciphertext_is_really_gone(travelled: District, place: LedgerPlace) -> None:
    district = travelled
    district.activate()
    first = set(dict(place.open().records_present()))
    for password in ("vD6-mKs4=Jt9Pz3x", "qG8+wLb5*Fn7Hc2r", "zX4_tVm9%Rk3Yd6j"):
        district.desk.rotations.start(district.coach, _KEY, Replacement(password=Secret(password)))
        district.desk.rotations.confirm(district.coach, _KEY)
    left = set(dict(place.open().records_present()))
    assert len(first - left) == 3
    assert len(left) == len(first) + 2 * 3
