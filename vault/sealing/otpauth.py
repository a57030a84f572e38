"""The `otpauth://` address that a QR picture holds, as platforms really write it."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from vault.errors import InvalidInput
from vault.sealing.codes import DIGITS, PERIODS, Algorithm, TotpSeed, decode_seed

_KNOWN: Final = ("secret", "algorithm", "digits", "period", "encoder")


def parse_address(typed: str) -> TotpSeed:
    """The seed of an `otpauth://totp/` address.

    Args:
        typed: ASCII text with a colon in it.

    Raises:
        InvalidInput: Not such an address, another kind of code, a field twice, or a value out of range. Nothing of the
            address is repeated.
    """
    scheme, kind, query = _split(typed)
    if scheme == "otpauth-migration":
        raise InvalidInput("this address exports a whole authenticator app; give the one account's own seed")
    if scheme != "otpauth":
        raise InvalidInput("a seed is an otpauth:// address or base 32 letters and digits")
    if kind != "totp":
        raise InvalidInput("this seed counts uses instead of time (hotp), which two people cannot share")
    fields = _fields(query)
    if "encoder" in fields:
        raise InvalidInput("this seed makes codes of a platform's own kind, which the vault cannot make")
    if "secret" not in fields:
        raise InvalidInput("the otpauth address has no secret in it; copy it again whole")
    return TotpSeed(
        key=decode_seed(fields["secret"]),
        algorithm=_algorithm(fields.get("algorithm", "SHA1")),
        digits=_choice("digits", fields.get("digits", "6"), DIGITS),
        period=_choice("period", fields.get("period", "30"), PERIODS),
    )


def _split(typed: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(typed)
    except ValueError:
        # The exception may quote the address, so it is not chained.
        raise InvalidInput("the otpauth address is malformed") from None
    return parts.scheme, parts.netloc.lower(), parts.query


def _fields(query: str) -> dict[str, str]:
    """Known fields with a value; names in any case."""
    fields: dict[str, str] = {}
    for name, value in parse_qsl(query):
        key = name.strip().lower()
        if key in fields:
            raise InvalidInput(f"the otpauth address has two values for {key}")
        if key in _KNOWN:
            fields[key] = value
    return fields


def _algorithm(value: str) -> Algorithm:
    name = value.strip().upper().removeprefix("HMAC").replace("-", "")
    if name not in Algorithm.__members__:
        raise InvalidInput("the otpauth address's algorithm must be SHA1, SHA256 or SHA512")
    return Algorithm[name]


def _choice(name: str, value: str, choices: tuple[int, ...]) -> int:
    for choice in choices:
        if value.strip() == str(choice):
            return choice
    raise InvalidInput(f"the otpauth address's {name} must be one of {', '.join(map(str, choices))}")
