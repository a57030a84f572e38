"""The clauses of the Board's policy that a refusal can name.

Numbers are those of "Rules Concerning District-Sponsored Social Media Activity"; a letter after 1 or 2 splits a clause
that asks for several things. The texts are ours and short: what to do, not what the policy says word for word.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from vault.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1": "official accounts belong to the Board, and their credentials lie where the supervisor can open them",
        "1a": "an official account belongs to the Board, the school district or a school, never to a person",
        "1b": "the employee does not own the account",
        "1c": "passwords and linked e-mail addresses are stored in a secured place",
        "1d": "the supervisor knows of that place",
        "1e": "the supervisor has access to that place",
        "2": "the linked e-mail is a district address, or one that the supervisor designated, and not a personal one",
        "2a": "the linked e-mail is a district address, or one that the supervisor designated",
        "2b": "the linked e-mail is not the employee's personal address",
        "3": "passwords are strong: eight characters, both cases, letters and numbers, a special one where permitted",
        "4": "multi-factor authentication protects the account that opens the social media account",
        "5": "official accounts serve school or educational purposes, not personal ones",
        "6": "the supervisor gives written permission before the account is created",
        "7": "an account for a club, activity or organisation is a closed, moderated group",
        "7a": "the group is closed and moderated",
        "7b": "people join as members of the group, not as friends",
        "7c": "people join only by invitation and with permission",
        "7d": "parents and guardians may enter any site that their child was invited to",
        "7e": "access serves the educational purposes of the club, activity, organisation or team",
        "7f": "the employee monitors the site regularly",
        "7g": "the supervisor may enter any site made for a school purpose",
        "7h": "professional boundaries hold on official accounts",
        "7i": "names, images and posts show the department or unit rather than the Board, district or school",
        "8": "official posts are appropriate and respectful",
        "9": "the Board's rules on computers, networks and devices hold on official accounts",
        "10": "the Board may monitor the use of its equipment; there is no expectation of privacy there",
        "11": "student information and other confidential matter stays out of posts",
        "12": "an official account links to no personal or non-district site",
        "13": "official accounts serve no private gain, politics, advertisement, proselytizing or solicitation",
    }
)
"""Clause number to a short text, in the policy's order."""


def clause_text(number: str) -> str:
    """The short text of a clause.

    Args:
        number: Such as `2` or `7i`; the case of the letter does not matter.

    Raises:
        NotFound: The policy has no such clause.
    """
    try:
        return CLAUSES[number.strip().lower()]
    except KeyError:
        raise NotFound("the policy has no clause of that number", hint=f"clauses: {', '.join(CLAUSES)}") from None
