"""The recovery key: made once, split among officers at once, and never kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from vault.errors import CannotOpen
from vault.sealing.frames import Random
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.keypairs import SealingKey, SealingPublicKey
from vault.sealing.shares import Share, combine, split


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryKey:
    """A new recovery key, whose private half exists in its shares alone.

    Attributes:
        public: Seals the district unit's key and the storage key.
        shares: One for each officer; printed, handed out, never stored.
    """

    public: SealingPublicKey
    shares: tuple[Share, ...] = field(repr=False)

    @property
    def commitments(self) -> tuple[bytes, ...]:
        """What the signed entry says of each share, by index from 1; 32 bytes each."""
        return tuple(share.commitment for share in self.shares)


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
    return RecoveryKey(public=SealingKey.from_seed(seed).public, shares=split(seed, threshold, shares, random))


def open_recovery_key(shares: Sequence[Share], commitments: Sequence[bytes], public: bytes) -> SealingKey:
    """The recovery key, from enough shares.

    Args:
        shares: What the officers gave.
        commitments: From the signed entry, by index from 1.
        public: The recovery key's public half, from the signed entry.

    Raises:
        InvalidInput: Too few shares, one twice, or shares of different sets.
        CannotOpen: A share that was not handed out, or shares that give another key than the ledger's.
    """
    key = SealingKey.from_seed(combine(shares, commitments))
    if key.public.to_bytes() != public:
        raise CannotOpen("the shares do not give the recovery key that the ledger shows")
    return key
