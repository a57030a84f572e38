"""Open keys: for a while, for one person, in one shell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, PASSPHRASES, REASON, Town

if TYPE_CHECKING:
    from pathlib import Path

OUT = f'custody checkout {ACCOUNT} --for 1h --reason "{REASON}"'
LOOK = f"custody checkout {ACCOUNT}"


def session_file(town: Town, who: str) -> Path:
    person = town.sessions[who].partition(".")[0]
    (found,) = (path for path in (town.home / "sessions").iterdir() if person in path.name)
    return found


def test_a_session_ends_after_fifteen_idle_minutes(active: Town) -> None:
    active.check_out()
    for _ in range(5):
        active.clock.pass_by(timedelta(minutes=14))
        active.does(LOOK, "coach")
    active.clock.pass_by(timedelta(minutes=15))
    error = active.fails(LOOK, "coach", status=4)
    assert (error["code"], error["message"]) == ("locked", "the session has ended")
    assert error["hint"] == "custody unlock"


def test_a_session_ends_after_eight_hours_however_busy(active: Town) -> None:
    active.clock.pass_by(timedelta(minutes=1))
    active.unlock("teacher")
    for _ in range(48):
        active.clock.pass_by(timedelta(minutes=9, seconds=59))
        assert active.ask("custody whoami", "teacher")["unlocked"]
    active.clock.pass_by(timedelta(minutes=2))
    assert not active.ask("custody whoami", "teacher")["unlocked"]


def test_lock_destroys_the_file_and_the_session(active: Town) -> None:
    path = session_file(active, "coach")
    assert active.ask("custody lock", "coach") == {"ended": 1}
    assert not path.exists()
    assert active.fails(OUT, "coach", status=4)["message"] == "the session is locked"
    assert active.does("custody lock", "coach").stdout == "No session was open.\n"


def test_lock_all_ends_everybodys(active: Town) -> None:
    count = len(list((active.home / "sessions").iterdir()))
    assert active.ask("custody lock --all", "coach") == {"ended": count}
    assert list((active.home / "sessions").iterdir()) == []


def test_another_persons_session_does_not_open_ones_own_key(active: Town) -> None:
    error = active.fails(f"custody --as coach {OUT.removeprefix('custody ')}", "teacher", status=2)
    assert error["code"] == "missing-input"


def test_a_session_key_of_another_person_opens_nothing(active: Town) -> None:
    mine, theirs = (active.sessions[name].partition(".") for name in ("coach", "teacher"))
    active.sessions["coach"] = f"{mine[0]}.{theirs[2]}"
    assert active.fails(OUT, "coach", status=4)["message"] == "CUSTODY_SESSION does not open the session"


def test_another_persons_file_in_the_place_of_ones_own_opens_nothing(active: Town) -> None:
    session_file(active, "coach").write_bytes(session_file(active, "teacher").read_bytes())
    assert active.fails(OUT, "coach", status=4)["code"] == "locked"


@pytest.mark.parametrize(
    "content",
    ["", "{}", "nonsense", "[]", "null", '{"opened_at": "yesterday", "blob": "00"}', '{"opened_at": 1, "blob": 2}',
     '{"opened_at": "2026-01-05T08:00:00", "blob": "00"}', '{"opened_at": "2026-01-05T08:00:00+00:00", "blob": "00"}'],
)  # fmt: skip
def test_a_tampered_session_file_opens_nothing(active: Town, content: str) -> None:
    session_file(active, "coach").write_text(content)
    assert active.fails(OUT, "coach", status=4)["code"] == "locked"


def test_every_flipped_digit_of_a_sealed_key_is_noticed(active: Town) -> None:
    """A10."""
    path = session_file(active, "coach")
    text = path.read_text()
    start = text.index('"blob": "') + len('"blob": "')
    for at in range(start, start + 250, 25):
        path.write_text(text[:at] + ("1" if text[at] == "0" else "0") + text[at + 1 :])
        assert active.fails(OUT, "coach", status=4)["code"] == "locked"


@pytest.mark.parametrize(
    "token", ["x", "per_0123456789abcdefghjkmnpqrs", "per_x.00", ".", "per_0123456789abcdefghjkmnpqrs."]
)
def test_what_unlock_did_not_print_is_no_session(active: Town, token: str) -> None:
    active.sessions["coach"] = token
    assert active.fails(OUT, "coach", status=4)["code"] == "locked"


def test_a_session_of_another_vault_is_no_session_here(active: Town) -> None:
    person, _, key = active.sessions["coach"].partition(".")
    active.sessions["coach"] = f"{person[:-1]}{'0' if person[-1] != '0' else '1'}.{key}"
    assert active.fails("custody status", "coach", status=4)["message"] == "CUSTODY_SESSION is another vault's"


def test_escrow_opens_with_the_passphrase_alone_even_in_a_session(active: Town) -> None:
    command = f'custody escrow open {ACCOUNT} --reason "{REASON}"'
    error = active.fails(command, "m.silva", status=2)
    assert error["code"] == "missing-input"
    wrong = active.file("wrong", PASSPHRASES["coach"])
    assert active.fails(f"{command} --passphrase-file {wrong}", "m.silva", status=4)["code"] == "wrong-passphrase"
    opened = active.ask(f"{command} --passphrase-file {active.passphrase_file('m.silva')}", "m.silva")
    assert opened["password"] == "********"
    assert opened["rotation"].startswith("rot_")


def test_a_new_passphrase_ends_the_sessions_and_opens_alone(active: Town) -> None:
    old, new = active.passphrase_file("coach"), active.file("new", "cedar lantern gravel ninety pelican tide")
    active.does(f"custody person passphrase --passphrase-file {old} --new-passphrase-file {new}", "coach")
    assert active.fails(OUT, "coach", status=4)["code"] == "locked"
    assert active.fails(f"custody --as coach unlock --passphrase-file {old}", status=4)["code"] == "wrong-passphrase"
    assert active.run(f"custody --as coach unlock --passphrase-file {new}").status == 0


def test_unlock_prints_what_a_shell_evaluates(active: Town) -> None:
    answer = active.does(f"custody --as coach unlock --passphrase-file {active.passphrase_file('coach')}")
    assert answer.stdout.startswith("export CUSTODY_SESSION=per_")
    assert answer.stderr == "unlocked for coach; custody lock closes it\n"
