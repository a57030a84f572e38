"""Names and other human text: one line, nothing that hides, one canonical form for a handle.

The characters refused are listed by number rather than by Unicode category, so that every reader of a ledger judges
alike whatever Unicode version its Python has.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from vault.errors import InvalidInput, PolicyRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.policy.platforms import Platform

MOST_HANDLE: Final = 100
"""Longest handle, in characters."""
LEAST_REASON: Final = 10
"""Shortest reason, in characters; so short that it only stops a single word."""
MOST_REASON: Final = 500
"""Longest reason, in characters."""

_HIDING: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0"
    "\ufff9-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BREAKING: Final = "\x00-\x1f\x7f-\x9f\u2028\u2029"
_SURROGATE_OR_PRIVATE: Final = "\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff"
# Where Unicode after version 14 (Python 3.11) put marks that compose or reorder: their NFC depends on the Python.
_UNSETTLED: Final = "\u0897\u0ece\u1acf-\u1aff\U00010000-\U0001cfff\U0001e000-\U0001e8ff"
_REFUSED_SET: Final = f"{_BREAKING}{_HIDING}{_SURROGATE_OR_PRIVATE}{_UNSETTLED}"
_REFUSED: Final = re.compile(f"[{_REFUSED_SET}]")
_REFUSED_BUT_LINES: Final = re.compile(f"(?!\n)[{_REFUSED_SET}]")
_SUFFIXES: Final = {"tumblr": ".tumblr.com", "wordpress_com": ".wordpress.com"}
_WORD: Final = re.compile(r"\w+")


def has_hidden_characters(text: str) -> bool:
    """Whether `text` has a control, line-break, bidirectional, zero-width, filler, private or surrogate character.

    A character of an ancient or newly encoded script, whose composed form depends on the Unicode version, counts too.
    """
    if text.isascii():
        # What ASCII cannot print is what is refused of it; a reader of the ledger asks this of every text.
        return not text.isprintable()
    return _REFUSED.search(text) is not None


def neutralised(text: str) -> str:
    """The text with a visible mark for every such character: for what others typed and nobody has judged."""
    return _REFUSED.sub("\N{REPLACEMENT CHARACTER}", text)


def require_plain_text(label: str, text: str, most: int, *, least: int = 1) -> str:
    """One line of text in NFC, without spaces around it.

    Args:
        label: What it is, for the message, such as `the purpose`.
        text: As typed.
        most: Most characters.
        least: Fewest characters.

    Raises:
        InvalidInput: It is empty, too short or too long, has several lines, or has characters that hide or reorder
            others (control, ANSI, bidirectional, zero-width).
    """
    if has_hidden_characters(text.strip(" ")):
        raise InvalidInput(f"{label} has a line break or a character that cannot be seen")
    plain = unicodedata.normalize("NFC", text).strip(" ")
    if not plain and least > 0:
        raise InvalidInput(f"{label} is empty")
    if len(plain) < least:
        raise InvalidInput(f"{label} is too short: at least {least} characters")
    if len(plain) > most:
        raise InvalidInput(f"{label} is too long: at most {most} characters")
    return plain


def require_plain_lines(label: str, text: str, most: int, *, least: int = 1) -> str:
    """As `require_plain_text`, for a text that may have several lines.

    Args:
        label: What it is, for the message.
        text: As typed; line ends become single line feeds.
        most: Most characters.
        least: Fewest characters.

    Raises:
        InvalidInput: As for `require_plain_text`, line breaks aside.
    """
    lines = text.replace("\r\n", "\n")
    if _REFUSED_BUT_LINES.search(lines):
        raise InvalidInput(f"{label} has a character that cannot be seen")
    plain = unicodedata.normalize("NFC", lines).strip(" \n")
    if not least <= len(plain) <= most:
        raise InvalidInput(f"{label} has {len(plain)} characters, and needs {least} to {most}")
    return plain


def require_reason(text: str) -> str:
    """A reason that a later reader can understand: one line of 10 to 500 characters.

    Raises:
        InvalidInput: It is shorter, longer, or no plain line of text.
    """
    return require_plain_text("the reason", text, MOST_REASON, least=LEAST_REASON)


def canonical_handle(platform: Platform, text: str) -> str:
    """The one form in which an account's handle is written and compared.

    NFKC and casefold, no `@` before it, on Mastodon with its server, on Tumblr and WordPress.com without the site's
    own domain.

    Args:
        platform: Where the account is.
        text: As typed.

    Raises:
        InvalidInput: It is empty, too long, an address rather than a handle, lacks a part, or has characters that
            hide or reorder others.
        PolicyRefusal: It is the address of a personal Facebook profile (rule 7b).
    """
    label = f"the {platform.name} handle"
    plain = require_plain_text(label, text, MOST_HANDLE)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    _refuse_address(platform, folded)
    # Folding can bring forth what was not there before, so the text is judged again; it can also leave spaces.
    handle = require_plain_text(label, folded.lstrip("@").removesuffix(_SUFFIXES.get(platform.id, "\n")), MOST_HANDLE)
    if re.search(r"[\s:]", handle):
        raise InvalidInput(f"{label} has a space or a colon", hint="give it as the platform shows it after the @")
    if platform.id == "mastodon" and not re.fullmatch(r"[^@]+@[^@]+\.[^@]+", handle):
        raise InvalidInput(f"{label} needs its server", hint="such as drama@social.example.org")
    return handle


def _refuse_address(platform: Platform, handle: str) -> None:
    if platform.id == "facebook" and re.search(r"profile\.php|people/", handle):
        raise PolicyRefusal("this is a personal profile: use a Page or a private group", clause="7b")
    is_community = platform.id == "reddit" and re.fullmatch(r"[ru]/[^/]+", handle)
    if "/" in handle and not is_community:
        raise InvalidInput(f"the {platform.name} handle is a web address", hint="give the handle alone")


def require_group_name(display_name: str, *, unit: Iterable[str], district: Iterable[str]) -> None:
    """Refuse a club's display name that shows the Board, district or school only (rule 7i).

    Args:
        display_name: The name that the public sees.
        unit: Names of the club's or department's own unit.
        district: Names of the Board, the district and the schools.

    Raises:
        PolicyRefusal: It equals one of `district`, or has no word of `unit` beyond theirs.
    """
    theirs = [_words(name) for name in district]
    own = frozenset[str]().union(*map(_words, unit)) - frozenset[str]().union(*theirs)
    shown = _words(display_name)
    if shown in theirs or not shown & own:
        raise PolicyRefusal("the name must show the club or department, not only the school", clause="7i")


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", name).casefold()))
