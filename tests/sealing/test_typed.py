from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sealing import reference
from vault.domain.secret import Secret
from vault.errors import InvalidInput
from vault.sealing.typed import from_typed, to_typed

CONTEXT = "custody-vault/test/1"
BODY = bytes(range(17))
TEXT = to_typed(CONTEXT, BODY).reveal()
GROUPS = TEXT.replace("\n", "-").split("-")


def read(text: str, context: str = CONTEXT, length: int = 17) -> bytes:
    return from_typed(context, Secret(text), what="a test text", length=length)


@given(st.one_of(st.binary(min_size=17, max_size=17), st.binary(min_size=42, max_size=42)))
def test_a_body_comes_back_from_its_text_here_and_in_the_second_implementation(body: bytes) -> None:
    text = to_typed(CONTEXT, body).reveal()
    assert text == reference.typed_text(CONTEXT, body)
    assert read(text, length=len(body)) == body


@pytest.mark.parametrize(
    "typed",
    [
        TEXT.lower(),
        TEXT.replace("-", " "),
        TEXT.replace("-", "").replace("\n", ""),
        f"\n  {TEXT} -\n",
        TEXT.replace("0", "O").replace("1", "l"),
        TEXT.replace("0", "o").replace("1", "I"),
        "\n".join(GROUPS),
    ],
)
def test_spacing_case_and_look_alikes_are_forgiven(typed: str) -> None:
    assert read(typed) == BODY


def test_every_single_mistyped_character_names_its_group() -> None:
    """B5"""
    for place, group in enumerate(GROUPS, start=1):
        for at, right in enumerate(group):
            for wrong in set(reference.CROCKFORD) - {right} | {"U", "*", "\uff11"}:
                typed = [*GROUPS[: place - 1], group[:at] + wrong + group[at + 1 :], *GROUPS[place:]]
                with pytest.raises(InvalidInput, match=f"group {place} of a test text is mistyped"):
                    read("-".join(typed))


def test_every_swap_of_neighbours_names_its_group() -> None:
    for place, group in enumerate(GROUPS, start=1):
        for at in range(4):
            swapped = group[:at] + group[at + 1] + group[at] + group[at + 2 :]
            if swapped != group:
                with pytest.raises(InvalidInput, match=f"group {place} of a test text is mistyped"):
                    read("-".join([*GROUPS[: place - 1], swapped, *GROUPS[place:]]))


def test_two_groups_that_change_places_are_named() -> None:
    for first in range(len(GROUPS)):
        for second in range(first + 1, len(GROUPS)):
            typed = list(GROUPS)
            typed[first], typed[second] = typed[second], typed[first]
            with pytest.raises(InvalidInput, match=f"group {first + 1} of a test text is mistyped"):
                read("-".join(typed))


def test_a_lost_character_names_its_group_where_groups_were_typed() -> None:
    typed = [*GROUPS[:2], GROUPS[2][:4], *GROUPS[3:]]
    with pytest.raises(InvalidInput, match="group 3 of a test text is mistyped"):
        read("-".join(typed))


@pytest.mark.parametrize(("typed", "count"), [("", 0), ("-".join(GROUPS[:-1]), 7), ("-".join([*GROUPS, "00000"]), 9)])
def test_another_number_of_groups_is_named(typed: str, count: int) -> None:
    with pytest.raises(InvalidInput, match=f"a test text has 8 groups of 5 characters; {count} were typed"):
        read(typed)


def well_grouped(payload: bytes) -> str:
    """A text of any payload with right group checks."""
    number = int.from_bytes(payload, "big")
    digits = [number >> 5 * at & 31 for at in range(len(payload) * 8 // 5 - 1, -1, -1)]
    groups = []
    for place in range(1, len(digits) // 4 + 1):
        check = place
        for digit, weight in zip(digits[4 * place - 4 : 4 * place], (16, 8, 4, 2), strict=True):
            check ^= reference.gf_multiply(digit, weight, 0b100101, 5)
        groups.append("".join(reference.CROCKFORD[digit] for digit in [*digits[4 * place - 4 : 4 * place], check]))
    return "-".join(groups)


def test_another_kind_of_text_is_refused_though_well_typed() -> None:
    """A9: another context, another version, another checksum."""
    payload = b"\x01" + BODY + hashlib.sha256(reference.frame(CONTEXT, b"\x01", BODY)).digest()[:2]
    assert read(well_grouped(payload)) == BODY
    for text, context in (
        (TEXT, "custody-vault/other/1"),
        (well_grouped(b"\x02" + payload[1:]), CONTEXT),
        (well_grouped(payload[:-1] + bytes((payload[-1] ^ 1,))), CONTEXT),
    ):
        with pytest.raises(InvalidInput, match="this is not a test text that this program knows"):
            read(text, context)


@given(st.text(max_size=60))
def test_any_text_is_refused_with_a_typed_error(text: str) -> None:
    with pytest.raises(InvalidInput):
        read(text)
