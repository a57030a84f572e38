"""Taking the time: medians, pairs measured in turn, and figures that are ratios."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

_PEAK: Final = """
import os, resource, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, 1, 0)])
status = os.waitpid(pid, 0)[1]
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A process of its own, and a small one: a child's peak counts what its parent had at the fork."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured ratio.

    Attributes:
        name: What was measured.
        taken: Its median, in seconds.
        floor: What it is held against, in seconds.
        against: What that is.
        reach: The ratio to reach, or None where none is asked.
    """

    name: str
    taken: float
    floor: float
    against: str
    reach: float | None = None

    @property
    def ratio(self) -> float:
        """Taken over floor."""
        return self.taken / self.floor

    def __str__(self) -> str:
        wanted = "" if self.reach is None else f"  reach {self.reach:g}: {_verdict(self.ratio <= self.reach)}"
        return (
            f"  {self.name:<44} {_span(self.taken):>10} / {_span(self.floor):>10} = {self.ratio:6.2f} x{wanted}\n"
            f"  {'':<44} against {self.against}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One measured amount of memory.

    Attributes:
        name: What was measured.
        mebibytes: How much.
        reach: The most that was asked for, in MiB.
    """

    name: str
    mebibytes: float
    reach: float

    def __str__(self) -> str:
        verdict = _verdict(self.mebibytes <= self.reach)
        return f"  {self.name:<44} {self.mebibytes:6.1f} MiB  reach {self.reach:g}: {verdict}"


def _verdict(reached: bool) -> str:  # noqa: FBT001 - one private use
    return "reached" if reached else "MISSED"


def _span(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"  # noqa: PLR2004 - a millisecond


def span(seconds: float) -> str:
    """A time for people."""
    return f"{seconds:.1f} s" if seconds >= 1 else _span(seconds)


def processor_time() -> float:
    """The seconds that this process and those it has waited for have kept a processor busy."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@dataclass(slots=True)
class Watch:
    """Times one kind of work again and again.

    Attributes:
        clock: Which seconds count: by default those on the wall.
        spans: How long each time took.
    """

    clock: ClassVar[Callable[[], float]] = time.perf_counter
    spans: list[float] = field(default_factory=list)

    def __call__(self, work: Callable[[], T]) -> T:
        """Do the work, and note how long it took."""
        begun = Watch.clock()
        done = work()
        self.spans.append(Watch.clock() - begun)
        return done

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return statistics.median(self.spans)


def cold(commands: Mapping[str, Sequence[str]], variables: Mapping[str, str], rounds: int) -> dict[str, float]:
    """The median wall time of each command, each started once a round so that all meet the same weather.

    Args:
        commands: Name to program and arguments.
        variables: The whole environment.
        rounds: How many starts of each; one more is not counted.
    """
    watches = {name: Watch() for name in commands}
    names = list(commands)
    for at in range(rounds + 1):
        # Each round begins with another, so that none always follows the same one.
        for name in names[at % len(names) :] + names[: at % len(names)]:
            command, watch = commands[name], watches[name] if at else Watch()
            watch(partial(run, command, variables))
    return {name: watch.median for name, watch in watches.items()}


def run(command: Sequence[str], variables: Mapping[str, str]) -> None:
    """Run a program that has to succeed; what it prints is thrown away, unless it fails."""
    done = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode()}")


def peak(command: Sequence[str], variables: Mapping[str, str]) -> float:
    """A program's peak resident memory, in MiB."""
    around = [sys.executable, "-I", "-S", "-c", _PEAK, *command]
    done = subprocess.run(around, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    return int(done.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def surroundings() -> dict[str, str]:
    """The environment for a measured program: nothing that steers Python or the vault."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CUSTODY_"))}
