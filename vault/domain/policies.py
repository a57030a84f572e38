"""The district's settings of the Board's policy, as a decision cites them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformOverride:
    """A district's own finding about a platform, over what the catalogue says.

    Attributes:
        platform: Catalogue id.
        fact: What is overridden: `password.min`, `password.max`, `password.allowed_special`,
            `password.special_permitted`, `mfa`, `change_password_url` or `status`.
        value: The finding as text; numbers in digits, yes/no as `true`/`false`, lists separated by commas.
        source: Where it was seen, such as an address or a person's office.
        date: The day it was seen, `YYYY-MM-DD`.
    """

    platform: str
    fact: str
    value: str
    source: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of the settings. Texts, intervals and limits only: what a rule *means* is code.

    Attributes:
        version: 1 at founding, then one more each time.
        district: The district's name as its people write it.
        domains: E-mail domains of staff, ASCII, lower case; the allow-list of rule 2.
        words: Words that every password must do without: the town, the mascot, the district's short name.
        permission_days: How long a granted permission waits to be used.
        checkout_minutes: The longest checkout.
        rotation_days: How old a shared credential may get, or None for "only on events" (NIST SP 800-63B-4 advises
            against periodic change; the Board may want it).
        retired_kept: How many retired versions of a credential keep their ciphertext.
        monitoring_notice: The text that a person reads before the first entry about them (C.G.S. 31-48d).
        overrides: The district's findings about platforms.
    """

    version: int
    district: str
    domains: tuple[str, ...]
    monitoring_notice: str
    words: tuple[str, ...] = ()
    permission_days: int = 90
    checkout_minutes: int = 480
    rotation_days: int | None = 180
    retired_kept: int = 2
    overrides: tuple[PlatformOverride, ...] = field(default=())
