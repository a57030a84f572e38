"""A person's two pairs."""

from __future__ import annotations

from vault.domain.keys import PublicKeys
from vault.sealing.frames import Random
from vault.sealing.guarded import SEED_BYTES, KeyMaterial
from vault.sealing.keypairs import SealingKey
from vault.sealing.signatures import SigningKey


class Identity(KeyMaterial):
    """A person's sealing pair and signing pair, opened.

    Attributes:
        sealing: Opens what is sealed to the person.
        signing: Signs the person's entries.
    """

    __slots__ = ("_seeds", "sealing", "signing")

    def __init__(self, sealing_seed: bytes, signing_seed: bytes) -> None:
        self.sealing = SealingKey.from_seed(sealing_seed)
        self.signing = SigningKey.from_seed(signing_seed)
        self._seeds = (sealing_seed, signing_seed)

    @classmethod
    def make(cls, random: Random) -> Identity:
        """A new identity from 64 random bytes."""
        return cls(random(SEED_BYTES), random(SEED_BYTES))

    @classmethod
    def from_seeds(cls, sealing_seed: bytes, signing_seed: bytes) -> Identity:
        """The identity of two 32-byte seeds.

        Raises:
            CannotOpen: One of them is not 32 bytes.
        """
        return cls(sealing_seed, signing_seed)

    @property
    def public(self) -> PublicKeys:
        """Both public halves, derived anew; compare them with the ledger's after every opening."""
        return PublicKeys(sealing=self.sealing.public.to_bytes(), signing=self.signing.public)

    def reveal_seeds(self) -> tuple[bytes, bytes]:
        """The sealing seed and the signing seed. Whoever calls this seals them at once."""
        return self._seeds
