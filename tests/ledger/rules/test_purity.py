"""The rules are pure: they see the state and the entry, and nothing else; whoever judges comes to the same."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import vault.ledger.rules
from tests.ledger.samples import events
from tests.ledger.stage import Stage
from vault.errors import VaultError
from vault.ledger.entry import read
from vault.ledger.events import Event
from vault.ledger.overlay import Overlay
from vault.ledger.rules import apply
from vault.ledger.witness import judge

FILES = sorted(Path(vault.ledger.rules.__file__).parent.glob("*.py"))
ALLOWED = {"__future__", "collections", "dataclasses", "datetime", "functools", "re", "typing", "vault"}
IMPURE = {"now", "utcnow", "today", "open", "print", "input", "getenv", "environ", "urandom", "random", "exec", "eval"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_imports_neither_clock_nor_chance_nor_machine(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.module is not None
            imported.add(node.module.partition(".")[0])
            if node.module == "datetime":
                assert {name.name for name in node.names} <= {"datetime", "timedelta"}
    assert imported <= ALLOWED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_calls_nothing_that_answers_differently_the_next_time(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert named & IMPURE == set()
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_reads_no_policy_data_but_what_the_ledger_holds(path: Path) -> None:
    """The catalogue, the lists of words and of mail domains change with the program; a rule must not."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module for module in modules if module and module.startswith("vault.policy")} <= {"vault.policy.naming"}


def test_judging_twice_gives_the_same_and_changes_nothing(stage: Stage) -> None:
    town = stage.town
    for username, draft in (
        ("emma", town.forms.checkout(stage.account)),
        ("dora", town.forms.open_escrow(stage.account)),
        ("ada", town.forms.stage(stage.account)),
        ("ben", town.forms.request("shs.band")),
    ):
        entry, before = read(town.sign(username, draft.events[0])), town.documents()
        first, second = apply(town.view, entry), apply(town.view, entry)
        assert first == second == apply(Overlay(town.view), entry) != ()
        assert town.documents() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=300)
@given(event=events())
def test_whatever_is_signed_is_accepted_or_refused_in_the_one_way(stage: Stage, event: Event) -> None:
    """A3: no words of an event make a reader fail; a rule raises the vault's own errors alone."""
    entry = read(stage.town.sign("ada", event))
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(repr(judge(stage.town.view, stage.town.witness.pin, entry)))
        except VaultError as error:
            outcomes.append(f"{type(error).__name__}: {error.message}")
    assert outcomes[0] == outcomes[1]
