"""Ledger entries: exact bytes, signature and chain. `docs/formats.md` has them byte by byte.

A stored frame is: one version byte, the body, the author's signature and, for an enrolment, the one-time code's. The
body is the envelope below in `vault.ledger.codec`'s encoding; it is signed and hashed as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from vault.domain.ids import Fingerprint, PersonId, VaultId
from vault.errors import Broken
from vault.ledger import codec
from vault.ledger.events import Event, find_kind
from vault.ledger.ports import StoredEntry
from vault.sealing.frames import digest, frame
from vault.sealing.signatures import SigningKey

FRAME_VERSION: Final = 1
RULES_VERSION: Final = 1
"""The newest rules that this program judges by; the one that it writes."""

SIGNED_AS: Final = "custody-vault/entry/1"
COUNTERSIGNED_AS: Final = "custody-vault/entry-countersigned/1"
HASHED_AS: Final = "custody-vault/entry-hash/1"
KEY_AS: Final = "custody-vault/signing-key/1"
NO_HASH: Final = bytes(32)
_SIGNATURE: Final = 64
_HEAD: Final = 1 + 4


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry says around its event.

    Attributes:
        vault: The founding entry's hash; 32 zero bytes in the founding entry itself.
        seq: Its number.
        prev: The hash of the entry before; 32 zero bytes in the founding entry.
        rules: The rules version that judges it.
        time: When it was written; aware, UTC.
        author: Who.
        key: The fingerprint of the author's signing key.
        kind: The event's kind.
        event: The event.
    """

    vault: bytes
    seq: int
    prev: bytes
    rules: int
    time: datetime
    author: PersonId
    key: bytes
    kind: str
    event: Any


class _Wire(Envelope, frozen=True, kw_only=True):
    """An envelope whose event is not yet read."""

    event: msgspec.Raw


_wire_decoder = msgspec.json.Decoder(_Wire)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEvent(Event):
    """An event that this program does not know: of a newer rules version, or signed nonsense. No rule allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it was read: its parts, and the exact bytes that were signed.

    Attributes:
        envelope: Who, when, where in the chain.
        event: What.
        body: The signed bytes.
        signature: The author's, 64 bytes.
        countersignature: The one-time code's, 64 bytes, or b"".
        hash: Of the whole frame, 32 bytes.
    """

    envelope: Envelope
    event: Event
    body: bytes
    signature: bytes
    countersignature: bytes
    hash: bytes

    @property
    def seq(self) -> int:
        """Its number."""
        return self.envelope.seq

    @property
    def time(self) -> datetime:
        """When it was written."""
        return self.envelope.time

    @property
    def author(self) -> PersonId:
        """Who wrote it."""
        return self.envelope.author


def key_fingerprint(signing: bytes) -> Fingerprint:
    """The name of a signing key, 32 bytes."""
    return Fingerprint(digest(frame(KEY_AS, signing)))


def hash_frame(data: bytes) -> bytes:
    """The hash of a stored frame, 32 bytes: the next entry's `prev`, and of the founding entry the vault's id."""
    return digest(frame(HASHED_AS, data))


def write(envelope: Envelope, signing: SigningKey, countersigning: SigningKey | None = None) -> StoredEntry:
    """Sign an envelope and lay out its frame."""
    body = codec.encode(envelope)
    data = bytes([FRAME_VERSION]) + len(body).to_bytes(4, "big") + body + signing.sign(SIGNED_AS, body)
    if countersigning is not None:
        data += countersigning.sign(COUNTERSIGNED_AS, body)
    return StoredEntry(seq=envelope.seq, hash=hash_frame(data), frame=data)


def read(stored: StoredEntry) -> Entry:
    """Take a stored frame apart, strictly. Signature and chain are verified by the witness.

    Raises:
        Broken: The bytes are not an entry.
    """
    data = stored.frame
    actual = hash_frame(data)
    if actual != stored.hash:
        raise Broken(f"ledger entry {stored.seq} is altered: its bytes do not hash to what the store says")
    body, rest = _split(stored)
    try:
        envelope: Envelope = _wire_decoder.decode(body)
        is_small = codec.is_within_64_bits(envelope.rules) and codec.is_within_64_bits(envelope.seq)
        if codec.encode(envelope) != body or envelope.time.utcoffset() != timedelta(0) or not is_small:
            raise Broken(f"ledger entry {stored.seq} is not in its exact form")
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Broken(f"ledger entry {stored.seq} is not readable") from error
    return Entry(
        envelope=envelope,
        event=_event(envelope),
        body=body,
        signature=rest[:_SIGNATURE],
        countersignature=rest[_SIGNATURE:],
        hash=actual,
    )


def _event(envelope: Envelope) -> Event:
    """The event, or an unknown one: what somebody signed is for the rules to refuse, or one insider stops everybody."""
    kind = find_kind(envelope.kind)
    if envelope.rules > RULES_VERSION or kind is None:
        return UnknownEvent()
    try:
        return codec.decode(bytes(envelope.event), kind)
    except ValueError:
        return UnknownEvent()


def _split(stored: StoredEntry) -> tuple[bytes, bytes]:
    data = stored.frame
    if len(data) < _HEAD or data[0] != FRAME_VERSION:
        raise Broken(f"ledger entry {stored.seq} has an unknown format")
    end = _HEAD + int.from_bytes(data[1:_HEAD], "big")
    body, rest = data[_HEAD:end], data[end:]
    if len(data) < end or len(rest) not in {_SIGNATURE, 2 * _SIGNATURE}:
        raise Broken(f"ledger entry {stored.seq} has an unknown format")
    return body, rest


def vault_id(founding: StoredEntry) -> VaultId:
    """The vault's id: the founding entry's hash."""
    return VaultId(founding.hash)
