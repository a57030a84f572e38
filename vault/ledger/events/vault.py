"""The founding, and the district's policy."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import Digest, PersonId, UnitId
from vault.domain.keys import PublicKeys, SealedKey
from vault.domain.persons import Lock
from vault.domain.policies import Policy
from vault.domain.vaults import Recovery
from vault.ledger.events.base import Event, register


@register("vault.founded")
@dataclass(frozen=True, slots=True, kw_only=True)
class VaultFounded(Event):
    """The first entry: everything that has to be there before anybody can do anything.

    Attributes:
        policy: Version 1 of the district's settings.
        person: The founder, who becomes the district's first IT member.
        username: The founder's.
        name: The founder's.
        email: The founder's.
        keys: The founder's.
        lock: The founder's.
        unit: The district unit, `district`.
        unit_public: Its public sealing key.
        copies: Its private half, sealed to the founder and to the recovery key.
        recovery: The recovery key.
    """

    policy: Policy
    person: PersonId
    username: str
    name: str
    email: str
    keys: PublicKeys
    lock: Lock
    unit: UnitId
    unit_public: bytes
    copies: tuple[SealedKey, ...]
    recovery: Recovery

    @property
    def records(self) -> tuple[Digest, ...]:
        """The founder's lock, the unit key's copies and the storage key."""
        return (self.lock.record, *(copy.record for copy in self.copies), self.recovery.storage_key)


@register("policy.set")
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet(Event):
    """A new version of the settings, whole."""

    policy: Policy


@register("notice.acknowledged")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAcknowledged(Event):
    """The author has read the monitoring notice of that version of the policy (C.G.S. 31-48d)."""

    policy: int
