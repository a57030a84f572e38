"""Exact bytes from dataclasses and back, strictly.

The one encoding of everything that the ledger signs and the witness keeps: JSON with the fields in their declared
order, no blanks, bytes as base 64, times in RFC 3339. msgspec reads and writes it in C and checks every type. What is
read must encode to the very same bytes again; that refuses doubled keys, unknown fields, other spellings of a number or
a time, and anything else that two readers could take in two ways. Numbers keep within 64 bits: how long ones are read
depends on a machine's settings.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec

T = TypeVar("T")

_DIGITS: Final = 20
"""Of the longest number within 64 bits, with its sign."""
_LONG: Final = re.compile(rb"[0-9]{19}")

_encoder = msgspec.json.Encoder(order="deterministic")


@cache
def _decoder(cls: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cls)


def encode(value: Any) -> bytes:  # noqa: ANN401 - any dataclass of ours
    """The exact bytes of a value."""
    return _encoder.encode(value)


def decode(data: bytes, cls: type[T]) -> T:
    """The value that these bytes stand for.

    Raises:
        ValueError: They are not the exact encoding of a `cls`.
    """
    value = decode_trusted(data, cls)
    if _encoder.encode(value) != data or not _keeps_within_64_bits(data):
        raise ValueError(f"not the exact encoding of a {cls.__name__}")
    return value


def is_within_64_bits(number: int) -> bool:
    """Whether a number is one that every reader takes alike."""
    return -(2**63) <= number < 2**63


def _keeps_within_64_bits(data: bytes) -> bool:
    """Whether the numbers of an encoding do; the text of a value may look like one, so it is read again to tell."""
    if not _LONG.search(data):
        return True
    import json

    numbers: list[str] = []
    json.loads(data, parse_int=numbers.append)
    return all(len(number) <= _DIGITS and is_within_64_bits(int(number)) for number in numbers)


def decode_trusted(data: bytes, cls: type[T]) -> T:
    """As `decode`, for bytes that this machine wrote and authenticated itself: no second encoding.

    Raises:
        ValueError: They do not fit the type.
    """
    try:
        value: T = _decoder(cast("Any", cls)).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not a {cls.__name__}") from error
    return value
