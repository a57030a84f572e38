"""The storage key: what stands between a stolen database and its text.

It is a short keyring, kept outside the database. The newest term encrypts and older ones only decrypt. Its pepper is a
secret of its own that does not turn with the terms: the passphrase locks and the marks of blind indexes depend on it,
and both must outlive every term. It is never a secret's only lock.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.errors import CannotOpen, InvalidInput
from vault.sealing.derivation import derive_key
from vault.sealing.frames import Random, frame
from vault.sealing.guarded import SEED_BYTES, KeyMaterial

VERSION: Final = b"\x01"
NONCE_BYTES: Final = 12
MARK_BYTES: Final = 16
OVERHEAD: Final = 1 + 4 + NONCE_BYTES + 16
"""Bytes that encryption adds: version, term, nonce, tag."""

_SEALED: Final = "custody-vault/at-rest/1"
_TERM_KEY: Final = "custody-vault/term-key/1"
_MARK_KEY: Final = "custody-vault/mark-key/1"
_MARK: Final = "custody-vault/mark/1"
_TITLE: Final = "custody-storage-key 1"
_LINE: Final = re.compile(r"(pepper|term [1-9][0-9]{0,8}|check) ([0-9a-f]+)", re.ASCII)
_CHECK_DIGITS: Final = 16
_HINT: Final = "restore the storage key file from its backup, or from the recovery officers"


class StorageKeyring(KeyMaterial):
    """The terms and the pepper.

    Args:
        terms: Term number to its 32 random bytes; at least one.
        pepper: 32 random bytes.
        random: Source of nonces; 96 random bits each, so a term is good for 2**32 encryptions (NIST SP 800-38D, 8.3).
    """

    __slots__ = ("_aeads", "_mark_key", "_newest", "_prefix", "_random", "_terms", "pepper")

    def __init__(self, terms: Mapping[int, bytes], pepper: bytes, *, random: Random = os.urandom) -> None:
        self._terms = dict(sorted(terms.items()))
        self.pepper = pepper
        self._random = random
        self._newest = max(terms)
        self._prefix = VERSION + self._newest.to_bytes(4, "big")
        self._aeads: dict[bytes, AESGCM] = {}
        self._mark_key = derive_key(pepper, frame(_MARK_KEY))

    @classmethod
    def make(cls, random: Random = os.urandom) -> StorageKeyring:
        """A new keyring with one term."""
        return cls({1: random(SEED_BYTES)}, random(SEED_BYTES), random=random)

    @classmethod
    def parse(cls, text: str, *, random: Random = os.urandom) -> StorageKeyring:
        """The keyring of a storage key file, or of what a command printed.

        Args:
            text: What `to_text` gave; line ends may be those of any system.
            random: Source of nonces.

        Raises:
            InvalidInput: Another version, a damaged line, a missing one, or a checksum that does not fit.
        """
        title, *lines = text.strip().splitlines() or [""]
        if title.strip() != _TITLE:
            raise InvalidInput("the storage key is not in a form that this program knows", hint=_HINT)
        values = dict(_parse_line(at, line) for at, line in enumerate(lines, start=2))
        terms = {int(name[5:]): value for name, value in values.items() if name.startswith("term ")}
        if len(values) != len(lines) or not terms or not {"pepper", "check"} <= values.keys():
            raise InvalidInput("the storage key lacks a line or has one twice", hint=_HINT)
        keyring = cls(terms, values["pepper"], random=random)
        if keyring.to_text().split() != text.split():
            raise InvalidInput("the storage key's checksum does not fit its lines", hint=_HINT)
        return keyring

    def to_text(self) -> str:
        """The text of the storage key file: title, pepper, terms, checksum. It is the secret itself."""
        lines = [_TITLE, f"pepper {self.pepper.hex()}"]
        lines += [f"term {term} {key.hex()}" for term, key in self._terms.items()]
        check = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:_CHECK_DIGITS]
        return "\n".join([*lines, f"check {check}", ""])

    @property
    def newest(self) -> int:
        """The term that encrypts."""
        return self._newest

    @property
    def prefix(self) -> bytes:
        """The 5 bytes with which everything begins that the newest term encrypts: version and term."""
        return self._prefix

    def with_new_term(self) -> StorageKeyring:
        """The keyring after a turn: a new term encrypts, all others stay to decrypt."""
        return StorageKeyring(
            {**self._terms, self._newest + 1: self._random(SEED_BYTES)}, self.pepper, random=self._random
        )

    def encrypt(self, context: str, plaintext: bytes) -> bytes:
        """Encrypt under the newest term.

        Args:
            context: Where it stands, such as a table, a column and a row's key; only the same context decrypts it.
            plaintext: Any bytes.
        """
        nonce = self._random(NONCE_BYTES)
        bound = frame(_SEALED, self._prefix, context.encode())
        return self._prefix + nonce + self._aead(self._prefix).encrypt(nonce, plaintext, bound)

    def decrypt(self, context: str, sealed: bytes) -> bytes:
        """Decrypt what any term of this keyring encrypted.

        Args:
            context: The context that it was encrypted in.
            sealed: Version, term, nonce, ciphertext.

        Raises:
            CannotOpen: An unknown version or term, another context, or altered bytes.
        """
        prefix, nonce = sealed[:5], sealed[5 : 5 + NONCE_BYTES]
        if prefix[:1] != VERSION or len(sealed) < OVERHEAD:
            raise CannotOpen(f"{context} is not stored in a form that this program knows")
        try:
            bound = frame(_SEALED, prefix, context.encode())
            return self._aead(prefix).decrypt(nonce, sealed[5 + NONCE_BYTES :], bound)
        except KeyError as error:
            raise CannotOpen(f"{context} is stored under a term that this storage key does not have") from error
        except InvalidTag as error:
            raise CannotOpen(f"{context} does not open with the storage key") from error

    def mark(self, context: str, text: str) -> bytes:
        """A keyed 16-byte stand-in for a text, so that it can be looked up without being stored.

        Equal texts have equal marks within a context: a mark tells a reader of the database that much and no more. Its
        key comes from the pepper: a mark must stay the same when a term turns, and also when the first term is given
        up.

        Args:
            context: Which index, such as `account.handle`.
            text: What is looked up, already normalised.
        """
        framed = frame(_MARK, context.encode(), text.encode())
        return hashlib.blake2b(framed, digest_size=MARK_BYTES, key=self._mark_key).digest()

    def _aead(self, prefix: bytes) -> AESGCM:
        aead = self._aeads.get(prefix)
        if aead is None:
            key = self._terms[int.from_bytes(prefix[1:], "big")]
            aead = self._aeads[prefix] = AESGCM(derive_key(key, frame(_TERM_KEY, prefix)))
        return aead


def _parse_line(at: int, line: str) -> tuple[str, bytes]:
    match = _LINE.fullmatch(line.strip())
    digits = _CHECK_DIGITS if match and match[1] == "check" else 2 * SEED_BYTES
    if match is None or len(match[2]) != digits:
        raise InvalidInput(f"line {at} of the storage key is damaged", hint=_HINT)
    return match[1], bytes.fromhex(match[2])
