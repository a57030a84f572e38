"""What a modified client signs past the rules: void for every reader alike, and work goes on (A3).

Every rule's own suite does the same with what that rule refuses (`Town.refuses`).
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ledger.stage import Stage
from tests.ledger.town import START, Town
from vault.domain.notices import Void
from vault.domain.permissions import Permission
from vault.domain.persons import Role
from vault.errors import Broken, NotPermitted, StoreTooNew
from vault.ledger import events, rules
from vault.ledger.entry import RULES_VERSION
from vault.ledger.events import KINDS, Event
from vault.ledger.rules import _BESIDE, RULES
from vault.ledger.witness import END_OF_TIME, Witness
from vault.policy.naming import has_hidden_characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonsense(Event):
    """Fits no kind."""

    words: str = "anything"


def require_void(town: Town, username: str, kind: str, words: str) -> None:
    """The newest entry is void for this reader and for one that starts from nothing, and both work on."""
    before = town.documents()
    seq = town.store.entries[-1].seq
    town.witness.follow()
    reader = town.rebuilt()
    for each in (town, reader):
        void = each.get(Void, f"{seq:012d}")
        assert (void.seq, void.author, void.kind) == (seq, town.persons[username], kind)
        assert words in void.reason
        assert each.documents() == before
    asked = reader.write("sue", reader.forms.request(f"after.void{seq}", "district"))
    town.witness.follow()
    assert asked.seq == seq + 1
    assert town.documents() == reader.documents() != before


def test_a_forced_grant_of_ones_own_request_is_void(town: Town) -> None:
    """A3, A14."""
    asked = town.request()
    town.force("emma", town.forms.grant(asked).events[0])
    require_void(town, "emma", "permission.granted", "rule 6: nobody decides on their own request")
    town.grant(asked)
    assert town.get(Permission, asked).decider == town.persons["dora"]


def test_a_forced_role_policy_and_exposure_are_void(stage: Stage) -> None:
    """A3."""
    town = stage.town
    for draft in (
        town.forms.assign("emma", "district", Role.IT),
        town.forms.set_policy(domains=("example.org",)),
        town.forms.verify(stage.account),
    ):
        event = draft.events[0]
        town.force("emma", event)
        require_void(town, "emma", event.KIND, "which emma does not hold")


def test_many_voids_change_nothing_and_each_is_named(town: Town) -> None:
    before = town.documents()
    for _ in range(5):
        town.force("mia", town.forms.assign("mia", "district", Role.SUPERVISOR).events[0])
        town.force("ben", town.forms.set_policy(permission_days=1).events[0])
    town.witness.follow()
    assert [void.author for void in town.voids] == [town.persons["mia"], town.persons["ben"]] * 5
    assert town.documents() == before


def test_a_kind_that_nobody_knows_is_void(town: Town) -> None:
    """A9."""
    town.force("emma", Nonsense(), kind="vault.erased")
    require_void(town, "emma", "vault.erased", "no rule allows vault.erased")


def test_what_is_kept_of_a_void_entry_is_one_short_line_that_can_be_seen(town: Town) -> None:
    """B3: who forces an entry in does not write into the terminals of those who read of it."""
    town.force("emma", Nonsense(), kind="\x1b[2J\u202evault\n" + "x" * 500)
    town.witness.follow()
    (void,) = town.voids
    assert void.kind.startswith("\ufffd[2J\ufffdvault\ufffdxxx")
    assert (len(void.kind), len(void.reason)) == (60, 300)
    assert not has_hidden_characters(void.kind + void.reason)


@pytest.mark.parametrize("event", [Nonsense(), Nonsense(words="")])
def test_a_known_kind_with_unknown_words_is_void(town: Town, event: Event) -> None:
    """No insider stops the vault with a signed lie."""
    town.force("emma", event, kind="permission.requested")
    require_void(town, "emma", "permission.requested", "no rule allows permission.requested")


def test_a_known_kind_with_the_words_of_another_is_void(town: Town) -> None:
    asked = town.request()
    town.force("dora", town.forms.grant(asked).events[0], kind="permission.withdrawn")
    require_void(town, "dora", "permission.withdrawn", "no rule allows")


@pytest.mark.parametrize("rules", [RULES_VERSION - 1, 0, -1])
def test_an_entry_under_older_rules_is_void(town: Town, rules: int) -> None:
    """A3, A9."""
    town.force("ada", town.forms.set_policy(permission_days=30).events[0], rules=rules)
    require_void(town, "ada", "policy.set", f"rules version {rules} is older than the one in force")


@pytest.mark.parametrize("username", ["emma", "sue", "ivy", "rex"])
def test_an_entry_under_newer_rules_by_anybody_but_the_districts_it_is_void(town: Town, username: str) -> None:
    """A9."""
    town.force(username, Nonsense(), rules=RULES_VERSION + 1, kind="policy.set")
    require_void(town, username, "policy.set", f"rules version {RULES_VERSION + 1} is not in force")


def test_newer_rules_of_the_districts_it_ask_for_a_newer_program(town: Town) -> None:
    town.request()
    town.force("ada", Nonsense(), rules=RULES_VERSION + 1, kind="policy.set")
    before = town.documents()
    for reader in (town, town.copy("other")):
        with pytest.raises(StoreTooNew, match="was written under rules version 2"):
            reader.witness.follow()
        assert reader.documents() == before
    with pytest.raises(StoreTooNew):
        town.write("emma", town.forms.request("another"))


def test_time_that_goes_back_is_void(town: Town) -> None:
    """Design §3: order and authority go by sequence."""
    town.pass_time(days=1)
    town.request()
    early = town.now - timedelta(microseconds=1)
    town.force("emma", town.forms.request("early.bird").events[0], time=early)
    require_void(town, "emma", "permission.requested", "its time precedes that of the entry before it")


def test_a_void_moves_neither_the_time_nor_the_rules(town: Town) -> None:
    """A void from the future would otherwise end every lease."""
    town.force("emma", town.forms.assign("emma", "district", Role.IT).events[0], time=START + timedelta(days=300))
    town.force("ben", Nonsense(), rules=RULES_VERSION + 7, time=START + timedelta(days=300))
    town.witness.follow()
    pin = town.witness.pin
    assert pin is not None
    assert (pin.seq, pin.time, pin.rules) == (town.store.entries[-1].seq, START, RULES_VERSION)
    assert town.ledger.now() == START
    entry = town.write("emma", town.forms.request())
    assert entry.time == START
    assert town.rebuilt().witness.pin == town.witness.pin


def test_no_entry_stands_at_the_end_of_the_calendar(town: Town) -> None:
    """A grant's end could not be reckoned from it, and every reader would fail at that."""
    asked = town.request()
    for time in (END_OF_TIME, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)):
        town.force("dora", town.forms.grant(asked).events[0], time=time)
        require_void(town, "dora", "permission.granted", "its time is beyond any that an end can be reckoned from")


def test_a_second_founding_is_its_signers_and_void(town: Town) -> None:
    """A2: only the first entry brings its own key, so nobody is named for what they did not sign."""
    _, draft = Town("other").forms.founding()
    twin = town.copy()
    twin.force("emma", draft.events[0])
    require_void(twin, "emma", "vault.founded", "a vault is founded once")
    mallory = Town("mallory")
    mallory.keys["emma"], _ = mallory.forms.founding()
    town.keys["emma"] = mallory.keys["emma"]
    town.force("emma", draft.events[0])
    with pytest.raises(Broken, match="its key is not one of"):
        town.witness.follow()


def test_an_event_without_a_rule_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise 4: an empty set of rules refuses."""
    draft = town.forms.request()
    monkeypatch.delitem(RULES, type(draft.events[0]))
    with pytest.raises(NotPermitted, match=r"no rule allows permission\.requested"):
        town.write("emma", draft)


def test_every_event_that_can_be_read_has_a_rule() -> None:
    assert set(KINDS.values()) == set(RULES)


def test_observers_are_told_each_entry_and_why_it_is_void(town: Town) -> None:
    town.force("mia", town.forms.assign("mia", "district", Role.IT).events[0])
    town.force("emma", town.forms.request().events[0])
    told: list[tuple[int, Any]] = []
    steps: list[tuple[int, int]] = []
    reader = town.copy("observer")
    witness = Witness(
        town.store,
        type(town.state)(),
        town.vault,
        observer=lambda entry, refusal: told.append((entry.seq, refusal)),
        progress=lambda done, total: steps.append((done, total)),
    )
    witness.follow()
    count = len(reader.store.entries)
    assert [seq for seq, _ in told] == list(range(1, count + 1))
    refused = [(seq, type(refusal)) for seq, refusal in told if refusal is not None]
    assert refused == [(count - 1, NotPermitted)]
    assert steps == [(count, count)]


def test_the_rule_of_an_event_is_in_the_file_that_is_loaded_for_it() -> None:
    """A rule that were looked for elsewhere would be void on one machine and not on another."""
    for event, rule in RULES.items():
        home = event.__module__.rpartition(".")[2]
        assert rule.__module__.rpartition(".")[2] in _BESIDE.get(home, (home,)), event.KIND


def test_a_kind_is_found_by_itself_in_a_new_process() -> None:
    for kind in ("exposure.recorded", "escrow.drilled", "storage-key.sealed", "unit.rekeyed", "no.such"):
        asked = f"from vault.ledger.events import find_kind; print(getattr(find_kind({kind!r}), 'KIND', None))"
        done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == (kind if kind in KINDS else "None")


def test_nothing_else_is_in_the_packages() -> None:
    for package in (events, rules):
        with pytest.raises(AttributeError):
            _ = package.Nonsense
