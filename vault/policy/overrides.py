"""A district's own findings about platforms: checked, and laid over the catalogue."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from vault.errors import InvalidInput, VaultError
from vault.policy.catalogue import Catalogue
from vault.policy.mfa import Factor, parse_factor
from vault.policy.naming import has_hidden_characters, require_plain_text
from vault.policy.platforms import Confidence, Platform, PlatformStatus, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vault.domain.policies import PlatformOverride

MOST_LENGTH: Final = 4096
"""The longest password limit that is believed, in characters."""
_MOST_SOURCE: Final = 300
_MOST_URL: Final = 500
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_URL: Final = re.compile(r"https://(?:\{server\}|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/[\x21-\x7e]*)?")
_SPECIALS: Final = re.compile(r"[!-/:-@\[-`{-~]{1,32}")


def require_overrides(overrides: Sequence[PlatformOverride]) -> tuple[PlatformOverride, ...]:
    """The findings, each of them and all together fit to be laid over the catalogue.

    Raises:
        InvalidInput: Some are not; every fault is listed.
    """
    faults = override_faults(overrides)
    if faults:
        raise InvalidInput(f"the platform overrides have {len(faults)} faults", faults=faults)
    return tuple(overrides)


def override_faults(overrides: Sequence[PlatformOverride]) -> tuple[str, ...]:
    """What is wrong with the findings, one line each; empty for nothing."""
    plain = Catalogue.load()
    faults: list[str] = []
    seen: set[tuple[str, str]] = set()
    merged: dict[str, Platform] = {}
    for number, override in enumerate(overrides, start=1):
        where = f"override {number}"
        if (override.platform, override.fact) in seen:
            faults.append(f"{where}: the same fact of the same platform is given twice")
        seen.add((override.platform, override.fact))
        if override.platform not in plain.ids:
            faults.append(f"{where}: platform is no id of the catalogue")
            continue
        try:
            _require_provenance(override)
            base = merged.get(override.platform) or plain.get(override.platform)
            merged[override.platform] = lay_over(base, override)
        except VaultError as error:
            faults.append(f"{where}: {error.message}")
    faults += [f"{each.id}: password.min is more than password.max" for each in merged.values() if _is_crossed(each)]
    return tuple(faults)


def lay_over(platform: Platform, override: PlatformOverride) -> Platform:
    """The platform with one finding in place of what the catalogue says, its source included.

    Raises:
        InvalidInput: The fact cannot be overridden, or cannot have that value.
    """
    change = _CHANGES.get(override.fact)
    if change is None:
        raise InvalidInput(f"fact is none of {', '.join(_CHANGES)}")
    own = Source(fact=override.fact, source=f"{override.source} ({override.date})", confidence=Confidence.DISTRICT)
    others = tuple(source for source in platform.sources if source.fact != override.fact)
    return replace(change(platform, override.value), sources=(*others, own))


def _require_provenance(override: PlatformOverride) -> None:
    require_plain_text("source", override.source, _MOST_SOURCE)
    try:
        is_date = bool(_DATE.fullmatch(override.date)) and bool(date.fromisoformat(override.date))
    except ValueError:
        is_date = False
    if not is_date:
        raise InvalidInput("date is not a day such as 2026-09-01")


def _is_crossed(platform: Platform) -> bool:
    least, most = platform.password.min, platform.password.max
    return least is not None and most is not None and least > most


def _with_min(platform: Platform, value: str) -> Platform:
    return replace(platform, password=replace(platform.password, min=_number(value)))


def _with_max(platform: Platform, value: str) -> Platform:
    return replace(platform, password=replace(platform.password, max=_number(value)))


def _with_allowed_special(platform: Platform, value: str) -> Platform:
    if not _SPECIALS.fullmatch(value) or len(set(value)) != len(value):
        raise InvalidInput("value is not a run of different special characters such as !@#$")
    return replace(platform, password=replace(platform.password, allowed_special=value))


def _with_special_permitted(platform: Platform, value: str) -> Platform:
    if value not in {"true", "false"}:
        raise InvalidInput("value is neither true nor false")
    return replace(platform, password=replace(platform.password, special_permitted=value == "true"))


def _with_mfa(platform: Platform, value: str) -> Platform:
    if value == "none":
        return replace(platform, mfa=(), mfa_absent=True)
    factors = tuple(dict.fromkeys(parse_factor(each) for each in value.split(",")))
    if Factor.OTHER in factors:
        raise InvalidInput("value names no way of multi-factor authentication: say which, or none")
    return replace(platform, mfa=factors, mfa_absent=False)


def _with_change_password_url(platform: Platform, value: str) -> Platform:
    if not _URL.fullmatch(value) or len(value) > _MOST_URL or has_hidden_characters(value):
        raise InvalidInput("value is not an https address")
    return replace(platform, change_password_url=value)


def _with_status(platform: Platform, value: str) -> Platform:
    try:
        status = PlatformStatus(value)
    except ValueError:
        raise InvalidInput("value is neither active nor defunct") from None
    return replace(platform, status=status)


def _number(value: str) -> int:
    if not _NUMBER.fullmatch(value) or not 1 <= int(value) <= MOST_LENGTH:
        raise InvalidInput(f"value is not a number from 1 to {MOST_LENGTH}")
    return int(value)


_CHANGES: Final[dict[str, Callable[[Platform, str], Platform]]] = {
    "password.min": _with_min,
    "password.max": _with_max,
    "password.allowed_special": _with_allowed_special,
    "password.special_permitted": _with_special_permitted,
    "mfa": _with_mfa,
    "change_password_url": _with_change_password_url,
    "status": _with_status,
}
