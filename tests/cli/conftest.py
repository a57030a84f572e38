"""Towns to type in: made once a run, and copied for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.town import Town

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def _staffed(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(folder=tmp_path_factory.mktemp("staffed")).found().staff()


@pytest.fixture(scope="session")
def _with_account(_staffed: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    return _staffed.copy_to(tmp_path_factory.mktemp("active")).activate()


@pytest.fixture
def staffed(_staffed: Town, tmp_path: Path) -> Town:
    """Everybody enrolled and unlocked, no account yet."""
    return _staffed.copy_to(tmp_path / "town")


@pytest.fixture
def active(_with_account: Town, tmp_path: Path) -> Town:
    """The same with an active account of the coach's."""
    return _with_account.copy_to(tmp_path / "town")


@pytest.fixture
def empty(tmp_path: Path) -> Town:
    """A folder in which nothing is founded yet."""
    return Town(folder=tmp_path)
