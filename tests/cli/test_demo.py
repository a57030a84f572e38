from __future__ import annotations

import json
import os
import shlex
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from vault.cli.app import App
from vault.cli.demo import Stage, _typed
from vault.cli.demo_story import CODES, PASSPHRASES, SEED
from vault.cli.root import root
from vault.errors import VaultError
from vault.sealing.passphrase import FLOOR
from vault.wiring.assembly import Surroundings

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def around() -> Surroundings:
    passed = iter(range(1_000_000))
    return Surroundings(clock=lambda: START + timedelta(seconds=next(passed)), default=FLOOR, officer=FLOOR)


def play(*words: str, **variables: str) -> Result:
    return CliRunner(env=dict(variables)).invoke(root, ["demo", *words], obj=App(around=around()))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A demo that is kept, and its answer as JSON."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    result = play("--keep", str(folder), "--json")
    assert result.exit_code == 0, result.stderr
    return folder, json.loads(result.stdout)


def test_demo_tells_the_whole_road_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = tmp_path / "reader"
    reader.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(reader)
    real = {
        "CUSTODY_HOME": str(tmp_path / "real"),
        "CUSTODY_DB": f"sqlite:///{tmp_path / 'real.db'}",
        "CUSTODY_AS": "somebody",
        "CUSTODY_SESSION": "not-a-session",
    }
    for name, value in real.items():
        monkeypatch.setenv(name, value)

    result = play()

    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    titles = [line for line in result.stdout.splitlines() if line.partition(".")[0].isdecimal() and ". " in line[:4]]
    assert [line.partition(".")[0] for line in titles] == [str(number) for number in range(1, 12)]
    assert "rule 6: nobody decides on their own request, at any level" in result.stdout
    assert "is checked out by Jo Diaz until" in result.stdout
    assert "note: Maria Silva opened instagram:shs_drama from escrow" in result.stdout
    assert "The history is whole." in result.stdout
    assert list(tmp_path.iterdir()) == [reader]
    assert list(reader.iterdir()) == []
    assert Path.cwd() == reader
    assert {name: os.environ[name] for name in real} == real


def test_demo_is_eleven_steps_by_five_people(kept: tuple[Path, dict[str, Any]]) -> None:
    folder, told = kept
    people = {
        shlex.split(each["command"].replace("\\\n", ""))[2]
        for step in told["steps"]
        for each in step["commands"]
        if "--as" in each["command"]
    }
    assert [step["step"] for step in told["steps"]] == list(range(1, 12))
    assert people == set(PASSPHRASES)
    assert all(step["commands"] for step in told["steps"])
    assert told["home"] == str(folder)


def test_demo_that_is_kept_can_be_gone_on_with(kept: tuple[Path, dict[str, Any]]) -> None:
    folder, told = kept
    home = str(folder / "vault")
    verified = CliRunner().invoke(root, ["--home", home, "ledger", "verify", "--json"], obj=App(around=around()))
    unlocked = CliRunner().invoke(
        root,
        ["--home", home, "--as", "kim", "unlock", "--raw", "--passphrase-file", str(folder / "kim.txt")],
        obj=App(around=around()),
    )
    assert json.loads(verified.stdout)["whole"] is True
    assert f"{json.loads(verified.stdout)['entries']} entries verify." in told["steps"][-1]["commands"][-1]["stdout"]
    assert unlocked.exit_code == 0, unlocked.stderr


def test_demo_writes_nothing_that_others_may_read(kept: tuple[Path, dict[str, Any]]) -> None:
    """B4."""
    folder, _ = kept
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert len(modes) > len(PASSPHRASES)
    assert [path for path, mode in modes.items() if mode & 0o077] == []


def test_demo_leaves_no_secret_of_the_account_in_the_store(kept: tuple[Path, dict[str, Any]]) -> None:
    """B1."""
    folder, told = kept
    shown = next(
        each["stdout"] for step in told["steps"] for each in step["commands"] if " register " in each["command"]
    )
    password = shown.partition("password  ")[2].partition("\n")[0]
    assert len(password) == 24
    stored = b"".join(path.read_bytes() for path in (folder / "vault").rglob("*") if path.is_file())
    for secret in (password, SEED, *CODES, *PASSPHRASES.values()):
        assert secret.encode() not in stored


def test_demo_prints_commands_that_a_shell_reads_without_complaint(kept: tuple[Path, dict[str, Any]]) -> None:
    _, told = kept
    script = "\n".join(each["command"] for step in told["steps"] for each in step["commands"])
    done = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert script.count("custody ") > 25


@given(st.lists(st.text(st.characters(exclude_characters="\n\\", exclude_categories=["C"]), max_size=70), max_size=9))
def test_demo_prints_the_very_words_that_it_runs(words: list[str]) -> None:
    typed = _typed(("list", *words))
    assert shlex.split(typed.replace(" \\\n", "")) == ["custody", "list", *words]


def test_demo_stops_at_a_command_that_ends_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CUSTODY_HOME", str(tmp_path / "nowhere"))
    stage = Stage(around=around())
    stage.step("Nothing is founded", "So nothing can be verified.")
    with pytest.raises(VaultError, match=r"custody ledger verify ended with 6 in step 1"):
        stage.run("ledger", "verify")
    assert "error: there is no vault in" in capsys.readouterr().out
    assert stage.answers[-1].exit_status == 6


def test_demo_refuses_a_folder_that_is_not_empty(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me", encoding="utf-8")
    result = play("--keep", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == f"error: {tmp_path} is not empty\nhint: give an empty or new folder for --keep\n"
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_demo_refuses_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("keep me", encoding="utf-8")
    assert play("--keep", str(file)).exit_code == 2
    assert file.read_text(encoding="utf-8") == "keep me"
