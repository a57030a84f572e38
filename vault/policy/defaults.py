"""The policy that a district starts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.domain.policies import Policy
from vault.errors import InvalidInput
from vault.policy.mail_domains import require_allowlist_entry
from vault.policy.naming import require_plain_text
from vault.policy.packaged import packaged_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_NAME = 120


def default_policy(district: str, domains: Sequence[str]) -> Policy:
    """Version 1 of the settings: the district's name and domains, our notice text, and the limits of `Policy`.

    Args:
        district: The district's name as its people write it; its words are barred from passwords.
        domains: E-mail domains of staff.

    Raises:
        InvalidInput: The name is no line of text, or no domain is given, or one is no mail domain.
        PolicyRefusal: A domain cannot be a district's alone (see `require_allowlist_entry`).
    """
    name = require_plain_text("the district's name", district, _MOST_NAME)
    entries = tuple(dict.fromkeys(map(require_allowlist_entry, domains)))
    if not entries:
        raise InvalidInput("a district needs at least one e-mail domain", hint="--domain ridge.k12.example")
    return Policy(version=1, district=name, domains=entries, monitoring_notice=monitoring_notice(name))


def monitoring_notice(district: str) -> str:
    """Our text of the notice that C.G.S. 31-48d (as amended by Public Act 26-73) asks for, in the district's name.

    It names the types of monitoring and the locations; a district adds its buildings by name in the policy file.

    Args:
        district: The district's name.
    """
    text = packaged_text("data", "monitoring_notice.txt")
    return text.replace("{district}", district).strip()
