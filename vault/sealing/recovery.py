"""The recovery key: made once, split among officers at once, and never kept.

Two pairs come from its one seed: the sealing pair opens the vault, and the signing pair says that the officers agreed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from vault.domain.ids import VaultId
from vault.errors import CannotOpen
from vault.sealing.derivation import derive_key
from vault.sealing.frames import Random, frame
from vault.sealing.guarded import SEED_BYTES, KeyMaterial
from vault.sealing.keypairs import SealingKey, SealingPublicKey
from vault.sealing.shares import Share, combine, combine_unsafe, split
from vault.sealing.signatures import SigningKey

CONSENTED_AS: Final = "custody-vault/officers-consent/1"
_SIGNING: Final = "custody-vault/recovery-signing/1"
_STATEMENT: Final = "custody-vault/officers-statement/1"


class Act(Enum):
    """What officers agree to."""

    OPEN = "open"
    DRILL = "drill"
    RESHARE = "reshare"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryKey:
    """A new recovery key, whose private half exists in its shares alone.

    Attributes:
        public: Seals the district unit's key and the storage key.
        signing: Verifies what the officers agree to; 32 bytes.
        shares: One for each officer; printed, handed out, never stored.
    """

    public: SealingPublicKey
    signing: bytes
    shares: tuple[Share, ...] = field(repr=False)

    @property
    def commitments(self) -> tuple[bytes, ...]:
        """What the signed entry says of each share, by index from 1; 32 bytes each."""
        return tuple(share.commitment for share in self.shares)


class OpenRecoveryKey(KeyMaterial):
    """The recovery key, open on one machine for one command.

    Args:
        seed: 32 bytes, as the shares give it.
    """

    __slots__ = ("sealing", "signing")

    def __init__(self, seed: bytes) -> None:
        self.sealing = SealingKey.from_seed(seed)
        self.signing = SigningKey.from_seed(derive_key(seed, frame(_SIGNING)))

    def consent(self, vault: VaultId, act: Act, subject: bytes, at: datetime) -> bytes:
        """The officers' consent to one act at one time: a signature of 64 bytes; see `consent_statement`."""
        return self.signing.sign(CONSENTED_AS, consent_statement(vault, act, subject, at))


def consent_statement(vault: VaultId, act: Act, subject: bytes, at: datetime) -> bytes:
    """What the officers' key signs.

    Args:
        vault: The vault's id.
        act: What they agree to.
        subject: What it is about: a request's id, or the new recovery key's fingerprint; b"" for a drill.
        at: The time of the entry that it stands in, so that it fits no other.
    """
    return frame(_STATEMENT, vault, act.value.encode(), subject, at.isoformat().encode())


def make_recovery_key(random: Random, *, threshold: int, shares: int) -> RecoveryKey:
    """Make and split a recovery key.

    Args:
        random: Source of the seed and the shares.
        threshold: How many officers open it together; at least 2.
        shares: How many officers there are.

    Raises:
        InvalidInput: That is no quorum.
    """
    seed = random(SEED_BYTES)
    key = OpenRecoveryKey(seed)
    return RecoveryKey(
        public=key.sealing.public, signing=key.signing.public, shares=split(seed, threshold, shares, random)
    )


def open_recovery(shares: Sequence[Share], commitments: Sequence[bytes], public: bytes) -> OpenRecoveryKey:
    """The recovery key, both its halves, from enough shares.

    Args:
        shares: What the officers gave.
        commitments: From the signed entry, by index from 1.
        public: The recovery key's public half, from the signed entry.

    Raises:
        InvalidInput: Too few shares, one twice, or shares of different sets.
        CannotOpen: A share that was not handed out, or shares that give another key than the ledger's.
    """
    key = OpenRecoveryKey(combine(shares, commitments))
    if key.sealing.public.to_bytes() != public:
        raise CannotOpen("the shares do not give the recovery key that the ledger shows")
    return key


def open_recovery_unsafe(shares: Sequence[Share]) -> OpenRecoveryKey:
    """As `open_recovery` where the ledger cannot be read: the caller must prove the key by what it opens.

    Raises:
        InvalidInput: Too few shares, one twice, or shares of different sets.
    """
    return OpenRecoveryKey(combine_unsafe(shares))


def open_recovery_key(shares: Sequence[Share], commitments: Sequence[bytes], public: bytes) -> SealingKey:
    """The recovery key's sealing half, from enough shares; see `open_recovery`.

    Raises:
        InvalidInput: Too few shares, one twice, or shares of different sets.
        CannotOpen: A share that was not handed out, or shares that give another key than the ledger's.
    """
    return open_recovery(shares, commitments, public).sealing
