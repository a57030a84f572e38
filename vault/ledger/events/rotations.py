"""Rotation: stage, confirm or abandon; and the destruction of retired ciphertext."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.credentials import SealedCredential
from vault.domain.ids import AccountId, CredentialId, Digest, RotationId
from vault.ledger.events.base import Event, register


@register("rotation.staged")
@dataclass(frozen=True, slots=True, kw_only=True)
class RotationStaged(Event):
    """A new version stands beside the current one.

    Attributes:
        rotation: The open rotation's id, or a new one.
        account: What.
        old: The version that is current.
        credential: The new version, with the next number.
        reason: Why; "" when it was owed.
        policy: The version of the policy that it was judged under.
    """

    rotation: RotationId
    account: AccountId
    old: CredentialId
    credential: SealedCredential
    reason: str
    policy: int

    @property
    def records(self) -> tuple[Digest, ...]:
        """The envelope and the copies of its data key."""
        return (self.credential.envelope, *(copy.record for copy in self.credential.copies))


@register("rotation.confirmed")
@dataclass(frozen=True, slots=True, kw_only=True)
class RotationConfirmed(Event):
    """The platform has taken the new password: the new version is current, the old one retired."""

    rotation: RotationId


@register("rotation.abandoned")
@dataclass(frozen=True, slots=True, kw_only=True)
class RotationAbandoned(Event):
    """The old password still holds: the staged version is given up. What was owed stays owed."""

    rotation: RotationId
    reason: str


@register("credential.destroyed")
@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialDestroyed(Event):
    """The ciphertext of a retired version, beyond those that the policy keeps, is destroyed.

    Attributes:
        account: Whose.
        credential: Which version.
        digests: Every record of it.
    """

    account: AccountId
    credential: CredentialId
    digests: tuple[Digest, ...]

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """Every record of the version."""
        return self.digests
