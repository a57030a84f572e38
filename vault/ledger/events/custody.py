"""Custody that passes from one holder to another."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.custody import HolderCopy
from vault.domain.ids import AccountId, Digest, PersonId
from vault.ledger.events.base import Event, register


@register("account.transfer-offered")
@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOffered(Event):
    """A holder offers a place; it passes when the person named accepts. A newer offer takes an older one's place.

    Attributes:
        account: What.
        is_second: The second holder's place; otherwise the custodian's.
        to: Who is to have it.
        copies: The data keys of the versions in use that are not sealed to that person yet.
        replaced: The copies of the offer before, which are destroyed.
        reason: Why, or "".
    """

    account: AccountId
    is_second: bool
    to: PersonId
    copies: tuple[HolderCopy, ...]
    replaced: tuple[Digest, ...]
    reason: str

    @property
    def records(self) -> tuple[Digest, ...]:
        """The copies."""
        return tuple(each.copy.record for each in self.copies)

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The copies of the offer before."""
        return self.replaced


@register("account.transfer-accepted")
@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAccepted(Event):
    """The author accepts the place that a holder has offered them.

    Attributes:
        account: What.
        replaced: The leaving holder's copies, which are destroyed.
    """

    account: AccountId
    replaced: tuple[Digest, ...]

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The leaving holder's copies."""
        return self.replaced


@register("account.transferred")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTransferred(Event):
    """A supervisor gives a holder's place to somebody else, whoever has it.

    Attributes:
        account: What.
        is_second: The second holder's place; otherwise the custodian's.
        to: Who has it from now on; None leaves the second's place empty.
        copies: The data keys of the versions in use that are not sealed to that person yet.
        replaced: The leaving holder's copies and those of an open offer, which are destroyed.
        reason: Why, or "".
    """

    account: AccountId
    is_second: bool
    to: PersonId | None
    copies: tuple[HolderCopy, ...]
    replaced: tuple[Digest, ...]
    reason: str

    @property
    def records(self) -> tuple[Digest, ...]:
        """The copies."""
        return tuple(each.copy.record for each in self.copies)

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The leaving holder's copies, and those of an open offer."""
        return self.replaced
