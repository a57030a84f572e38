"""Ids: what it is, and 128 random bits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vault
from vault.domain.ids import is_id, make_id

PREFIXES = ["per", "uni", "prm", "acc", "cre", "chk", "rot", "exp", "exc", "des"]


def test_an_id_is_exact() -> None:
    assert make_id("acc", bytes(16)) == "acc_" + "0" * 26
    assert make_id("per", b"\xff" * 16) == "per_7" + "z" * 25
    assert make_id("uni", bytes(15) + b"\x20") == "uni_" + "0" * 24 + "10"


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16), st.sampled_from(PREFIXES))
def test_every_id_is_one_and_two_of_other_bits_are_two(one: bytes, other: bytes, prefix: str) -> None:
    assert is_id(make_id(prefix, one))
    assert (make_id(prefix, one) == make_id(prefix, other)) == (one == other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acc",
        "acc_",
        "acc_" + "0" * 25,
        "acc_" + "0" * 27,
        "acc_" + "0" * 26 + "\n",
        " acc_" + "0" * 26,
        "ACC_" + "0" * 26,
        "acc_" + "A" * 26,
        "acc_" + "i" * 26,
        "acc_" + "l" * 26,
        "acc_" + "o" * 26,
        "acc_" + "u" * 26,
        "xyz_" + "0" * 26,
        "acc-" + "0" * 26,
        "acc_" + "\u0660" * 26,
    ],
)
def test_nothing_else_is_an_id(text: str) -> None:
    """B3."""
    assert not is_id(text)


def test_every_prefix_that_the_program_makes_is_known() -> None:
    made = set()
    for path in Path(vault.__file__).parent.rglob("*.py"):
        made |= set(re.findall(r'make_id\([A-Za-z]*,? ?"([a-z]{3})"', path.read_text(encoding="utf-8")))
    assert made >= {"acc", "cre", "chk"}
    assert [prefix for prefix in made if not is_id(f"{prefix}_{'0' * 26}")] == []
