"""Ed25519 (RFC 8032) over frames, with the keys refused under which one signature fits many messages."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vault.errors import BadSignature, UnsafeKey
from vault.sealing.frames import frame
from vault.sealing.guarded import KeyMaterial, require_seed

PUBLIC_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_FIELD: Final = 2**255 - 19
_LOW_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
"""The y coordinates of the eight points whose order divides 8. With either sign, and together with the encodings of y
at or above the field's prime, they are the 14 encodings under which one signature verifies for many messages."""


class SigningPublicKey:
    """The half of a signing pair that the ledger shows.

    Args:
        raw: 32 bytes, as RFC 8032 encodes a point.

    Raises:
        UnsafeKey: Not 32 bytes, not canonical, or one of the 14 low-order encodings.
    """

    __slots__ = ("_key", "raw")

    def __init__(self, raw: bytes) -> None:
        if len(raw) != PUBLIC_BYTES:
            raise UnsafeKey(f"a signing key has {PUBLIC_BYTES} bytes, not {len(raw)}")
        y = int.from_bytes(raw, "little") & ((1 << 255) - 1)
        if y >= _FIELD or y in _LOW_ORDER_Y:
            raise UnsafeKey("the signing key is of low order or not in its canonical form")
        self.raw = raw
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    def verify(self, context: str, message: bytes, signature: bytes) -> None:
        """Return when the signature is this key's over this message in this context.

        Args:
            context: The same context that was signed.
            message: The exact bytes that were signed.
            signature: 64 bytes.

        Raises:
            BadSignature: It is not.
        """
        try:
            self._key.verify(signature, frame(context, message))
        except InvalidSignature as error:
            raise BadSignature(f"the signature for {context} does not verify") from error


class SigningKey(KeyMaterial):
    """A signing pair, kept as its 32-byte seed and loaded when first used."""

    __slots__ = ("_key", "_seed")

    def __init__(self, seed: bytes) -> None:
        self._seed = require_seed(seed, "signing key")
        self._key: Ed25519PrivateKey | None = None

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The pair of a 32-byte seed.

        Raises:
            CannotOpen: The seed is not 32 bytes.
        """
        return cls(seed)

    @property
    def _loaded(self) -> Ed25519PrivateKey:
        if self._key is None:
            self._key = Ed25519PrivateKey.from_private_bytes(self._seed)
        return self._key

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        return self._loaded.public_key().public_bytes_raw()

    def sign(self, context: str, message: bytes) -> bytes:
        """The 64-byte signature over `frame(context, message)`.

        Args:
            context: What is being said; a signature for one context is worthless in another.
            message: Exact bytes.
        """
        return self._loaded.sign(frame(context, message))
