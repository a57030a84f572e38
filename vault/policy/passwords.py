"""Rule 3: passwords of official accounts. And passphrases, by which people open the vault itself."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from vault.domain.secret import Secret
from vault.domain.verdicts import Check, Verdict
from vault.errors import PolicyRefusal
from vault.policy.naming import has_hidden_characters
from vault.policy.platforms import CharacterClass, PasswordLimits
from vault.policy.strength import contains_context, contains_year, context_words, is_strong
from vault.policy.verdicts import check

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHECKER: Final = "passwords/1"
PASSPHRASE_CHECKER: Final = "passphrases/1"  # noqa: S105 - a name of code
LEAST: Final = 8
"""Fewest characters of a password (rule 3)."""
GENERATED: Final = 24
"""Characters of a generated password, where the platform takes as many."""
LEAST_PASSPHRASE: Final = 15
"""Fewest characters of a passphrase, as it is the only factor (NIST SP 800-63B-4, 3.1.1.2)."""
MOST_PASSPHRASE: Final = 256
"""Most characters of a passphrase; NIST asks that 64 or more be accepted."""

_CLAUSE: Final = "3"
_MOST_DRAWS: Final = 1000
# Without l, I, 1, O, 0 and o, which are read for one another when a password is copied by hand.
_LOWER: Final = "abcdefghijkmnpqrstuvwxyz"
_UPPER: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS: Final = "23456789"
# The policy's own examples first; no quote, bracket, slash, backslash, space or comma, which forms and sheets mangle.
_SPECIALS: Final = "!@#$?%*-_=+"
_ASCII_SPECIALS: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

_MISSING: Final = {
    CharacterClass.UPPER: "needs an uppercase letter",
    CharacterClass.LOWER: "needs a lowercase letter",
    CharacterClass.LETTER: "needs a letter",
    CharacterClass.DIGIT: "needs a number",
    CharacterClass.SPECIAL: "needs a special character, such as ! @ # $ ?",
}


def judge_password(password: Secret, *, limits: PasswordLimits, context: Sequence[str]) -> Verdict:
    """Judge a password against rule 3, then the platform's limits, then its strength.

    Args:
        password: The password; characters are counted in NFC.
        limits: What the platform accepts. Rule 3's special character is waived only where specials are known not to
            be permitted.
        context: Names that a guesser knows: district, unit, person, account, handle, mascot, in any form.
    """
    text = unicodedata.normalize("NFC", password.reveal())
    words = context_words(context)
    strength = (
        check(
            "password.context",
            holds=not contains_context(text, words),
            clause=_CLAUSE,
            message="must do without the names of the district, unit, person, account and mascot",
        ),
        check("password.year", holds=not contains_year(text), clause=_CLAUSE, message="must do without a year"),
        check(
            "password.strength",
            holds=is_strong(text, words),
            clause=_CLAUSE,
            message="is too easy to guess: make it longer and less like a word, or let the vault generate it",
        ),
    )
    return Verdict(checker=CHECKER, checks=(*_composition(text, limits), *_platform(text, limits), *strength))


def judge_passphrase(passphrase: Secret, *, words: Sequence[str]) -> Verdict:
    """Judge a passphrase for the vault's own lock. No composition is asked (NIST SP 800-63B-4).

    Args:
        passphrase: The passphrase; characters are counted in NFC.
        words: Names that a guesser knows: the district's words, its name, the person's name and username.
    """
    text = unicodedata.normalize("NFC", passphrase.reveal())
    return Verdict(
        checker=PASSPHRASE_CHECKER,
        checks=(
            check(
                "passphrase.typed",
                holds=not has_hidden_characters(text),
                message="has a line break or a character that cannot be seen",
            ),
            check(
                "passphrase.min",
                holds=len(text) >= LEAST_PASSPHRASE,
                message=f"needs at least {LEAST_PASSPHRASE} characters; a few unrelated words are easy to keep",
            ),
            check(
                "passphrase.max",
                holds=len(text) <= MOST_PASSPHRASE,
                message=f"has more than {MOST_PASSPHRASE} characters",
            ),
            check(
                "passphrase.strength",
                holds=is_strong(text, context_words(words)),
                message="is too easy to guess: use several unrelated words, "
                "beside any that name the district, the school or yourself",
            ),
        ),
    )


def draw_password(
    limits: PasswordLimits,
    context: Sequence[str],
    random_below: Callable[[int], int],
    *,
    length: int = GENERATED,
) -> tuple[Secret, Verdict]:
    """Draw a password inside rule 3 and the platform's limits, and prove that it passes `judge_password`.

    Every character is drawn alike and a draw that fails is drawn anew, so that each password that passes is as likely
    as any other.

    Args:
        limits: What the platform accepts.
        context: As for `judge_password`.
        random_below: A cryptographic source: a number from 0 to one less than its argument, each as likely.
        length: Characters wanted; fewer where the platform takes fewer, more where it demands more.

    Returns:
        The password and the verdict that it passed with: judging it again would take as long as all its sealing.

    Raises:
        PolicyRefusal: The platform takes nothing that rule 3 accepts.
    """
    length = _length(limits, length)
    alphabet = _alphabet(limits)
    for _ in range(_MOST_DRAWS):
        drawn = "".join(alphabet[random_below(len(alphabet))] for _ in range(length))
        if not all(found.passed for found in (*_composition(drawn, limits), *_platform(drawn, limits))):
            continue
        password = Secret(drawn)
        verdict = judge_password(password, limits=limits, context=context)
        if verdict.passed:
            return password, verdict
    raise PolicyRefusal(
        "no password was found that the platform accepts and that is strong",
        clause=_CLAUSE,
        hint="choose another platform, or have IT record in the policy file what it does take",
    )


def has_class(text: str, kind: CharacterClass) -> bool:
    """Whether `text` has a character of that kind.

    A number is 0 to 9. A special is ASCII punctuation, or any other punctuation mark or symbol; neither a space nor a
    letter outside ASCII is one.
    """
    return any(_is_of(character, kind) for character in text)


def _is_of(character: str, kind: CharacterClass) -> bool:
    if kind is CharacterClass.UPPER:
        return character.isupper()
    if kind is CharacterClass.LOWER:
        return character.islower()
    if kind is CharacterClass.LETTER:
        return character.isalpha()
    if kind is CharacterClass.DIGIT:
        return character in "0123456789"
    return unicodedata.category(character)[0] in "PS"


def _composition(text: str, limits: PasswordLimits) -> tuple[Check, ...]:
    """Rule 3 itself, in the policy's order."""
    kinds = [CharacterClass.UPPER, CharacterClass.LOWER, CharacterClass.LETTER, CharacterClass.DIGIT]
    if limits.special_permitted is not False:
        kinds.append(CharacterClass.SPECIAL)
    return (
        check(
            "password.length",
            holds=len(text) >= LEAST,
            clause=_CLAUSE,
            message=f"needs at least {LEAST} characters",
        ),
        *(
            check(f"password.{kind.value}", holds=has_class(text, kind), clause=_CLAUSE, message=_MISSING[kind])
            for kind in kinds
        ),
    )


def _platform(text: str, limits: PasswordLimits) -> tuple[Check, ...]:
    """The platform's own limits; a limit that is not known is not tested."""
    tests = [("typed", not has_hidden_characters(text), "has a line break or a character that cannot be seen")]
    if limits.min is not None:
        tests.append(("min", len(text) >= limits.min, f"needs at least {limits.min} characters on this platform"))
    if limits.max is not None:
        tests.append(("max", len(text) <= limits.max, f"may have at most {limits.max} characters on this platform"))
    if limits.special_permitted is False:
        bare = not has_class(text, CharacterClass.SPECIAL)
        tests.append(("special", bare, "may have no special character on this platform"))
    elif limits.allowed_special is not None:
        accepted = all(_is_accepted(character, limits.allowed_special) for character in text)
        message = f"may have only letters, numbers and {limits.allowed_special} on this platform"
        tests.append(("special", accepted, message))
    tests += [(kind.value, has_class(text, kind), f"{_MISSING[kind]} on this platform") for kind in limits.required]
    return tuple(
        check(f"platform.{name}", holds=holds, clause=_CLAUSE, message=message) for name, holds, message in tests
    )


def _is_accepted(character: str, allowed_special: str) -> bool:
    return character in allowed_special or (character.isascii() and character.isalnum())


def _length(limits: PasswordLimits, wanted: int) -> int:
    if limits.max is not None and limits.max < LEAST:
        raise PolicyRefusal(
            f"the platform takes at most {limits.max} characters, and the policy demands {LEAST}",
            clause=_CLAUSE,
            hint="choose another platform, or have IT record in the policy file what it does take",
        )
    length = max(wanted, limits.min or LEAST, LEAST)
    return length if limits.max is None else min(length, limits.max)


def _alphabet(limits: PasswordLimits) -> str:
    letters = _LOWER + _UPPER + _DIGITS
    if limits.special_permitted is False:
        return letters
    if limits.allowed_special is None:
        return letters + _SPECIALS
    safe = "".join(character for character in _SPECIALS if character in limits.allowed_special)
    return letters + (safe or "".join(c for c in _ASCII_SPECIALS if c in limits.allowed_special))
