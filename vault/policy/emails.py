"""Rule 2: the e-mail linked to an official account.

What decides is the district's allow-list, then a supervisor's designation of one exact address. The lists of free,
disposable and forwarding domains only choose the words of a refusal: no such list is complete, and an address at a free
provider can be right when it is designated.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from vault.domain.verdicts import Verdict
from vault.policy.addresses import has_mixed_scripts, parse_address
from vault.policy.mail_domains import is_listed
from vault.policy.verdicts import check

if TYPE_CHECKING:
    from collections.abc import Collection

    from vault.domain.policies import Policy

CHECKER: Final = "emails/1"
_CLAUSE: Final = "2"
_ALIKE: Final = 0.9
_FEWEST_NAMES: Final = 2


class AddressKind(Enum):
    """What an address is, as far as its domain tells."""

    DISTRICT = "district"
    DESIGNATED = "designated"
    SUBDOMAIN = "subdomain"
    LOOK_ALIKE = "look-alike"
    FREE = "free-provider"
    DISPOSABLE = "disposable"
    RELAY = "relay"
    OTHER = "other"


_MESSAGES: Final = {
    AddressKind.DISTRICT: "",
    AddressKind.DESIGNATED: "",
    AddressKind.SUBDOMAIN: "this is not one of the district's staff domains: a domain under one counts "
    "only if it is listed",
    AddressKind.LOOK_ALIKE: "this only looks like a district address: its domain is not the district's",
    AddressKind.FREE: "this is a personal e-mail provider: use your district address, or ask your supervisor to "
    "designate this one if the mailbox is not personal",
    AddressKind.DISPOSABLE: "this is a disposable address, and whoever comes next can open it: "
    "use your district address",
    AddressKind.RELAY: "this is a forwarding alias that hides the mailbox behind it: use your district address, or ask "
    "your supervisor to designate the mailbox itself",
    AddressKind.OTHER: "this is not a district address: use yours, or ask your supervisor to designate this one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A judged e-mail address.

    Attributes:
        address: The local part as typed, the domain in lower-case ASCII.
        domain: The domain alone.
        kind: What its domain tells.
        rule: What allowed it: `allow-list`, `designated`, or "" for nothing.
        verdict: The tests of rule 2.
        warnings: What is allowed but unwise, one line each.
    """

    address: str
    domain: str
    kind: AddressKind
    rule: str
    verdict: Verdict
    warnings: tuple[str, ...] = field(default=())


def judge_address(text: str, *, policy: Policy, designated: Collection[str], person_name: str = "") -> Address:
    """Judge an e-mail address against rule 2, in the order: form, allow-list, designation, refusal by kind.

    Args:
        text: As typed.
        policy: Its `domains` are the allow-list; only an exact domain matches.
        designated: Addresses that a supervisor designated; only an exact address matches.
        person_name: The employee's name; an address at a free provider that spells it is a personal one, even if
            designated (rule 2b).

    Raises:
        InvalidInput: It is not an e-mail address.
    """
    local, domain = parse_address(text)
    address = f"{local}@{domain}"
    if domain in policy.domains:
        kind, rule = AddressKind.DISTRICT, "allow-list"
    elif address in {"@".join(parse_address(each)) for each in designated}:
        kind, rule = AddressKind.DESIGNATED, "designated"
    else:
        kind, rule = _kind(domain, policy.domains), ""
    spells_name = rule == "designated" and is_listed(domain, "free_providers") and _spells(local, person_name)
    checks = (
        check(
            "email.script",
            holds=not has_mixed_scripts(domain),
            clause=_CLAUSE,
            message="the domain mixes letters of several scripts, as look-alikes do",
        ),
        check("email.allowed", holds=bool(rule), clause=_CLAUSE, message=_MESSAGES[kind]),
        check(
            "email.not-personal",
            holds=not spells_name,
            clause="2b",
            message="this looks like the employee's own mailbox, which no designation makes official: "
            "use a mailbox of the unit",
        ),
    )
    return Address(
        address=address,
        domain=domain,
        kind=kind,
        rule=rule,
        verdict=Verdict(checker=CHECKER, checks=checks),
        warnings=_warnings(domain) if rule == "designated" else (),
    )


def _kind(domain: str, allowed: Collection[str]) -> AddressKind:
    lists = {AddressKind.DISPOSABLE: "disposable", AddressKind.RELAY: "relays", AddressKind.FREE: "free_providers"}
    if any(domain.endswith(f".{each}") for each in allowed):
        return AddressKind.SUBDOMAIN
    for kind, name in lists.items():
        if is_listed(domain, name):
            return kind
    return AddressKind.LOOK_ALIKE if _looks_like(domain, allowed) else AddressKind.OTHER


def _looks_like(domain: str, allowed: Collection[str]) -> bool:
    from difflib import get_close_matches  # only a refusal needs it

    return any(each in domain for each in allowed) or bool(get_close_matches(domain, allowed, n=1, cutoff=_ALIKE))


def _warnings(domain: str) -> tuple[str, ...]:
    texts = {
        "disposable": "the address is a disposable one, which whoever comes next can open",
        "relays": "the address is a forwarding alias: make sure that the mailbox behind it is not a personal one",
        "free_providers": "the address is at a personal e-mail provider: make sure that a second person can open it",
    }
    return tuple(text for name, text in texts.items() if is_listed(domain, name))


def _spells(local: str, person_name: str) -> bool:
    """Whether a local part has both of a person's names, or consists of one and the other's initial."""
    parts = re.findall(r"[a-z]+", local.partition("+")[0].lower())
    box = "".join(parts)
    plain = unicodedata.normalize("NFKD", person_name).encode("ascii", "ignore").decode().lower()
    names = re.findall(r"[a-z]+", plain)
    if len(names) < _FEWEST_NAMES:
        return box in names
    first, last = names[0], names[-1]
    spelt = {f"{first}{last}", f"{last}{first}", f"{first[0]}{last}", f"{last}{first[0]}"}
    if len(first) > 1:
        spelt |= {f"{first}{last[0]}", f"{last[0]}{first}"}
    return box in spelt or {first, last} <= set(parts)
