"""The files of a home: who may read them, what is done when others may, and a home that cannot be written."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, REASON, Town

if TYPE_CHECKING:
    from pathlib import Path

FILES = ("storage.key", "config.toml", "vault.db", "witness.db")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606, 0o660])
def test_a_file_that_others_may_open_is_refused_with_what_mends_it(active: Town, name: str, mode: int) -> None:
    """B4."""
    path = active.home / name
    path.chmod(mode)
    error = active.fails("custody status", "coach", status=11)
    assert error["code"] == "unsafe-permissions"
    assert error["hint"] == f"chmod 600 {path}"
    path.chmod(0o600)
    assert active.run("custody status", "coach").status == 0


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_a_files_place_is_refused(active: Town, name: str) -> None:
    """B4."""
    path = active.home / name
    path.rename(active.folder / name)
    path.symlink_to(active.folder / name)
    error = active.fails("custody status", "coach", status=11)
    assert error["code"] == "unsafe-permissions"
    assert error["message"] == f"{path} is a link"


def test_a_session_file_that_others_may_open_is_refused(active: Town) -> None:
    """B4."""
    (path,) = (each for each in (active.home / "sessions").iterdir() if active.sessions["coach"][:30] in each.name)
    path.chmod(0o644)
    error = active.fails(f"custody checkout {ACCOUNT} --for 1h --reason '{REASON}'", "coach", status=11)
    assert error["hint"] == f"chmod 600 {path}"


def test_a_home_that_others_may_write_in_is_refused(active: Town) -> None:
    """B4."""
    active.home.chmod(0o777)
    assert active.fails("custody status", "coach", status=11)["hint"] == f"chmod 700 {active.home}"
    found = active.run("custody doctor --json")
    assert found.status == 10
    assert not found.json["healthy"]


def test_with_no_umask_everything_is_still_private_from_birth(empty: Town) -> None:
    """B4: umask 000."""
    before = os.umask(0)
    try:
        empty.found().staff().activate()
    finally:
        os.umask(before)
    made = [path for folder in (empty.home, empty.folder / "shares") for path in (folder, *folder.rglob("*"))]
    open_to_others = [path for path in made if stat.S_IMODE(path.lstat().st_mode) & 0o077]
    assert open_to_others == []
    assert len(made) > 10


def test_doctor_names_what_is_wrong_and_changes_nothing(active: Town) -> None:
    assert active.run("custody doctor").status == 0
    (active.home / "storage.key").chmod(0o644)
    answer = active.run("custody doctor")
    assert answer.status == 10
    assert "FAIL  storage key: others may open" in answer.stdout
    assert f"chmod 600 {active.home / 'storage.key'}" in answer.stdout
    assert stat.S_IMODE((active.home / "storage.key").stat().st_mode) == 0o644


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _full_disk() -> None:
    """No file may grow for this process."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize(
    "command",
    [
        f"checkout {ACCOUNT} --for 1h --reason '{REASON}' --reveal",
        "unlock",
        f"totp {ACCOUNT}",
        "unit add {unit} --kind school",
    ],
)
def test_on_a_full_disk_nothing_is_shown_and_nothing_changes(active: Town, command: str) -> None:
    """F3 and F4."""
    active.move_to_now("coach", "jlee")
    active.check_out()
    if command.startswith("checkout"):
        active.does(f"custody checkin {ACCOUNT}", "coach")
    who = "jlee" if command.startswith("unit") else "coach"
    typed = f"custody --as {who} {command.format(unit='district/new')} --passphrase-file {active.passphrase_file(who)}"
    before = active.ask("custody ledger verify")
    answer = active.process(typed, preexec_fn=_full_disk)
    assert answer.status == 11, answer.stderr
    assert answer.stdout == ""
    assert answer.stderr.startswith("error: ")
    assert "Traceback" not in answer.stderr
    assert active.ask("custody ledger verify") == before


@pytest.mark.skipif(os.geteuid() == 0, reason="modes do not hold for root")
def test_a_read_only_home_says_so_and_shows_nothing(active: Town) -> None:
    """F3."""
    before = contents(active.home)
    for path in (*active.home.iterdir(), active.home):
        path.chmod(0o500 if path.is_dir() else 0o400)
    answer = active.run(f"custody checkout {ACCOUNT} --for 1h --reason '{REASON}' --reveal", "coach")
    for path in (active.home, *active.home.iterdir()):
        path.chmod(0o700 if path.is_dir() else 0o600)
    assert (answer.status, answer.stdout) == (11, "")
    assert contents(active.home) == before


def test_a_second_founding_in_a_home_is_refused_and_changes_nothing(active: Town) -> None:
    before = contents(active.home)
    error = active.fails(
        'custody init --district "Other Schools" --domain other.example --username boss --name Boss '
        f"--passphrase-file {active.passphrase_file('coach')} --shares-dir {active.folder / 's2'} --acknowledge-notice",
        status=7,
    )
    assert "holds a vault already" in error["message"]
    assert contents(active.home) == before


def test_a_folder_for_shares_that_is_not_empty_is_refused(empty: Town) -> None:
    (empty.folder / "shares").mkdir()
    (empty.folder / "shares" / "thesis.txt").write_text("mine")
    answer = empty.run(
        'custody init --district "Ridge Public Schools" --domain ridge.k12.example --username jlee --name "Jin Lee" '
        f"--passphrase-file {empty.passphrase_file('jlee')} --shares-dir {empty.folder / 'shares'} --acknowledge-notice"
    )
    assert answer.status == 2
    assert "is not empty" in answer.stderr
    assert not empty.home.exists()


def test_a_copied_home_works_where_it_is_put(active: Town) -> None:
    """F8, in small: the files are all there is."""
    other = active.copy_to(active.folder.with_name("elsewhere"))
    shutil.rmtree(active.folder)
    assert other.ask("custody account list")["items"][0]["account"] == ACCOUNT
