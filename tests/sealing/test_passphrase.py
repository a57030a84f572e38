from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import cryptography_vectors
import pytest
from argon2 import low_level
from argon2.exceptions import HashingError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sealing import reference
from tests.sealing.stream import Stream
from vault.domain.keys import KdfParameters
from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput, StoreError, UnsafeParameters, WrongPassphrase
from vault.sealing import passphrase as module
from vault.sealing.derivation import derive_key
from vault.sealing.identity import Identity
from vault.sealing.passphrase import (
    CEILING,
    DEFAULT,
    FLOOR,
    OFFICER,
    KdfProfile,
    LockedIdentity,
    lock_identity,
    require_within_bounds,
    unlock_identity,
)

PERSON = "per_one"
PEPPER = b"p" * 32
WORDS = Secret("correct horse battery staple")
PARAMETERS = FLOOR.make_parameters(Stream("salt"))
IDENTITY = Identity.make(Stream("identity"))
KDF = (PARAMETERS.memory_kib, PARAMETERS.passes, PARAMETERS.lanes, PARAMETERS.salt)


def lock(words: Secret = WORDS, parameters: KdfParameters = PARAMETERS) -> LockedIdentity:
    return lock_identity(IDENTITY, words, person=PERSON, parameters=parameters, pepper=PEPPER, random=Stream("nonce"))


def unlock(
    record: bytes,
    commitment: bytes,
    *,
    words: Secret = WORDS,
    person: str = PERSON,
    parameters: KdfParameters = PARAMETERS,
    pepper: bytes = PEPPER,
) -> Identity:
    return unlock_identity(record, words, person=person, parameters=parameters, pepper=pepper, commitment=commitment)


LOCKED = lock()


@pytest.mark.parametrize("profile", [FLOOR, DEFAULT], ids=["floor", "default"])
def test_a_locked_identity_opens_with_its_passphrase(profile: KdfProfile) -> None:
    parameters = profile.make_parameters(Stream("other salt"))
    locked = lock(parameters=parameters)
    opened = unlock(locked.record, locked.commitment, parameters=parameters)
    assert opened.public == IDENTITY.public
    assert opened.reveal_seeds() == IDENTITY.reveal_seeds()


def test_the_second_implementation_opens_it() -> None:
    assert len(LOCKED.record) == 93
    commitment, seeds = reference.open_identity(LOCKED.record, WORDS.nfc(), PERSON, KDF, PEPPER)
    assert commitment == LOCKED.commitment
    assert seeds == b"".join(IDENTITY.reveal_seeds())


def test_the_same_passphrase_typed_in_two_unicode_forms_opens() -> None:
    """B7"""
    composed, decomposed = Secret("caf\u00e9 caf\u00e9 caf\u00e9 caf\u00e9"), Secret("cafe\u0301 " * 3 + "cafe\u0301")
    locked = lock(words=composed)
    assert unlock(locked.record, locked.commitment, words=decomposed).public == IDENTITY.public


def test_a_passphrase_of_256_characters_is_used_whole() -> None:
    """B7"""
    locked = lock(words=Secret("a" * 255 + "b"))
    assert unlock(locked.record, locked.commitment, words=Secret("a" * 255 + "b")).public == IDENTITY.public
    with pytest.raises(WrongPassphrase):
        unlock(locked.record, locked.commitment, words=Secret("a" * 255 + "c"))


@pytest.mark.parametrize(
    "changed",
    [
        {"words": Secret("correct horse battery stable")},
        {"pepper": b"q" * 32},
        {"person": "per_two"},
        {"parameters": replace(PARAMETERS, salt=b"s" * 16)},
        {"parameters": replace(PARAMETERS, passes=3)},
        {"parameters": replace(PARAMETERS, memory_kib=PARAMETERS.memory_kib + 1024)},
        {"parameters": replace(PARAMETERS, lanes=2)},
        {"commitment": b"c" * 32},
        {"commitment": b""},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_goes_into_the_lock_must_be_the_same(changed: dict[str, object]) -> None:
    """A5: another person, passphrase, pepper or parameter gives another commitment, checked before decryption."""
    with pytest.raises(WrongPassphrase, match="the passphrase does not open the key of per_"):
        unlock(**{"record": LOCKED.record, "commitment": LOCKED.commitment, **changed})  # type: ignore[arg-type]


def flipped(record: bytes, at: int) -> bytes:
    return record[:at] + bytes((record[at] ^ 1,)) + record[at + 1 :]


def test_every_flipped_byte_of_a_locked_identity_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A10: the stretching is done once here, as only the record changes."""
    stretched = low_level.hash_secret_raw(WORDS.nfc(), KDF[3], KDF[1], KDF[0], KDF[2], 32, low_level.Type.ID)
    monkeypatch.setattr(low_level, "hash_secret_raw", lambda **_: stretched)
    for at in range(len(LOCKED.record)):
        with pytest.raises(CannotOpen, match="the locked key of per_one is"):
            unlock(flipped(LOCKED.record, at), LOCKED.commitment)
    assert unlock(LOCKED.record, LOCKED.commitment).public == IDENTITY.public


@pytest.mark.parametrize("record", [b"", LOCKED.record[:-1], LOCKED.record + b"\0", b"\x02" + LOCKED.record[1:]])
def test_a_record_of_another_form_is_refused_before_stretching(record: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A9"""
    monkeypatch.setattr(low_level, "hash_secret_raw", None)
    with pytest.raises(CannotOpen, match="not in a form that this program knows"):
        unlock(record, LOCKED.commitment)


def test_random_bytes_of_the_right_length_are_refused() -> None:
    """A10"""
    with pytest.raises(CannotOpen, match="altered"):
        unlock(b"\x01" + Stream("noise")(92), LOCKED.commitment)


OUT_OF_BOUNDS = [
    {"memory_kib": 8},
    {"memory_kib": FLOOR.memory_kib - 1},
    {"memory_kib": CEILING.memory_kib + 1},
    {"memory_kib": 2**32 - 1},
    {"memory_kib": -1},
    {"passes": 1},
    {"passes": 11},
    {"passes": 2**32 - 1},
    {"lanes": 0},
    {"lanes": 9},
    {"salt": b"s" * 8},
    {"salt": b"s" * 17},
    {"salt": b""},
]


@pytest.mark.parametrize("changed", OUT_OF_BOUNDS, ids=str)
def test_parameters_out_of_bounds_are_refused_before_anything_is_allocated(
    changed: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A8"""
    monkeypatch.setattr(low_level, "hash_secret_raw", None)
    parameters = replace(PARAMETERS, **changed)  # type: ignore[arg-type]
    started = time.perf_counter()
    for refused in (
        lambda: require_within_bounds(parameters),
        lambda: unlock(LOCKED.record, LOCKED.commitment, parameters=parameters),
        lambda: lock(parameters=parameters),
    ):
        with pytest.raises(UnsafeParameters, match=f"the passphrase's {next(iter(changed))} "):
            refused()
    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize("profile", [FLOOR, DEFAULT, OFFICER, CEILING])
def test_every_profile_of_ours_is_within_bounds(profile: KdfProfile) -> None:
    parameters = profile.make_parameters(Stream("salt"))
    require_within_bounds(parameters)
    assert len(parameters.salt) == 16


def test_the_floor_is_nineteen_mebibytes_and_two_passes() -> None:
    """A8: the numbers of the standing design; a change here is a change of policy."""
    assert (FLOOR.memory_kib, FLOOR.passes, FLOOR.lanes) == (19456, 2, 1)
    assert (DEFAULT.memory_kib, DEFAULT.passes, DEFAULT.lanes) == (65536, 3, 4)
    assert (OFFICER.memory_kib, OFFICER.passes, OFFICER.lanes) == (262144, 3, 4)
    assert (CEILING.memory_kib, CEILING.passes, CEILING.lanes) == (1048576, 10, 8)


def test_an_empty_passphrase_locks_nothing() -> None:
    with pytest.raises(InvalidInput, match="the passphrase is empty"):
        lock(words=Secret(""))


def test_text_that_is_not_unicode_is_refused_without_being_shown() -> None:
    """B1: an encoding error holds the text it failed on."""
    with pytest.raises(InvalidInput, match="not valid Unicode") as caught:
        lock(words=Secret("half a pair \ud800 of surrogates"))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_machine_without_the_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> bytes:
        raise HashingError("Memory allocation error")

    monkeypatch.setattr(low_level, "hash_secret_raw", fail)
    with pytest.raises(StoreError, match="this machine cannot give the passphrase 19456 KiB"):
        lock()


@pytest.mark.parametrize("pepper", [b"", b"p" * 31])
def test_a_pepper_of_another_length_is_a_mistake_of_the_caller(pepper: bytes) -> None:
    with pytest.raises(ValueError, match="a pepper has 32 bytes"):
        unlock(LOCKED.record, LOCKED.commitment, pepper=pepper)


def blocks(name: str) -> list[dict[str, str]]:
    """The vectors of a file of `NAME = value` lines, each vector after its COUNT."""
    text = (Path(cryptography_vectors.__file__).parent / "KDF" / name).read_text()
    lines = [[field.split("=", 1) for field in block.splitlines() if "=" in field] for block in text.split("COUNT")[1:]]
    return [{key.strip().lower(): value.strip() for key, value in block} for block in lines]


def test_stretching_agrees_with_the_standard_vectors_of_argon2id() -> None:
    plain = [
        each
        for each in blocks("argon2id.txt")
        if "secret" not in each and "ad" not in each and each["length"] == "32" and int(each["memcost"]) <= 2**16
    ]
    assert plain
    for each in plain:
        parameters = KdfParameters(
            memory_kib=int(each["memcost"]),
            passes=int(each["iter"]),
            lanes=int(each["lanes"]),
            salt=bytes.fromhex(each["salt"]),
        )
        assert module._stretch(bytes.fromhex(each["pass"]), parameters).hex() == each["output"]


def test_derivation_agrees_with_the_standard_vectors_of_hkdf() -> None:
    vectors = blocks("rfc-5869-HKDF-SHA256.txt")
    assert len(vectors) == 3
    for each in vectors:
        salt, length = bytes.fromhex(each["salt"]), int(each["l"])
        derived = derive_key(bytes.fromhex(each["ikm"]), bytes.fromhex(each["info"]), salt=salt or None, length=length)
        assert derived.hex() == each["okm"]


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=64), st.binary(max_size=64), st.binary(max_size=40), st.integers(1, 96))
def test_derivation_agrees_with_the_second_implementation(key: bytes, info: bytes, salt: bytes, length: int) -> None:
    assert derive_key(key, info, salt=salt or None, length=length) == reference.hkdf(key, info, length, salt)
