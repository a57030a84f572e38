"""The catalogue of platforms, read one file at a time: a command that needs one platform parses one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from vault.domain.policies import PlatformOverride
from vault.errors import Ambiguous, NotFound
from vault.policy.mfa import Factor
from vault.policy.packaged import packaged_names, packaged_text
from vault.policy.platforms import (
    CharacterClass,
    Confidence,
    Delegation,
    PasswordLimits,
    Platform,
    PlatformStatus,
    Source,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ID: Final = re.compile(r"[a-z0-9_]{1,40}")
_MOST_NEAR: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every platform that the vault knows, with the district's own findings laid over them.

    Attributes:
        overrides: The district's findings, in the policy's order; checked when they were laid over.
    """

    overrides: tuple[PlatformOverride, ...] = field(default=())

    @classmethod
    def load(cls) -> Catalogue:
        """The catalogue as it is shipped. Nothing is read before it is asked for."""
        return cls()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every platform's id, in order."""
        return _packaged_ids()

    def __iter__(self) -> Iterator[Platform]:
        """Every platform, in the order of ids."""
        return (self._laid_over(_packaged(each)) for each in self.ids)

    def find(self, name: str) -> Platform | None:
        """The platform of that id, name, alias or domain, or None.

        Args:
            name: In any case. A domain may be written with `https://` or `www.`.

        Raises:
            Ambiguous: Several platforms answer to it.
        """
        wanted = _key(name)
        if _ID.fullmatch(wanted) and wanted in self.ids:
            return self._laid_over(_packaged(wanted))
        return _only(name, [platform for platform in self if wanted in _keys(platform)])

    def get(self, name: str) -> Platform:
        """The platform of that id, name, alias or domain.

        Args:
            name: As for `find`.

        Raises:
            NotFound: None answers to it; the hint has the closest names.
            Ambiguous: Several platforms answer to it.
        """
        platform = self.find(name)
        if platform is None:
            raise NotFound("the catalogue has no platform of that name", hint=self._near(name))
        return platform

    def with_overrides(self, overrides: Iterable[PlatformOverride]) -> Catalogue:
        """This catalogue with a district's findings laid over it, in place of any laid over before.

        Raises:
            InvalidInput: A finding names no platform, no fact that can be overridden, or a value that the fact cannot
                have; every fault is listed.
        """
        from vault.policy.overrides import require_overrides  # it reads the catalogue itself

        return Catalogue(overrides=require_overrides(tuple(overrides)))

    def _laid_over(self, platform: Platform) -> Platform:
        own = [override for override in self.overrides if override.platform == platform.id]
        if not own:
            return platform
        from vault.policy.overrides import lay_over  # most districts have none

        for override in own:
            platform = lay_over(platform, override)
        return platform

    def _near(self, name: str) -> str:
        from difflib import get_close_matches  # only a mistyped name needs it

        ids = {key: platform.id for platform in self for key in _keys(platform)}
        found = dict.fromkeys(ids[key] for key in get_close_matches(_key(name), ids, n=8, cutoff=0.6))
        near = list(found)[:_MOST_NEAR]
        return f"did you mean {' or '.join(near)}?" if near else "custody platform list"


def platform_from(table: Mapping[str, Any]) -> Platform:
    """The platform that a parsed catalogue file describes.

    Args:
        table: The file's table; an absent key is an unknown fact.

    Raises:
        KeyError: A key that every platform has is absent.
        ValueError: A word is outside its vocabulary.
    """
    shared = table.get("shared_password", {})
    delegated = table["delegated"]
    return Platform(
        id=table["id"],
        name=table["name"],
        aliases=tuple(table["aliases"]),
        domains=tuple(table["domains"]),
        status=PlatformStatus(table["status"]),
        status_note=table.get("status_note"),
        named_in_policy=table["named_in_policy"],
        auth_model=table["auth_model"],
        password=_limits(table["password"]),
        shared_password_refused=shared.get("refused"),
        instead=shared.get("instead"),
        mfa=tuple(Factor(each) for each in table["mfa"]),
        mfa_absent=table.get("mfa_absent"),
        mfa_note=table.get("mfa_note"),
        change_password_url=table.get("change_password_url"),
        well_known_change_password=table.get("well_known_change_password"),
        delegated=Delegation(
            available=delegated.get("available"),
            how=delegated["how"],
            each_person_needs_own_login=delegated.get("each_person_needs_own_login"),
            gotcha=delegated.get("gotcha"),
            leaver_acts_first=delegated.get("leaver_acts_first", False),
        ),
        group_kind=table.get("group_kind"),
        rule7_fit=table.get("rule7_fit"),
        min_age=table.get("min_age"),
        notes=tuple(table["notes"]),
        sources=tuple(
            Source(fact=each["fact"], source=each["source"], confidence=Confidence(each["confidence"]))
            for each in table["sources"]
        ),
    )


def _limits(table: Mapping[str, Any]) -> PasswordLimits:
    return PasswordLimits(
        min=table.get("min"),
        max=table.get("max"),
        allowed_special=table.get("allowed_special"),
        special_permitted=table.get("special_permitted"),
        required=tuple(CharacterClass(each) for each in table["required"]),
    )


@cache
def _packaged_ids() -> tuple[str, ...]:
    return packaged_names("platforms", ".toml")


@cache
def _packaged(platform: str) -> Platform:
    import tomllib  # not every command reads the catalogue

    return platform_from(tomllib.loads(packaged_text("platforms", f"{platform}.toml")))


def _key(name: str) -> str:
    """A name as it is compared: no case, no scheme, no `www.`, single spaces."""
    text = " ".join(name.casefold().split())
    return re.sub(r"^(https?://)?(www\.)?", "", text).rstrip("/")


def _keys(platform: Platform) -> frozenset[str]:
    return frozenset(_key(each) for each in (platform.id, platform.name, *platform.aliases, *platform.domains))


def _only(name: str, platforms: list[Platform]) -> Platform | None:
    if len(platforms) > 1:
        listed = ", ".join(platform.id for platform in platforms)
        raise Ambiguous(f"several platforms are called {name!r}", hint=f"give the id: {listed}")
    return platforms[0] if platforms else None
