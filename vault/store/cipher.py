"""What the store needs of the storage key."""

from __future__ import annotations

from typing import Protocol


class AtRestCipher(Protocol):
    """Encryption at rest: the storage keyring as the store sees it.

    It hides text from whoever reads a stolen database. It is never a secret's only lock, and it proves nothing about
    who wrote a row: that is the signatures' work.
    """

    @property
    def prefix(self) -> bytes:
        """What everything begins with that the newest term encrypts."""

    def encrypt(self, context: str, plaintext: bytes) -> bytes:
        """Encrypt under the newest term, bound to `context`; the same input gives other bytes each time."""

    def decrypt(self, context: str, sealed: bytes) -> bytes:
        """Decrypt what `encrypt` gave for the same context.

        Raises:
            CannotOpen: Another key, another context, or altered bytes.
        """

    def mark(self, context: str, text: str) -> bytes:
        """16 bytes that are equal for equal context and text and say nothing about the text without the key."""
