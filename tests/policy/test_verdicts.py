from __future__ import annotations

import pytest

from vault.domain.verdicts import Verdict
from vault.errors import InvalidInput, PolicyRefusal
from vault.policy.verdicts import check, require_passed


def test_verdict_without_tests_refuses() -> None:
    with pytest.raises(PolicyRefusal, match="rule 3: the password: was not judged at all") as caught:
        require_passed(Verdict(checker="x/1", checks=()), subject="the password", clause="3")
    assert caught.value.faults == ("was not judged at all",)


def test_verdict_without_tests_refuses_even_where_no_clause_is_named() -> None:
    with pytest.raises(InvalidInput, match="was not judged"):
        require_passed(Verdict(checker="x/1", checks=()), subject="the passphrase")


def test_one_failed_test_stands_in_the_message() -> None:
    verdict = Verdict(
        checker="x/1",
        checks=(
            check("a", holds=True, clause="9", message="not shown"),
            check("b", holds=False, clause="2b", message="is personal"),
        ),
    )
    with pytest.raises(PolicyRefusal) as caught:
        require_passed(verdict, subject="the linked e-mail", clause="2", hint="custody email designate")
    assert str(caught.value) == "rule 2b: the linked e-mail: is personal"
    assert caught.value.clause == "2b"
    assert caught.value.hint == "custody email designate"
    assert caught.value.faults == ("is personal",)


def test_several_failed_tests_are_listed_one_a_line() -> None:
    checks = (check("a", holds=False, message="one"), check("b", holds=False, clause="3", message="two"))
    with pytest.raises(PolicyRefusal) as caught:
        require_passed(Verdict(checker="x/1", checks=checks), subject="the password")
    assert str(caught.value) == "rule 3: the password is refused for 2 reasons"
    assert caught.value.faults == ("one", "two")


def test_tests_of_our_own_are_no_refusal_by_policy() -> None:
    verdict = Verdict(checker="x/1", checks=(check("a", holds=False, message="too short"),))
    with pytest.raises(InvalidInput, match="the passphrase: too short"):
        require_passed(verdict, subject="the passphrase")


def test_passed_verdict_is_let_through() -> None:
    passed = check("a", holds=True, clause="3", message="never shown")
    require_passed(Verdict(checker="x/1", checks=(passed,)), subject="the password")
    assert passed.message == ""
