"""Backup codes, as platforms print them and people paste them."""

from __future__ import annotations

import re
from typing import Final

from vault.domain.secret import Secret
from vault.errors import InvalidInput

MOST_CODES: Final = 50
LEAST_LENGTH: Final = 6
MOST_LENGTH: Final = 64
_PAIRED: Final = 4
"""Length of a half of a code that is printed as two groups of four digits."""

_NUMBERING: Final = re.compile(
    r"(?<!\S)(?:\d{1,2}[.):](?=\s|$|[0-9A-Za-z])|[-*\u2022\u2610](?=\s)|\[ ?\](?=\s|$))", re.ASCII
)
_CODE: Final = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*", re.ASCII)


def parse_backup_codes(text: Secret) -> tuple[Secret, ...]:
    """The codes of a pasted list, in its order.

    One on a line, or several in columns; a number, bullet or box before each is dropped. Where every piece is four
    digits and each line has an even number of them, two pieces are one code. Each code is kept as it is printed, dashes
    and case too, because that is what the platform will want typed.

    Args:
        text: What was pasted.

    Raises:
        InvalidInput: No code, more than 50, one twice, or a piece that is not one; named by line, never repeated.
    """
    lines = [_NUMBERING.sub(" ", line.replace(",", " ")).split() for line in text.reveal().splitlines()]
    codes = [(at, code) for at, pieces in enumerate(_join_pairs(lines), start=1) for code in pieces]
    if not codes:
        raise InvalidInput("the list of backup codes is empty")
    if len(codes) > MOST_CODES:
        raise InvalidInput(f"the list has {len(codes)} backup codes; at most {MOST_CODES} are taken")
    seen: dict[str, int] = {}
    for at, code in codes:
        _require_code(at, code)
        plain = code.replace("-", "").replace(" ", "").casefold()
        if plain in seen:
            raise InvalidInput(f"the backup code on line {at} is the same as one on line {seen[plain]}")
        seen[plain] = at
    return tuple(Secret(code) for _, code in codes)


def _join_pairs(lines: list[list[str]]) -> list[list[str]]:
    pieces = [piece for line in lines for piece in line]
    halves = all(piece.isascii() and piece.isdigit() and len(piece) == _PAIRED for piece in pieces)
    if not halves or any(len(line) % 2 for line in lines):
        return lines
    return [[f"{first} {second}" for first, second in zip(line[::2], line[1::2], strict=True)] for line in lines]


def _require_code(at: int, code: str) -> None:
    if not (LEAST_LENGTH <= len(code) <= MOST_LENGTH and _CODE.fullmatch(code.replace(" ", ""))):
        raise InvalidInput(
            f"line {at} has something that is not a backup code: {LEAST_LENGTH} to {MOST_LENGTH} letters, digits and "
            "single dashes"
        )
