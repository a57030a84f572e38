from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sealing import reference, two_keys
from tests.sealing.stream import Stream
from vault.domain.ids import AccountId, CredentialId, PersonId, VaultId
from vault.errors import CannotOpen, InvalidInput
from vault.sealing.envelope import EnvelopeHeader, Part, open_part, seal_envelope

HEADER = EnvelopeHeader(
    vault=VaultId(b"v" * 32),
    account=AccountId("acc_a"),
    credential=CredentialId("cre_a"),
    version=3,
    sealer=PersonId("per_s"),
)
PLAIN: reference.Header = (b"v" * 32, "acc_a", "cre_a", 3, "per_s")
PARTS = {Part.PASSWORD: b"correct horse", Part.MFA: b"seed", Part.CODES: b"one\ntwo"}
SEALED = seal_envelope(HEADER, PARTS, random=Stream("envelope"))
SPAN = 1 + 12 + 4 + 1024 + 16
"""Bytes of a part of one bucket in a record."""


def opened(
    record: bytes,
    part: Part = Part.PASSWORD,
    *,
    header: EnvelopeHeader = HEADER,
    data_key: bytes = SEALED.data_key,
    commitment: bytes = SEALED.commitment,
) -> bytes:
    return open_part(record, header, data_key, commitment, part)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(Part), st.binary(max_size=1020)))
def test_every_part_opens_to_what_was_sealed_here_and_in_the_second_implementation(parts: dict[Part, bytes]) -> None:
    sealed = seal_envelope(HEADER, parts, random=Stream("any"))
    elsewhere = reference.open_envelope(sealed.record, PLAIN, sealed.data_key)
    assert reference.envelope_commitment(PLAIN, sealed.data_key) == sealed.commitment
    for part in Part:
        own = open_part(sealed.record, HEADER, sealed.data_key, sealed.commitment, part)
        assert own == parts.get(part, b"") == elsewhere[part.label]


def test_two_versions_never_share_a_data_key() -> None:
    random = Stream("two")
    first, second = (seal_envelope(HEADER, PARTS, random=random) for _ in range(2))
    assert first.data_key != second.data_key
    assert first.commitment != second.commitment


def test_a_record_of_small_parts_has_one_length() -> None:
    """A17"""
    lengths = {
        len(seal_envelope(HEADER, parts, random=Stream("l")).record)
        for parts in ({}, PARTS, {Part.PASSWORD: b"x" * 1020}, {Part.CODES: b"c" * 1020}, {Part.HISTORY: b""})
    }
    assert lengths == {1 + 5 * SPAN}


@pytest.mark.parametrize(("length", "buckets"), [(1020, 1), (1021, 2), (2044, 2), (2045, 3), (65532, 64)])
def test_a_longer_part_shows_its_bucket_and_no_more(length: int, buckets: int) -> None:
    """A17"""
    sealed = seal_envelope(HEADER, {Part.HISTORY: b"h" * length}, random=Stream("l"))
    assert len(sealed.record) == 1 + 5 * SPAN + (buckets - 1) * 1024
    assert open_part(sealed.record, HEADER, sealed.data_key, sealed.commitment, Part.HISTORY) == b"h" * length


@pytest.mark.parametrize(("part", "most"), [(Part.PASSWORD, 1020), (Part.CONTACTS, 65532), (Part.HISTORY, 65532)])
def test_a_part_beyond_its_largest_bucket_is_refused(part: Part, most: int) -> None:
    """A17: a password never takes a second bucket, so its length never shows."""
    with pytest.raises(InvalidInput, match=f"the {part.label} of acc_a, version 3 is longer than {most} bytes"):
        seal_envelope(HEADER, {part: b"x" * (most + 1)}, random=Stream("l"))


def test_every_flipped_byte_of_a_record_is_refused_or_belongs_to_another_part() -> None:
    """A10: reading every part notices every byte."""
    for at in range(len(SEALED.record)):
        altered = SEALED.record[:at] + bytes((SEALED.record[at] ^ 1,)) + SEALED.record[at + 1 :]
        part = list(Part)[max(at - 1, 0) // SPAN]
        with pytest.raises(CannotOpen, match="acc_a, version 3"):
            opened(altered, part)


@pytest.mark.parametrize(
    "changed",
    [
        {"vault": VaultId(b"w" * 32)},
        {"account": AccountId("acc_b")},
        {"credential": CredentialId("cre_b")},
        {"version": 2},
        {"sealer": PersonId("per_t")},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_envelope_opens_under_no_other_header(changed: dict[str, Any]) -> None:
    """A5"""
    other = replace(HEADER, **changed)
    with pytest.raises(CannotOpen, match="is not the one that its entry commits to"):
        opened(SEALED.record, header=other)
    moved = reference.envelope_commitment(
        (other.vault, other.account, other.credential, other.version, other.sealer), SEALED.data_key
    )
    with pytest.raises(CannotOpen, match="does not open with its data key"):
        opened(SEALED.record, header=other, commitment=moved)


def test_parts_swapped_within_a_record_do_not_open() -> None:
    """A5: relabelled or not."""
    spans = [SEALED.record[1 + SPAN * at : 1 + SPAN * (at + 1)] for at in range(5)]
    swapped = [spans[2], spans[1], spans[0], *spans[3:]]
    relabelled = [bytes((at,)) + span[1:] for at, span in enumerate(swapped, start=1)]
    with pytest.raises(CannotOpen, match="not in a form"):
        opened(b"\x01" + b"".join(swapped))
    with pytest.raises(CannotOpen, match="the password of acc_a, version 3 does not open"):
        opened(b"\x01" + b"".join(relabelled))


@pytest.mark.parametrize("key", [b"", b"k" * 32, b"k" * 31])
def test_another_data_key_is_refused_before_anything_is_opened(key: bytes) -> None:
    """A4"""
    with pytest.raises(CannotOpen, match="is not the one that its entry commits to"):
        opened(b"not even a record", data_key=key)


def test_a_ciphertext_made_for_two_keys_opens_under_the_committed_one_alone() -> None:
    """A4: AES-GCM is not key-committing. The attack is built for real and works on the bare primitive."""
    first, second = SEALED.data_key, b"2" * 32
    keys = [reference.part_key(PLAIN, key, "password") for key in (first, second)]
    bound, nonce = reference.part_bound(PLAIN, "password"), b"n" * 12
    forged = two_keys.forge(keys[0], keys[1], nonce, bound, blocks=64)
    plains = [AESGCM(key).decrypt(nonce, forged, bound) for key in keys]
    assert plains[0] != plains[1]
    record = SEALED.record[:2] + nonce + SEALED.record[14:18] + forged + SEALED.record[1 + SPAN :]
    with pytest.raises(CannotOpen, match="is not the one that its entry commits to"):
        opened(record, data_key=second)
    with pytest.raises(CannotOpen, match="is not padded as it should be"):
        opened(record)


def resealed(padded: bytes) -> bytes:
    key = AESGCM(reference.part_key(PLAIN, SEALED.data_key, "password"))
    sealed = key.encrypt(b"n" * 12, padded, reference.part_bound(PLAIN, "password"))
    length = len(sealed).to_bytes(4, "big")
    return SEALED.record[:2] + b"n" * 12 + length + sealed + SEALED.record[1 + SPAN :]


@pytest.mark.parametrize(
    "padded",
    [
        b"\0\0\0\x01xy" + bytes(1018),
        b"\xff\xff\xff\xff" + bytes(1020),
        b"\0\0\x03\xfd" + b"x" * 1020,
        bytes(1023) + b"\x01",
    ],
    ids=["bytes in the padding", "a huge length", "a length beyond the bucket", "a last byte"],
)
def test_a_sealer_cannot_hide_anything_in_the_padding(padded: bytes) -> None:
    assert opened(resealed(b"\0\0\0\x01x" + bytes(1019))) == b"x"
    with pytest.raises(CannotOpen, match="the password of acc_a, version 3 is not padded as it should be"):
        opened(resealed(padded))


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\x01",
        b"\x02" + SEALED.record[1:],
        SEALED.record[:-1],
        SEALED.record + b"\0",
        SEALED.record[: 1 + SPAN],
        SEALED.record[: 1 + SPAN + 5],
        SEALED.record[:14] + b"\0\0\0\0" + SEALED.record[18:],
        SEALED.record[:14] + b"\0\0\x04\x11" + SEALED.record[18:],
        SEALED.record[:14] + b"\0\0\x08\x10" + SEALED.record[18:],
        SEALED.record[:14] + b"\xff\xff\xff\xff" + SEALED.record[18:],
        b"\x01\x02" + SEALED.record[2:],
        resealed(bytes(2048)),
    ],
)
def test_a_record_of_another_layout_is_refused(record: bytes) -> None:
    """A9"""
    with pytest.raises(CannotOpen, match="the sealed record of acc_a, version 3 is not in a form"):
        opened(record)


@given(st.binary(max_size=6000))
def test_random_bytes_are_never_an_envelope(record: bytes) -> None:
    for each in (record, b"\x01\x01" + record):
        with pytest.raises(CannotOpen):
            opened(each)


def test_the_forgery_tool_itself_fails_on_a_third_key() -> None:
    forged = two_keys.forge(b"a" * 32, b"b" * 32, b"n" * 12, b"bound", blocks=2)
    for key in (b"a" * 32, b"b" * 32):
        assert len(AESGCM(key).decrypt(b"n" * 12, forged, b"bound")) == 32
    with pytest.raises(InvalidTag):
        AESGCM(b"c" * 32).decrypt(b"n" * 12, forged, b"bound")
