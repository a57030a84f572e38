"""One credential version: its parts, each under a key of its own, in one record.

A data key is made afresh for every version. It commits to itself in the signed entry and is checked against that before
anything is opened, because one AES-GCM ciphertext can be made to open under two keys. Every part is always there and
padded to a bucket, so neither a password's length nor whether there is a seed can be seen from outside.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.domain.ids import AccountId, CredentialId, PersonId, VaultId
from vault.errors import CannotOpen, InvalidInput
from vault.sealing.derivation import derive_key
from vault.sealing.frames import Random, frame, number, same
from vault.sealing.guarded import SEED_BYTES

VERSION: Final = b"\x01"
BUCKET: Final = 1024
MOST_BUCKETS: Final = 64
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16

_COMMITMENT: Final = "custody-vault/data-key-commitment/1"
_PART_KEY: Final = "custody-vault/part-key/1"
_PART: Final = "custody-vault/part/1"
_LENGTH: Final = struct.Struct(">I")


class Part(enum.Enum):
    """A part of a credential, with the byte that stands for it in the record."""

    PASSWORD = 1
    CONTACTS = 2
    MFA = 3
    CODES = 4
    HISTORY = 5

    @property
    def label(self) -> str:
        """The part in words and in frames, such as `password`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeHeader:
    """Which credential version it is; bound to every key and every part.

    Attributes:
        vault: The vault's id.
        account: The account.
        credential: This version's id.
        version: Its number, from 1.
        sealer: Who sealed it.
    """

    vault: VaultId
    account: AccountId
    credential: CredentialId
    version: int
    sealer: PersonId

    def to_frame(self, context: str, *parts: bytes) -> bytes:
        """A frame of this header and more."""
        return frame(
            context,
            self.vault,
            self.account.encode(),
            self.credential.encode(),
            number(self.version),
            self.sealer.encode(),
            *parts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEnvelope:
    """A sealed credential version.

    Attributes:
        record: The sealed record.
        data_key: 32 bytes, to be sealed to each custodian and to the unit; not shown when printed.
        commitment: 32 bytes for the signed entry.
    """

    record: bytes = field(repr=False)
    data_key: bytes = field(repr=False)
    commitment: bytes


def seal_envelope(header: EnvelopeHeader, parts: Mapping[Part, bytes], *, random: Random) -> SealedEnvelope:
    """Seal all parts under a new data key.

    Args:
        header: Which version it is.
        parts: Contents; a part that is not given is sealed empty.
        random: Source of the data key and the nonces.

    Raises:
        InvalidInput: A part is longer than its largest bucket.
    """
    data_key = random(SEED_BYTES)
    pieces = [VERSION]
    for part in Part:
        padded = _pad(header, part, parts.get(part, b""))
        nonce = random(NONCE_BYTES)
        sealed = _aead(header, data_key, part).encrypt(nonce, padded, header.to_frame(_PART, part.label.encode()))
        pieces += (bytes((part.value,)), nonce, _LENGTH.pack(len(sealed)), sealed)
    return SealedEnvelope(record=b"".join(pieces), data_key=data_key, commitment=_commit(header, data_key))


def open_part(record: bytes, header: EnvelopeHeader, data_key: bytes, commitment: bytes, part: Part) -> bytes:
    """One part's content; the others stay sealed.

    Args:
        record: The sealed record, its digest already checked against the entry.
        header: What the entry says it is.
        data_key: 32 bytes.
        commitment: From the entry.
        part: Which part.

    Raises:
        CannotOpen: Another data key, another header, or altered bytes.
    """
    verify_data_key(header, data_key, commitment)
    nonce, sealed = _split(record, header)[part]
    try:
        padded = _aead(header, data_key, part).decrypt(nonce, sealed, header.to_frame(_PART, part.label.encode()))
    except InvalidTag as error:
        raise CannotOpen(f"the {part.label} of {_named(header)} does not open with its data key") from error
    return _unpad(header, part, padded)


def verify_data_key(header: EnvelopeHeader, data_key: bytes, commitment: bytes) -> None:
    """Refuse a data key that the entry does not commit to: AES-GCM alone would open with two.

    Raises:
        CannotOpen: Naming the version.
    """
    if not same(_commit(header, data_key), commitment):
        raise CannotOpen(f"the data key of {_named(header)} is not the one that its entry commits to")


def _named(header: EnvelopeHeader) -> str:
    return f"{header.account}, version {header.version}"


def _commit(header: EnvelopeHeader, data_key: bytes) -> bytes:
    return derive_key(data_key, header.to_frame(_COMMITMENT))


def _aead(header: EnvelopeHeader, data_key: bytes, part: Part) -> AESGCM:
    return AESGCM(derive_key(data_key, header.to_frame(_PART_KEY, part.label.encode())))


def _most(part: Part) -> int:
    """The most that fits: one bucket for a password, whose length must never show, 64 for the rest."""
    return (1 if part is Part.PASSWORD else MOST_BUCKETS) * BUCKET


def _pad(header: EnvelopeHeader, part: Part, content: bytes) -> bytes:
    if len(content) > (most := _most(part) - _LENGTH.size):
        raise InvalidInput(f"the {part.label} of {_named(header)} is longer than {most} bytes")
    filled = _LENGTH.pack(len(content)) + content
    return filled + bytes(-len(filled) % BUCKET)


def _unpad(header: EnvelopeHeader, part: Part, padded: bytes) -> bytes:
    (length,) = _LENGTH.unpack_from(padded)
    content = padded[_LENGTH.size : _LENGTH.size + length]
    # A sealer could hide bytes in the padding; one content has one form.
    if not same(_pad(header, part, content), padded):
        raise CannotOpen(f"the {part.label} of {_named(header)} is not padded as it should be")
    return content


def _split(record: bytes, header: EnvelopeHeader) -> dict[Part, tuple[bytes, bytes]]:
    """The nonce and ciphertext of every part, from a record that has exactly the one layout."""
    malformed = CannotOpen(f"the sealed record of {_named(header)} is not in a form that this program knows")
    if record[:1] != VERSION:
        raise malformed
    found, at = {}, 1
    for part in Part:
        start = at + 1 + NONCE_BYTES + _LENGTH.size
        if record[at : at + 1] != bytes((part.value,)) or len(record) < start:
            raise malformed
        (length,) = _LENGTH.unpack_from(record, start - _LENGTH.size)
        if not BUCKET <= length - TAG_BYTES <= _most(part) or (length - TAG_BYTES) % BUCKET:
            raise malformed
        found[part] = (record[at + 1 : at + 1 + NONCE_BYTES], record[start : start + length])
        at = start + length
    if len(record) != at:
        raise malformed
    return found
