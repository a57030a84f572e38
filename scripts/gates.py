"""Run every gate in order, stop at the first red one, and print a summary.

    python gates.py                  all gates: style, types, layers, the suite with its coverage, the newest Python
    python gates.py PYTEST_ARGUMENT… only pytest

The standard library alone: each Python that the suite runs on gets an environment of its own (`.venv-test-3.11`, …)
from `requirements/test.txt`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # `-I` leaves every folder of ours out

from scripts import environment

ROOT = environment.ROOT
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
WHOLE = ("sealing", "ledger", "policy")
"""The packages that verify and decide: every line and branch of them is run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One command that has to succeed."""

    name: str
    command: tuple[str, ...]


def interpreters() -> dict[str, str]:
    """Version to program, oldest first, of every supported Python on this machine that really starts."""
    switcher = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    switched = [str(program) for program in sorted(switcher.glob("versions/*/bin/python3"))]
    found: dict[str, str] = {}
    for program in (sys.executable, *(f"python{version}" for version in reversed(SUPPORTED)), *switched):
        version = _version_of(program)
        if version in SUPPORTED:
            found.setdefault(version, program)
    return {version: found[version] for version in SUPPORTED if version in found}


def _version_of(program: str) -> str | None:
    """The version of a Python that can make environments, or None."""
    asked = "import ensurepip, venv, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        told = subprocess.run(
            [program, "-I", "-c", asked], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError:
        return None
    return told.stdout.strip() if told.returncode == 0 else None


def environment_for(version: str, program: str) -> Path:
    """The folder of that Python's test environment, made if need be."""
    folder = ROOT / f".venv-test-{version}"
    lockfile = ROOT / "requirements" / "test.txt"
    maker = [program, "-I", str(ROOT / "scripts" / "environment.py"), str(folder), str(lockfile)]
    if subprocess.run(maker, check=False).returncode:
        sys.exit(environment.FAILED)
    return folder / "bin"


def gates(first: Path, newest: Path | None, scratch: Path) -> list[Gate]:
    """All gates, cheapest first.

    Args:
        first: The programs of the oldest Python's environment.
        newest: Those of the newest, where it is another.
        scratch: A folder that is deleted afterwards.
    """
    python = str(first / "python")
    coverage = (python, "-m", "coverage")
    listed = [
        Gate(name="ruff check", command=(str(first / "ruff"), "check", ".")),
        Gate(name="ruff format", command=(str(first / "ruff"), "format", "--check", ".")),
        Gate(name="layers", command=(str(first / "lint-imports"),)),
        Gate(name="mypy", command=(python, "-m", "mypy")),
        Gate(name="tests", command=(*pytest(first, scratch / "first"), "--cov", "--cov-report=", "--cov-fail-under=0")),
        Gate(name="coverage", command=(*coverage, "report")),
    ]
    listed += [
        Gate(
            name=f"coverage of {name}",
            command=(*coverage, "report", f"--include=vault/{name}/*", "--fail-under=100"),
        )
        for name in WHOLE
    ]
    if newest is not None:
        listed.append(Gate(name="tests on the newest Python", command=pytest(newest, scratch / "newest")))
    return listed


def pytest(programs: Path, scratch: Path) -> tuple[str, ...]:
    """The suite on every core; a file's tests stay together, for they may share a database."""
    workers = str(min(os.cpu_count() or 1, 8))
    parallel = ("-n", workers, "--dist", "loadfile")
    return (str(programs / "python"), "-m", "pytest", "-q", *parallel, f"--basetemp={scratch}")


def surroundings(scratch: Path) -> dict[str, str]:
    """The variables that a gate sees: none that steers the program, and a home that is deleted afterwards."""
    home = scratch / "home"
    home.mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CUSTODY_", "XDG_", "PYTEST_", "COVERAGE_", "PG")) or name == "CUSTODY_REQUIRE_POSTGRES"
    }
    return kept | {"HOME": str(home), "COVERAGE_FILE": str(scratch / "coverage"), "PYTHONPATH": ""}


def run(listed: list[Gate], variables: dict[str, str]) -> int:
    """Run gates up to the first red one and print how each ended; the exit status."""
    lines: list[str] = []
    status = 0
    for gate in listed:
        if status:
            lines.append(f"  not run            {gate.name}")
            continue
        print(f"── {gate.name}", flush=True)
        begun = time.monotonic()
        status = subprocess.run(gate.command, cwd=ROOT, env=variables, check=False).returncode
        lines.append(f"  {'FAILED' if status else 'ok    '} {time.monotonic() - begun:8.1f} s  {gate.name}")
    print("── summary", *lines, sep="\n", flush=True)
    return 1 if status else 0


def main(arguments: list[str]) -> int:
    """Run all gates, or pytest alone with the given arguments; the exit status."""
    found = interpreters()
    oldest, newest = next(iter(found)), list(found)[-1]
    first = environment_for(oldest, found[oldest])
    # Removed by `TemporaryDirectory` whatever happens; the short name leaves room for socket paths below it.
    with tempfile.TemporaryDirectory(prefix="gates-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        variables = surroundings(scratch)
        if arguments:
            command = [str(first / "python"), "-m", "pytest", f"--basetemp={scratch / 'first'}", *arguments]
            return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
        second = environment_for(newest, found[newest]) if newest != oldest else None
        status = run(gates(first, second, scratch), variables)
    print(f"Python {oldest}" + (f" and {newest}" if second else ", the only one here that the suite supports"))
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
