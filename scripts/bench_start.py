"""Figures of one command in a process of its own: how long from the shell and back, and how much memory."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scripts.bench_district import PASSPHRASE, REASON, District
from scripts.bench_measure import Figure, Size, cold, peak, run, surroundings
from vault.desk.checkouts import Checkouts
from vault.sealing.passphrase import DEFAULT
from vault.wiring.sessions import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).resolve().parent.parent
BOOT: Final = """import sys
from vault.__main__ import main
sys.argv[0] = "custody"
sys.exit(main())"""
"""What scripts/custody hands to Python."""

_ACCOUNT: Final = "x:team0"
_FREE: Final = "x:team1"


def measure(folder: Path, *, rounds: int) -> Iterator[Figure | Size]:
    """The figures.

    Args:
        folder: An empty folder.
        rounds: How many starts of each command.
    """
    district = District.found(folder / "home", coaches=1, profile=DEFAULT)
    coach = district.coaches[0]
    for handle in ("team0", "team1"):
        district.activate(coach, handle)
    Checkouts(district.office).take(coach, _ACCOUNT, term=timedelta(hours=8), reason=REASON)
    opened = district.opened
    session = open_session(
        opened.home, opened.config.vault, coach.person.id, coach.identity, at=datetime.now(UTC), random=_random
    )
    district.close()
    variables = {**surroundings(), "CUSTODY_HOME": str(folder / "home"), "CUSTODY_VENV": sys.prefix}
    unlocked = {**variables, "CUSTODY_SESSION": session.token.reveal()}
    yield from _starts(folder, unlocked, rounds)
    yield from _peaks(folder, variables, unlocked)


def _random(count: int) -> bytes:
    import os

    return os.urandom(count)


def custody(*arguments: str) -> list[str]:
    """The command line as scripts/custody ends it."""
    return [sys.executable, "-I", "-c", BOOT, *arguments]


def _starts(folder: Path, unlocked: Mapping[str, str], rounds: int) -> Iterator[Figure]:
    installed = folder / "custody"
    installed.write_text(f"#!{sys.executable}\nimport sys\nfrom vault.__main__ import main\nsys.exit(main())\n")
    installed.chmod(0o700)
    python, totp = [sys.executable, "-c"], ("totp", _ACCOUNT)
    took = cold(
        {
            "nothing": [*python, "pass"],
            "click": [*python, "import click"],
            "both": [*python, "import click, sqlalchemy"],
            "help": custody("--help"),
            "script help": [str(ROOT / "scripts" / "custody"), "--help"],
            "installed help": [str(installed), "--help"],
            "totp": custody(*totp),
            "script totp": [str(ROOT / "scripts" / "custody"), *totp],
            "installed totp": [str(installed), *totp],
        },
        unlocked,
        rounds,
    )
    click, both = "python -c 'import click'", "python -c 'import click, sqlalchemy'"
    yield Figure(name="cold custody --help", taken=took["help"], floor=took["click"], against=click, reach=1.5)
    yield Figure(name="  by scripts/custody", taken=took["script help"], floor=took["click"], against=click)
    yield Figure(name="  by an installed script", taken=took["installed help"], floor=took["click"], against=click)
    yield Figure(name="cold custody totp, unlocked", taken=took["totp"], floor=took["both"], against=both, reach=1.3)
    yield Figure(name="  by scripts/custody", taken=took["script totp"], floor=took["both"], against=both)
    yield Figure(name="  by an installed script", taken=took["installed totp"], floor=took["both"], against=both)
    yield Figure(name="both imports", taken=took["both"], floor=took["nothing"], against="python -c pass")


def _peaks(folder: Path, variables: Mapping[str, str], unlocked: Mapping[str, str]) -> Iterator[Size]:
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE.reveal())
    typed = ("--passphrase-file", str(passphrase))
    take = ("checkout", _FREE, "--for", "1h", "--reason", REASON)
    back = custody("checkin", _FREE)
    yield Size(
        name="peak memory of custody totp, unlocked", mebibytes=peak(custody("totp", _ACCOUNT), unlocked), reach=80
    )
    yield Size(
        name="  of custody checkout, unlocked", mebibytes=_undone(custody(*take), back, unlocked, unlocked), reach=80
    )
    beyond = _undone(custody("--as", "coach1", *take, *typed), back, variables, unlocked) - DEFAULT.memory_kib / 1024
    name = f"  of it by passphrase, beyond Argon2's {DEFAULT.memory_kib // 1024} MiB"
    yield Size(name=name, mebibytes=beyond, reach=80)
    yield Size(name="  of custody account list", mebibytes=peak(custody("account", "list"), unlocked), reach=80)


def _undone(
    command: Sequence[str], undo: Sequence[str], variables: Mapping[str, str], unlocked: Mapping[str, str]
) -> float:
    taken = peak(command, variables)
    run(undo, unlocked)
    return taken
