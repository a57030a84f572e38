from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sealing import reference
from tests.sealing.stream import Stream
from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput
from vault.sealing.gf256 import evaluate, invert, multiply, weight_at_zero
from vault.sealing.recovery import make_recovery_key, open_recovery_key
from vault.sealing.shares import Share, combine, split
from vault.sealing.typed import to_typed

SECRET = Stream("secret")(32)
SHARES = split(SECRET, 3, 5, Stream("shares"))
COMMITMENTS = tuple(share.commitment for share in SHARES)


def test_the_field_is_that_of_aes() -> None:
    for left in range(256):
        for right in range(0, 256, 3):
            assert multiply(left, right) == reference.gf_multiply(left, right, 0x11B, 8)
    assert multiply(0x57, 0x83) == 0xC1


def test_every_element_but_zero_has_its_inverse() -> None:
    assert [multiply(value, invert(value)) for value in range(1, 256)] == [1] * 255
    assert invert(0) == 0


def test_weights_evaluate_a_polynomial_at_zero() -> None:
    for indexes in ((1, 2, 3), (5, 1, 255), (7,)):
        coefficients = bytes((0xAB, 0x10, 0xFE))[: len(indexes)]
        total = 0
        for index in indexes:
            total ^= multiply(weight_at_zero(indexes, index), evaluate(coefficients, index))
        assert total == 0xAB


def test_any_quorum_gives_the_secret_in_any_order() -> None:
    """B5"""
    for count in (3, 4, 5):
        for chosen in combinations(SHARES, count):
            assert combine(chosen, COMMITMENTS) == SECRET
            assert combine(chosen[::-1], COMMITMENTS) == SECRET
    assert reference.combine({share.index: share.data for share in SHARES[1:4]}) == SECRET


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.integers(2, 6), st.integers(0, 4))
def test_a_split_of_any_size_combines(secret: bytes, threshold: int, more: int) -> None:
    shares = split(secret, threshold, threshold + more, Stream("any"))
    assert combine(shares[-threshold:], [share.commitment for share in shares]) == secret


def test_one_share_short_says_nothing_of_the_secret() -> None:
    """B5: every value of a byte is equally likely, zero coefficients included."""
    for known in (0, 77):
        seen = Counter()  # type: Counter[int]
        for coefficient in range(256):
            row = bytes((coefficient,)) * 32
            rows = iter((b"s" * 8, row))
            shares = split(bytes((known,)) * 32, 2, 2, lambda _, rows=rows: next(rows))  # type: ignore[misc]
            seen[shares[0].data[0]] += 1
        assert seen == Counter(range(256))


def test_two_splits_of_one_secret_have_nothing_in_common() -> None:
    again = split(SECRET, 3, 5, Stream("others"))
    assert again[0].set_id != SHARES[0].set_id
    assert not {share.data for share in again} & {share.data for share in SHARES}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_shares_are_refused(count: int) -> None:
    """B5"""
    with pytest.raises(InvalidInput, match=f"{count} shares were given; at least {3 if count else 2} are needed"):
        combine(SHARES[:count], COMMITMENTS)


def test_one_share_twice_is_refused_by_its_number() -> None:
    """B5"""
    with pytest.raises(InvalidInput, match="share 2 was given twice"):
        combine((SHARES[0], SHARES[1], SHARES[1]), COMMITMENTS)


@pytest.mark.parametrize(
    "altered",
    [
        replace(SHARES[3], data=bytes((SHARES[3].data[0] ^ 1,)) + SHARES[3].data[1:]),
        replace(SHARES[3], data=SHARES[3].data[:-1] + bytes((SHARES[3].data[-1] ^ 1,))),
        replace(SHARES[3], threshold=2),
        replace(SHARES[2], index=4),
        replace(SHARES[3], set_id=b"x" * 8),
        split(SECRET, 3, 5, Stream("others"))[3],
    ],
)
def test_an_altered_share_or_one_of_another_set_is_refused_by_its_number(altered: Share) -> None:
    """B5"""
    with pytest.raises(CannotOpen, match="share 4 is not the one that was handed out"):
        combine((SHARES[0], SHARES[1], altered), COMMITMENTS)


def test_a_share_that_no_entry_names_is_refused() -> None:
    """B5"""
    with pytest.raises(CannotOpen, match="share 5 is not the one that was handed out"):
        combine(SHARES[2:], COMMITMENTS[:4])


def test_shares_of_two_sets_do_not_mix_even_when_both_are_committed_to() -> None:
    """B5"""
    others = split(SECRET, 3, 5, Stream("others"))
    mixed = (*COMMITMENTS[:3], others[3].commitment, COMMITMENTS[4])
    with pytest.raises(InvalidInput, match="share 4 belongs to another set than share 1"):
        combine((SHARES[0], SHARES[1], others[3]), mixed)


@pytest.mark.parametrize(("threshold", "shares"), [(1, 5), (0, 0), (6, 5), (2, 256), (-1, 3)])
def test_what_is_no_quorum_is_refused(threshold: int, shares: int) -> None:
    with pytest.raises(InvalidInput, match=f"{threshold} of {shares} is no quorum"):
        split(SECRET, threshold, shares, Stream("shares"))


def test_only_thirty_two_bytes_are_split() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        split(b"short", 2, 3, Stream("shares"))


def test_a_share_comes_back_from_its_text() -> None:
    for share in SHARES:
        text = share.to_text().reveal()
        assert [len(line.split("-")) for line in text.splitlines()] == [6, 6, 6]
        assert Share.parse(Secret(text.lower())) == share


@pytest.mark.parametrize("body", [b"s" * 8 + b"\0\3" + b"d" * 32, b"s" * 8 + b"\1\1" + b"d" * 32])
def test_a_share_that_cannot_be_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="not a recovery share that this program can have printed"):
        Share.parse(to_typed("custody-vault/share-text/1", body))


def test_a_mistyped_share_names_its_group() -> None:
    """B5"""
    text = SHARES[0].to_text().reveal()
    groups = text.replace("\n", "-").split("-")
    groups[6] = groups[6][::-1]
    with pytest.raises(InvalidInput, match="group 7 of a recovery share is mistyped"):
        Share.parse(Secret(" ".join(groups)))


def test_a_commitment_is_a_hash_of_the_framed_share() -> None:
    framed = reference.frame("custody-vault/share/1", SHARES[0].set_id, b"\1\3", SHARES[0].data)
    assert SHARES[0].commitment == hashlib.sha256(framed).digest()


def test_officers_open_the_recovery_key_together() -> None:
    made = make_recovery_key(Stream("recovery"), threshold=3, shares=5)
    public = made.public.to_bytes()
    key = open_recovery_key(made.shares[2:], made.commitments, public)
    assert key.public.to_bytes() == public
    with pytest.raises(CannotOpen, match="do not give the recovery key that the ledger shows"):
        open_recovery_key(made.shares[:3], made.commitments, public[::-1])
    with pytest.raises(InvalidInput, match="2 shares were given; at least 3"):
        open_recovery_key(made.shares[:2], made.commitments, public)
