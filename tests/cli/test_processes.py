"""The real program, more than once at a time, and killed."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, NEXT_PASSWORD, PASSWORD, REASON, Town

if TYPE_CHECKING:
    from pathlib import Path

OUT = f'custody checkout {ACCOUNT} --for 1h --reason "{REASON}"'
ROUNDS = 8


def run_and_kill(town: Town, command: str, who: str, after: float) -> str:
    """Start a command and kill it; what it had said by then."""
    running = town.spawn(command, who)
    try:
        said, _ = running.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
        said, _ = running.communicate()
    return str(said)


def moments(town: Town, command: str, who: str) -> list[float]:
    """Moments in the life of a command at which to kill it: most of them near its end, where it writes."""
    began = time.monotonic()
    answer = town.process(command, who)
    assert answer.status == 0, answer.stderr
    length = time.monotonic() - began
    return [length * (0.4 + 0.7 * number / ROUNDS) for number in range(ROUNDS)]


def test_a_killed_checkout_is_taken_or_not_and_what_was_said_holds(active: Town) -> None:
    """F2 and F1: promise 7."""
    active.move_to_now("coach")
    for after in moments(active, f"{OUT} --field checkout", "coach"):
        if active.ask("custody checkout list --open")["items"]:
            active.does(f"custody checkin {ACCOUNT}", "coach")
        said = run_and_kill(active, f"{OUT} --field checkout", "coach", after).strip()
        open_now = [each["id"] for each in active.ask("custody checkout list --open")["items"]]
        assert len(open_now) <= 1
        if said:
            assert open_now == [said]
        assert active.ask("custody ledger verify")["whole"]


def test_a_killed_confirmation_keeps_both_passwords_or_takes_the_new_one(active: Town) -> None:
    """F2 and F1: promise 7."""
    active.move_to_now("jlee", "m.silva")
    passwords, current = [NEXT_PASSWORD, PASSWORD], PASSWORD
    times: list[float] = []
    for number in range(ROUNDS):
        following = f"{passwords[0]}{number}"
        file = active.file("next", following)
        active.does(f"custody rotate start {ACCOUNT} --reason 'a rotation for the test' --password-file {file}", "jlee")
        command = f"custody rotate confirm {ACCOUNT} --field state"
        times = times or [0.0, *moments_of_looking(active)]
        said = run_and_kill(active, command, "jlee", times[number % len(times)]).strip()
        version = active.ask(f"custody account show {ACCOUNT}")
        if version["rotation"] is None:
            current = following
        else:
            assert said == ""
            for which, password in (("old", current), ("new", following)):
                shown = active.does(f"custody rotate reveal {ACCOUNT} --which {which}", "jlee").stdout.strip()
                assert shown == password
            active.does(f"custody rotate resolve {ACCOUNT} --keep old", "jlee")
        assert active.ask("custody ledger verify")["whole"]
    opened = active.ask(
        f'custody escrow open {ACCOUNT} --reason "{REASON}" --reveal --passphrase-file '
        f"{active.passphrase_file('m.silva')}",
        "m.silva",
    )
    assert opened["password"] == current


def moments_of_looking(town: Town) -> list[float]:
    """As `moments`, measured on a command that changes nothing."""
    return moments(town, "custody whoami", "jlee")


def test_of_two_who_take_one_account_at_once_one_is_told_who_has_it(staffed: Town) -> None:
    """F5."""
    staffed.does(staffed.register_command(staffed.allow()) + " --second teacher", "coach")
    staffed.does(f"custody escrow verify {ACCOUNT}", "m.silva")
    staffed.move_to_now("coach", "teacher")
    for _ in range(3):
        running = {who: staffed.spawn(f"{OUT} --json", who) for who in ("coach", "teacher")}
        ended = {who: (*each.communicate(timeout=60), each.returncode) for who, each in running.items()}
        assert sorted(status for *_, status in ended.values()) == [0, 7], ended
        (winner,) = (who for who, (*_, status) in ended.items() if status == 0)
        (loser,) = (who for who in ended if who != winner)
        name = {"coach": "Jo Diaz", "teacher": "Tess Weiss"}[winner]
        assert f"is checked out by {name} until 2" in ended[loser][1]
        assert ended[loser][0] == ""
        staffed.does(f"custody checkin {ACCOUNT}", winner)
    assert staffed.ask("custody ledger verify")["whole"]


def test_many_at_once_leave_one_chain(staffed: Town) -> None:
    """F5."""
    staffed.move_to_now("jlee")
    running = [staffed.spawn(f"custody unit add district/school-{number} --kind school", "jlee") for number in range(5)]
    assert [(each.communicate(timeout=120)[1], each.returncode)[1] for each in running] == [0] * 5
    assert len(staffed.ask("custody unit list")["items"]) == 8
    assert staffed.ask("custody ledger verify")["whole"]


def test_a_reader_that_goes_away_is_no_failure(active: Town) -> None:
    running = active.spawn("custody policy show", "coach")
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    told = running.stderr.read()
    running.stderr.close()
    assert running.wait(60) == 0
    assert told == ""


def test_standard_streams_are_utf8_whatever_the_locale(active: Town) -> None:
    answer = active.process("custody checkout list", "coach", env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert answer.status == 0, answer.stderr


@pytest.mark.parametrize("variable", ["TERM", "NO_COLOR"])
def test_no_colour_is_ever_written_to_a_pipe(active: Town, variable: str) -> None:
    answer = active.process("custody account list", "coach", env={variable: "dumb", "FORCE_COLOR": "1"})
    assert answer.status == 0
    assert "\x1b" not in answer.stdout + answer.stderr


def test_the_folder_is_named_by_flag_before_variable(active: Town, tmp_path: Path) -> None:
    other = tmp_path / "nowhere"
    other.mkdir(mode=0o700)
    answer = active.process(f"custody --home {other} status", "coach")
    assert answer.status == 6
    assert str(other) in answer.stderr
    assert list(other.iterdir()) == []
