"""Any history of requests, decisions and checkouts, against a plain model of what may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.ledger.town import Town
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout
from vault.domain.permissions import Permission
from vault.errors import Held, NotPermitted, PolicyRefusal, VaultError, WrongState

if TYPE_CHECKING:
    from datetime import datetime

    from vault.domain.ids import AccountId, CheckoutId, PermissionId
    from vault.ledger.ledger import Draft

ASKERS = ("emma", "ben", "dora", "hal")
DECIDERS = {"dora", "hal", "sue"}
PEOPLE = ("emma", "ben", "dora", "hal", "sue", "ada", "mia")
HANDLES = ("shs.one", "shs.two")

SETTLED = Town("machine")
SETTLED.settle()
SHARED = SETTLED.activate("shs.shared")


@dataclass
class Asked:
    """What the model remembers of a request."""

    by: str
    handle: str
    state: str = "requested"
    ends: datetime | None = None


@dataclass
class Lease:
    """What the model remembers of a checkout."""

    by: str
    until: datetime
    is_over: bool = False


@dataclass
class Model:
    """What has been agreed, in the plainest form."""

    asked: dict[PermissionId, Asked] = field(default_factory=dict)
    leases: dict[CheckoutId, Lease] = field(default_factory=dict)
    handles: set[str] = field(default_factory=set)


class TownMachine(RuleBasedStateMachine):
    """Proposes at random and compares who is refused, and what is so afterwards."""

    @initialize()
    def begin(self) -> None:
        self.town = SETTLED.copy("machine run")
        self.model = Model()
        self.account: AccountId = SHARED

    def propose(self, username: str, draft: Draft, expected: type[VaultError] | None) -> bool:
        if expected is None:
            self.town.write(username, draft)
            return True
        before = len(self.town.store.entries)
        with pytest.raises(expected) as caught:
            self.town.write(username, draft)
        assert type(caught.value) is expected
        assert len(self.town.store.entries) == before
        return False

    def is_live(self, asked: Asked) -> bool:
        return asked.state == "granted" and asked.ends is not None and self.town.now < asked.ends

    @rule(username=st.sampled_from(PEOPLE), handle=st.sampled_from(HANDLES))
    def ask(self, username: str, handle: str) -> None:
        expected: type[VaultError] | None = None
        if username == "mia":
            expected = NotPermitted
        elif handle in self.model.handles or any(
            each.handle == handle and (each.state == "requested" or self.is_live(each))
            for each in self.model.asked.values()
        ):
            expected = WrongState
        draft = self.town.forms.request(handle)
        if self.propose(username, draft, expected):
            self.model.asked[draft.events[0].permission] = Asked(by=username, handle=handle)  # type: ignore[attr-defined]

    @rule(username=st.sampled_from(PEOPLE), verb=st.sampled_from(["grant", "refuse"]), which=st.integers(0, 50))
    def decide(self, username: str, verb: str, which: int) -> None:
        if not self.model.asked:
            return
        key = sorted(self.model.asked)[which % len(self.model.asked)]
        asked = self.model.asked[key]
        expected: type[VaultError] | None = None
        if asked.by == username:
            expected = PolicyRefusal
        elif username not in DECIDERS:
            expected = NotPermitted
        elif asked.state != "requested":
            expected = WrongState
        if self.propose(username, getattr(self.town.forms, verb)(key), expected):
            asked.state = "granted" if verb == "grant" else "refused"
            asked.ends = self.town.now + timedelta(days=90) if verb == "grant" else None

    @rule(username=st.sampled_from(ASKERS), which=st.integers(0, 50))
    def register(self, username: str, which: int) -> None:
        if not self.model.asked:
            return
        key = sorted(self.model.asked)[which % len(self.model.asked)]
        asked = self.model.asked[key]
        expected: type[VaultError] | None = None
        if asked.by != username:
            expected = NotPermitted
        elif asked.state == "used":
            expected = WrongState
        elif not self.is_live(asked):
            expected = PolicyRefusal
        if self.propose(username, self.town.forms.register(key), expected):
            asked.state = "used"
            self.model.handles.add(asked.handle)

    @rule(username=st.sampled_from(PEOPLE), minutes=st.sampled_from([30, 480]))
    def check_out(self, username: str, minutes: int) -> None:
        expected: type[VaultError] | None = None
        if username not in {"emma", "ben"}:
            expected = NotPermitted
        elif self.open_lease() is not None:
            expected = Held
        draft = self.town.forms.checkout(self.account, minutes)
        if self.propose(username, draft, expected):
            until = self.town.now + timedelta(minutes=minutes)
            self.model.leases[draft.events[0].checkout] = Lease(by=username, until=until)  # type: ignore[attr-defined]

    @rule(username=st.sampled_from(PEOPLE), which=st.integers(0, 50))
    def check_in(self, username: str, which: int) -> None:
        if not self.model.leases:
            return
        key = sorted(self.model.leases)[which % len(self.model.leases)]
        lease = self.model.leases[key]
        expected: type[VaultError] | None = None
        if lease.is_over or self.town.now >= lease.until:
            expected = WrongState
        elif lease.by != username:
            expected = NotPermitted
        if self.propose(username, self.town.forms.checkin(key), expected):
            lease.is_over = True

    @rule(hours=st.sampled_from([1, 9, 24 * 30, 24 * 91]))
    def wait(self, hours: int) -> None:
        self.town.pass_time(hours=hours)

    @rule(username=st.sampled_from(PEOPLE), handle=st.sampled_from(HANDLES))
    def lie(self, username: str, handle: str) -> None:
        """Somebody forces in a policy that suits them; it is as if nothing had happened, but for ada's."""
        if username == "ada":
            return
        self.town.force(username, self.town.forms.set_policy(words=(handle,)).events[0])
        self.town.witness.follow()
        assert self.town.voids[-1].author == self.town.persons[username]

    def open_lease(self) -> Lease | None:
        live = [each for each in self.model.leases.values() if not each.is_over and self.town.now < each.until]
        assert len(live) <= 1
        return live[0] if live else None

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        if not hasattr(self, "town"):
            return
        view, now = self.town.view, self.town.now
        for key, asked in self.model.asked.items():
            known = self.town.get(Permission, key)
            assert (known.state.value, known.expires_at, known.is_live(now)) == (
                asked.state,
                asked.ends,
                self.is_live(asked),
            )
        for lease_id, lease in self.model.leases.items():
            assert self.town.get(Checkout, lease_id).is_open(now) is (not lease.is_over and now < lease.until)
        assert {each.statement.handle for each in view.every(Account)} == self.model.handles | {"shs.shared"}

    def teardown(self) -> None:
        if hasattr(self, "town"):
            assert self.town.rebuilt().state.documents == self.town.state.documents


TestTownMachine = TownMachine.TestCase
TestTownMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
