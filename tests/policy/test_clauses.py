from __future__ import annotations

import pytest

from vault.errors import NotFound
from vault.policy.clauses import CLAUSES, clause_text


def test_every_clause_from_1_to_13_has_a_text() -> None:
    assert {number for number in CLAUSES if number.isdigit()} == {str(number) for number in range(1, 14)}
    assert all(text and not text.endswith(".") for text in CLAUSES.values())


def test_group_rule_has_its_nine_letters() -> None:
    assert [number for number in CLAUSES if number.startswith("7") and number != "7"] == [f"7{c}" for c in "abcdefghi"]


def test_clause_is_found_in_either_case() -> None:
    assert clause_text(" 7I ") == CLAUSES["7i"]


def test_unknown_clause_is_not_found_and_hints_at_the_numbers() -> None:
    with pytest.raises(NotFound) as caught:
        clause_text("14")
    assert caught.value.hint is not None
    assert "7i" in caught.value.hint
