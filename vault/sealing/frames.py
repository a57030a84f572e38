"""Unambiguous bytes: everything signed, hashed, derived from or bound as associated data goes through `frame`.

Two different calls never give the same bytes, because every piece is preceded by its length and all by their count.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

from vault.domain.ids import Digest

Random: TypeAlias = Callable[[int], bytes]
"""Gives that many bytes; `os.urandom`, and a fixed stream in tests."""

_u32: Final = struct.Struct(">I").pack
_u64: Final = struct.Struct(">Q").pack


def frame(context: str, *parts: bytes) -> bytes:
    """The one encoding of a context and its parts.

    Layout: u32 number of parts, u32 length of the context, the context in UTF-8, then each part after its u32 length;
    all integers big-endian.

    Args:
        context: What the bytes are for, such as `custody-vault/signature/1`; one constant for each use.
        parts: The pieces, in an order that the context fixes.
    """
    pieces = [_opening(context, len(parts))]
    for part in parts:
        pieces += (_u32(len(part)), part)
    return b"".join(pieces)


@lru_cache(maxsize=256)
def _opening(context: str, count: int) -> bytes:
    """How every frame of one use begins."""
    name = context.encode()
    return _u32(count) + _u32(len(name)) + name


def number(value: int) -> bytes:
    """A count, version or epoch as a part of a frame: 8 bytes, big-endian."""
    return _u64(value)


def sha256(framed: bytes) -> bytes:
    """SHA-256 of a frame, 32 bytes."""
    return hashlib.sha256(framed).digest()


def digest(record: bytes) -> Digest:
    """SHA-256 of a sealed record's exact bytes: its name in the store and in the entry that vouches for it."""
    return Digest(hashlib.sha256(record).digest())


def same(left: bytes, right: bytes) -> bool:
    """Whether two byte strings are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left, right)
