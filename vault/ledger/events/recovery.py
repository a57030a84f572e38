"""Recovery: what is asked of the officers, what they give and open, and what is made anew afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.ids import Digest, RequestId, UnitId
from vault.domain.keys import SealedKey
from vault.domain.recovery import Scope
from vault.domain.vaults import Recovery
from vault.ledger.events.base import Event, register


@register("recovery.requested")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRequested(Event):
    """Somebody asks the officers to open what nobody else can.

    Attributes:
        request: Its id.
        scope: What.
        reason: Why; 10 characters or more.
        until: When the request ends.
        public: The public half of its one-time key, 1,216 bytes.
    """

    request: RequestId
    scope: Scope
    reason: str
    until: datetime
    public: bytes


@register("recovery.share-given")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryShareGiven(Event):
    """The author has sealed a share to a request's one-time key.

    Attributes:
        request: Which request.
        index: The share's number.
        record: The sealed record.
    """

    request: RequestId
    index: int
    record: Digest

    @property
    def records(self) -> tuple[Digest, ...]:
        """The sealed share."""
        return (self.record,)


@register("recovery.opened")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryOpened(Event):
    """The officers have opened the vault for a request. Committed before anything is shown.

    Attributes:
        request: Which request.
        shares: The numbers of the shares that were used, rising.
        consent: The recovery key's signature, 64 bytes, which only enough shares give.
    """

    request: RequestId
    shares: tuple[int, ...]
    consent: bytes


@register("recovery.drilled")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryDrilled(Event):
    """The officers' shares opened the district unit's key and the storage key's copy, and nothing else.

    Attributes:
        shares: The numbers of the shares that were used, rising.
        consent: The recovery key's signature, 64 bytes.
    """

    shares: tuple[int, ...]
    consent: bytes


@register("escrow.drilled")
@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowDrilled(Event):
    """A supervisor has opened the key of every unit that they supervise, and of all below, and no credential.

    Attributes:
        units: The units in which they are supervisor, by id.
    """

    units: tuple[UnitId, ...]


@register("recovery.reshared")
@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReshared(Event):
    """A new recovery key with new shares; all that was sealed to the old one is sealed to it, and destroyed there.

    Attributes:
        recovery: The new recovery key.
        copies: The district unit's key, every kept epoch of it, newest first, sealed to the new recovery key.
        reason: Why.
        shares: The numbers of the old shares that were used, rising.
        consent: The old recovery key's signature, 64 bytes, over the new one's fingerprint.
        retired: What was sealed to the old key or to a request's one-time key, destroyed by this.
    """

    recovery: Recovery
    copies: tuple[SealedKey, ...]
    reason: str
    shares: tuple[int, ...]
    consent: bytes
    retired: tuple[Digest, ...]

    @property
    def records(self) -> tuple[Digest, ...]:
        """The new copies, and the storage key's."""
        return (*(copy.record for copy in self.copies), self.recovery.storage_key)

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The old ones."""
        return self.retired


@register("storage-key.sealed")
@dataclass(frozen=True, slots=True, kw_only=True)
class StorageKeySealed(Event):
    """The storage key's newest file, sealed to the recovery key in place of an older one.

    Attributes:
        record: The sealed record.
        replaced: The one before, which is destroyed.
        term: The newest term in it.
    """

    record: Digest
    replaced: Digest
    term: int

    @property
    def records(self) -> tuple[Digest, ...]:
        """The new copy."""
        return (self.record,)

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The copy before."""
        return (self.replaced,)
