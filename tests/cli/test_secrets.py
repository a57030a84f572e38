"""Canaries in every secret field, then the whole command line (B1)."""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.road import LOOKS, NEW_PASSPHRASE, walk
from tests.cli.town import ACCOUNT, BACKUP_CODES, DRAMA, NEXT_PASSWORD, PASSPHRASES, PASSWORD, REASON, SEED, Town
from vault.cli import clipboard
from vault.domain.secret import Secret
from vault.store.ledger_store import SqlLedgerStore

if TYPE_CHECKING:
    from collections.abc import Collection

OUT = f'custody checkout {ACCOUNT} --for 1h --reason "{REASON}"'


def canaries(town: Town) -> set[str]:
    """Every secret that the town knows; a session's person is no secret, its key is."""
    found = {PASSWORD, NEXT_PASSWORD, NEW_PASSPHRASE, SEED, *BACKUP_CODES, *PASSPHRASES.values(), town.code()}
    found |= {token.partition(".")[2] for token in town.sessions.values()}
    found |= {path.read_text().strip() for path in (town.folder / "files").glob("*.code")}
    for sheet in (town.folder / "shares").iterdir():
        found |= {line for line in sheet.read_text().splitlines() if line.count("-") >= 5}
    return found


def leaked(canary: Collection[str], text: str) -> list[str]:
    return [each for each in canary if each in text]


def leaked_in_files(canary: Collection[str], folder: Path) -> list[tuple[str, str]]:
    return [
        (path.name, each)
        for path in folder.rglob("*")
        if path.is_file()
        for each in canary
        if each.encode() in path.read_bytes() or each.encode("utf-16-le") in path.read_bytes()
    ]


def test_no_secret_leaves_by_output_log_file_or_temporary_file(
    staffed: Town, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B1."""
    temporary: list[Path] = []
    clean = tempfile.TemporaryDirectory.cleanup

    def look_and_clean(folder: tempfile.TemporaryDirectory[str]) -> None:
        temporary.append(Path(folder.name))
        assert leaked_in_files(canaries(staffed), Path(folder.name)) == []
        clean(folder)

    monkeypatch.setattr(tempfile.TemporaryDirectory, "cleanup", look_and_clean)
    monkeypatch.setenv("CUSTODY_DEBUG", "1")
    before = len(staffed.said)
    with caplog.at_level(logging.DEBUG):
        for who, command in walk(staffed):
            staffed.run(command, who, CUSTODY_DEBUG="1")
            assert leaked_in_files(canaries(staffed), staffed.home) == []
    said = staffed.said[before:]
    assert [each.command for each in said if each.status not in {0, 10}] == [], [each.stderr for each in said]
    for each in said:
        assert leaked(canaries(staffed), each.stdout + each.stderr) == [], each.command
    assert leaked(canaries(staffed), caplog.text) == []
    assert temporary


def test_the_canaries_would_be_found(active: Town) -> None:
    revealed = active.does(f"{OUT} --reveal", "coach").stdout
    assert leaked(canaries(active), revealed) == [PASSWORD]
    (active.home / "planted").write_text(f"x{SEED}y")
    assert leaked_in_files(canaries(active), active.home) == [("planted", SEED)]


@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("coach", f"{OUT} --reveal"),
        ("coach", "{register}"),
        ("jlee", f"custody person invite new --name New --email n@ridge.k12.example --unit {DRAMA}"),
        ("m.silva", f"custody escrow open {ACCOUNT} --reason '{REASON}' --passphrase-file {{m.silva}} --reveal"),
        ("jlee", f"custody rotate start {ACCOUNT} --password-file {{next}} --reveal"),
        ("coach", "custody person passphrase --passphrase-file {coach} --new-passphrase-file {new}"),
    ],
)
def test_a_failure_at_the_store_shows_nothing(
    active: Town, monkeypatch: pytest.MonkeyPatch, who: str, command: str
) -> None:
    """B1 and F4: what cannot be recorded is not shown, and an error that quotes its arguments is not repeated."""

    def fail(*given: object) -> None:
        raise RuntimeError(f"{given} {canaries(active)}")

    files = {
        "{m.silva}": active.passphrase_file("m.silva"),
        "{coach}": active.passphrase_file("coach"),
        "{next}": active.file("next", NEXT_PASSWORD),
        "{new}": active.file("new", NEW_PASSPHRASE),
    }
    if command == "{register}":
        command = active.register_command(active.allow("shs_second"), password=NEXT_PASSWORD, handle="shs_second")
    for name, path in files.items():
        command = command.replace(name, str(path))
    monkeypatch.setattr(SqlLedgerStore, "append", fail)
    for more in ("", " --json"):
        answer = active.run(command + more, who, CUSTODY_DEBUG="1")
        assert (answer.status, answer.stdout) == (1, "")
        assert "RuntimeError" in answer.stderr
        assert leaked(canaries(active), answer.stderr) == []


def test_the_real_program_in_development_mode_shows_no_secret(active: Town) -> None:
    """B1."""
    active.move_to_now("coach", "m.silva")
    for who, command in (
        ("coach", OUT),
        ("m.silva", f"custody escrow verify {ACCOUNT}"),
        (None, f"custody --as coach unlock --passphrase-file {active.file('wrong', NEW_PASSPHRASE)}"),
        ("coach", "custody status --json"),
    ):
        answer = active.process(command, who, flags=("-X", "dev", "-W", "error"), env={"CUSTODY_DEBUG": "1"})
        assert answer.status in {0, 4}, answer.stderr
        assert leaked(canaries(active), answer.stdout + answer.stderr) == []
        assert "Warning" not in answer.stderr


@pytest.mark.parametrize("command", LOOKS)
def test_what_only_looks_never_says_a_secret(active: Town, command: str) -> None:
    active.check_out()
    answer = active.run(f"{command} --json", "coach")
    assert leaked(canaries(active), answer.stdout + answer.stderr) == []


def test_a_password_is_masked_unless_it_is_asked_for(active: Town) -> None:
    assert active.ask(OUT, "coach")["password"] == "********"
    assert active.does(f"custody checkout {ACCOUNT} --field password", "coach").stdout == f"{PASSWORD}\n"
    assert active.ask(f"custody checkout {ACCOUNT} --reveal", "coach")["password"] == PASSWORD
    shown = [each["part"] for each in active.ask(f"custody account who {ACCOUNT}")["items"]]
    assert shown.count("password") == 3  # registering it, and two times it was shown


def test_a_code_that_is_about_to_change_says_so(active: Town) -> None:
    active.clock.at = active.clock.at.replace(second=57)
    active.check_out()
    answer = active.does(f"custody totp {ACCOUNT}", "coach")
    assert answer.stdout == f"{active.code()}  (for 3 seconds)\n"
    assert answer.stderr == "it changes in 3 seconds: you may want to wait for the next\n"
    active.clock.at = active.clock.at.replace(second=31, minute=1)
    assert active.does(f"custody totp {ACCOUNT}", "coach").stderr == ""


class Clipboard:
    """A clipboard of our own, in the place of pyperclip."""

    class PyperclipException(RuntimeError):
        """No clipboard."""

    def __init__(self, *, works: bool = True) -> None:
        self.content = ""
        self._works = works

    def copy(self, text: str) -> None:
        if not self._works:
            raise self.PyperclipException("no xclip")
        self.content = text

    def paste(self) -> str:
        return self.content


class Child:
    """A process that is not started, and what it was given."""

    started: list[Child]

    def __init__(self, argv: list[str], **given: Any) -> None:  # noqa: ANN401
        self.argv, self.given, self.piped = argv, given, b""
        self.stdin = SimpleNamespace(write=self._write, close=lambda: None)
        Child.started.append(self)

    def _write(self, data: bytes) -> None:
        self.piped += data


@pytest.fixture
def clip(monkeypatch: pytest.MonkeyPatch) -> Clipboard:
    made = Clipboard()
    Child.started = []
    monkeypatch.setitem(sys.modules, "pyperclip", made)
    monkeypatch.setattr(subprocess, "Popen", Child)
    return made


@pytest.mark.parametrize(("option", "seconds"), [("--clip", 45), ("--clip 20", 20)])
def test_a_copied_password_is_not_printed_and_its_clearer_is_given_no_secret(
    active: Town, clip: Clipboard, option: str, seconds: int
) -> None:
    """B1: argv and environment of a child process."""
    answer = active.does(f"{OUT} {option}", "coach")
    assert clip.content == PASSWORD
    assert PASSWORD not in answer.stdout + answer.stderr
    assert f"in the clipboard for {seconds} seconds" in answer.stderr
    (child,) = Child.started
    given = f"{child.argv} {child.given} {child.piped!r}"
    assert leaked(canaries(active), given) == []
    assert "CUSTODY_SESSION" not in child.given["env"]
    assert child.argv[-1] == str(seconds)


def test_a_copied_code_says_so(active: Town, clip: Clipboard) -> None:
    active.check_out()
    answer = active.does(f"custody totp {ACCOUNT} --clip", "coach")
    assert clip.content == active.code()
    assert "the code is in the clipboard" in answer.stderr


@pytest.mark.parametrize(("later", "left"), [(PASSWORD, ""), ("something else", "something else")])
def test_the_clipboard_is_cleared_only_while_it_is_still_ours(
    clip: Clipboard, monkeypatch: pytest.MonkeyPatch, later: str, left: str
) -> None:
    clipboard.copy_for(Secret(PASSWORD), 45)
    (child,) = Child.started
    clip.content = later
    slept: list[int] = []
    monkeypatch.setitem(sys.modules, "time", SimpleNamespace(sleep=slept.append))
    monkeypatch.setattr(sys, "argv", ["-c", *child.argv[4:]])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(read=child.piped.decode))
    exec(child.argv[3], {})  # noqa: S102 - the text that the clearing process runs
    assert (slept, clip.content) == ([45], left)


def test_a_machine_without_a_clipboard_says_what_to_do(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyperclip", Clipboard(works=False))
    error = active.fails(f"{OUT} --clip", "coach", status=11)
    assert "--reveal" in error["hint"]
