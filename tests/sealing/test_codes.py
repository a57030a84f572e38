from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import cryptography_vectors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput
from vault.sealing.codes import Algorithm, Proof, TotpSeed, parse_seed

SEED = TotpSeed(key=b"12345678901234567890")
NOW = datetime(2026, 11, 25, 8, 0, 10, tzinfo=UTC)
BARE = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def vectors(name: str) -> list[dict[str, str]]:
    text = (Path(cryptography_vectors.__file__).parent / "twofactor" / name).read_text()
    blocks = [[line.split("=", 1) for line in block.splitlines() if "=" in line] for block in text.split("COUNT =")[1:]]
    return [{name.strip(): value.strip() for name, value in block} for block in blocks]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_codes_are_those_of_rfc_6238() -> None:
    found = vectors("rfc-6238.txt")
    assert len(found) == 18
    for each in found:
        seed = TotpSeed(key=each["SECRET"].encode(), algorithm=Algorithm[each["MODE"]], digits=8)
        assert seed.code(at(int(each["TIME"]))).code.reveal() == each["TOTP"]


def test_codes_are_those_of_rfc_4226_step_by_step() -> None:
    found = vectors("rfc-4226.txt")
    assert len(found) == 10
    for each in found:
        seed = TotpSeed(key=each["SECRET"].encode())
        assert seed.code(at(int(each["COUNTER"]) * 30)).code.reveal() == each["HOTP"]


@pytest.mark.parametrize(("second", "left"), [(0, 30), (1, 29), (29, 1), (30, 30)])
def test_a_code_says_how_long_it_is_valid(second: int, left: int) -> None:
    assert SEED.code(at(1_800_000_000 + second)).valid_seconds == left
    assert TotpSeed(key=SEED.key, period=60).code(at(1_800_000_000 + second)).valid_seconds == 60 - second


def test_a_code_depends_on_the_moment_and_not_on_the_offset() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert SEED.code(NOW).code == SEED.code(elsewhere).code
    with pytest.raises(ValueError, match="without an offset"):
        SEED.code(NOW.replace(tzinfo=None))


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_code_of_now_or_one_step_either_way_proves_the_seed(step: int) -> None:
    code = SEED.code(NOW + step * timedelta(seconds=30)).code
    proof = SEED.proves(code, NOW)
    assert proof.is_proved
    assert (proof.step, proof.message) == (int(NOW.timestamp()) // 30 + step, "")


@pytest.mark.parametrize(
    ("skew", "words"),
    [
        (timedelta(seconds=60), "about 1 minutes behind"),
        (timedelta(hours=-5), "about 300 minutes ahead of"),
        (timedelta(hours=26), "about 1560 minutes behind"),
        (timedelta(hours=-26), "about 1560 minutes ahead of"),
    ],
)
def test_a_code_of_another_time_names_the_skew(skew: timedelta, words: str) -> None:
    """B2"""
    proof = SEED.proves(SEED.code(NOW + skew).code, NOW)
    assert (proof.proof, proof.skew, proof.is_proved) == (Proof.SKEWED, skew, False)
    assert words in proof.message


@pytest.mark.parametrize("skew", [timedelta(hours=26, seconds=30), timedelta(days=365), timedelta(days=-365)])
def test_a_code_of_a_clock_further_off_is_wrong_and_this_clock_is_named(skew: timedelta) -> None:
    """B2"""
    proof = SEED.proves(SEED.code(NOW + skew).code, NOW)
    assert (proof.proof, proof.step, proof.skew) == (Proof.WRONG, None, timedelta())
    assert "this machine's clock says 2026-11-25 08:00 UTC" in proof.message
    assert "2026-11-25 08:00 UTC" in SEED.proves(Secret("000000"), NOW.astimezone(timezone(timedelta(hours=9)))).message


def test_the_search_for_skew_stops_at_1970() -> None:
    assert SEED.proves(Secret("000000"), at(10)).proof is Proof.WRONG


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "\uff11" * 6, "\u0661" * 6])
def test_only_ascii_digits_of_the_right_number_are_a_code(typed: str) -> None:
    """B2"""
    proof = SEED.proves(Secret(typed), NOW)
    assert proof.proof is Proof.MALFORMED
    assert proof.message == "a code of this seed is 6 digits from 0 to 9"


def test_a_code_typed_in_two_halves_is_the_code() -> None:
    code = SEED.code(NOW).code.reveal()
    assert SEED.proves(Secret(f" {code[:3]} {code[3:]} "), NOW).is_proved


@pytest.mark.parametrize("text", [BARE, BARE.lower(), f"  {BARE[:4]} {BARE[4:20]}-{BARE[20:]}\n", f"{BARE}===="])
def test_a_bare_seed_is_read_however_it_is_spaced(text: str) -> None:
    assert parse_seed(Secret(text)) == SEED


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the seed has 0 bits"),
        ("123456", "this is a code, not a seed"),
        ("GEZDGNBV018", "look for 0, 1, 8 and 9"),
        ("GEZDGNBVGY3TQOJ\u0130", "only the letters A to Z"),
        ("GEZDGNBVGY3TQOJQG", "incomplete"),
        ("GEZDGNBVGY3TQ", "the seed has 64 bits; it must have 80 to 1024"),
        ("A" * 208, "the seed has 1040 bits"),
        ("https://example.org/seed", "a seed is an otpauth:// address"),
    ],
)
def test_what_is_no_seed_is_refused_in_words(text: str, message: str) -> None:
    """B1: and never repeated."""
    with pytest.raises(InvalidInput, match=message) as caught:
        parse_seed(Secret(text))
    assert len(text) < 8 or text not in str(caught.value)


@pytest.mark.parametrize(("count", "is_weak"), [(10, True), (13, True), (14, False), (20, False)])
def test_a_seed_below_112_bits_is_accepted_and_weak(count: int, is_weak: bool) -> None:  # noqa: FBT001
    seed = parse_seed(Secret(base64.b32encode(b"k" * count).decode()))
    assert (len(seed.key), seed.is_weak) == (count, is_weak)
    assert len(seed.code(NOW).code) == 6


@given(
    st.builds(
        TotpSeed,
        key=st.binary(min_size=10, max_size=128),
        algorithm=st.sampled_from(Algorithm),
        digits=st.sampled_from((6, 7, 8)),
        period=st.sampled_from((30, 60)),
    )
)
def test_a_sealed_seed_comes_back_as_it_was(seed: TotpSeed) -> None:
    assert TotpSeed.from_bytes(seed.to_bytes()) == seed


@pytest.mark.parametrize(
    "content",
    [b"", b"\x01", *(b"%b" % (bytes(head) + b"k" * 20) for head in (
        (0, 1, 6, 30), (2, 1, 6, 30), (1, 0, 6, 30), (1, 4, 6, 30), (1, 1, 5, 30), (1, 1, 9, 30), (1, 1, 6, 31)
    )), bytes((1, 1, 6, 30)) + b"k" * 9, bytes((1, 1, 6, 30)) + b"k" * 129],
)  # fmt: skip
def test_a_sealed_seed_of_another_form_is_refused(content: bytes) -> None:
    """A9"""
    with pytest.raises(CannotOpen, match="the sealed seed is not in a form"):
        TotpSeed.from_bytes(content)


@given(st.text(max_size=120))
def test_any_text_is_a_seed_or_a_typed_error(text: str) -> None:
    for each in (text, f"otpauth://totp/{text}", f"otpauth://totp/a?secret={BARE}&{text}"):
        try:
            seed = parse_seed(Secret(each))
        except InvalidInput:
            continue
        assert TotpSeed.from_bytes(seed.to_bytes()) == seed
