"""What the words say of themselves by a clock that is given to them."""

from __future__ import annotations

import dataclasses
import inspect
import pkgutil
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

import vault.domain
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import BackupCodes, Road
from vault.domain.ids import AccountId, CheckoutId, CredentialId, PersonId
from vault.domain.notices import Void
from vault.domain.verdicts import Check, Verdict

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def words() -> list[type[Any]]:
    modules = [import_module(f"vault.domain.{each.name}") for each in pkgutil.iter_modules(vault.domain.__path__)]
    found = {
        each
        for module in modules
        for _, each in inspect.getmembers(module, inspect.isclass)
        if each.__module__ == module.__name__ and dataclasses.is_dataclass(each)
    }
    return sorted(found, key=lambda each: each.__qualname__)


@pytest.mark.parametrize("word", words(), ids=lambda word: word.__name__)
def test_every_word_is_frozen_slotted_and_named(word: Any) -> None:  # noqa: ANN401 - any dataclass
    assert word.__dataclass_params__.frozen
    assert all(field.kw_only for field in dataclasses.fields(word))
    assert "__slots__" in vars(word)


def test_a_lease_is_open_until_its_end_and_no_longer() -> None:
    lease = Checkout(
        id=CheckoutId("chk_a"),
        account=AccountId("acc_a"),
        credential=CredentialId("cre_a"),
        person=PersonId("per_a"),
        road=Road.CHECKOUT,
        reason="spring concert",
        ticket="",
        opened_at=NOON,
        until=NOON + timedelta(hours=1),
    )
    assert [lease.is_open(lease.until + step) for step in (-MOMENT, timedelta(0), MOMENT)] == [True, False, False]
    ended = dataclasses.replace(lease, ended_at=NOON, ending=Ending.RETURNED)
    assert not ended.is_open(NOON)


def test_a_verdict_without_a_check_has_not_passed() -> None:
    """Promise 4."""
    good, bad = Check(name="a", passed=True), Check(name="b", passed=False, message="mend it")
    assert not Verdict(checker="x/1", checks=()).passed
    assert Verdict(checker="x/1", checks=(good,)).passed
    assert not Verdict(checker="x/1", checks=(good, bad)).passed
    assert Verdict(checker="x/1", checks=(good, bad)).faults == ("mend it",)


def test_backup_codes_count_what_is_left() -> None:
    assert BackupCodes(id=CredentialId("cre_a"), total=3, spent=(1, 3)).left == 1


def test_what_is_void_sorts_as_the_entries_do() -> None:
    ids = [Void(seq=seq, kind="a.b", author=PersonId("per_a"), at=NOON, reason="x").id for seq in (9, 10, 100)]
    assert ids == sorted(ids)
