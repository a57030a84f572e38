"""Seeing somebody off, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.town import ACCOUNT, DRAMA, NEXT_PASSWORD

if TYPE_CHECKING:
    from tests.cli.town import Town

_SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_START = "custody depart start coach --to teacher --reason 'leaves at the end of the season'"


def replacement(town: Town) -> str:
    """A new password, a new seed and new backup codes, as options of `rotate start`."""
    return (
        f"--password-file {town.file('next', NEXT_PASSWORD)} --totp-uri-file {town.file('new-seed', _SEED)} "
        f"--totp-code-file {town.file('new-code', town.code(_SEED))} "
        f"--backup-codes-file {town.file('new-codes', chr(10).join(('a7kq29fh', 'b3xwm6tr', 'c8pn2vsc')))}"
    )


def test_departure_from_the_plan_to_the_certificate(active: Town) -> None:
    plan = active.ask("custody depart plan coach", "m.silva")["items"]
    assert {"kind": "role", "subject": DRAMA, "detail": "is employee", "before_the_last_day": False} in plan
    assert ACCOUNT in active.does("custody depart plan coach", "m.silva").stdout
    made = active.ask(f"{_START} --confirm coach", "m.silva")
    assert (made["state"], len(made["open"])) == ("in-effect", 1)
    active.fails("custody --json depart complete coach", "m.silva", status=8)
    active.fails("custody --json depart show coach --certificate", "m.silva", status=8)
    active.does(f"custody rotate start {ACCOUNT} {replacement(active)}", "jlee")
    active.does(f"custody rotate confirm {ACCOUNT}", "jlee")
    assert "completed, effective" in active.does("custody depart complete coach", "m.silva").stdout
    text = active.does("custody depart show coach --certificate", "m.silva").stdout
    assert "certificate of departure" in text
    assert f"{ACCOUNT}  replaced" in text
    assert NEXT_PASSWORD not in text
    listed = active.does("custody depart list", "m.silva").stdout
    assert made["departure"] in listed
    assert active.ask("custody depart list", "m.silva")["items"][0]["state"] == "completed"


def test_name_is_typed_once_more(active: Town) -> None:
    missing = active.run(f"custody --json {_START.removeprefix('custody ')}", "m.silva").error
    assert missing["message"] == "this needs the person's name once more"
    wrong = active.run(f"custody --json {_START.removeprefix('custody ')} --confirm teacher", "m.silva").error
    assert wrong["message"] == "teacher is not coach: nothing is changed"


def test_account_that_nobody_could_hand_over_is_warned_of(active: Town) -> None:
    said = active.does(f"{_START.replace('teacher', 'jlee')} --confirm coach --effective 2026-01-04", "a.abara")
    assert "open" in said.stdout
    day = active.ask("custody depart show coach", "a.abara")
    assert day["effective_at"] == "2026-01-05T00:00:00Z"
