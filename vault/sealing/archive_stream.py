"""The stream of a backup file: chunk by chunk, so that memory does not grow with the vault.

The stream's key comes from the file key, the header and a nonce of this file, so no piece of one file opens in another.
The chunks' nonces count up and mark the last one (Hoang, Reyhanitabar, Rogaway, Vizar: STREAM, CRYPTO 2015): a chunk
that is altered, moved, doubled, dropped or cut off does not open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.errors import CannotOpen
from vault.sealing.archive import NONCE_BYTES, TAG_BYTES, ArchiveHeader, ArchiveKey, take
from vault.sealing.frames import Random, frame

CHUNK: Final = 64 * 1024
FILE_NONCE_BYTES: Final = 16

_STREAM: Final = "custody-vault/archive-stream/1"


class ArchiveWriter:
    """Seals a stream into a file, chunk by chunk; `close` writes the last one.

    Args:
        write: Takes the file's bytes, in order.
        header: Made by `make_archive_key`.
        key: Made with it.
        random: Source of the file's nonce, so that a header that is used twice still has two streams.
    """

    def __init__(
        self, write: Callable[[bytes], object], header: ArchiveHeader, key: ArchiveKey, *, random: Random
    ) -> None:
        nonce = random(FILE_NONCE_BYTES)
        self._write = write
        self._aead = _stream(header, key, nonce)
        self._pending = bytearray()
        self._count = 0
        write(header.to_bytes() + nonce)

    def write(self, data: bytes) -> None:
        """Add to the stream."""
        self._pending += data
        # One chunk is held back: the last one is sealed as the last.
        while len(self._pending) > CHUNK:
            self._seal(CHUNK, is_last=False)

    def close(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(CHUNK, is_last=True)

    def _seal(self, most: int, *, is_last: bool) -> None:
        chunk = bytes(self._pending[:most])
        del self._pending[:most]
        self._write(self._aead.encrypt(_nonce(self._count, is_last=is_last), chunk, None))
        self._count += 1


def open_archive(source: BinaryIO, header: ArchiveHeader, key: ArchiveKey) -> Iterator[bytes]:
    """The stream, chunk by chunk. It is whole only when the last chunk has come.

    Args:
        source: Where `read_archive_header` left it.
        header: What that gave.
        key: The file key.

    Raises:
        CannotOpen: A chunk is altered, moved, doubled, dropped or cut off.
    """
    aead = _stream(header, key, take(source, FILE_NONCE_BYTES))
    count, sealed = 0, source.read(CHUNK + TAG_BYTES)
    while True:
        following = source.read(CHUNK + TAG_BYTES)
        try:
            chunk = aead.decrypt(_nonce(count, is_last=not following), sealed, None)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen(f"chunk {count + 1} of the backup is altered, out of order or cut off") from error
        if chunk or count == 0:
            yield chunk
        else:
            raise CannotOpen(f"chunk {count + 1} of the backup is empty")
        if not following:
            return
        count, sealed = count + 1, following


def _nonce(count: int, *, is_last: bool) -> bytes:
    return count.to_bytes(NONCE_BYTES - 1, "big") + bytes((is_last,))


def _stream(header: ArchiveHeader, key: ArchiveKey, nonce: bytes) -> AESGCM:
    return AESGCM(key.derive(frame(_STREAM, header.head(), nonce)))
