"""Districts to test at: founded and staffed once a run, and copied for each test."""

from __future__ import annotations

import pytest

from tests.desk.district import District
from tests.support.memory import MemoryLedgerStore, MemoryStateStore


@pytest.fixture(scope="session")
def _staffed() -> District:
    return District.found(MemoryLedgerStore(), MemoryStateStore()).staff()


@pytest.fixture(scope="session")
def _with_account(_staffed: District) -> District:
    district = _staffed.twin("with account")
    district.activate()
    return district


@pytest.fixture
def district(_staffed: District) -> District:
    """Everybody enrolled, no account yet."""
    return _staffed.twin()


@pytest.fixture
def active(_with_account: District) -> District:
    """The same with an active account of the coach's, `x:ridgevolley`."""
    return _with_account.twin()
