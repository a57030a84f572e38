"""How a rule is written: a pure function from the state and an entry to the documents that it changes.

A rule refuses by raising an error of `vault.errors`. It sees the state and the entry, never a clock, a setting or a
file, so every reader of the ledger comes to the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from vault.domain.documents import Document
from vault.domain.ids import is_id
from vault.errors import InvalidInput, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import Event
from vault.ledger.view import View, the_vault
from vault.policy.naming import LEAST_REASON, MOST_REASON, require_plain_text

Changes = Iterable[Document]
Rule = Callable[[View, Entry, Any], Changes]
E = TypeVar("E", bound=Event)

_DOMAIN: Final = re.compile(r"(?=.{3,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL: Final = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")

RULES: dict[type[Event], Rule] = {}
"""The rule of each event of rules version 1."""


def rule(event: type[E]) -> Callable[[Callable[[View, Entry, E], Changes]], Callable[[View, Entry, E], Changes]]:
    """Make a function the rule of an event."""

    def add(function: Callable[[View, Entry, E], Changes]) -> Callable[[View, Entry, E], Changes]:
        RULES[event] = function
        return function

    return add


def require_current_policy(view: View, version: int) -> None:
    """Refuse a decision that cites another version of the policy than the one in force.

    Raises:
        WrongState: Naming both versions.
    """
    current = the_vault(view).policy.version
    if version != current:
        raise WrongState(
            f"this was decided under version {version} of the policy, and version {current} is in force",
            hint="run the command again",
        )


def require_thawed(view: View) -> None:
    """Refuse new grants after the officers have opened the vault, until keys and shares are made anew.

    Raises:
        WrongState: Naming the request.
    """
    opened = the_vault(view).opened
    if opened is not None:
        raise WrongState(
            f"the vault is frozen: its officers opened it for {opened}, and new shares come first",
            hint="IT of the district, with the officers: custody recovery reshare",
        )


def require_new(view: View, noun: type[Document], key: str) -> None:
    """Refuse an id that is not one of ours, or is already taken.

    Raises:
        InvalidInput: It has not the form of an id.
        WrongState: It is taken; naming it.
    """
    if not is_id(key):
        raise InvalidInput(f"{key!r} is not an id")
    if view.find(noun, key) is not None:
        raise WrongState(f"the id {key} is already taken")


def require_text(label: str, text: str, most: int, *, least: int = 1) -> None:
    """Refuse text that is not one plain line, or not stored in its plain form (B3).

    Raises:
        InvalidInput: Naming the label.
    """
    if require_plain_text(label, text, most, least=least) != text:
        raise InvalidInput(f"{label} is not in its plain form")


def require_end(what: str, at: datetime, until: datetime, most: timedelta, *, hint: str | None = None) -> None:
    """Refuse an end that is not in UTC, not after now, or further off than `most`.

    Args:
        what: What ends, and within which time, for the message.
        at: Now: the entry's time.
        until: The end.
        most: The longest allowed.
        hint: The next step.

    Raises:
        InvalidInput: Naming what.
    """
    if until.utcoffset() != timedelta(0):
        raise InvalidInput(f"{what}, and its end is given in UTC")
    if not at < until <= at + most:
        raise InvalidInput(what, hint=hint)


def require_domain(domain: str) -> None:
    """Refuse a domain that is not plain ASCII in lower case, such as `ridge.k12.example`.

    Public suffixes are the client's to refuse: their list changes, and a rule must not change with it.

    Raises:
        InvalidInput: Naming the domain.
    """
    if not _DOMAIN.fullmatch(domain):
        raise InvalidInput(f"the e-mail domain {domain} is not in its plain form")


def require_address(address: str) -> str:
    """The domain of a plain ASCII address.

    Raises:
        InvalidInput: Naming the address.
    """
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local):
        raise InvalidInput(f"the address {address} is not in its plain form")
    require_domain(domain)
    return domain


def require_reason(text: str) -> None:
    """Refuse a reason that a later reader could not understand.

    Raises:
        InvalidInput: It is too short, too long, or no plain line of text.
    """
    require_text("the reason", text, MOST_REASON, least=LEAST_REASON)
