"""The rules are pure: they see the state and the entry, and nothing else; whoever judges comes to the same."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import vault.ledger.rules
from tests.ledger.epoch_forms import remake
from tests.ledger.recovery_forms import recovery_proposals
from tests.ledger.samples import alterations_of, events
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.credentials import Part, Road
from vault.domain.persons import Role
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
    # The package itself finds the file of an event's rule; the files of rules find nothing.
    assert imported <= (ALLOWED | {"importlib"} if path.stem == "__init__" else ALLOWED)


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


def outcome(stage: Stage, username: str, event: Event) -> str:
    """What the rules say to an event that this person has truly signed."""
    entry = read(stage.town.sign(username, event))
    try:
        return repr(judge(stage.town.view, stage.town.witness.pin, entry))
    except VaultError as error:
        return f"{type(error).__name__}: {error.message}"


@given(event=events())
def test_whatever_is_signed_is_accepted_or_refused_in_the_one_way(active_stage: Stage, event: Event) -> None:
    """A3: no words of an event make a reader fail; a rule raises the vault's own errors alone."""
    assert outcome(active_stage, "ada", event) == outcome(active_stage, "ada", event)


@settings(max_examples=600)
@given(data=st.data())
def test_an_event_with_one_word_altered_is_accepted_or_refused_in_the_one_way(
    busy_stage: Stage, data: st.DataObject
) -> None:
    """A3, A6: as the test above, but past the first look-ups of every rule."""
    username, event = data.draw(st.sampled_from(proposals(busy_stage)))
    altered = data.draw(alterations_of(event))
    assert outcome(busy_stage, username, altered) == outcome(busy_stage, username, altered)


@pytest.fixture(scope="module")
def busy_stage(active_stage: Stage) -> Stage:
    """A town in which every kind of event but an enrolment could be proposed now."""
    town = active_stage.town.copy("busy")
    town.write("ada", town.forms.set_policy(retired_kept=0))
    town.activate("shs.staged")
    town.rotate(active_stage.account)
    remake(town, "district/high/drama")
    return Stage(town=town, account=active_stage.account)


@functools.cache
def proposals(stage: Stage) -> list[tuple[str, Event]]:
    """Events that would be accepted, each with who may propose it."""
    town, account = stage.town, stage.account
    forms = town.forms
    other = town.view.where(Account, "key", "instagram:shs.staged")[0].id
    retired = town.get(Account, account).retired[0]
    asked, granted = town.request("emma", "shs.asked"), town.grant(town.request("emma", "shs.granted"))
    bare = town.register(town.grant(town.request("emma", "shs.bare")), mfa=())
    rotation, lease = town.stage(other), town.checkout(account)
    drafts = [
        ("ada", forms.invite("newcomer", "district/high", Role.EMPLOYEE, code_key=town.keys["ada"].public.signing)),
        ("ben", forms.relock("ben")),
        ("ada", forms.assign("mia", "district/high", Role.EMPLOYEE)),
        ("dora", forms.end_role("ben", "district/high/drama", Role.EMPLOYEE)),
        ("ada", forms.add_unit("district/lower")),
        ("ada", forms.share_key("district/middle", "max")),
        ("ada", forms.set_policy(permission_days=30)),
        ("emma", forms.acknowledge(2)),
        ("ben", forms.request("shs.new")),
        ("dora", forms.grant(asked)),
        ("dora", forms.refuse(asked)),
        ("emma", forms.withdraw(asked)),
        ("dora", forms.designate(asked)),
        ("emma", forms.register(granted, "ben")),
        ("dora", forms.exempt(bare)),
        ("dora", forms.verify(account)),
        ("emma", forms.extend(lease, 120)),
        ("emma", forms.checkin(lease)),
        ("dora", forms.force_checkin(lease)),
        ("dora", forms.open_escrow(account)),
        ("emma", forms.show(account, Part.BACKUP_CODE, Road.CHECKOUT, number=1)),
        ("emma", forms.stage(account)),
        ("emma", forms.confirm(rotation)),
        ("emma", forms.abandon(rotation)),
        ("emma", forms.destroy(account, retired)),
        ("ada", forms.rekey("district/high")),
        ("dora", forms.reseal(retired)),
    ]
    found = [(username, draft.events[0]) for username, draft in [*drafts, *recovery_proposals(town)]]
    assert [each for each in found if not outcome(stage, *each).startswith("(")] == []
    return found
