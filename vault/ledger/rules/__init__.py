"""The rules: the only place where anything is authorised or the Board's policy is applied.

`apply` is one pure function family, (state, entry) → changed documents or a refusal. It runs before an append and again
on every client that follows the ledger, so an entry that a modified client forced in changes nothing for anybody. One
file a noun; `RULES_VERSION` names what is judged here, and an entry is judged by the version that it names, for ever.
"""

from __future__ import annotations

from vault.domain.documents import Document
from vault.errors import NotPermitted
from vault.ledger.entry import RULES_VERSION, Entry
from vault.ledger.rules import (
    accounts,
    backups,
    checkouts,
    custody,
    departures,
    epochs,
    escrow,
    exposures,
    incidents,
    permissions,
    persons,
    recovery,
    rotations,
    units,
    vault,
)
from vault.ledger.rules.base import RULES
from vault.ledger.view import View

__all__ = ["RULES", "RULES_VERSION", "apply"]

_FILES = (
    accounts,
    backups,
    checkouts,
    custody,
    departures,
    epochs,
    escrow,
    exposures,
    incidents,
    permissions,
    persons,
    recovery,
    rotations,
    units,
    vault,
)
"""Importing them fills `RULES`."""


def apply(view: View, entry: Entry) -> tuple[Document, ...]:
    """Judge an entry whose bytes, chain and signatures have been verified.

    Args:
        view: The state before it.
        entry: The entry.

    Returns:
        The documents that it makes or replaces.

    Raises:
        VaultError: The rules refuse it; the error says in the author's words why.
    """
    judge = RULES.get(type(entry.event))
    if judge is None:
        raise NotPermitted(f"no rule allows {entry.envelope.kind}")
    return tuple(judge(view, entry, entry.event))
