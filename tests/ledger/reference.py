"""A second implementation of ledger entries, from `docs/formats.md`: the standard library and Ed25519 alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ENVELOPE = ["vault", "seq", "prev", "rules", "time", "author", "key", "kind", "event"]


def frame(context: str, *parts: bytes) -> bytes:
    data = len(parts).to_bytes(4, "big")
    for piece in (context.encode(), *parts):
        data += len(piece).to_bytes(4, "big") + piece
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """What the second implementation makes of a frame."""

    body: dict[str, Any]
    hash: bytes
    prev: bytes
    key: bytes


def hash_entry(data: bytes) -> bytes:
    return hashlib.sha256(frame("custody-vault/entry-hash/1", data)).digest()


def read_entry(data: bytes, *, public: bytes, code: bytes | None = None) -> ReadEntry:
    """Take a frame apart and verify its signatures; `code` is the one-time code's key of an enrolment."""
    assert data[0] == 1
    end = 5 + int.from_bytes(data[1:5], "big")
    body, signatures = data[5:end], data[end:]
    Ed25519PublicKey.from_public_bytes(public).verify(signatures[:64], frame("custody-vault/entry/1", body))
    if code is not None:
        key = Ed25519PublicKey.from_public_bytes(code)
        key.verify(signatures[64:], frame("custody-vault/entry-countersigned/1", body))
    decoded: dict[str, Any] = json.loads(body)
    assert list(decoded) == ENVELOPE
    assert encode(decoded) == body
    key_name = base64.b64decode(decoded["key"])
    assert key_name == hashlib.sha256(frame("custody-vault/signing-key/1", public)).digest()
    return ReadEntry(body=decoded, hash=hash_entry(data), prev=base64.b64decode(decoded["prev"]), key=key_name)


def encode(body: dict[str, Any]) -> bytes:
    """JSON as the page has it: fields in order, no blanks, nothing escaped but what JSON asks for."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def write_entry(body: dict[str, Any], *, seed: bytes, code_seed: bytes | None = None) -> bytes:
    data = encode(body)
    entry = b"\x01" + len(data).to_bytes(4, "big") + data
    entry += Ed25519PrivateKey.from_private_bytes(seed).sign(frame("custody-vault/entry/1", data))
    if code_seed is not None:
        signed = frame("custody-vault/entry-countersigned/1", data)
        entry += Ed25519PrivateKey.from_private_bytes(code_seed).sign(signed)
    return entry


def digest_state(documents: Mapping[tuple[str, str], bytes]) -> str:
    """SHA-256 over every document of a state, sorted, but for what is void: a refusal's words may be mended."""
    total = hashlib.sha256()
    for (noun, key), body in sorted(documents.items()):
        if noun != "void":
            total.update(frame("state", noun.encode(), key.encode(), body))
    return total.hexdigest()
