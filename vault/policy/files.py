"""The policy file: the district's settings as TOML, written by people, every fault told at once.

A setting that a file does not name stays as it was.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from vault.domain.policies import PlatformOverride, Policy
from vault.errors import InvalidInput, VaultError
from vault.policy.mail_domains import require_allowlist_entry
from vault.policy.naming import require_plain_lines, require_plain_text
from vault.policy.overrides import override_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_FILE: Final = 256 * 1024
"""Longest policy file that is read, in characters."""
NEVER: Final = "never"
"""What a file says for `rotation_days` where credentials change on events only."""
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "permission_days": (1, 365),
    "checkout_minutes": (5, 1440),
    "rotation_days": (1, 3650),
    "retired_kept": (0, 20),
}
"""Setting to its least and most."""

_MOST_NAME: Final = 120
_LEAST_NOTICE: Final = 200
_MOST_NOTICE: Final = 20_000
_MOST_LISTED: Final = 200
_OVERRIDE_KEYS: Final = tuple(each.name for each in fields(PlatformOverride))


def parse_policy(text: str, *, previous: Policy) -> Policy:
    """The next version of the policy, from a policy file.

    Args:
        text: The file.
        previous: The version in force: what the file does not name stays, and the version is one more.

    Raises:
        InvalidInput: The file is no TOML, or settings are unknown or wrong; `faults` has a line for each.
    """
    table = _table(text)
    values: dict[str, Any] = {}
    faults = [f"{key}: no such setting; there are {', '.join(_READERS)}" for key in table if key not in _READERS]
    for key, read in _READERS.items():
        if key not in table:
            continue
        try:
            values[key] = read(table[key])
        except VaultError as error:
            faults += [f"{key}: {fault}" for fault in error.faults or (error.message,)]
    if faults:
        raise InvalidInput(f"the policy file has {len(faults)} faults", faults=tuple(faults))
    return _next(previous, values)


def policy_to_toml(policy: Policy) -> str:
    """A policy as a file that `parse_policy` reads back to the same settings."""
    lines = [
        f"# Version {policy.version}. A setting that is left out stays as it was.",
        f"district = {_quoted(policy.district)}",
        f"domains = {_listed(policy.domains)}",
        f"words = {_listed(policy.words)}",
        f"permission_days = {policy.permission_days}",
        f"checkout_minutes = {policy.checkout_minutes}",
        f"rotation_days = {_quoted(NEVER) if policy.rotation_days is None else policy.rotation_days}",
        f"retired_kept = {policy.retired_kept}",
        f"monitoring_notice = {_quoted_lines(policy.monitoring_notice)}",
    ]
    if not policy.overrides:
        lines.append("overrides = []")
    for override in policy.overrides:
        lines += ["", "[[overrides]]"]
        lines += [f"{key} = {_quoted(getattr(override, key))}" for key in _OVERRIDE_KEYS]
    return "\n".join(lines) + "\n"


def _next(previous: Policy, values: Mapping[str, Any]) -> Policy:
    kept = {each.name: getattr(previous, each.name) for each in fields(Policy)}
    return Policy(**{**kept, **values, "version": previous.version + 1})


def _table(text: str) -> dict[str, Any]:
    import tomllib  # only settings need it

    if len(text) > MOST_FILE:
        raise InvalidInput(f"the policy file has more than {MOST_FILE} characters")
    try:
        return tomllib.loads(text)
    except (
        ValueError,
        RecursionError,
    ) as error:  # a number of 5,000 digits and a bracket 10,000 deep are no TOMLDecodeError
        raise InvalidInput("the policy file is not TOML", faults=(str(error).lower().rstrip("."),)) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidInput("must be text in quotes")
    return value


def _district(value: object) -> str:
    return require_plain_text("the name", _text(value), _MOST_NAME)


def _notice(value: object) -> str:
    return require_plain_lines("the notice", _text(value), _MOST_NOTICE, least=_LEAST_NOTICE)


def _texts(value: object, read: Callable[[str], str]) -> tuple[str, ...]:
    """A list of texts, each read by `read`, each once, with every fault of every one."""
    if not isinstance(value, list):
        raise InvalidInput("must be a list of texts")
    if len(value) > _MOST_LISTED:
        raise InvalidInput(f"has more than {_MOST_LISTED} items")
    found: list[str] = []
    faults: list[str] = []
    for number, each in enumerate(value, start=1):
        try:
            found.append(read(_text(each)))
        except VaultError as error:
            faults.append(f"item {number}: {error.message}")
    if faults:
        raise InvalidInput("some items are wrong", faults=tuple(faults))
    return tuple(dict.fromkeys(found))


def _domains(value: object) -> tuple[str, ...]:
    domains = _texts(value, require_allowlist_entry)
    if not domains:
        raise InvalidInput("must name at least one, or no address could be used")
    return domains


def _words(value: object) -> tuple[str, ...]:
    return _texts(value, lambda text: require_plain_text("the word", text, _MOST_NAME, least=2))


def _whole(name: str) -> Callable[[object], int]:
    least, most = LIMITS[name]

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise InvalidInput(f"must be a whole number from {least} to {most}")
        return value

    return read


def _rotation(value: object) -> int | None:
    if value == NEVER:
        return None
    try:
        return _whole("rotation_days")(value)
    except InvalidInput as error:
        raise InvalidInput(f'{error.message}, or "{NEVER}"') from error


def _overrides(value: object) -> tuple[PlatformOverride, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise InvalidInput("must be [[overrides]] tables")
    if len(value) > _MOST_LISTED:
        raise InvalidInput(f"has more than {_MOST_LISTED} items")
    wanted = set(_OVERRIDE_KEYS)
    faults = tuple(
        f"override {number}: needs exactly {', '.join(_OVERRIDE_KEYS)}, each as text in quotes"
        for number, each in enumerate(value, start=1)
        if set(each) != wanted or not all(isinstance(text, str) for text in each.values())
    )
    overrides = () if faults else tuple(PlatformOverride(**each) for each in value)
    faults = faults or override_faults(overrides)
    if faults:
        raise InvalidInput("some overrides are wrong", faults=faults)
    return overrides


_READERS: Final[dict[str, Callable[[object], Any]]] = {
    "district": _district,
    "domains": _domains,
    "words": _words,
    "permission_days": _whole("permission_days"),
    "checkout_minutes": _whole("checkout_minutes"),
    "rotation_days": _rotation,
    "retired_kept": _whole("retired_kept"),
    "monitoring_notice": _notice,
    "overrides": _overrides,
}


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _listed(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted_lines(text: str) -> str:
    return '"""\n' + "\n".join(_quoted(line)[1:-1] for line in text.split("\n")) + '"""'
