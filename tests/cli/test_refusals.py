"""Every exit status by a real cause, and what an error looks like to a person and to a script."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, DRAMA, PASSPHRASES, REASON, Town
from vault.cli.help import EXIT_CODES
from vault.cli.root import root

if TYPE_CHECKING:
    from vault.wiring.assembly import Opened

OUT = f'custody checkout {ACCOUNT} --for 1h --reason "{REASON}"'


def test_0_done(active: Town) -> None:
    answer = active.run("custody status", "coach")
    assert (answer.status, answer.stderr) == (0, "")


def test_1_something_unexpected_tells_its_kind_alone(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Opened:
        raise ZeroDivisionError("canary-of-a-message")

    monkeypatch.setattr("vault.wiring.assembly.open_vault", fail)
    error = active.fails("custody status", "coach", status=1)
    assert error["code"] == "unexpected"
    assert "ZeroDivisionError" in error["message"]
    assert "canary" not in error["message"]


def test_debug_shows_where_it_failed_and_not_what_the_failure_said(
    active: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B1."""

    canary = "canary-of-this-test"

    def fail(*_: object) -> Opened:
        raise ZeroDivisionError(canary) from KeyError(canary)

    monkeypatch.setattr("vault.wiring.assembly.open_vault", fail)
    answer = active.run("custody status", "coach", CUSTODY_DEBUG="1")
    assert answer.status == 1
    assert "builtins.ZeroDivisionError" in answer.stderr
    assert "in fail" in answer.stderr
    assert "builtins.KeyError" in answer.stderr
    assert canary not in answer.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("custody frobnicate", "no such command 'frobnicate'"),
        ("custody unit add", "missing argument 'PATH'"),
        ("custody --nonsense", "no such option"),
        (f"custody checkout {ACCOUNT} --for 2x --reason '{REASON}'", "such as 2h, 90m or 14d"),
        (f"custody checkout {ACCOUNT} --for 2h", "--reason is missing"),
        (f"custody checkout {ACCOUNT} --for 2h --reason short", "10 characters"),
        (f"custody checkout {ACCOUNT} --for 900h --reason '{REASON}'", "at most"),
        ("custody escrow verify", "which account?"),
        (f"custody escrow verify {ACCOUNT} --all", "name one account, or give --all"),
        ("custody status --field nonsense", "has no field nonsense"),
        ("custody totp instagram:shs_drama --watch", "--watch"),
        ("custody exception grant 4 instagram:shs_drama --until soon --reason 'because it is so'", "a day such as"),
        ("custody --json rotate", "which command?"),
        ("custody", "missing command"),
    ],
)
def test_2_usage_or_invalid_input(active: Town, command: str, words: str) -> None:
    error = active.fails(command, "coach", status=2)
    assert words in error["message"]


def test_a_group_alone_prints_its_help_to_stderr(active: Town) -> None:
    answer = active.run("custody rotate")
    assert (answer.status, answer.stdout) == (2, "")
    assert answer.stderr.startswith("Usage: custody rotate")


def test_usage_errors_name_the_command_as_it_is_typed(active: Town) -> None:
    error = active.fails(f"custody checkout {ACCOUNT} --for nonsense", "coach", status=2)
    assert error["hint"] == "custody checkout --help"


def test_3_declined(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _self: True, raising=False)
    answer = active.run(f"custody role end coach employee {DRAMA}", "jlee", stdin="n\n")
    assert answer.status == 3
    assert "error: nothing was changed" in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize(
    ("who", "command", "code"),
    [
        (None, "custody --as coach unlock --passphrase-file {wrong}", "wrong-passphrase"),
        (None, "custody --as newcomer unlock --passphrase-file {wrong}", "not-enrolled"),
        (None, OUT, "locked"),
    ],
)
def test_4_locked_wrong_passphrase_or_not_enrolled(active: Town, who: str | None, command: str, code: str) -> None:
    active.does(f"custody person invite newcomer --name 'New Comer' --email n@ridge.k12.example --unit {DRAMA}", "jlee")
    wrong = active.file("wrong", "not this one at all\n")
    if code == "locked":
        who, active.sessions["coach"] = "coach", active.sessions["coach"][:-1] + "!"
    error = active.fails(command.format(wrong=wrong), who, status=4)
    assert error["code"] == code


def test_a_wrong_passphrase_names_the_person_as_they_are_called(active: Town) -> None:
    wrong = active.file("wrong", "not this one at all\n")
    error = active.fails(f"custody --as coach unlock --passphrase-file {wrong}", status=4)
    assert error["message"] == "that is not the passphrase of coach"


def test_5_not_permitted(active: Town) -> None:
    error = active.fails(OUT, "teacher", status=5)
    assert error["code"] == "not-permitted"
    assert "custody escrow open" in error["hint"]


def test_5_refused_by_policy_names_the_clause(staffed: Town) -> None:
    """B6: a personal address is refused before anything is kept."""
    permission = staffed.allow()
    command = staffed.register_command(permission).replace("drama@ridge.k12.example", "jo.diaz@gmail.com")
    error = staffed.fails(command, "coach", status=5)
    assert error["clause"] == "2"
    assert error["message"].startswith("rule 2: ")


def test_5_nobody_grants_their_own_request(staffed: Town) -> None:
    """A14."""
    permission = staffed.request(who="m.silva")
    assert staffed.fails(f"custody permission grant {permission}", "m.silva", status=5)["clause"] == "6"


@pytest.mark.parametrize(
    "command",
    [
        "custody account show instagram:nobody",
        "custody person show nobody",
        "custody unit show district/nowhere",
        "custody permission show prm_0123456789abcdefghjkmnpqrs",
        "custody platform show friendster-of-old",
        "custody rotate show rot_0123456789abcdefghjkmnpqrs",
        "custody help no-such-word",
    ],
)
def test_6_not_found(active: Town, command: str) -> None:
    error = active.fails(command, "coach", status=6)
    assert error["code"] == "not-found"
    assert error["hint"]


def test_6_a_home_without_a_vault(empty: Town) -> None:
    error = empty.fails("custody status", status=6)
    assert "there is no vault in" in error["message"]
    assert "custody init" in error["hint"]


def test_7_wrong_state_when_decided_already(active: Town) -> None:
    permission = active.ask("custody permission list", "coach")["items"][0]["id"]
    assert active.fails(f"custody permission grant {permission}", "m.silva", status=7)["code"] == "wrong-state"


def test_7_held_names_who_and_until_when(active: Town) -> None:
    active.does(f'custody escrow open {ACCOUNT} --reason "{REASON}" --passphrase-file '
                f"{active.passphrase_file('m.silva')}", "m.silva")  # fmt: skip
    error = active.fails(OUT, "coach", status=7)
    assert error["code"] == "held"
    assert "is checked out by Maria Silva until 2026-01-05 " in error["message"]
    assert error["hint"] == f"custody checkout list --account {ACCOUNT}"


def test_7_held_by_oneself_says_how_to_go_on(active: Town) -> None:
    checkout = active.check_out()
    error = active.fails(OUT, "coach", status=7)
    assert error["message"].startswith(f"you have {ACCOUNT} until ")
    assert f"custody checkout {ACCOUNT} --reveal" in error["hint"]
    assert f"custody checkout extend {checkout} --for 1h" in error["hint"]


def test_8_waiting_for_somebody(staffed: Town) -> None:
    staffed.does(staffed.register_command(staffed.allow()), "coach")
    error = staffed.fails(OUT, "coach", status=8)
    assert error["code"] == "waiting"
    assert any("escrow" in each for each in error.get("faults", [error["message"]]))


def test_nothing_is_registered_before_the_decision(staffed: Town) -> None:
    permission = staffed.request()
    assert staffed.fails(staffed.register_command(permission), "coach", status=5)["clause"] == "6"


def test_9_an_older_store(active: Town) -> None:
    """A11: last month's store is refused by the pin, and nothing opens."""
    old = active.folder / "old.db"
    shutil.copy2(active.home / "vault.db", old)
    active.clock.pass_by(timedelta(minutes=5))
    active.check_out()
    for suffix in ("-wal", "-shm"):
        (active.home / f"vault.db{suffix}").unlink(missing_ok=True)
    shutil.copy2(old, active.home / "vault.db")
    for command in ("custody status", OUT, f"custody totp {ACCOUNT}", "custody account list"):
        assert active.fails(command, "coach", status=9)["code"] == "rolled-back"


def test_10_a_check_found_something(active: Town) -> None:
    assert active.run("custody rotate due --within 365d --exit-code").status == 10
    assert active.run("custody rotate due --exit-code").status == 0


def test_11_the_store_is_not_there(active: Town) -> None:
    (active.home / "vault.db").unlink()
    error = active.fails("custody status", "coach", status=11)
    assert error["code"] == "store"
    assert str(active.home / "vault.db") in error["message"]


def test_130_interrupted(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> Opened:
        raise KeyboardInterrupt

    monkeypatch.setattr("vault.wiring.assembly.open_vault", interrupt)
    assert active.fails("custody status", "coach", status=130)["code"] == "interrupted"


def test_exit_codes_are_printed_as_the_contract_has_them(empty: Town) -> None:
    answer = empty.ask("custody help exit-codes")
    assert sorted(map(int, answer)) == list(range(12))
    assert all(f"{code:>3}  {meaning}" in empty.does("custody help exit-codes").stdout
               for code, meaning in EXIT_CODES.items())  # fmt: skip


def test_an_error_is_two_lines_on_stderr_for_a_person(active: Town) -> None:
    answer = active.run("custody person show nobody")
    assert answer.stdout == ""
    assert answer.stderr.splitlines() == ["error: there is no person nobody", "hint: custody person list"]


def test_a_mistyped_value_never_quotes_a_passphrase(active: Town) -> None:
    """B1: what is typed after an option that takes no value is refused without a word of it."""
    secret = PASSPHRASES["coach"].split()[0]
    answer = active.run(f"custody unlock --passphrase {secret}", "coach")
    assert answer.status == 2
    assert secret not in answer.stderr


def test_help_goes_to_stdout_and_ends_well(empty: Town) -> None:
    assert root.run(["--help"]) == 0
    assert empty.does("custody help permission request").stdout.startswith("Usage: custody permission request")
