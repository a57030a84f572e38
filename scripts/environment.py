"""Make a virtual environment from a hash-locked file, once, whole or not at all.

    python environment.py FOLDER LOCKFILE

The standard library alone: this runs before anything is installed. The file `custody-environment` inside the folder
says what the folder was made from; it is written last, so a half-made environment is never taken for a finished one.
A folder without that file is somebody's own and is left alone. Two at once: the second waits for the first.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
STAMP = "custody-environment"
FAILED = 11
"""The exit status for "the store, the disk or another system failed" of `custody help exit-codes`."""

_MISLEADING = frozenset(
    {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER"}
)


class EnvironmentFailure(Exception):
    """The environment could not be made.

    Args:
        message: What failed.
        hint: The next step.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def stamp_for(lockfile: Path) -> str:
    """What a finished environment made from this lock in this checkout says of itself."""
    with lockfile.open(encoding="ascii") as lines:
        return f"{lines.readline().rstrip()}\n{ROOT}\n"


def prepare(folder: Path, lockfile: Path) -> None:
    """Make the folder an environment that holds exactly the lock's packages and sees this checkout.

    Args:
        folder: Where it stands, or is to stand.
        lockfile: A file that `scripts/lock` made.

    Raises:
        EnvironmentFailure: It could not be made; what is there is marked unfinished and will be made anew.
    """
    stamp = stamp_for(lockfile)
    with _alone_in(folder.parent, folder):
        if _stamp_of(folder) == stamp and (folder / "bin" / "python").exists():
            return
        _clear(folder)
        _say(f"preparing {folder} from {lockfile.relative_to(ROOT)}, once (about a minute)")
        _build(folder, lockfile)
        _write_stamp(folder, stamp)


@contextmanager
def _alone_in(parent: Path, folder: Path) -> Iterator[None]:
    """Hold the parent folder's advisory lock, which ends with the process whatever ends it and leaves no file."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(parent, os.O_RDONLY)
        # Handed down to pip: should this process be killed, the lock lasts until pip has stopped writing as well.
        fcntl.fcntl(descriptor, fcntl.F_SETFD, 0)
    except OSError as error:
        raise EnvironmentFailure(f"cannot use {parent}: {error.strerror}", _ELSEWHERE) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"waiting for another process that is preparing {folder}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


_SERVED = (
    "the lines above say why; wheels are published for Python 3.11 to 3.14 on Linux (x86_64, aarch64) and on macOS "
    "with Apple silicon. Once it is mended, run the same command again"
)
_ELSEWHERE = "name a folder of your own: CUSTODY_VENV=~/.cache/custody-venv"


def _stamp_of(folder: Path) -> str | None:
    try:
        return (folder / STAMP).read_text(encoding="utf-8")
    except OSError:
        return None


def _clear(folder: Path) -> None:
    """Leave an empty folder that says it is unfinished."""
    if folder.exists() and _stamp_of(folder) is None:
        hint = f"move it away, or {_ELSEWHERE}"
        raise EnvironmentFailure(f"{folder} was not made by this script", hint)
    try:
        if folder.exists():
            # Moved first: a command that still runs from it keeps no half-deleted folder at the old name.
            old = folder.with_name(f"{folder.name}.old-{os.getpid()}")
            folder.rename(old)
            shutil.rmtree(old)
        folder.mkdir()
        _write_stamp(folder, "unfinished\n")
    except OSError as error:
        raise EnvironmentFailure(f"cannot write to {folder}: {error.strerror}", _ELSEWHERE) from error


def _write_stamp(folder: Path, text: str) -> None:
    fresh = folder / f"{STAMP}.new"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(folder / STAMP)


def _build(folder: Path, lockfile: Path) -> None:
    python = str(folder / "bin" / "python")
    _run("make the environment", [sys.executable, "-I", "-m", "venv", str(folder)])
    pip = [python, "-I", "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
    # Wheels only: nothing that is downloaded is run before its hash has been compared, nor at installation at all.
    locked = ["--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement", str(lockfile)]
    _run("install the locked packages", [*pip, *locked])
    # Python 3.11 puts setuptools, unlocked, into every new environment, and its path file runs at every start.
    _run("remove setuptools", [python, "-I", "-m", "pip", "uninstall", "-qq", "--yes", "setuptools"])
    site = next(folder.glob("lib/python3*/site-packages"))
    (site / "custody-vault.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    # Some systems switch bytecode off by a variable, and every start would compile everything again.
    compiled = [python, "-I", "-m", "compileall", "-q", str(site), str(ROOT / "vault")]
    subprocess.run(compiled, env=_environment(), stdout=sys.stderr, check=False)


def _run(what: str, command: list[str]) -> None:
    done = subprocess.run(
        command, env=_environment(), stdin=subprocess.DEVNULL, stdout=sys.stderr, close_fds=False, check=False
    )
    if done.returncode:
        raise EnvironmentFailure(f"could not {what} (exit {done.returncode})", _SERVED)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _MISLEADING}


def _say(text: str) -> None:
    print(f"custody: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Make the environment that the two arguments name; the exit status."""
    try:
        prepare(Path(arguments[0]).absolute(), Path(arguments[1]).resolve())
    except EnvironmentFailure as failure:
        print(f"error: {failure}\nhint: {failure.hint}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
