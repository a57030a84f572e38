"""Sealing to a public key: HPKE (RFC 9180, base mode) with the hybrid KEM of ML-KEM-768 and X25519.

Whoever knows a public key can seal what he likes to it: a sealed record is only worth something because its digest
stands in a signed entry. A pair is one 32-byte seed, expanded by SHAKE256 into both parts as the KEM's specification
does, so that the standard vectors are vectors of this code too.
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from vault.domain.ids import Fingerprint
from vault.errors import CannotOpen, UnsafeKey
from vault.sealing.bindings import Binding
from vault.sealing.frames import frame, sha256
from vault.sealing.guarded import KeyMaterial, require_seed

MLKEM_BYTES: Final = 1184
PUBLIC_BYTES: Final = MLKEM_BYTES + 32
VERSION: Final = b"\x01"

_FINGERPRINT: Final = "custody-vault/sealing-key/1"
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_FIELD: Final = 2**255 - 19
_LOW_ORDER_U: Final = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
        0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
    }
)
"""The u coordinates with which X25519 gives zero whatever the other side does (RFC 7748, section 6.1)."""


def fingerprint(public: bytes) -> Fingerprint:
    """The name of a sealing key, 32 bytes: SHA-256 of a frame.

    Args:
        public: The key as the ledger shows it, 1,216 bytes; it is not loaded.
    """
    return Fingerprint(sha256(frame(_FINGERPRINT, public)))


class SealingPublicKey:
    """The half of a sealing pair that the ledger shows. Made by `from_bytes`."""

    __slots__ = ("_key", "_raw")

    def __init__(self, raw: bytes, key: MLKEM768X25519PublicKey) -> None:
        self._raw = raw
        self._key = key

    @classmethod
    def from_bytes(cls, raw: bytes) -> SealingPublicKey:
        """Load a key and refuse one that must not be sealed to.

        Args:
            raw: 1,216 bytes: the ML-KEM-768 encapsulation key (1,184), then the X25519 key (32).

        Raises:
            UnsafeKey: A wrong length, coefficients beyond the modulus (FIPS 203, section 7.2), or an X25519 half that
                is not canonical or of low order.
        """
        if len(raw) != PUBLIC_BYTES:
            raise UnsafeKey(f"a sealing key has {PUBLIC_BYTES} bytes, not {len(raw)}")
        u = int.from_bytes(raw[MLKEM_BYTES:], "little")
        if u >= _FIELD or u in _LOW_ORDER_U:
            raise UnsafeKey("the sealing key's curve half is of low order or not in its canonical form")
        try:
            lattice = MLKEM768PublicKey.from_public_bytes(raw[:MLKEM_BYTES])
        except ValueError as error:
            raise UnsafeKey("the sealing key's lattice half is malformed") from error
        return cls(raw, MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(raw[MLKEM_BYTES:])))

    def to_bytes(self) -> bytes:
        """The 1,216 bytes."""
        return self._raw

    @property
    def fingerprint(self) -> Fingerprint:
        """32 bytes that name this key in entries and bindings."""
        return fingerprint(self._raw)

    def _seal(self, plaintext: bytes, info: bytes) -> bytes:
        return _SUITE.encrypt(plaintext, self._key, info=info)


class SealingKey(KeyMaterial):
    """A sealing pair, kept as its 32-byte seed and expanded when first used: ML-KEM key generation costs 0.1 ms."""

    __slots__ = ("_curve", "_key", "_lattice", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = require_seed(seed, "sealing key")
        self._key: MLKEM768X25519PrivateKey | None = None

    @classmethod
    def from_seed(cls, seed: bytes) -> SealingKey:
        """The pair of a 32-byte seed.

        Raises:
            CannotOpen: The seed is not 32 bytes.
        """
        return cls(seed)

    @property
    def _loaded(self) -> MLKEM768X25519PrivateKey:
        if self._key is None:
            both = hashlib.shake_256(self._seed).digest(96)
            self._lattice = MLKEM768PrivateKey.from_seed_bytes(both[:64])
            self._curve = X25519PrivateKey.from_private_bytes(both[64:])
            self._key = MLKEM768X25519PrivateKey(self._lattice, self._curve)
        return self._key

    @property
    def public(self) -> SealingPublicKey:
        """The public half."""
        key = self._loaded.public_key()
        raw = self._lattice.public_key().public_bytes_raw() + self._curve.public_key().public_bytes_raw()
        return SealingPublicKey(raw, key)

    def open(self, sealed: bytes, binding: Binding) -> bytes:
        """What was sealed to this key under this binding.

        Args:
            sealed: One version byte, then HPKE's encapsulated key (1,120 bytes) and ciphertext.
            binding: What the signed entry says the record is.

        Raises:
            CannotOpen: An unknown version, another key or binding, or altered bytes.
        """
        if sealed[:1] != VERSION:
            raise CannotOpen(f"{binding.what} is not in a form that this program knows")
        try:
            return _SUITE.decrypt(sealed[1:], self._loaded, info=binding.info)
        except InvalidTag as error:
            raise CannotOpen(f"{binding.what} does not open with the key it should be sealed to") from error


def seal_to(public: SealingPublicKey, plaintext: bytes, binding: Binding) -> bytes:
    """Seal bytes to a public key.

    Args:
        public: The recipient, taken from the verified ledger and nowhere else.
        plaintext: What to seal.
        binding: What it is and for whom; only the same binding opens it.
    """
    return VERSION + public._seal(plaintext, binding.info)  # noqa: SLF001 - one module, one secret


def seal_seed(public: SealingPublicKey, seed: bytes, binding: Binding) -> bytes:
    """Seal a 32-byte seed or data key.

    Raises:
        CannotOpen: It is not 32 bytes, so nobody could open it as a seed.
    """
    return seal_to(public, require_seed(seed, binding.what), binding)


def open_seed(key: SealingKey, sealed: bytes, binding: Binding) -> bytes:
    """Open a 32-byte seed or data key.

    Raises:
        CannotOpen: It does not open, or what was sealed is not a seed.
    """
    return require_seed(key.open(sealed, binding), binding.what)
