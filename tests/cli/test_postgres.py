"""The main road on PostgreSQL, through the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, PASSWORD, REASON, Town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.postgres import PostgresServer


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    name = postgres.make_database()
    yield postgres.url(name)
    postgres.drop_database(name)


def test_the_main_road_on_postgresql(tmp_path: Path, database: str) -> None:
    town = Town(folder=tmp_path, db=database)
    town.clock.at = datetime.now(UTC)
    town.found().staff().activate()
    town.check_out()
    assert town.does(f"custody checkout {ACCOUNT} --field password", "coach").stdout.strip() == PASSWORD
    town.does(f"custody checkin {ACCOUNT}", "coach")
    fresh = town.passphrase_file("m.silva")
    opened = town.ask(f"custody escrow open {ACCOUNT} --reason '{REASON}' --passphrase-file {fresh}", "m.silva")
    town.does(f"custody rotate start {ACCOUNT}", "jlee")
    assert town.ask(f"custody rotate confirm {opened['rotation']}", "jlee")["state"] == "confirmed"
    found = town.ask("custody ledger verify")
    assert (found["whole"], found["voids"], found["unnamed_records"]) == (True, [], [])
    status = town.ask("custody store status")
    assert status["engine"].startswith("postgresql")
    assert status["entries"] == found["entries"]
    assert not (town.home / "vault.db").exists()
    assert town.run("custody doctor").status == 0


def test_a_clock_that_is_off_the_servers_does_not_write(tmp_path: Path, database: str) -> None:
    """B2: skew is named."""
    town = Town(folder=tmp_path, db=database)
    town.clock.at = datetime.now(UTC)
    town.found()
    town.clock.at = town.clock.at.replace(year=town.clock.at.year + 1, day=1)
    town.unlock("jlee")
    error = town.fails("custody unit add district/school --kind school", "jlee", status=11)
    assert error["code"] == "clock"
    assert "differ by" in error["message"]


def test_a_password_in_the_stores_address_is_never_said(tmp_path: Path, database: str) -> None:
    town = Town(folder=tmp_path, db=database)
    town.clock.at = datetime.now(UTC)
    town.found()
    secret = database.partition("custody:")[2].partition("@")[0]
    town.db = database.replace(secret, f"{secret}x")
    for command in ("custody status", "custody store status", "custody doctor", "custody ledger verify"):
        answer = town.run(command, "jlee", CUSTODY_DEBUG="1")
        assert answer.status in {10, 11}
        assert secret not in answer.stdout + answer.stderr
