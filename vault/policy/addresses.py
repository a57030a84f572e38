"""The form of an e-mail address: strict, in ASCII, with nothing stripped.

No message repeats the address, which may be a personal one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from vault.errors import InvalidInput

_MOST: Final = 254
_MOST_LOCAL: Final = 64
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_DOTLESS: Final = frozenset({"gmail.com", "googlemail.com"})


def parse_address(text: str) -> tuple[str, str]:
    """An address's local part as typed, and its domain in lower-case ASCII (IDNA 2008).

    Strict: one `@`, no quotes, comments or spaces, no letters outside ASCII before the `@`, no bare IP address, at
    least one dot in the domain. Nothing is stripped.

    Raises:
        InvalidInput: It is anything else.
    """
    local, at, domain = text.partition("@")
    if not at or "@" in domain:
        raise InvalidInput("this is not an e-mail address: it needs exactly one @")
    if not _LOCAL.fullmatch(local) or len(local) > _MOST_LOCAL:
        raise InvalidInput("this is not an e-mail address: check the part before the @ for spaces, quotes or accents")
    ascii_domain = parse_domain(domain)
    if len(local) + 1 + len(ascii_domain) > _MOST:
        raise InvalidInput(f"this is not an e-mail address: it has more than {_MOST} characters")
    return local, ascii_domain


def parse_domain(text: str) -> str:
    """A mail domain in lower-case ASCII (IDNA 2008, STD 3).

    Raises:
        InvalidInput: It is no domain name with a dot, or is not valid under IDNA.
    """
    if len(text) > _MOST:
        raise InvalidInput(f"this is not a mail domain: it has more than {_MOST} characters")
    lowered = text.lower() if text.isascii() else unicodedata.normalize("NFC", text.lower())
    if not lowered.isascii() or "xn--" in lowered:
        lowered = _to_ascii(lowered)
    if not _DOMAIN.fullmatch(lowered):
        raise InvalidInput("this is not a mail domain: it needs a name, a dot and an ending, such as ridge.k12.example")
    return lowered


def mailbox_key(address: str) -> str:
    """The mailbox that an address leads to, for finding duplicates: no tag, one case, no dots at Gmail.

    Args:
        address: An address that `parse_address` accepts.

    Raises:
        InvalidInput: It is not an address.
    """
    local, domain = parse_address(address)
    box = local.partition("+")[0].lower() or local.lower()
    if domain in _DOTLESS:
        return f"{box.replace('.', '')}@gmail.com"
    return f"{box}@{domain}"


def has_mixed_scripts(domain: str) -> bool:
    """Whether a label of the domain mixes scripts, such as Latin with one Cyrillic letter that looks like its own.

    Args:
        domain: In ASCII, as `parse_domain` gives it.
    """
    return any(len(_scripts(_to_unicode(label))) > 1 for label in domain.split(".") if label.startswith("xn--"))


def _to_ascii(domain: str) -> str:
    import idna  # almost every domain is ASCII

    try:
        return idna.encode(domain, strict=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidInput("this is not a mail domain: it is not valid as an internationalised name") from error


def _to_unicode(label: str) -> str:
    import idna  # as above

    try:
        return idna.decode(label)
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidInput("this is not a mail domain: it is not valid as an internationalised name") from error


def _scripts(label: str) -> frozenset[str]:
    """The scripts of a label's letters, by the first word of each letter's Unicode name; kana and han are one."""
    found = {unicodedata.name(letter, "UNNAMED").split()[0] for letter in label if letter.isalpha()}
    return frozenset("CJK" if script in {"HIRAGANA", "KATAKANA", "CJK"} else script for script in found)
