"""What suites share: the throw-away PostgreSQL server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for this run; where none can be started the test is skipped, but in CI it fails."""
    try:
        from tests.support import postgres as support
    except ModuleNotFoundError as exc:
        _give_up(f"the driver is not installed: {exc.name}")
    try:
        running = support.run_postgres()
        server = running.__enter__()
    except support.PostgresUnavailable as exc:
        _give_up(str(exc))
    try:
        yield server
    finally:
        running.__exit__(None, None, None)


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true" or os.environ.get("CUSTODY_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"no postgresql: {reason}")
    pytest.skip(f"no postgresql: {reason}")
