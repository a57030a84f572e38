"""First aid: an account is frozen, and resumed."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import AccountId
from vault.domain.incidents import Suspicion
from vault.ledger.events.base import Event, register


@register("account.suspended")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSuspended(Event):
    """Nobody checks the account out any more, and its credential is to be replaced.

    Attributes:
        account: What.
        why: Why.
        detail: What was seen, or "".
    """

    account: AccountId
    why: Suspicion
    detail: str


@register("account.resumed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResumed(Event):
    """A supervisor says that the account is the district's again, with another credential.

    Attributes:
        account: What.
        detail: What was done, or "".
    """

    account: AccountId
    detail: str
