from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scripts import environment

ROOT = environment.ROOT
LOCK = ROOT / "requirements" / "run.txt"
ECHO = """#!/bin/sh
printf '%s|' "$@"
cat
"""


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    """An environment that says it is finished, whose Python only repeats what it is given."""
    folder = tmp_path / "finished"
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(ECHO, encoding="utf-8")
    python.chmod(0o755)
    (folder / environment.STAMP).write_text(environment.stamp_for(LOCK), encoding="utf-8")
    return folder


def custody(*arguments: str, cwd: Path, given: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(ROOT / "scripts" / "custody"), *arguments]
    return subprocess.run(
        command, cwd=cwd, env=os.environ | variables, input=given, capture_output=True, text=True, check=False
    )


def test_a_folder_of_somebody_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "work.txt").write_text("a year's work", encoding="utf-8")
    with pytest.raises(environment.EnvironmentFailure, match="was not made by this script") as refusal:
        environment.prepare(folder, LOCK)
    assert "CUSTODY_VENV" in refusal.value.hint
    assert [path.name for path in folder.iterdir()] == ["work.txt"]


def test_a_parent_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(environment.EnvironmentFailure, match=f"cannot use {tmp_path}/file"):
        environment.prepare(tmp_path / "file" / "venv", LOCK)


def test_a_finished_environment_is_left_as_it_is(finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*")}
    environment.prepare(finished, LOCK)
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("*")} == before


def test_a_step_that_fails_leaves_an_environment_that_says_unfinished(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (finished / environment.STAMP).write_text("# sha256 of an older lock\n", encoding="utf-8")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(environment.EnvironmentFailure, match="could not make the environment"):
        environment.prepare(finished, LOCK)
    assert (finished / environment.STAMP).read_text(encoding="utf-8") == "unfinished\n"
    assert [path.name for path in finished.parent.iterdir()] == [finished.name]


def test_the_command_passes_arguments_and_standard_input_untouched(finished: Path, tmp_path: Path) -> None:
    done = custody("a b", "", "*", cwd=tmp_path, given="line\n", CUSTODY_VENV=str(finished))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("|a b||*|line\n")
    assert done.stderr == ""


def test_the_command_ignores_code_in_the_folder_one_stands_in(finished: Path, tmp_path: Path) -> None:
    done = custody(cwd=tmp_path, CUSTODY_VENV=str(finished))
    assert done.stdout.startswith("-I|")


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    done = custody("demo", cwd=tmp_path, PATH=str(tmp_path), CUSTODY_VENV=str(tmp_path / "none"))
    assert done.returncode == environment.FAILED
    assert done.stdout == ""
    assert done.stderr.startswith("error: no Python 3.11 or newer on the PATH\nhint: ")
    assert not (tmp_path / "none").exists()


def test_a_python_without_venv_is_told_which_package_to_install(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; esac\n', encoding="utf-8")
    python.chmod(0o755)
    done = custody("demo", cwd=tmp_path, PATH=str(tmp_path), CUSTODY_VENV=str(tmp_path / "none"))
    assert done.returncode == environment.FAILED
    assert "sudo apt install python3.11-venv" in done.stderr
