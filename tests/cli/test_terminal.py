"""What only happens on a terminal: hidden prompts, questions, Ctrl-C, and a code that is drawn anew."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.cli.terminal import on_terminal
from tests.cli.town import ACCOUNT, PASSPHRASES, REASON, Town

if TYPE_CHECKING:
    from pathlib import Path


def test_passphrase_is_asked_for_and_never_echoed(active: Town) -> None:
    command = f'custody --as coach checkout {ACCOUNT} --for 1h --reason "{REASON}"'
    with on_terminal(command, active.environment(None)) as terminal:
        terminal.expect("Passphrase of coach:")
        terminal.type(PASSPHRASES["coach"])
        assert terminal.end() == 0
    assert "********" in terminal.seen
    assert PASSPHRASES["coach"] not in terminal.seen


def test_ctrl_c_at_the_prompt_leaves_everything_as_it_was(active: Town) -> None:
    before = active.ask("custody status", "coach")["head"]
    command = f'custody --as coach checkout {ACCOUNT} --for 1h --reason "{REASON}"'
    with on_terminal(command, active.environment(None)) as terminal:
        terminal.expect("Passphrase of coach:")
        terminal.interrupt()
        assert terminal.end() == 130
    assert "error: interrupted" in terminal.seen
    assert "Traceback" not in terminal.seen
    assert active.ask("custody status", "coach")["head"] == before


def test_end_of_input_at_the_prompt_is_an_interruption(active: Town) -> None:
    with on_terminal("custody --as coach unlock", active.environment(None)) as terminal:
        terminal.expect("Passphrase of coach:")
        terminal.type("\x04")
        assert terminal.end() == 130


def test_a_no_to_a_question_changes_nothing(staffed: Town) -> None:
    staffed.move_to_now("jlee")
    before = staffed.ask("custody person show coach")["roles"]
    with on_terminal(
        "custody role end coach employee district/high-school/drama", staffed.environment("jlee")
    ) as asked:
        asked.expect("[y/N]:")
        asked.type("n")
        assert asked.end() == 3
    assert "error: nothing was changed" in asked.seen
    assert staffed.ask("custody person show coach")["roles"] == before


def test_a_yes_to_a_question_does_it(staffed: Town) -> None:
    staffed.move_to_now("jlee")
    with on_terminal(
        "custody role end coach employee district/high-school/drama", staffed.environment("jlee")
    ) as asked:
        asked.expect("[y/N]:")
        asked.type("y")
        assert asked.end() == 0
    assert staffed.ask("custody person show coach")["roles"] == []


def test_founding_by_hand_shows_each_share_on_a_screen_of_its_own(tmp_path: Path) -> None:
    command = (
        'custody init --district "Ridge Public Schools" --domain ridge.k12.example --username jlee --name "Jin Lee"'
    )
    with on_terminal(f"{command} --shares 2 --threshold 2", {"CUSTODY_HOME": str(tmp_path / "home")}) as terminal:
        terminal.expect("I have read this notice")
        terminal.type("y")
        terminal.expect("Passphrase (15 characters or more):")
        terminal.type(PASSPHRASES["jlee"])
        terminal.expect("Repeat for confirmation:")
        terminal.type(PASSPHRASES["jlee"])
        for number in (1, 2):
            terminal.expect(f"Recovery share {number} of 2")
            assert terminal.seen.count("press Enter") <= number
            terminal.expect("press Enter")
            terminal.type("")
        assert terminal.end() == 0
    assert terminal.seen.count("\x1b[3J") == 2
    assert "is founded" in terminal.seen


def test_declining_the_notice_founds_nothing(tmp_path: Path) -> None:
    command = (
        'custody init --district "Ridge Public Schools" --domain ridge.k12.example --username jlee --name "Jin Lee"'
    )
    with on_terminal(command, {"CUSTODY_HOME": str(tmp_path / "home")}) as terminal:
        terminal.expect("I have read this notice")
        terminal.type("n")
        assert terminal.end() == 3
    assert not (tmp_path / "home").exists()


def test_a_code_is_watched_until_ctrl_c(active: Town) -> None:
    active.clock.at = datetime.now(UTC)
    active.unlock("coach")
    active.check_out()
    with on_terminal(f"custody totp {ACCOUNT} --watch", active.environment("coach")) as terminal:
        terminal.expect("Ctrl-C ends")
        terminal.interrupt()
        assert terminal.end() == 0
    parts = [each["part"] for each in active.ask(f"custody account who {ACCOUNT}")["items"]]
    assert "mfa-code" in parts


def test_a_table_on_a_narrow_screen_keeps_ids_whole(active: Town) -> None:
    active.move_to_now("coach")
    checkout = active.check_out()
    with on_terminal("custody checkout list --open", active.environment("coach")) as terminal:
        assert terminal.end() == 0
    assert checkout in terminal.seen
    assert max(map(len, terminal.seen.splitlines())) <= 80


def test_the_notice_is_broken_between_words(empty: Town) -> None:
    command = (
        'custody init --district "Ridge Public Schools" --domain ridge.k12.example --username jlee --name "J. Lee"'
    )
    with on_terminal(command, empty.environment(None)) as terminal:
        terminal.expect("I have read this notice")
        terminal.type("n")
        assert terminal.end() == 3
    notice = terminal.seen.partition("I have read")[0].splitlines()
    assert max(map(len, notice)) <= 80
    assert len(notice) > 30
