"""Ids: three letters that say what it is, and 128 random bits.

An id is text such as `acc_4kq2…`: a prefix, an underscore, and 26 characters of lower-case Crockford base 32. Ids carry
no meaning, no order and no time; they are made by `make_id` from bytes that the caller gives, so that tests are exact.
"""

from __future__ import annotations

import re
from typing import Final, NewType

PersonId = NewType("PersonId", str)
UnitId = NewType("UnitId", str)
PermissionId = NewType("PermissionId", str)
AccountId = NewType("AccountId", str)
CredentialId = NewType("CredentialId", str)
CheckoutId = NewType("CheckoutId", str)
RotationId = NewType("RotationId", str)
ExposureId = NewType("ExposureId", str)
ExceptionId = NewType("ExceptionId", str)
DesignationId = NewType("DesignationId", str)
EscrowId = NewType("EscrowId", str)
DepartureId = NewType("DepartureId", str)
RequestId = NewType("RequestId", str)

VaultId = NewType("VaultId", bytes)
"""32 bytes: the hash of the founding entry."""

Digest = NewType("Digest", bytes)
"""32 bytes: SHA-256 of a sealed record's exact bytes, and the record's name in the store."""

Fingerprint = NewType("Fingerprint", bytes)
"""32 bytes: the hash of a public key."""

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_ID: Final = re.compile(r"(per|uni|prm|acc|cre|chk|rot|dep|att|exp|exc|des|esc|rec)_[0-9a-hjkmnp-tv-z]{26}")
ID_BYTES: Final = 16


def make_id(prefix: str, random: bytes) -> str:
    """An id with this prefix from 16 random bytes.

    Args:
        prefix: Three letters, as `PREFIXES` lists them.
        random: Exactly 16 bytes.
    """
    number = int.from_bytes(random, "big")
    digits = []
    for _ in range(26):
        number, digit = divmod(number, 32)
        digits.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(digits))}"


def is_id(text: str) -> bool:
    """Whether `text` has the form of an id of ours."""
    return _ID.fullmatch(text) is not None
