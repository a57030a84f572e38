"""The town, settled once and copied for each test."""

from __future__ import annotations

import pytest

from tests.ledger.stage import Stage
from tests.ledger.town import Town


@pytest.fixture(scope="session")
def settled_town() -> Town:
    town = Town()
    town.settle()
    return town


@pytest.fixture(scope="session")
def active_stage(settled_town: Town) -> Stage:
    town = settled_town.copy("active")
    return Stage(town=town, account=town.activate())


@pytest.fixture
def town(settled_town: Town) -> Town:
    """Everybody moved in, and nothing done yet."""
    return settled_town.copy()


@pytest.fixture
def stage(active_stage: Stage) -> Stage:
    return Stage(town=active_stage.town.copy(), account=active_stage.account)
