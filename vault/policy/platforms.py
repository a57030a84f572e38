"""Platforms: what each site's passwords, second factors, groups and roles allow.

None always means that no source says so: it is asked and recorded by the district, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from vault.policy.mfa import Factor

NOT_KNOWN: Final = "not known: look it up and record it in the policy file"


class PlatformStatus(Enum):
    """Whether the service still runs."""

    ACTIVE = "active"
    DEFUNCT = "defunct"


class Confidence(Enum):
    """How far a recorded fact can be trusted; `district` is the district's own finding."""

    SOURCE = "source"
    INFERRED = "inferred"
    WEAK = "weak"
    FROM_MEMORY = "from memory"
    DISTRICT = "district"


class CharacterClass(Enum):
    """A kind of character that a platform can demand of a password."""

    LOWER = "lower"
    UPPER = "upper"
    LETTER = "letter"
    DIGIT = "digit"
    SPECIAL = "special"


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordLimits:
    """What a platform accepts as a password, beside what the policy demands.

    Attributes:
        min: Fewest characters, or None for unknown.
        max: Most characters, or None for unknown.
        allowed_special: Exactly the specials that it accepts, or None for unknown. Where it is known, letters outside
            ASCII and spaces are not accepted either.
        special_permitted: Whether specials are permitted at all (rule 3, "when permitted"); None counts as permitted.
        required: Kinds of character that the platform itself demands.
    """

    min: int | None = None
    max: int | None = None
    allowed_special: str | None = None
    special_permitted: bool | None = None
    required: tuple[CharacterClass, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Roles on the platform, by which people work without sharing a password.

    Attributes:
        available: Whether there are any, or None for unknown.
        how: How they are given.
        each_person_needs_own_login: Whether each person signs in with a login of their own, or None for unknown.
        gotcha: What goes wrong if it is not known beforehand, or None.
        leaver_acts_first: Whether only who leaves can undo what they have there, so that they do it before.
    """

    available: bool | None
    how: str
    each_person_needs_own_login: bool | None = None
    gotcha: str | None = None
    leaver_acts_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact comes from.

    Attributes:
        fact: Which fact, such as `password.max`.
        source: An address, a file of a public list, an office.
        confidence: How far to trust it.
    """

    fact: str
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One entry of the catalogue.

    Attributes:
        id: Stable id: lower-case letters, digits, `_`.
        name: As people write it.
        aliases: Other names.
        domains: Its sites.
        status: Whether it still runs.
        status_note: When it closed, or what changed; None for nothing to say.
        named_in_policy: Whether the Board's policy names it.
        auth_model: How one signs in: `password`, `none`, or words for anything else.
        password: The limits of its passwords.
        shared_password_refused: Why no shared password can be held there, or None where one can.
        instead: What to do instead, or None.
        mfa: The second factors that it offers.
        mfa_absent: True: a source lists none. None: no source read.
        mfa_note: What else to know of them, or None.
        change_password_url: The page where a password is changed, or None for unknown. `{server}` stands for a name.
        well_known_change_password: Whether `/.well-known/change-password` leads there, or None for unknown.
        delegated: Its roles.
        group_kind: What a closed group is called there, or None for unknown.
        rule7_fit: Whether it can host a closed, moderated group: `ok`, `partial`, `no`, or None for unknown.
        min_age: Youngest user, in years, or None for unknown.
        notes: Anything else.
        sources: Where each fact comes from.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    domains: tuple[str, ...]
    status: PlatformStatus
    status_note: str | None
    named_in_policy: bool
    auth_model: str
    password: PasswordLimits
    shared_password_refused: str | None
    instead: str | None
    mfa: tuple[Factor, ...]
    mfa_absent: bool | None
    mfa_note: str | None
    change_password_url: str | None
    well_known_change_password: bool | None
    delegated: Delegation
    group_kind: str | None
    rule7_fit: str | None
    min_age: int | None
    notes: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def has_mfa(self) -> bool | None:
        """Whether it offers second factors; None for unknown, which is neither a yes nor a no (rule 4)."""
        if self.mfa:
            return True
        return False if self.mfa_absent else None

    @property
    def unknown_facts(self) -> tuple[str, ...]:
        """The facts that a credential depends on and no source gives: `password.max`, `mfa` …."""
        if self.shared_access_refusal() is not None:
            return ()
        facts = {
            "password.min": self.password.min,
            "password.max": self.password.max,
            "password.allowed_special": self.password.allowed_special,
            "password.special_permitted": self.password.special_permitted,
            "change_password_url": self.change_password_url,
            "mfa": self.has_mfa,
        }
        if self.password.special_permitted is False:
            del facts["password.allowed_special"]
        return tuple(name for name, value in facts.items() if value is None)

    def shared_access_refusal(self) -> str | None:
        """Why the vault can hold no shared password for this platform, and what to do instead; None where it can."""
        if self.status is PlatformStatus.DEFUNCT:
            closed = f" ({_uncapitalised(self.status_note)})" if self.status_note else ""
            return f"{self.name} no longer exists{closed}: there is nothing to secure and no account to make there"
        if self.shared_password_refused is None:
            return None
        return f"{self.shared_password_refused}; {self.instead}" if self.instead else self.shared_password_refused


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
