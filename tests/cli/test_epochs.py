"""Keys of units made anew, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.town import ACCOUNT, DRAMA, HIGH_SCHOOL, PASSWORD, REASON

if TYPE_CHECKING:
    from tests.cli.town import Town

WHY = '"a laptop was stolen from the office"'


def test_end_of_a_supervisor_says_what_it_did_and_the_vacancy_falls_to_the_unit_above(active: Town) -> None:
    """A13."""

    def phrase(who: str) -> str:
        return f"--passphrase-file {active.passphrase_file(who)}"

    active.does(f'custody escrow open {ACCOUNT} --reason "the coach is on leave" {phrase("m.silva")}', "m.silva")
    said = active.does(f"custody --yes role end m.silva supervisor {HIGH_SCHOOL}", "jlee")
    assert said.stdout == (
        f"Maria Silva is no longer supervisor in {HIGH_SCHOOL}.\n"
        f"New keys: {HIGH_SCHOOL}, {DRAMA}. Escrow copies sealed to them: 1.\n"
        f"They know it, so its password is to be changed: custody rotate start {ACCOUNT}\n"
    )
    refused = active.run(f'custody --json escrow open {ACCOUNT} --reason "{REASON}" {phrase("m.silva")}', "m.silva")
    assert refused.error["code"] == "not-permitted"
    opened = active.does(f'custody escrow open {ACCOUNT} --reason "{REASON}" --reveal {phrase("a.abara")}', "a.abara")
    assert PASSWORD in opened.stdout
    shown = active.ask(f"custody unit show {HIGH_SCHOOL}", "a.abara")
    assert (shown["epoch"], shown["is_rekey_owed"], shown["roles"]["supervisor"]) == (2, False, [])
    due = active.ask("custody rotate due", "jlee")
    assert "role ended" in str(due)


def test_keys_are_made_anew_on_demand(active: Town) -> None:
    refused = active.run(f"custody --json unit rekey {HIGH_SCHOOL} --reason stolen", "jlee")
    assert refused.error["code"] == "invalid-input"
    refused = active.run(f"custody --json unit rekey {HIGH_SCHOOL} --reason {WHY}", "coach")
    assert refused.error["code"] == "not-permitted"
    said = active.does(f"custody unit rekey {HIGH_SCHOOL} --reason {WHY}", "m.silva")
    assert said.stdout == f"New keys: {HIGH_SCHOOL}, {DRAMA}. Escrow copies sealed to them: 1.\n"
    said = active.does("custody unit reseal", "jlee")
    assert said.stdout == "Everybody who is due a unit's key has it, and nothing is sealed to an old one.\n"
    answer = active.ask("custody unit reseal", "jlee")
    assert answer == {"waiting": [], "resealed": 0, "lagging": []}
