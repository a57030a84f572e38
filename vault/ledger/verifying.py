"""Signatures of entries, verified by the keys that the state before them shows."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from vault.domain.persons import Person, Signer
from vault.errors import BadSignature, Broken, UnsafeKey
from vault.ledger.entry import COUNTERSIGNED_AS, SIGNED_AS, Entry, key_fingerprint
from vault.ledger.view import View
from vault.sealing.signatures import SigningPublicKey

_ENROLMENT: Final = "person.enrolled"
_MOST_LOADED: Final = 4096

_load = lru_cache(maxsize=_MOST_LOADED)(SigningPublicKey)
"""A long rebuild meets the same few keys again and again."""


def verify_signatures(view: View, entry: Entry) -> None:
    """Verify the author's signature, and an enrolment's second one by the one-time code.

    Only a first entry and an enrolment bring the key that they are signed with; every other entry, whatever it claims
    to be, is signed with a key that the state knows as its author's. So what is held void later is named after the
    person who did sign it.

    Args:
        view: The state before the entry.
        entry: As it was read.

    Raises:
        Broken: One of the signatures, or a key, does not hold.
    """
    try:
        _verify_signatures(view, entry)
    except (BadSignature, UnsafeKey) as error:
        raise Broken(f"ledger entry {entry.seq} does not verify: {error.message}") from error


def _verify_signatures(view: View, entry: Entry) -> None:
    brought = _brought(entry)
    key = _known_key(view, entry) if brought is None else _brought_key(entry, brought)
    key.verify(SIGNED_AS, entry.body, entry.signature)
    if entry.event.KIND == _ENROLMENT:
        _code_key(view, entry).verify(COUNTERSIGNED_AS, entry.body, entry.countersignature)
    elif entry.countersignature:
        raise BadSignature("it has a second signature that nothing asks for")


def _brought(entry: Entry) -> bytes | None:
    """The signing key that an enrolment, or the first entry, brings; None for every other entry."""
    if entry.event.KIND != _ENROLMENT and entry.seq != 1:
        return None
    from vault.ledger.events import PersonEnrolled, VaultFounded

    return entry.event.keys.signing if isinstance(entry.event, PersonEnrolled | VaultFounded) else None


def _brought_key(entry: Entry, signing: bytes) -> SigningPublicKey:
    if entry.envelope.key != key_fingerprint(signing):
        raise BadSignature("it names another key than the one it brings")
    return _load(signing)


def _known_key(view: View, entry: Entry) -> SigningPublicKey:
    signer = view.find(Signer, entry.envelope.key.hex())
    if signer is None or signer.person != entry.author:
        raise BadSignature(f"its key is not one of {entry.author}")
    return _load(signer.public)


def _code_key(view: View, entry: Entry) -> SigningPublicKey:
    person = view.find(Person, entry.author)
    if person is None or person.code_key is None:
        raise BadSignature("nobody has been invited under that id")
    return _load(person.code_key)
