"""A code that is drawn anew, completion, and progress: what is drawn rather than answered."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, REASON, Town
from vault.cli import progress
from vault.cli.app import App
from vault.cli.watching import watch
from vault.desk.checkouts import Checkouts, Code
from vault.desk.finding import find_account
from vault.desk.locks import unlock
from vault.domain.persons import Person
from vault.domain.secret import Secret
from vault.errors import WrongState
from vault.wiring.assembly import open_vault
from vault.wiring.home import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from vault.domain.accounts import Account


def ticking(town: Town, most: int) -> Callable[[float], None]:
    """Lets the town's clock go on instead of waiting, and presses Ctrl-C after so many seconds."""
    gone = 0.0

    def pause(seconds: float) -> None:
        nonlocal gone
        gone += seconds
        town.clock.at = town.clock.at.fromtimestamp(town.clock.at.timestamp() + seconds, town.clock.at.tzinfo)
        if gone >= most:
            raise KeyboardInterrupt

    return pause


def parts(town: Town) -> list[str]:
    return [each["part"] for each in town.ask(f"custody account who {ACCOUNT}")["items"]]


def test_each_code_that_is_watched_is_an_exposure_of_its_own(active: Town, capsys: pytest.CaptureFixture[str]) -> None:
    active.check_out()
    before = parts(active).count("mfa-code")
    vault = open_vault(Settings(home=active.home), active.around)
    try:
        (person,) = (each for each in vault.office.view.every(Person) if each.username == "coach")
        member = unlock(vault.office, person, Secret(active.passphrase_file("coach").read_text().strip()))
        desk = Checkouts(vault.office)
        watch(lambda: desk.totp(member, ACCOUNT), pause=ticking(active, 65))
    finally:
        vault.close()
    drawn = capsys.readouterr().out
    assert len({line.split()[0] for line in drawn.split("\r") if line.strip()}) == 3
    assert parts(active).count("mfa-code") - before == 3
    assert drawn.endswith("\n")


def test_watching_ends_when_the_checkout_does(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    shown = iter([Code(account=account, code=Secret("123456"), valid_seconds=2)])

    def show() -> Code:
        for code in shown:
            return code
        raise WrongState("you have not checked it out")

    seconds: list[float] = []
    with pytest.raises(WrongState):
        watch(show, pause=seconds.append)
    assert seconds == [1, 1]
    assert "123456  (for  1 seconds" in capsys.readouterr().out


@pytest.fixture
def account(active: Town) -> Account:
    vault = open_vault(Settings(home=active.home), active.around)
    try:
        return find_account(vault.office.view, ACCOUNT)
    finally:
        vault.close()


@pytest.mark.parametrize("more", ["--json", "--field code", "--clip"])
def test_watching_goes_with_no_other_kind_of_answer(active: Town, more: str) -> None:
    answer = active.run(f"custody totp {ACCOUNT} --watch {more}", "coach")
    assert answer.status == 2
    assert "goes with no other kind of answer" in answer.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_prints_a_script_that_asks_the_program(empty: Town, shell: str) -> None:
    script = empty.does(f"custody completion {shell}").stdout
    assert "_CUSTODY_COMPLETE" in script
    assert f"{shell}_complete" in script


def test_no_completion_for_another_shell(empty: Town) -> None:
    assert empty.run("custody completion tcsh").status == 2


@pytest.mark.parametrize(
    ("shell", "words", "current", "offered"),
    [
        ("bash", "custody che", "1", ["plain,checkout", "plain,checkin"]),
        ("bash", "custody rotate con", "2", ["plain,confirm"]),
        ("powershell", "custody che", "che", ["plain\tcheckout", "plain\tcheckin"]),
        ("powershell", "custody rotate ", "", ["plain\tabandon", "plain\tconfirm"]),
        ("powershell", "custody checkout list --o", "--o", ["plain\t--open\tOnly those that hold their account now."]),
    ],
)
def test_a_shell_is_offered_commands_and_options(
    empty: Town, shell: str, words: str, current: str, offered: list[str]
) -> None:
    asked = {"_CUSTODY_COMPLETE": f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": current}
    answer = empty.process("custody", env=asked)
    assert (answer.status, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    for each in offered:
        assert any(line.startswith(each) for line in lines), lines


def test_progress_is_drawn_on_a_terminal_after_a_second(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(progress, "_started", {})
    monkeypatch.setattr("time.monotonic", lambda: now)
    progress.tell_progress(0, 10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    progress.tell_progress(1, 10)
    assert capsys.readouterr().err == ""
    now = 101.5
    progress.tell_progress(5, 10)
    assert capsys.readouterr().err == "\r[###############...............] 5 of 10"
    progress.tell_progress(10, 10)
    assert capsys.readouterr().err.endswith("10 of 10\n")


def test_an_app_never_shows_what_it_holds() -> None:
    """B1."""
    app = App(session="per_x.canary")
    assert "canary" not in repr(app)
    assert "canary" not in repr(app.settings)


def test_a_taken_account_is_not_taken_twice_by_its_own_holder(active: Town) -> None:
    active.check_out()
    answer = active.run(f'custody checkout {ACCOUNT} --for 1h --reason "{REASON}"', "coach")
    assert answer.status == 7
    assert answer.stderr.startswith(f"error: you have {ACCOUNT} until ")
