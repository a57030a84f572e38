"""Handing an account over, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.town import ACCOUNT, PASSWORD, REASON

if TYPE_CHECKING:
    from tests.cli.town import Town


def test_supervisor_hands_over_and_the_new_custodian_takes_it_out(active: Town) -> None:
    answer = active.ask(f"custody account transfer {ACCOUNT} --to teacher --reason 'on leave'", "m.silva")
    assert (answer["state"], answer["to"]) == ("transferred", "teacher")
    said = active.does(f"custody checkout {ACCOUNT} --for 1h --reason '{REASON}' --reveal", "teacher")
    assert PASSWORD in said.stdout
    assert "Maria Silva changed who holds" in said.stderr
    shown = active.does(f"custody account transfer {ACCOUNT} --to coach --second", "m.silva")
    assert shown.stdout == f"Jo Diaz holds {ACCOUNT}.\nOwed now: custody rotate start {ACCOUNT}\n"
    shown = active.does(f"custody account transfer {ACCOUNT} --second --empty", "m.silva")
    assert shown.stdout.startswith(f"{ACCOUNT} has no second holder any more.\n")


def test_holder_offers_and_the_other_accepts(active: Town) -> None:
    said = active.does(f"custody account transfer {ACCOUNT} --to teacher", "coach")
    assert said.stdout == f"Offered to Tess Weiss, who runs: custody account accept {ACCOUNT}\n"
    said = active.does(f"custody account accept {ACCOUNT}", "teacher")
    assert said.stdout == f"You hold {ACCOUNT}.\nOwed now: custody rotate start {ACCOUNT}\n"
    assert active.ask(f"custody account show {ACCOUNT}", "teacher")["custodian"] == "teacher"


def test_it_must_be_said_who_is_to_hold_it(active: Town) -> None:
    for words in ("", "--empty", "--to teacher --second --empty"):
        answer = active.run(f"custody --json account transfer {ACCOUNT} {words}", "m.silva")
        assert answer.error["message"] == "who is to hold it?"
