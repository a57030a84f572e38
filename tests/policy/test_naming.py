from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import InvalidInput, PolicyRefusal
from vault.policy.catalogue import Catalogue
from vault.policy.naming import (
    canonical_handle,
    has_hidden_characters,
    require_group_name,
    require_plain_lines,
    require_plain_text,
    require_reason,
)

CATALOGUE = Catalogue.load()
HIDING = [
    *("\n", "\r", "\t", "\x00", "\x1b", "\x1b[2J", "\x7f", "\x85", "\x9b", "\u2028", "\u2029"),
    *("\u200b", "\u200d", "\u200e", "\u202e", "\u2066", "\u2069", "\u061c", "\ufeff", "\u00ad", "\u2060", "\u180e"),
    *("\u3164", "\u115f", "\uffa0", "\ufff9", "\ud800", "\ue000", "\U000e0041", "\U000f0000"),
    *("\u0897", "\u1acf", "\U00011383", "\U00016d63", "\U0001e5ee"),
]


@pytest.mark.parametrize("hidden", HIDING)
def test_character_that_hides_or_reorders_is_refused(hidden: str) -> None:
    """B3."""
    with pytest.raises(InvalidInput, match="cannot be seen"):
        require_plain_text("the purpose", f"ab{hidden}c", 100)
    with pytest.raises(InvalidInput, match="cannot be seen"):
        canonical_handle(CATALOGUE.get("instagram"), f"shs{hidden}drama")


@pytest.mark.parametrize(
    "text", ["caf\u00e9 \u2013 50 \u20ac", "\u5b66\u6821", "=HYPERLINK(1)", "smile \U0001f600", "O\u2019Neil"]
)
def test_plain_text_is_let_through(text: str) -> None:
    assert require_plain_text("the purpose", text, 100) == text


def test_plain_text_comes_back_composed_and_trimmed() -> None:
    assert require_plain_text("the name", "  Zoe\u0308 ", 4) == "Zo\u00eb"


@pytest.mark.parametrize(
    ("text", "least", "words"),
    [("  ", 1, "is empty"), ("", 10, "is empty"), ("abc", 10, "at least 10"), ("x" * 21, 1, "at most 20")],
)
def test_text_of_a_wrong_length_is_refused(text: str, least: int, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        require_plain_text("the purpose", text, 20, least=least)


def test_optional_text_may_be_empty() -> None:
    assert require_plain_text("the note", " ", 20, least=0) == ""


def test_reason_has_ten_characters_or_more() -> None:
    assert require_reason("post cast list") == "post cast list"
    for text in ("because", "  short    ", "x" * 501, "ten \n characters"):
        with pytest.raises(InvalidInput, match="the reason"):
            require_reason(text)


def test_text_of_several_lines_keeps_them() -> None:
    assert require_plain_lines("the notice", "\none\r\ntwo\n\nthree ", 50) == "one\ntwo\n\nthree"


@pytest.mark.parametrize("text", ["", "x" * 51, "a\x1bb", "a\rb", "a\u202eb", "a\tb"])
def test_text_of_several_lines_is_plain_and_bounded(text: str) -> None:
    """B3."""
    with pytest.raises(InvalidInput, match="the notice"):
        require_plain_lines("the notice", text, 50)


@pytest.mark.parametrize(
    ("platform", "typed", "handle"),
    [
        ("instagram", " @SHS_Drama ", "shs_drama"),
        ("instagram", "\uff33\uff28\uff33", "shs"),
        ("x", "@@Ridge", "ridge"),
        ("x", "STRASSE\u1e9e", "strassess"),
        ("tumblr", "ridge-drama.tumblr.com", "ridge-drama"),
        ("wordpress_com", "Ridge.wordpress.com", "ridge"),
        ("mastodon", "@Drama@Social.Example.org", "drama@social.example.org"),
        ("reddit", "r/RidgeDrama", "r/ridgedrama"),
        ("facebook", "RidgeDrama", "ridgedrama"),
    ],
)
def test_handle_has_one_form_a_platform(platform: str, typed: str, handle: str) -> None:
    assert canonical_handle(CATALOGUE.get(platform), typed) == handle


@pytest.mark.parametrize(
    ("platform", "typed", "words"),
    [
        ("instagram", "@", "is empty"),
        ("instagram", "shs drama", "space or a colon"),
        ("instagram", "a:b", "space or a colon"),
        ("instagram", "\ufdfa" * 10, "too long"),
        ("instagram", "x" * 101, "too long"),
        ("instagram", "https://instagram.com/shs", "web address"),
        ("reddit", "r/a/b", "web address"),
        ("reddit", "r/", "web address"),
        ("mastodon", "drama", "needs its server"),
        ("tumblr", ".tumblr.com", "is empty"),
    ],
)
def test_text_that_is_no_handle_is_refused(platform: str, typed: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        canonical_handle(CATALOGUE.get(platform), typed)


@pytest.mark.parametrize("typed", ["https://facebook.com/profile.php?id=1", "facebook.com/people/Jo-Diaz/1"])
def test_personal_facebook_profile_is_refused(typed: str) -> None:
    with pytest.raises(PolicyRefusal, match="rule 7b: this is a personal profile"):
        canonical_handle(CATALOGUE.get("facebook"), typed)


@given(st.text(max_size=30))
def test_canonical_handle_is_its_own_canonical_form(text: str) -> None:
    platform = CATALOGUE.get("instagram")
    try:
        handle = canonical_handle(platform, text)
    except InvalidInput:
        return
    assert canonical_handle(platform, handle) == handle
    assert not has_hidden_characters(handle)


@pytest.mark.parametrize(
    "name", ["Ridge High School", "High Ridge School", "RIDGE PUBLIC SCHOOLS", "Ridge Band", "Ridge High"]
)
def test_group_name_that_shows_only_the_school_is_refused(name: str) -> None:
    with pytest.raises(PolicyRefusal) as caught:
        require_group_name(
            name, unit=["Ridge High School Drama Club"], district=["Ridge Public Schools", "Ridge High School"]
        )
    assert caught.value.clause == "7i"


@pytest.mark.parametrize("name", ["RHS Drama Club", "drama @ Ridge High School", "\uff24rama"])
def test_group_name_that_shows_the_unit_is_accepted(name: str) -> None:
    require_group_name(name, unit=["Drama Club"], district=["Ridge Public Schools", "Ridge High School"])


def test_group_name_of_a_unit_without_words_of_its_own_is_refused() -> None:
    with pytest.raises(PolicyRefusal):
        require_group_name("Ridge", unit=[], district=["Ridge Public Schools"])
