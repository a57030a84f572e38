from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sealing import reference
from vault.domain.ids import AccountId, CredentialId, Fingerprint, PersonId, UnitId, VaultId
from vault.errors import CannotOpen, UnsafeKey
from vault.sealing.bindings import FOUNDING, RECOVERY, Binding, data_key_info, storage_key_info, unit_key_info
from vault.sealing.keypairs import SealingKey, SealingPublicKey, fingerprint, open_seed, seal_seed, seal_to

FIELD = 2**255 - 19
KEY = SealingKey.from_seed(b"k" * 32)
OTHER = SealingKey.from_seed(b"o" * 32)
BINDING = Binding(what="the key of uni_x", info=b"info")
VAULT = VaultId(b"v" * 32)
PRINT = Fingerprint(b"f" * 32)


def hybrid_vectors() -> list[dict[str, Any]]:
    path = Path(cryptography_vectors.__file__).parent / "HPKE" / "hpke-pq-test-vectors.json"
    return [each for each in json.loads(path.read_text()) if each["kem_id"] == reference.KEM_ID]


def low_order_us() -> list[int]:
    """RFC 7748's seven points below 2**255: 0, 1, -1, the two of order 8, and what of these has a second form."""
    eights = [
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    ]
    return [0, 1, FIELD - 1, *eights, FIELD, FIELD + 1]


def with_curve(raw: bytes) -> bytes:
    return KEY.public.to_bytes()[:1184] + raw


def test_standard_vectors_of_the_hybrid_kem_give_our_public_keys() -> None:
    vectors = hybrid_vectors()
    assert len(vectors) == 2
    for vector in vectors:
        key = SealingKey.from_seed(bytes.fromhex(vector["skRm"]))
        assert key.public.to_bytes() == bytes.fromhex(vector["pkRm"])
        assert SealingPublicKey.from_bytes(bytes.fromhex(vector["pkRm"])).to_bytes().hex() == vector["pkRm"]


def test_the_second_implementation_follows_the_standard_vector() -> None:
    vector = next(each for each in hybrid_vectors() if each["kdf_id"] == reference.HKDF_SHA256_ID)
    shared = reference.decapsulate(bytes.fromhex(vector["skRm"]), bytes.fromhex(vector["enc"]))
    assert shared.hex() == vector["shared_secret"]
    key, nonce = reference.key_schedule(shared, bytes.fromhex(vector["info"]), vector["aead_id"])
    assert (key.hex(), nonce.hex()) == (vector["key"], vector["base_nonce"])


def test_what_the_standard_vector_encapsulates_opens_with_our_key() -> None:
    for vector in hybrid_vectors():
        sealed = reference.seal_with(
            bytes.fromhex(vector["enc"]),
            bytes.fromhex(vector["shared_secret"]),
            b"plain",
            bytes.fromhex(vector["info"]),
        )
        binding = Binding(what="a vector", info=bytes.fromhex(vector["info"]))
        assert SealingKey.from_seed(bytes.fromhex(vector["skRm"])).open(sealed, binding) == b"plain"


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=60))
def test_what_is_sealed_opens_here_and_in_the_second_implementation(plaintext: bytes, info: bytes) -> None:
    binding = Binding(what="anything", info=info)
    sealed = seal_to(KEY.public, plaintext, binding)
    assert len(sealed) == 1 + 1120 + len(plaintext) + 16
    assert KEY.open(sealed, binding) == plaintext == reference.open_sealed(b"k" * 32, sealed, info)


def test_a_loaded_public_key_is_the_same_key() -> None:
    loaded = SealingPublicKey.from_bytes(KEY.public.to_bytes())
    assert KEY.open(seal_to(loaded, b"secret", BINDING), BINDING) == b"secret"
    assert loaded.fingerprint == KEY.public.fingerprint == fingerprint(KEY.public.to_bytes())
    framed = reference.frame("custody-vault/sealing-key/1", reference.public(b"k" * 32))
    assert loaded.fingerprint == hashlib.sha256(framed).digest()


def test_another_key_or_binding_opens_nothing() -> None:
    """A4, A5"""
    sealed = seal_to(KEY.public, b"secret", BINDING)
    for key, binding in ((OTHER, BINDING), (KEY, Binding(what="the key of uni_x", info=b"other"))):
        with pytest.raises(CannotOpen, match="the key of uni_x does not open"):
            key.open(sealed, binding)


def test_every_flipped_byte_of_a_sealed_seed_is_refused() -> None:
    """A10"""
    sealed = seal_seed(KEY.public, b"s" * 32, BINDING)
    for at in range(len(sealed)):
        with pytest.raises(CannotOpen, match="the key of uni_x"):
            open_seed(KEY, sealed[:at] + bytes((sealed[at] ^ 0x80,)) + sealed[at + 1 :], BINDING)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_refused(version: int) -> None:
    """A9"""
    sealed = seal_to(KEY.public, b"secret", BINDING)
    with pytest.raises(CannotOpen, match="the key of uni_x is not in a form that this program knows"):
        KEY.open(bytes((version,)) + sealed[1:], BINDING)


@given(st.binary(max_size=1300))
def test_random_bytes_never_open(sealed: bytes) -> None:
    """A10"""
    with pytest.raises(CannotOpen):
        KEY.open(sealed, BINDING)
    with pytest.raises(CannotOpen):
        KEY.open(b"\x01" + sealed, BINDING)


def test_a_sealed_seed_has_thirty_two_bytes() -> None:
    with pytest.raises(CannotOpen, match="the key of uni_x: what was sealed is not a seed"):
        seal_seed(KEY.public, b"s" * 31, BINDING)
    with pytest.raises(CannotOpen, match="the key of uni_x: what was sealed is not a seed"):
        open_seed(KEY, seal_to(KEY.public, b"s" * 33, BINDING), BINDING)
    assert open_seed(KEY, seal_seed(KEY.public, b"s" * 32, BINDING), BINDING) == b"s" * 32


@pytest.mark.parametrize("length", [0, 32, 1184, 1215, 1217])
def test_a_public_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(UnsafeKey, match=f"a sealing key has 1216 bytes, not {length}"):
        SealingPublicKey.from_bytes(bytes(length))


@pytest.mark.parametrize("u", low_order_us())
def test_a_curve_half_of_low_order_is_refused(u: int) -> None:
    """A1"""
    for form in (u, u | 1 << 255):
        with pytest.raises(UnsafeKey, match="low order"):
            SealingPublicKey.from_bytes(with_curve(form.to_bytes(32, "little")))


def test_the_low_order_points_are_those_that_give_zero() -> None:
    """The list above, checked by the ladder itself: the bare primitive refuses each of them when it is used."""
    _, curve = reference.keypair(b"k" * 32)
    for u in low_order_us():
        with pytest.raises(ValueError, match="shared key"):
            curve.exchange(X25519PublicKey.from_public_bytes(u.to_bytes(32, "little")))


def test_a_lattice_half_beyond_the_modulus_is_refused() -> None:
    """A1: FIPS 203's check of an encapsulation key."""
    with pytest.raises(UnsafeKey, match="lattice half is malformed"):
        SealingPublicKey.from_bytes(b"\xff" * 1184 + KEY.public.to_bytes()[1184:])


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_seed_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(CannotOpen, match="sealing key: what was sealed is not a seed"):
        SealingKey.from_seed(bytes(length))


def bindings() -> list[Binding]:
    """Bindings that differ from the first of their kind in one thing each."""
    unit: dict[str, Any] = {"vault": VAULT, "unit": UnitId("uni_a"), "epoch": 1, "recipient": "per_a"}
    data: dict[str, Any] = {
        "vault": VAULT,
        "account": AccountId("acc_a"),
        "credential": CredentialId("cre_a"),
        "version": 1,
        "sealer": PersonId("per_s"),
        "recipient": "per_a",
    }
    other = {"vault": FOUNDING, "epoch": 2, "version": 2, "recipient": RECOVERY}
    made = [
        storage_key_info(vault=vault, recipient=to, recipient_fingerprint=PRINT)
        for vault, to in ((VAULT, "per_a"), (FOUNDING, "per_a"), (VAULT, RECOVERY))
    ]
    for maker, fields in ((unit_key_info, unit), (data_key_info, data)):
        made.append(maker(**fields, recipient_fingerprint=PRINT))
        made.append(maker(**fields, recipient_fingerprint=Fingerprint(b"g" * 32)))
        made += [maker(**{**fields, name: other.get(name, "xxx_b")}, recipient_fingerprint=PRINT) for name in fields]
    return made


def test_whatever_differs_in_a_binding_differs_in_what_is_bound() -> None:
    """A5"""
    made = bindings()
    assert len({each.info for each in made}) == len(made) == 3 + 2 + 4 + 2 + 6


def test_a_binding_names_its_record_in_words() -> None:
    unit = unit_key_info(vault=VAULT, unit=UnitId("uni_a"), epoch=3, recipient="per_a", recipient_fingerprint=PRINT)
    assert unit.what == "the key of uni_a, epoch 3, for per_a"
    assert [each.what for each in bindings()[:1]] == ["the storage key for per_a"]
    assert bindings()[-1].what == "the data key of acc_a, version 1, for recovery"
