"""How easily a secret is guessed, when the guesser knows the district.

zxcvbn knows common passwords, names, words, keyboards and dates. It is blind to a context word that is spelt
backwards or with uncommon substitutions, so what is left when every context word and year is taken out has to be
strong by itself as well.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STRONG: Final = 3
"""zxcvbn's score from which on a secret counts as strong: safely unguessable, 10^8 guesses or more."""

MOST_JUDGED: Final = 72
"""zxcvbn slows steeply with length. A prefix of 72 characters can only score lower than the whole, never higher."""

LEAST_WORD: Final = 3
"""Shorter context words occur in random text by chance."""

LEAST_BARRED: Final = 4
"""Context words from this length on may not occur at all; shorter ones only count for nothing."""

_LEET: Final = str.maketrans("013456789@$!|+(", "oieasgtbgasiltc")
_LEET_L: Final = str.maketrans("013456789@$!|+(", "oleasgtbgasiltc")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_FILLERS: Final = frozenset({"and", "the", "for", "of", "with", "from", "our", "org", "com", "net", "edu", "www"})


def context_words(context: Iterable[str]) -> tuple[str, ...]:
    """The words that a guesser tries first: each text whole, its parts, and its initials.

    Args:
        context: Names of the district, unit, person and account, the handle, the mascot, in any form.

    Returns:
        Words of three or more letters or digits, lower case, without accents; each once, in order.
    """
    return tuple(dict.fromkeys(word for text in context for word in _parts(text) if _counts(word)))


def contains_context(text: str, words: Iterable[str]) -> bool:
    """Whether a context word of four or more characters stands in `text`, substitutions and reversal seen through."""
    longer = [word for word in words if len(word) >= LEAST_BARRED]
    return any(spelt in form for form in _forms(text) for word in longer for spelt in (word, word[::-1]))


def contains_year(text: str) -> bool:
    """Whether a year from 1900 to 2099 stands in `text`, not part of a longer number."""
    return _YEAR.search(text) is not None


def is_strong(text: str, words: tuple[str, ...]) -> bool:
    """Whether `text` would take 10^8 guesses or more, and still would without any context word or year.

    Args:
        text: The secret.
        words: As `context_words` gives them.
    """
    judged = text[:MOST_JUDGED]
    rest = _without(judged, words)
    return _score(judged, words) >= STRONG and (rest == judged or _score(rest, words) >= STRONG)


def _score(text: str, words: tuple[str, ...]) -> int:
    if not text:
        return 0
    from zxcvbn import zxcvbn  # its word lists take a tenth of a second to load

    return int(zxcvbn(text, user_inputs=list(words), max_length=MOST_JUDGED)["score"])


def _parts(text: str) -> Iterator[str]:
    text = unicodedata.normalize("NFC", text)
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    pieces = [piece for piece in re.split(r"[\W_]+", _plain(spaced)) if piece]
    yield "".join(re.split(r"[\W_]+", _plain(text)))
    yield from pieces
    for piece in pieces:
        yield from re.findall(r"[^\W\d]+|\d+", piece)
    yield "".join(piece[0] for piece in pieces)


def _counts(word: str) -> bool:
    return len(word) >= LEAST_WORD and word not in _FILLERS


def _plain(text: str) -> str:
    """Lower case and without accents, character for character, so that positions stay."""
    return "".join(unicodedata.normalize("NFKD", character)[0].lower()[0] for character in text)


def _forms(text: str) -> tuple[str, ...]:
    plain = _plain(text)
    return plain, plain.translate(_LEET), plain.translate(_LEET_L)


def _without(text: str, words: tuple[str, ...]) -> str:
    """What is left of `text` once every context word, either way round, and every year is taken out."""
    covered = {place for found in _YEAR.finditer(text) for place in range(*found.span())}
    for form in _forms(text):
        for word in words:
            for spelt in (word, word[::-1]):
                for found in re.finditer(f"(?={re.escape(spelt)})", form):
                    covered.update(range(found.start(), found.start() + len(word)))
    return "".join(character for place, character in enumerate(text) if place not in covered)
