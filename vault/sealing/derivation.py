"""HKDF-SHA256, the only way one key comes from another."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derive_key(material: bytes, info: bytes, *, salt: bytes | None = None, length: int = 32) -> bytes:
    """Derive a key (RFC 5869).

    Args:
        material: The input key material; at least 128 bits of entropy, here always 32 random bytes or Argon2id's.
        info: A `frame` that says what the key is for, and for whom.
        salt: A second secret or a public value to bind; None is the RFC's zeros.
        length: Bytes to derive.
    """
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)
