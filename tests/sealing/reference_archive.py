"""The backup file of `docs/formats.md` a second time, from primitives and the document."""

from __future__ import annotations

import hashlib
import unicodedata

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.sealing.reference import frame, hkdf, open_sealed, u64


def _split(file: bytes, *sizes: int) -> list[bytes]:
    found, at = [], 0
    for size in sizes:
        found.append(file[at : at + size])
        at += size
    return [*found, file[at:]]


def _parts(file: bytes) -> tuple[dict[str, bytes], bytes]:
    names = ("magic", "vault", "memory", "passes", "lanes", "salt", "proof", "nonce", "locked", "recovery", "shares")
    values = _split(file, 15, 32, 4, 4, 4, 16, 32, 12, 48, 1216, 1)
    parts = dict(zip(names, values, strict=False))
    count = parts["shares"][0]
    _, parts["sealed"], parts["commitment"], parts["file nonce"], stream = _split(values[-1], 32 * count, 1169, 32, 16)
    assert parts["magic"] == b"custody-backup\x01"
    return parts, stream


def _open_stream(file: bytes, key: bytes) -> bytes:
    parts, stream = _parts(file)
    head = file[: len(file) - len(stream) - 48]
    assert hkdf(key, frame("custody-vault/archive-commitment/1", head)) == parts["commitment"]
    cipher = AESGCM(hkdf(key, frame("custody-vault/archive-stream/1", head, parts["file nonce"])))
    sealed = [stream[at : at + 65552] for at in range(0, len(stream), 65552)]
    nonces = [number.to_bytes(11, "big") + bytes([number == len(sealed) - 1]) for number in range(len(sealed))]
    return b"".join(cipher.decrypt(nonce, each, b"") for nonce, each in zip(nonces, sealed, strict=True))


def open_with_passphrase(file: bytes, passphrase: str) -> bytes:
    parts, _ = _parts(file)
    memory, passes, lanes = (int.from_bytes(parts[name], "big") for name in ("memory", "passes", "lanes"))
    bound = [parts["vault"], u64(memory), u64(passes), u64(lanes), parts["salt"]]
    stretched = hash_secret_raw(
        unicodedata.normalize("NFC", passphrase).encode(), parts["salt"], passes, memory, lanes, 32, Type.ID
    )
    keys = hkdf(stretched, frame("custody-vault/archive-lock/1", *bound), 64)
    assert keys[:32] == parts["proof"]
    key = AESGCM(keys[32:]).decrypt(parts["nonce"], parts["locked"], frame("custody-vault/archive-key/1", *bound))
    return _open_stream(file, key)


def open_with_recovery(file: bytes, seed: bytes) -> bytes:
    parts, _ = _parts(file)
    fingerprint = hashlib.sha256(frame("custody-vault/sealing-key/1", parts["recovery"])).digest()
    info = frame("custody-vault/archive-key-sealed/1", parts["vault"], b"recovery", fingerprint)
    return _open_stream(file, open_sealed(seed, parts["sealed"], info))
