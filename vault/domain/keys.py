"""What the ledger says about keys, without a key in it."""

from __future__ import annotations

from dataclasses import dataclass


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
