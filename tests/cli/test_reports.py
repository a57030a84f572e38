"""The report of who knows what, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.test_departures import replacement
from tests.cli.town import ACCOUNT, DRAMA, PASSWORD

if TYPE_CHECKING:
    from tests.cli.town import Town


def test_report_tells_who_knows_what_and_ends_with_ten_when_they_may_not(active: Town) -> None:
    items = active.ask("custody report access --person coach --exit-code", "m.silva")["items"]
    assert {(each["account"], each["changed_since"], each["may_be_shown_it"]) for each in items} == {
        (ACCOUNT, False, True)
    }
    active.does(f"custody --yes role end coach employee {DRAMA}", "jlee")
    answer = active.run(f"custody report access --unit {DRAMA} --exit-code", "m.silva")
    assert (answer.status, "NO, and may not know it" in answer.stdout, PASSWORD in answer.stdout) == (10, True, False)
    active.does(f"custody rotate start {ACCOUNT} {replacement(active)}", "m.silva")
    active.does(f"custody rotate confirm {ACCOUNT}", "m.silva")
    assert active.ask("custody report access --person coach --open --exit-code", "m.silva")["items"] == []
