from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.policy.strength import contains_context, contains_year, context_words, is_strong

WORDS = context_words(["Ridge Public Schools", "RidgeBears", "shs_drama2026", "Zoë Núñez"])


def test_context_is_split_into_whole_parts_and_initials() -> None:
    expected = (
        *("ridgepublicschools", "ridge", "public", "schools", "rps"),
        *("ridgebears", "bears"),
        *("shsdrama2026", "shs", "drama2026", "drama", "2026"),
        *("zoenunez", "zoe", "nunez"),
    )
    assert expected == WORDS


def test_short_and_empty_words_are_no_context() -> None:
    assert context_words(["", "of", "A-B", "the"]) == ()


@pytest.mark.parametrize(
    "text", ["xRIDGEx", "x-r1dg3-x", "x-egdir-x", "N\u00faN\u00e9Z", "Pub|ic", "5ch00ls", "5CH00L5"]
)
def test_context_is_seen_through_case_accents_substitution_and_reversal(text: str) -> None:
    assert contains_context(text, WORDS)


@pytest.mark.parametrize("text", ["xk-r-i-d-g-e", "shs", "rps", ""])
def test_short_words_and_taken_apart_ones_are_not_barred(text: str) -> None:
    assert not contains_context(text, WORDS)


@pytest.mark.parametrize(("text", "expected"), [("a2026b", True), ("1999", True), ("12026", False), ("2126", False)])
def test_years_are_seen_where_they_stand_alone(text: str, expected: bool) -> None:  # noqa: FBT001
    assert contains_year(text) is expected


def test_strong_text_stays_strong_when_short_words_are_taken_out() -> None:
    assert is_strong("shs-Xk9#pQ2vLm", WORDS)


@pytest.mark.parametrize(
    "text", ["", "ridge", "Ridge2026", "egdiR-sraeb-ridge", "zoe.nunez.2026.shs.rps", "qwertyuiop"]
)
def test_text_that_is_only_context_is_weak(text: str) -> None:
    assert not is_strong(text, WORDS)


def test_only_a_prefix_is_judged_so_that_length_costs_no_time() -> None:
    assert is_strong("Xk9#pQ2vLm" + "a" * 100_000, WORDS)
    assert not is_strong("a" * 72 + "Xk9#pQ2vLm!7Zw", WORDS)


@given(st.text(max_size=40))
def test_any_text_is_judged_without_error(text: str) -> None:
    assert is_strong(text, WORDS) in {True, False}
    assert contains_context(text, WORDS) in {True, False}


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_context_gives_words_of_three_or_more(context: list[str]) -> None:
    assert all(len(word) >= 3 for word in context_words(context))
