"""Exact bytes from dataclasses and back, strictly.

The one encoding of everything that the ledger signs and the witness keeps: JSON with the fields in their declared
order, no blanks, bytes as base 64, times in RFC 3339. msgspec reads and writes it in C and checks every type. What is
read must encode to the very same bytes again; that refuses doubled keys, unknown fields, other spellings of a number or
a time, and anything else that two readers could take in two ways.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")

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
    if _encoder.encode(value) != data:
        raise ValueError(f"not the exact encoding of a {cls.__name__}")
    return value


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
