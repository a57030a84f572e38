"""What the ledger says about keys, without a key in it."""

from __future__ import annotations

from dataclasses import dataclass

from vault.domain.ids import Digest, Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class KdfParameters:
    """How one passphrase is stretched by Argon2id; it stands in the signed entry beside the locked identity.

    The floor and the ceiling are code: see `vault.sealing.passphrase.require_within_bounds`.

    Attributes:
        memory_kib: Memory in KiB.
        passes: Iterations over that memory.
        lanes: Degree of parallelism.
        salt: 16 random bytes, new for each locking.
    """

    memory_kib: int
    passes: int
    lanes: int
    salt: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """The public halves of a person's two key pairs.

    Attributes:
        sealing: 1,216 bytes: what is meant for the person is sealed to it.
        signing: 32 bytes, Ed25519: what the person says is verified with it.
    """

    sealing: bytes
    signing: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A private half or a data key, sealed to one recipient.

    Attributes:
        recipient: Id of the person or unit, or the word for the recovery key.
        fingerprint: Of the recipient's public key that it is sealed to, 32 bytes.
        record: The sealed record.
    """

    recipient: str
    fingerprint: Fingerprint
    record: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitKey:
    """One epoch of a unit's key.

    Attributes:
        epoch: Its number, from 1.
        public: The public sealing key, 1,216 bytes.
        copies: The private half, sealed to each holder.
    """

    epoch: int
    public: bytes
    copies: tuple[SealedKey, ...]
