"""Epochs of units' keys: a key made anew, and a credential's escrow copy that follows it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import AccountId, CredentialId, Digest, UnitId
from vault.domain.keys import SealedKey
from vault.ledger.events.base import Event, register


@register("unit.rekeyed")
@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRekeyed(Event):
    """A unit has a new key, of the next epoch: fresh, so that nobody who opened an older one opens it.

    Attributes:
        unit: Whose key.
        epoch: The old one's number and one more.
        public: The new public sealing key.
        copies: The new private half, sealed to every supervisor and IT member of the unit and to the unit above; the
            district's to the recovery key.
        reason: Why; may be "" when a keyholder's end or a new key above asks for it.
    """

    unit: UnitId
    epoch: int
    public: bytes
    copies: tuple[SealedKey, ...]
    reason: str

    @property
    def records(self) -> tuple[Digest, ...]:
        """The copies of the private half."""
        return tuple(copy.record for copy in self.copies)


@register("credential.resealed")
@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialResealed(Event):
    """The escrow copy of a version's data key is sealed to the unit's newest key; nothing else of it changes.

    Attributes:
        account: Whose.
        credential: Which version.
        copy: The data key, sealed to the unit.
        unit_epoch: The epoch of the unit's key that it is sealed to.
        replaced: The record of the escrow copy before, which is destroyed.
    """

    account: AccountId
    credential: CredentialId
    copy: SealedKey
    unit_epoch: int
    replaced: Digest

    @property
    def records(self) -> tuple[Digest, ...]:
        """The new copy."""
        return (self.copy.record,)

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The copy before."""
        return (self.replaced,)
