"""A fixed stream of bytes in the place of the operating system's randomness."""

from __future__ import annotations

import hashlib


class Stream:
    """SHAKE256 of a label, read on and on; two streams of one label give the same bytes."""

    def __init__(self, label: str) -> None:
        self._label = label.encode()
        self._at = 0

    def __call__(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        return hashlib.shake_256(self._label).digest(self._at)[start:]
