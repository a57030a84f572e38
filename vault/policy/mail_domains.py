"""Mail domains: which may stand on a district's allow-list, and which are known to be anybody's.

The lists choose the words of a refusal. None is complete, so none decides against a supervisor's designation.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from vault.errors import PolicyRefusal
from vault.policy.addresses import has_mixed_scripts, parse_domain
from vault.policy.packaged import packaged_text

_CLAUSE: Final = "2"
LISTS: Final = ("disposable", "relays", "free_providers")
"""Names of the lists."""


def require_allowlist_entry(domain: str) -> str:
    """A district's mail domain, fit for the allow-list, in lower-case ASCII.

    Args:
        domain: As typed, without `@`.

    Raises:
        InvalidInput: It is no mail domain.
        PolicyRefusal: Addresses under it are not the district's alone: a public suffix such as `k12.ct.us`, a free
            provider, a disposable or forwarding domain, or mixed scripts.
    """
    entry = parse_domain(domain)
    if has_mixed_scripts(entry):
        raise PolicyRefusal(f"{entry} mixes letters of several scripts", clause=_CLAUSE)
    if _is_public_suffix(entry):
        raise PolicyRefusal(
            f"{entry} is a public suffix: it would admit everybody's addresses under it, not this district's alone",
            clause=_CLAUSE,
            hint=f"name the district's own part, such as ridge.{entry}",
        )
    if any(is_listed(entry, name) for name in LISTS):
        raise PolicyRefusal(
            f"{entry} is open to anybody, so it cannot be a district domain",
            clause=_CLAUSE,
            hint="custody email designate ADDRESS allows a single address",
        )
    return entry


def is_listed(domain: str, name: str) -> bool:
    """Whether the domain, or one above it, stands in one of our lists.

    Args:
        domain: In lower-case ASCII.
        name: `free_providers`, `disposable` or `relays`.
    """
    labels = domain.split(".")
    return any(".".join(labels[start:]) in _list(name) for start in range(len(labels) - 1))


@cache
def _list(name: str) -> frozenset[str]:
    text = packaged_text("data", f"{name}.txt")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _is_public_suffix(domain: str) -> bool:
    from publicsuffixlist import PublicSuffixList  # its list is large and only settings need it

    return bool(PublicSuffixList().is_public(domain))
