"""A town, and what is going on in it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.ledger.town import Town
from vault.domain.ids import AccountId


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A town with an account of emma's, and ben as the second holder."""

    town: Town
    account: AccountId
