from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sealing import reference
from vault.sealing.frames import digest, frame, number, same, sha256

_PARTS = st.lists(st.binary(max_size=8), max_size=4)
_CALLS = st.tuples(st.text(max_size=8).filter(lambda text: text.isprintable()), _PARTS)


def test_a_frame_is_count_then_lengths_and_pieces() -> None:
    assert frame("ab", b"", b"c").hex() == "00000002" + "00000002" + "6162" + "00000000" + "00000001" + "63"


@given(_CALLS, _CALLS)
def test_two_different_calls_never_give_the_same_bytes(
    left: tuple[str, list[bytes]], right: tuple[str, list[bytes]]
) -> None:
    assert (frame(left[0], *left[1]) == frame(right[0], *right[1])) == (left == right)


@given(_CALLS)
def test_the_second_implementation_frames_alike(call: tuple[str, list[bytes]]) -> None:
    assert frame(call[0], *call[1]) == reference.frame(call[0], *call[1])


def test_a_part_that_ends_where_another_begins_is_another_frame() -> None:
    """A5"""
    assert len({frame("c", b"ab", b"c"), frame("c", b"a", b"bc"), frame("c", b"abc"), frame("ca", b"bc")}) == 4


def test_a_number_is_eight_bytes_and_never_negative() -> None:
    assert number(258).hex() == "0000000000000102"
    with pytest.raises(struct.error):
        number(-1)


def test_a_digest_is_sha256_of_the_exact_bytes() -> None:
    assert digest(b"abc") == sha256(b"abc") == hashlib.sha256(b"abc").digest()


def test_same_tells_equal_from_unequal() -> None:
    assert same(b"abc", b"abc")
    assert not same(b"abc", b"abd")
    assert not same(b"abc", b"ab")
