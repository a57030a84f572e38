"""Secrets that a person types from paper: groups of five characters, each with its own check character.

The alphabet is Crockford's base 32: no I, L, O or U, and what looks like 1 or 0 is read as 1 or 0. Four characters of
a group carry 20 bits; the fifth is a check over GF(32) that depends on the group's place. It catches every single
mistyped character, every swap of two neighbours and every swap of two groups, so an error can name the group. Two bytes
of SHA-256 at the end catch what is left.
"""

from __future__ import annotations

import re
from typing import Final

from vault.domain.secret import Secret
from vault.errors import InvalidInput
from vault.sealing.frames import frame, same, sha256

VERSION: Final = b"\x01"
GROUP: Final = 5

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans("OIL", "011")
_REDUCTION: Final = 0b100101
"""x**5 + x**2 + 1, under which x generates every non-zero element of GF(32)."""
_CHECK_BYTES: Final = 2
_GROUPS_A_LINE: Final = 6


def to_typed(context: str, body: bytes) -> Secret:
    """The text to print.

    Args:
        context: What it is, so that one kind of text is never taken for another.
        body: Its bytes; with one for the version and two for the check they must fill whole groups of 20 bits.
    """
    payload = VERSION + body + _check(context, body)
    digits = _digits(payload)
    groups = [_with_check(place, digits[at : at + 4]) for place, at in enumerate(range(0, len(digits), 4), start=1)]
    lines = [groups[at : at + _GROUPS_A_LINE] for at in range(0, len(groups), _GROUPS_A_LINE)]
    return Secret("\n".join("-".join(line) for line in lines))


def from_typed(context: str, text: Secret, *, what: str, length: int) -> bytes:
    """The body of a typed text.

    Args:
        context: The context that it was printed in.
        text: As typed; dashes, spaces, line ends and case are free.
        what: What is being typed, for the error.
        length: How many bytes the body has.

    Raises:
        InvalidInput: The number of groups is wrong, a group is mistyped (named by its place), or the whole is another
            kind of text or of an unknown version.
    """
    expected = (len(VERSION) + length + _CHECK_BYTES) * 8 // 20
    groups = _split(text.reveal(), expected)
    if len(groups) != expected:
        raise InvalidInput(f"{what} has {expected} groups of {GROUP} characters; {len(groups)} were typed")
    for place, group in enumerate(groups, start=1):
        if not _is_whole(place, group):
            raise InvalidInput(f"group {place} of {what} is mistyped")
    number = 0
    for group in groups:
        for character in group[:4]:
            number = number << 5 | _ALPHABET.index(character)
    payload = number.to_bytes(expected * 20 // 8, "big")
    body = payload[1:-_CHECK_BYTES]
    if payload[:1] != VERSION or not same(payload[-_CHECK_BYTES:], _check(context, body)):
        raise InvalidInput(f"this is not {what} that this program knows, though every group is well typed")
    return body


def _check(context: str, body: bytes) -> bytes:
    return sha256(frame(context, VERSION, body))[:_CHECK_BYTES]


def _digits(payload: bytes) -> list[int]:
    number = int.from_bytes(payload, "big")
    count = len(payload) * 8 // 5
    return [number >> 5 * (count - 1 - at) & 31 for at in range(count)]


def _checksum(place: int, digits: list[int]) -> int:
    """Horner's rule in GF(32), the group's place added: each digit has a weight of its own."""
    sum_ = 0
    for digit in digits:
        sum_ = (sum_ ^ digit) << 1
        sum_ ^= _REDUCTION if sum_ & 32 else 0
    return sum_ ^ place & 31


def _with_check(place: int, digits: list[int]) -> str:
    return "".join(_ALPHABET[digit] for digit in [*digits, _checksum(place, digits)])


def _is_whole(place: int, group: str) -> bool:
    if len(group) != GROUP or not set(group) <= set(_ALPHABET):
        return False
    *digits, check = (_ALPHABET.index(character) for character in group)
    return check == _checksum(place, digits)


def _split(typed: str, expected: int) -> list[str]:
    """Groups as typed where their number is right, so that a lost character spoils one group; else every five."""
    groups = re.split(r"[\s-]+", typed.upper().translate(_READ_AS).strip(" \t\r\n-"))
    if len(groups) == expected:
        return groups
    joined = "".join(groups)
    return [joined[at : at + GROUP] for at in range(0, len(joined), GROUP)]
