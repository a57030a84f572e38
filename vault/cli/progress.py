"""Progress bars: only on a terminal, and only once work has taken a second."""

from __future__ import annotations

import sys
import time
from typing import Final

_SECONDS: Final = 1.0
_WIDTH: Final = 30

_started: dict[int, float] = {}


def tell_progress(done: int, total: int) -> None:
    """Draw how far long work is."""
    if not sys.stderr.isatty():
        return
    began = _started.setdefault(total, time.monotonic())
    if time.monotonic() - began < _SECONDS:
        return
    filled = _WIDTH * done // max(total, 1)
    end = "\n" if done >= total else ""
    sys.stderr.write(f"\r[{'#' * filled}{'.' * (_WIDTH - filled)}] {done} of {total}{end}")
    sys.stderr.flush()
