"""An opened identity, wrapped for the session file under a key that only the person's shell knows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.domain.ids import PersonId, VaultId
from vault.domain.secret import Secret
from vault.errors import CannotOpen, Locked
from vault.sealing.derivation import derive_key
from vault.sealing.frames import Random, frame, same
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.identity import Identity

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
BLOB_BYTES: Final = 1 + 32 + NONCE_BYTES + 2 * SEED_BYTES + 16

_KEYS: Final = "custody-vault/session-keys/1"
_SEALED: Final = "custody-vault/session/1"
_SESSION_KEY: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HINT: Final = "custody unlock"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedIdentity:
    """An unlocked session's two halves, which are kept apart.

    Attributes:
        session_key: 64 hexadecimal digits, for the person's environment; never written to disk.
        blob: 125 bytes, for the session file.
    """

    session_key: Secret
    blob: bytes = field(repr=False)


def wrap_identity(identity: Identity, *, vault: VaultId, person: PersonId, random: Random) -> WrappedIdentity:
    """Wrap an opened identity under a new session key.

    Args:
        identity: What to wrap.
        vault: The vault's id; the blob opens in no other.
        person: Whose identity it is.
        random: Source of the session key and the nonce.
    """
    session_key = random(SEED_BYTES)
    commitment, key = _derive_keys(session_key, vault, person)
    nonce = random(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, b"".join(identity.reveal_seeds()), _bound(_SEALED, vault, person))
    return WrappedIdentity(session_key=Secret(session_key.hex()), blob=VERSION + commitment + nonce + sealed)


def unwrap_identity(blob: bytes, session_key: Secret, *, vault: VaultId, person: PersonId) -> Identity:
    """The identity of an unlocked session.

    Args:
        blob: From the session file.
        session_key: From the environment.
        vault: The vault's id.
        person: Who is asking.

    Raises:
        Locked: The session key is malformed, or belongs to another session, person or vault.
        CannotOpen: The session key is right and the blob is altered, or it is of an unknown form.
    """
    if _SESSION_KEY.fullmatch(session_key.reveal()) is None:
        raise Locked("the session key is not one that unlocking prints", hint=_HINT)
    if blob[:1] != VERSION or len(blob) != BLOB_BYTES:
        raise CannotOpen(f"the session of {person} is not in a form that this program knows", hint=_HINT)
    derived, key = _derive_keys(bytes.fromhex(session_key.reveal()), vault, person)
    commitment, nonce, sealed = blob[1:33], blob[33 : 33 + NONCE_BYTES], blob[33 + NONCE_BYTES :]
    if not same(derived, commitment):
        raise Locked(f"the session key does not belong to the open session of {person}", hint=_HINT)
    try:
        seeds = AESGCM(key).decrypt(nonce, sealed, _bound(_SEALED, vault, person))
    except InvalidTag as error:
        raise CannotOpen(f"the session of {person} is altered", hint=_HINT) from error
    return Identity.from_seeds(seeds[:SEED_BYTES], seeds[SEED_BYTES:])


def _bound(context: str, vault: VaultId, person: PersonId) -> bytes:
    return frame(context, vault, person.encode())


def _derive_keys(session_key: bytes, vault: VaultId, person: PersonId) -> tuple[bytes, bytes]:
    """The commitment and the AES key, 32 bytes each."""
    both = derive_key(session_key, _bound(_KEYS, vault, person), length=64)
    return both[:32], both[32:]
