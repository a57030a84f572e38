"""First aid, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.test_departures import replacement
from tests.cli.town import ACCOUNT, DOMAIN, PASSWORD, REASON

if TYPE_CHECKING:
    from tests.cli.town import Town


def test_account_is_suspended_won_back_and_resumed(active: Town) -> None:
    said = active.does(f"custody account suspend {ACCOUNT} --reason taken-over --detail 'strange posts'", "coach")
    lines = said.stdout.splitlines()
    assert lines[0] == f"{ACCOUNT} is suspended."
    order = [line[:2] for line in lines if line[:2] in {"1.", "2.", "3."}]
    assert order == ["1.", "2.", "3."]
    for part in ("Report it to Instagram", "granted", "Drama office", "account.registered", "account.suspended"):
        assert part in said.stdout
    assert PASSWORD not in said.stdout
    assert DOMAIN not in said.stdout
    take = f"custody checkout {ACCOUNT} --for 1h --reason '{REASON}'"
    assert "it is suspended" in active.run(take, "coach").stderr
    active.does(f"custody rotate start {ACCOUNT} {replacement(active)}", "jlee")
    active.does(f"custody rotate confirm {ACCOUNT}", "jlee")
    said = active.does(f"custody account resume {ACCOUNT} --detail 'all sessions ended'", "m.silva")
    assert said.stdout == f"{ACCOUNT} can be checked out again.\n"
    assert "Maria Silva resumed" in active.does(take, "coach").stderr


def test_first_aid_is_there_for_scripts_too(active: Town) -> None:
    answer = active.ask(f"custody account suspend {ACCOUNT} --reason leaked", "jlee")
    assert answer["reason"] == "leaked"
    assert answer["rotation"].startswith("rot_")
    assert any("custody account resume" in line for line in answer["first_aid"])
