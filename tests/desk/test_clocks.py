"""Clocks that differ: entries keep their order, one-time codes keep this machine's time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.client import Clock, Desk
from tests.desk.district import BACKUP_CODES, NEXT_PASSWORD, REASON, SEED, District, bring
from tests.sealing.stream import Stream
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.domain.secret import Secret
from vault.errors import ClockUnsure
from vault.sealing.codes import parse_seed

_KEY = "x:ridgevolley"
_AHEAD = timedelta(minutes=4)


def _desk_ahead(district: District) -> Desk:
    return Desk(
        district.store,
        MemoryStateStore(),
        district.founding.vault,
        clock=Clock(district.clock() + _AHEAD),
        random=Stream("ahead"),
        pepper=district.keyring.pepper,
    )


@pytest.fixture
def behind(active: District) -> District:
    """This machine is four minutes behind the one that wrote last."""
    active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    _desk_ahead(active).checkouts.backup_code(active.coach, _KEY)
    return active


def test_code_is_of_this_machines_time_though_another_is_ahead(behind: District) -> None:
    code = behind.desk.checkouts.totp(behind.coach, _KEY)
    assert code.code == parse_seed(Secret(SEED)).code(behind.clock()).code
    assert code.code != parse_seed(Secret(SEED)).code(behind.clock() + _AHEAD).code


def test_seed_is_proved_by_this_machines_time_though_another_is_ahead(behind: District) -> None:
    permission = behind.allow("ridgesoccer")
    assert behind.register(permission, bring(code=behind.code(), password=NEXT_PASSWORD)).account.versions == 1


def test_machine_that_is_behind_writes_with_the_newest_time_and_says_so(behind: District) -> None:
    spent = behind.desk.checkouts.backup_code(behind.coach, _KEY)
    assert spent.code == Secret(BACKUP_CODES[1])
    times = [entry.time for entry in behind.entries()]
    assert times == sorted(times)
    assert times[-1] == behind.clock() + _AHEAD
    assert any("clock is behind" in warning for warning in behind.desk.warnings)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_machine_that_is_far_from_the_servers_clock_writes_nothing(active: District, minutes: int) -> None:
    assert isinstance(active.store, MemoryLedgerStore)
    active.store.time = active.clock() + timedelta(minutes=minutes)
    head = active.store.head()
    with pytest.raises(ClockUnsure):
        active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)
    assert active.store.head() == head
