from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.sealing.reference import frame
from vault.errors import BadSignature, CannotOpen, UnsafeKey
from vault.sealing.signatures import SigningKey, SigningPublicKey

FIELD = 2**255 - 19
D = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD
ORDER = 2**252 + 27742317777372353535851937790883648493


def low_order_encodings() -> set[bytes]:
    """All 14 by the curve's equation: every y of a point whose order divides 8, each sign, each form below 2**255."""
    found = set()
    for y in small_ys():
        for form in (y, y + FIELD):
            if form < 2**255:
                found |= {(form | sign << 255).to_bytes(32, "little") for sign in (0, 1)}
    return found


def small_ys() -> Iterator[int]:
    yield from (0, 1, FIELD - 1)
    # Order 8: doubling gives a point with y = 0, which is so when x*x = -y*y, hence d*y**4 + 2*y*y - 1 = 0.
    root = square_root((1 + D) % FIELD)
    for sign in (root, -root):
        square = (sign - 1) * pow(D, FIELD - 2, FIELD) % FIELD
        if pow(square, (FIELD - 1) // 2, FIELD) == 1:
            y = square_root(square)
            yield from (y, FIELD - y)


def square_root(value: int) -> int:
    root = pow(value, (FIELD + 3) // 8, FIELD)
    if root * root % FIELD != value:
        root = root * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    assert root * root % FIELD == value
    return root


def ed25519_vectors() -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    path = Path(cryptography_vectors.__file__).parent / "asymmetric" / "Ed25519" / "sign.input"
    for line in path.read_text().splitlines()[:64]:
        secret, public, message, signed = (bytes.fromhex(field) for field in line.split(":")[:4])
        yield secret[:32], public, message, signed[:64]


def test_public_keys_are_those_of_the_standard_vectors() -> None:
    for seed, public, message, signature in ed25519_vectors():
        key = SigningKey.from_seed(seed)
        assert key.public == public
        assert key._loaded.sign(message) == signature


def test_a_signature_is_plain_ed25519_over_the_frame() -> None:
    for seed, public, message, _ in ed25519_vectors():
        signature = SigningKey.from_seed(seed).sign("a context", message)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, frame("a context", message))
        SigningPublicKey(public).verify("a context", message, signature)


def test_a_signature_fits_no_other_context_message_or_key() -> None:
    """A9"""
    key, other = SigningKey.from_seed(b"k" * 32), SigningKey.from_seed(b"o" * 32)
    signature = key.sign("entry", b"message")
    for public, context, message in (
        (key.public, "checkpoint", b"message"),
        (key.public, "entry", b"massage"),
        (other.public, "entry", b"message"),
    ):
        with pytest.raises(BadSignature, match=f"the signature for {context} does not verify"):
            SigningPublicKey(public).verify(context, message, signature)


def test_every_flipped_byte_of_a_signature_is_refused() -> None:
    """A10"""
    key = SigningKey.from_seed(b"k" * 32)
    signature, public = key.sign("entry", b"message"), SigningPublicKey(key.public)
    for at in range(64):
        with pytest.raises(BadSignature):
            public.verify("entry", b"message", signature[:at] + bytes((signature[at] ^ 1,)) + signature[at + 1 :])


@pytest.mark.parametrize("signature", [b"", b"\0" * 63, b"\0" * 64, b"\0" * 65])
def test_a_signature_of_no_worth_is_refused(signature: bytes) -> None:
    with pytest.raises(BadSignature):
        SigningPublicKey(SigningKey.from_seed(b"k" * 32).public).verify("entry", b"message", signature)


def test_a_signature_has_one_form_only() -> None:
    """A10: adding the group's order to the second half would give a second valid signature."""
    key = SigningKey.from_seed(b"k" * 32)
    signature = key.sign("entry", b"message")
    raised = int.from_bytes(signature[32:], "little") + ORDER
    with pytest.raises(BadSignature):
        SigningPublicKey(key.public).verify("entry", b"message", signature[:32] + raised.to_bytes(32, "little"))


def test_one_signature_would_fit_many_messages_under_a_low_order_key() -> None:
    """A1: the reason for the refusals below, shown on the bare primitive."""
    identity = (1).to_bytes(32, "little")
    constant = identity + bytes(32)
    for message in (b"one message", b"another"):
        Ed25519PublicKey.from_public_bytes(identity).verify(constant, message)


def test_there_are_fourteen_low_order_encodings_and_all_are_refused() -> None:
    """A1"""
    encodings = low_order_encodings()
    assert len(encodings) == 14
    for raw in encodings:
        with pytest.raises(UnsafeKey, match="low order or not in its canonical form"):
            SigningPublicKey(raw)


@pytest.mark.parametrize("y", [FIELD, FIELD + 1, FIELD + 9, 2**255 - 1])
@pytest.mark.parametrize("sign", [0, 1])
def test_a_key_that_is_not_canonical_is_refused(y: int, sign: int) -> None:
    """A1"""
    with pytest.raises(UnsafeKey, match="canonical"):
        SigningPublicKey((y | sign << 255).to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33, 1216])
def test_a_public_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(UnsafeKey, match=f"a signing key has 32 bytes, not {length}"):
        SigningPublicKey(b"\x07" * length)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(CannotOpen, match="signing key: what was sealed is not a seed of 32 bytes"):
        SigningKey.from_seed(b"s" * length)
