from __future__ import annotations

import itertools
import random  # noqa: TID251 - the draw has to repeat when a test fails
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.domain.secret import Secret
from vault.errors import PolicyRefusal
from vault.policy.catalogue import Catalogue
from vault.policy.passwords import draw_password, has_class, judge_passphrase, judge_password
from vault.policy.platforms import CharacterClass, PasswordLimits

ANY = PasswordLimits()
CONTEXT = ("Stonington Public Schools", "Stonington High School", "SHS Drama Club", "shs_drama", "Jo Diaz", "Bears")
CATALOGUE = Catalogue.load()
STRONG = "vQ7!mWz2#Kdr"


def faults(text: str, limits: PasswordLimits = ANY, context: tuple[str, ...] = CONTEXT) -> tuple[str, ...]:
    return judge_password(Secret(text), limits=limits, context=context).faults


def failed(text: str, limits: PasswordLimits = ANY) -> set[str]:
    verdict = judge_password(Secret(text), limits=limits, context=CONTEXT)
    return {found.name for found in verdict.checks if not found.passed}


def source(seed: int) -> Callable[[int], int]:
    return random.Random(seed).randrange


@pytest.mark.parametrize("case", list(itertools.product([True, False], repeat=5)))
def test_truth_table_of_rule_3(case: tuple[bool, ...]) -> None:
    is_long, *has = case
    kinds = ("upper", "lower", "digit", "special")
    characters = [letter for letter, wanted in zip("Vq7!", has, strict=True) if wanted] or ["\u5b57"]
    text = "".join(itertools.islice(itertools.cycle(characters), 12 if is_long else 7))
    expected = {f"password.{kind}" for kind, wanted in zip(kinds, has, strict=True) if not wanted}
    expected |= set() if is_long else {"password.length"}
    expected |= {"password.letter"} if not (has[0] or has[1] or text[0] == "\u5b57") else set()
    composition = {"password.length", "password.letter", *(f"password.{kind}" for kind in kinds)}
    assert failed(text) & composition == expected


def test_strong_password_passes_and_says_nothing() -> None:
    verdict = judge_password(Secret(STRONG), limits=ANY, context=CONTEXT)
    assert verdict.passed
    assert {found.message for found in verdict.checks} == {""}
    assert {found.clause for found in verdict.checks} == {"3"}


def test_every_failed_part_has_one_line_and_none_repeats_the_password() -> None:
    found = faults("Drama")
    assert found[:3] == (
        "needs at least 8 characters",
        "needs a number",
        "needs a special character, such as ! @ # $ ?",
    )
    assert len(found) == 5
    assert not any("Drama" in fault for fault in found)


@pytest.mark.parametrize("text", ["Password1!", "Stonington1!", "Stonington2026!", "St0n1ngt0n#1!", "!1notgninotS"])
def test_password_that_meets_rule_3_and_is_rubbish_is_refused(text: str) -> None:
    assert "password.strength" in failed(text)
    assert failed(text).isdisjoint({"password.length", "password.upper", "password.lower", "password.digit"})


@pytest.mark.parametrize("text", ["vQ7!mW-dr4m4-z2#K", "vQ7!mW-zaid-z2#K", "vQ7!BearsWz2#Kdr"])
def test_unit_person_and_mascot_are_barred_from_a_strong_password(text: str) -> None:
    assert failed(text) == {"password.context"}


def test_year_is_barred_from_a_strong_password() -> None:
    assert failed("vQ7!mWz2026#Kdrt") == {"password.year"}


def test_context_only_counts_where_it_is_given() -> None:
    assert faults("vQ7!BearsWz2#Kdr", context=()) == ()


def test_characters_are_counted_and_not_bytes() -> None:
    assert "password.length" in failed("\u00e9\u00c97!\u00e9\u00c9\u00e9")
    assert "password.length" in failed("e\u0301E\u03017!e\u0301E\u0301e\u0301")
    assert "password.length" not in failed("\u00e9\u00c97!\u00e9\u00c9\u00e9\u00e9")


@pytest.mark.parametrize("text", ["vQ7 mWz2 Kdr", "vQ7\u00e9mWz2\u00f1Kdr"])
def test_space_and_foreign_letter_are_no_specials(text: str) -> None:
    assert failed(text) == {"password.special"}


@pytest.mark.parametrize("special", ["!", "?", "\u20ac", "\u2014", "\u00a7"])
def test_punctuation_and_symbols_are_specials(special: str) -> None:
    assert has_class(special, CharacterClass.SPECIAL)


def test_full_width_digit_is_no_number() -> None:
    assert not has_class("\uff17", CharacterClass.DIGIT)


def test_special_is_waived_only_where_the_platform_is_known_not_to_permit_it() -> None:
    text = "vQ7mWz2Kdrxh"
    assert failed(text) == {"password.special"}
    assert failed(text, PasswordLimits(special_permitted=True)) == {"password.special"}
    assert failed(text, PasswordLimits(special_permitted=None)) == {"password.special"}
    assert failed(text, PasswordLimits(special_permitted=False)) == set()


def test_special_is_refused_where_the_platform_permits_none() -> None:
    assert faults(STRONG, PasswordLimits(special_permitted=False)) == (
        "may have no special character on this platform",
    )


def test_question_mark_of_the_policy_is_refused_at_classmates() -> None:
    limits = CATALOGUE.get("classmates").password
    assert faults("vQ7?mWz2?Kdr", limits) == ("may have only letters, numbers and !@#$%^&* on this platform",)
    assert faults(STRONG, limits) == ()
    assert failed("vQ7!mWz2 Kdr\u00e9", limits) == {"platform.special"}


def test_platform_limits_are_judged_beside_the_policy() -> None:
    assert failed(STRONG * 2, CATALOGUE.get("tiktok").password) == {"platform.max"}
    assert faults(STRONG, PasswordLimits(min=13)) == ("needs at least 13 characters on this platform",)
    assert failed(STRONG, PasswordLimits(min=12, max=12)) == set()


def test_class_that_the_platform_demands_is_judged() -> None:
    limits = PasswordLimits(required=(CharacterClass.LOWER, CharacterClass.UPPER), special_permitted=False)
    assert "platform.upper" in failed("vq7mwz2kdrxh", limits)
    assert failed("vQ7mWz2Kdrxh", limits) == set()


@pytest.mark.parametrize("hidden", ["\n", "\t", "\x00", "\u200b", "\u202e", "\ud800"])
def test_password_with_a_character_that_cannot_be_typed_is_refused(hidden: str) -> None:
    """B3."""
    assert failed(STRONG + hidden) == {"platform.typed"}


@settings(max_examples=15, deadline=None)
@given(platform=st.sampled_from(CATALOGUE.ids), seed=st.integers(0, 2**32))
def test_generated_password_passes_on_every_platform(platform: str, seed: int) -> None:
    limits = CATALOGUE.get(platform).password
    password = draw_password(limits, CONTEXT, source(seed))[0]
    assert judge_password(password, limits=limits, context=CONTEXT).passed
    assert len(password) == min(24, limits.max or 24)


@pytest.mark.parametrize("platform", CATALOGUE.ids)
def test_generated_password_fits_each_platform(platform: str) -> None:
    limits = CATALOGUE.get(platform).password
    text = draw_password(limits, CONTEXT, source(1))[0].reveal()
    assert len(text) == min(24, limits.max or 24)
    assert not set(text) & set("lI1O0o")
    specials = {character for character in text if not character.isalnum()}
    assert specials
    assert specials <= set(limits.allowed_special or "!@#$?%*-_=+")


@settings(max_examples=40, deadline=None)
@given(
    least=st.none() | st.integers(1, 40),
    spare=st.none() | st.integers(0, 30),
    allowed=st.none() | st.text("!@#$%^&*(){}<>'\"", min_size=1, max_size=4),
    permitted=st.sampled_from([True, False, None]),
    required=st.lists(st.sampled_from(CharacterClass), max_size=3, unique=True),
    seed=st.integers(0, 2**32),
)
def test_generated_password_passes_inside_any_limits(  # noqa: PLR0917 - hypothesis names them
    least: int | None,
    spare: int | None,
    allowed: str | None,
    permitted: bool | None,  # noqa: FBT001
    required: list[CharacterClass],
    seed: int,
) -> None:
    if permitted is False:
        required = [kind for kind in required if kind is not CharacterClass.SPECIAL]
    most = None if spare is None else max(least or 12, 12) + spare
    limits = PasswordLimits(
        min=least, max=most, allowed_special=allowed, special_permitted=permitted, required=tuple(required)
    )
    password = draw_password(limits, (), source(seed))[0]
    assert judge_password(password, limits=limits, context=()).passed


def test_length_follows_the_wish_within_the_limits() -> None:
    assert len(draw_password(ANY, (), source(2))[0]) == 24
    assert len(draw_password(ANY, (), source(2), length=40)[0]) == 40
    assert len(draw_password(PasswordLimits(min=30), (), source(2))[0]) == 30
    assert len(draw_password(PasswordLimits(max=16), (), source(2), length=40)[0]) == 16


def test_platform_that_takes_less_than_eight_cannot_meet_rule_3() -> None:
    with pytest.raises(PolicyRefusal, match="takes at most 7 characters, and the policy demands 8") as caught:
        draw_password(PasswordLimits(max=7), (), source(3))
    assert caught.value.clause == "3"
    assert caught.value.hint is not None


def test_source_that_is_not_random_is_refused_and_not_waited_for() -> None:
    with pytest.raises(PolicyRefusal, match="no password was found"):
        draw_password(ANY, (), lambda _: 0)


def test_draw_that_holds_a_context_word_is_drawn_anew() -> None:
    first = draw_password(ANY, (), source(4))[0].reveal()
    word = max(re.findall(r"[^\W_]{4,}", first), key=len)
    second = draw_password(ANY, (word,), source(4))[0].reveal()
    assert second != first


@pytest.mark.parametrize(
    "text",
    [
        "purple clock river",
        "correct horse battery staple",
        "sixteen bears walked to the pond",
        "\u00e9t\u00e9 \u00e0 la mer noire 47 lampes",
        "vQ7!mWz2#Kdr" * 21,
    ],
)
def test_passphrase_of_unrelated_words_is_accepted(text: str) -> None:
    """B7."""
    assert judge_passphrase(Secret(text), words=CONTEXT).faults == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("vQ7!mWz2#Kdrxy", "passphrase.min"),
        ("vQ7!mWz2#Kdr" * 22, "passphrase.max"),
        ("passwordpassword1", "passphrase.strength"),
        ("Stonington Public Schools", "passphrase.strength"),
        ("st0n1ngt0n high sch00l 2026", "passphrase.strength"),
        ("jo diaz jo diaz", "passphrase.strength"),
        ("purple clock\nriver", "passphrase.typed"),
    ],
)
def test_weak_passphrase_is_refused_with_the_reason(text: str, name: str) -> None:
    """B7."""
    verdict = judge_passphrase(Secret(text), words=CONTEXT)
    assert [found.name for found in verdict.checks if not found.passed] == [name]
    assert {found.clause for found in verdict.checks} == {""}


def test_passphrase_is_counted_in_nfc() -> None:
    """B7."""
    composed, decomposed = "\u00e9clair rouge 4", "e\u0301clair rouge 4"
    assert len(composed) == 14
    assert len(decomposed) == 15
    verdicts = [judge_passphrase(Secret(text), words=()) for text in (composed, decomposed)]
    assert verdicts[0] == verdicts[1]
    assert not verdicts[0].passed
