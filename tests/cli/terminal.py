"""A real terminal: the program on a pseudo-terminal, and what a person types into it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.cli.town import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PATIENCE: Final = 60.0


@dataclass(slots=True)
class Terminal:
    """One command on a terminal of its own, 80 columns wide.

    Attributes:
        seen: Everything that the screen has shown.
        status: The exit status, once it has ended.
    """

    process: subprocess.Popen[bytes]
    screen: int
    seen: str = ""
    status: int | None = None
    _raw: bytes = field(default=b"", repr=False)
    _at: int = 0

    def expect(self, text: str) -> None:
        """Read on until this stands on the screen, after all that was expected before."""
        end = time.monotonic() + _PATIENCE
        while (at := self.seen.find(text, self._at)) < 0:
            assert time.monotonic() < end, f"{text!r} never came: {self.seen!r}"
            assert self._read(), f"{text!r} never came: {self.seen!r}"
        self._at = at + len(text)

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.screen, text.encode() + b"\n")

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self.screen, b"\x03")

    def end(self) -> int:
        """Read to the end; the exit status."""
        while self._read():
            pass
        self.status = self.process.wait(_PATIENCE)
        return self.status

    def _read(self) -> bool:
        ready, _, _ = select.select([self.screen], [], [], _PATIENCE)
        if not ready:
            return False
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # the other end is gone
            return False
        self._raw += data
        self.seen = self._raw.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)


@contextlib.contextmanager
def on_terminal(command: str, env: Mapping[str, str]) -> Iterator[Terminal]:
    """Start `custody …` on a terminal."""
    screen, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODY_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "vault", *shlex.split(command)[1:]],
        cwd=ROOT,
        env={**inherited, "TERM": "xterm", "TZ": "UTC", **env},
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - it runs before anything else does
    )
    os.close(inside)
    try:
        yield Terminal(process, screen)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(screen)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
