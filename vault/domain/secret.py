"""A value that must not be seen by accident."""

from __future__ import annotations

import unicodedata
from typing import NoReturn


class Secret:
    """A piece of secret text: a password, a seed, a code, a passphrase.

    It prints as `********` whatever prints it, refuses to be pickled, compared by order or used as a key, and is only
    read through `reveal()`, a word that a reader can search for. Python cannot promise to wipe memory; this only keeps
    a secret out of logs, tracebacks and reports.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Whoever calls this answers for where it goes."""
        return self._text

    def nfc(self) -> bytes:
        """The text in Unicode NFC as UTF-8, so that the same typing gives the same bytes on every machine."""
        return unicodedata.normalize("NFC", self._text).encode()

    def __repr__(self) -> str:
        return "Secret(********)"

    def __str__(self) -> str:
        return "********"

    def __format__(self, spec: str) -> str:
        return format("********", spec)

    def __len__(self) -> int:
        return len(self._text)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return self._text == other._text

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled or copied to disk")
