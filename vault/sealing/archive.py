"""The key of a backup file, sealed so that the backup passphrase or the recovery key opens it.

It is made afresh for every file and sealed twice: under Argon2id of the passphrase, and to the recovery key. No pepper
takes part: it is inside. The key commits to the whole header, which is checked before anything of the stream is opened.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.domain.ids import VaultId
from vault.domain.keys import KdfParameters
from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput, WrongPassphrase
from vault.sealing.bindings import Binding, archive_key_info
from vault.sealing.derivation import derive_key
from vault.sealing.frames import Random, frame, number, same
from vault.sealing.guarded import SEED_BYTES, KeyMaterial
from vault.sealing.keypairs import PUBLIC_BYTES, SealingKey, SealingPublicKey, fingerprint, open_seed, seal_seed
from vault.sealing.passphrase import SALT_BYTES, require_within_bounds, stretch

MAGIC: Final = b"custody-backup"
VERSION: Final = b"\x01"
TAG_BYTES: Final = 16
NONCE_BYTES: Final = 12

_SIZES: Final = struct.Struct(">III")
_FIXED: Final = 32 + _SIZES.size + SALT_BYTES + 32 + NONCE_BYTES + SEED_BYTES + TAG_BYTES + PUBLIC_BYTES + 1
_SEALED_BYTES: Final = 1 + 1120 + SEED_BYTES + TAG_BYTES
_LOCK: Final = "custody-vault/archive-lock/1"
_KEY: Final = "custody-vault/archive-key/1"
_COMMITMENT: Final = "custody-vault/archive-commitment/1"


class ArchiveKey(KeyMaterial):
    """The key of one file, 32 bytes."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def derive(self, info: bytes) -> bytes:
        """A key or a commitment, 32 bytes."""
        return derive_key(self._key, info)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveHeader:
    """What stands before the stream, in the open; it is proved once the file key is open.

    Attributes:
        vault: Whose backup it is.
        parameters: How the backup passphrase is stretched.
        lock_commitment: 32 bytes: tells a wrong passphrase from an altered file.
        locked_key: The file key under the passphrase: nonce, ciphertext, tag.
        recovery: The recovery key's public half, 1,216 bytes.
        commitments: Of every recovery share, by index from 1; 32 bytes each.
        sealed_key: The file key, sealed to the recovery key.
        key_commitment: The file key's commitment to all of this, 32 bytes.
    """

    vault: VaultId
    parameters: KdfParameters
    lock_commitment: bytes
    locked_key: bytes = field(repr=False)
    recovery: bytes
    commitments: tuple[bytes, ...]
    sealed_key: bytes = field(repr=False)
    key_commitment: bytes = b""

    def head(self) -> bytes:
        """The bytes of the header without the commitment."""
        sizes = (self.parameters.memory_kib, self.parameters.passes, self.parameters.lanes)
        return b"".join(
            (
                MAGIC + VERSION,
                self.vault,
                _SIZES.pack(*sizes) + self.parameters.salt,
                self.lock_commitment + self.locked_key,
                self.recovery,
                bytes((len(self.commitments),)),
                *self.commitments,
                self.sealed_key,
            )
        )

    def to_bytes(self) -> bytes:
        """The whole header."""
        return self.head() + self.key_commitment

    def to_binding(self) -> Binding:
        """What the file key is bound to where it is sealed to the recovery key."""
        return archive_key_info(vault=self.vault, recipient_fingerprint=fingerprint(self.recovery))


def make_archive_key(
    passphrase: Secret,
    *,
    vault: VaultId,
    parameters: KdfParameters,
    recovery: bytes,
    commitments: Sequence[bytes],
    random: Random,
) -> tuple[ArchiveHeader, ArchiveKey]:
    """A new file key, and the header that seals it twice.

    Args:
        passphrase: Already accepted by policy; used in Unicode NFC.
        vault: Whose backup it is.
        parameters: Within bounds, with a new salt.
        recovery: The recovery key's public half, from the verified ledger.
        commitments: Of its shares, from the verified ledger.
        random: Source of the key and the nonce.

    Raises:
        UnsafeParameters: The parameters are out of bounds.
        UnsafeKey: The recovery key must not be sealed to.
        InvalidInput: The passphrase is empty, or not Unicode text.
    """
    require_within_bounds(parameters)
    public = SealingPublicKey.from_bytes(recovery)
    key = random(SEED_BYTES)
    commitment, lock = _derive_lock(passphrase, vault, parameters)
    nonce = random(NONCE_BYTES)
    binding = archive_key_info(vault=vault, recipient_fingerprint=public.fingerprint)
    header = ArchiveHeader(
        vault=vault,
        parameters=parameters,
        lock_commitment=commitment,
        locked_key=nonce + AESGCM(lock).encrypt(nonce, key, _bound(_KEY, vault, parameters)),
        recovery=recovery,
        commitments=tuple(commitments),
        sealed_key=seal_seed(public, key, binding),
    )
    opened = ArchiveKey(key)
    return replace(header, key_commitment=_commit(header, opened)), opened


def read_archive_header(source: BinaryIO) -> ArchiveHeader:
    """The header of a backup file; the source then stands at the stream.

    Raises:
        InvalidInput: It is not a backup of this program.
        CannotOpen: It is of an unknown version, or cut short.
        UnsafeParameters: Its passphrase would be stretched out of bounds (A8); nothing was asked or allocated.
    """
    if source.read(len(MAGIC)) != MAGIC:
        raise InvalidInput("this is not a backup file of custody")
    if source.read(1) != VERSION:
        raise CannotOpen("the backup file is not in a form that this program knows")
    fixed = take(source, _FIXED)
    at = 0

    def piece(length: int) -> bytes:
        nonlocal at
        at += length
        return fixed[at - length : at]

    vault, sizes = VaultId(piece(32)), _SIZES.unpack(piece(_SIZES.size))
    parameters = KdfParameters(memory_kib=sizes[0], passes=sizes[1], lanes=sizes[2], salt=piece(SALT_BYTES))
    require_within_bounds(parameters)
    return ArchiveHeader(
        vault=vault,
        parameters=parameters,
        lock_commitment=piece(32),
        locked_key=piece(NONCE_BYTES + SEED_BYTES + TAG_BYTES),
        recovery=piece(PUBLIC_BYTES),
        commitments=tuple(take(source, 32) for _ in range(piece(1)[0])),
        sealed_key=take(source, _SEALED_BYTES),
        key_commitment=take(source, 32),
    )


def open_with_passphrase(header: ArchiveHeader, passphrase: Secret) -> ArchiveKey:
    """The file key, by the backup passphrase.

    Raises:
        WrongPassphrase: It is not the one that this file was made with.
        CannotOpen: The passphrase is right and the header is altered.
        InvalidInput: The passphrase is empty, or not Unicode text.
    """
    commitment, lock = _derive_lock(passphrase, header.vault, header.parameters)
    if not same(commitment, header.lock_commitment):
        raise WrongPassphrase("that is not the passphrase of this backup, or its header is altered")
    nonce, sealed = header.locked_key[:NONCE_BYTES], header.locked_key[NONCE_BYTES:]
    try:
        key = AESGCM(lock).decrypt(nonce, sealed, _bound(_KEY, header.vault, header.parameters))
    except InvalidTag as error:
        raise CannotOpen("the header of the backup is altered") from error
    return _committed(header, ArchiveKey(key))


def open_with_recovery(header: ArchiveHeader, key: SealingKey) -> ArchiveKey:
    """The file key, by the recovery key.

    Raises:
        CannotOpen: It is another recovery key, or the header is altered.
    """
    return _committed(header, ArchiveKey(open_seed(key, header.sealed_key, header.to_binding())))


def take(source: BinaryIO, length: int) -> bytes:
    """Exactly so many bytes.

    Raises:
        CannotOpen: The file ends before.
    """
    found = source.read(length)
    if len(found) != length:
        raise CannotOpen("the backup file is cut short")
    return found


def _commit(header: ArchiveHeader, key: ArchiveKey) -> bytes:
    return key.derive(frame(_COMMITMENT, header.head()))


def _committed(header: ArchiveHeader, key: ArchiveKey) -> ArchiveKey:
    if not same(_commit(header, key), header.key_commitment):
        raise CannotOpen("the header of the backup is altered: its key does not commit to it")
    return key


def _derive_lock(passphrase: Secret, vault: VaultId, parameters: KdfParameters) -> tuple[bytes, bytes]:
    """The commitment and the AES key, 32 bytes each."""
    both = derive_key(stretch(passphrase, parameters), _bound(_LOCK, vault, parameters), length=64)
    return both[:32], both[32:]


def _bound(context: str, vault: VaultId, parameters: KdfParameters) -> bytes:
    sizes = (number(value) for value in (parameters.memory_kib, parameters.passes, parameters.lanes))
    return frame(context, vault, *sizes, parameters.salt)
