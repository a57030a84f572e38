"""A desk against a plain model: whatever is done in whatever order, both agree on what is allowed and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.desk.district import BACKUP_CODES, PASSWORD, REASON, District, bring
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.desk.ledgers import compare_states, verify_ledger
from vault.desk.rotations import Replacement
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout
from vault.domain.credentials import Exposure, Part
from vault.domain.permissions import Permission
from vault.domain.secret import Secret
from vault.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Callable

_HANDLES: Final = st.sampled_from(["ridgevolley", "ridgesoccer"])
_DECIDERS: Final = st.sampled_from(["principal", "superintendent", "coach", "founder"])
_SUPERVISORS: Final = ("principal", "superintendent")


@cache
def _staffed() -> District:
    return District.found(MemoryLedgerStore(), MemoryStateStore()).staff()


@dataclass(slots=True)
class _Lease:
    post: str
    until: datetime
    is_escrow: bool


@dataclass(slots=True)
class _Model:
    """What is so of one handle, in plain words."""

    is_asked: bool = False
    is_granted: bool = False
    password: str | None = None
    staged: str | None = None
    is_proved: bool = False
    is_owed: bool = False
    lease: _Lease | None = None
    spent: int = 0
    shown: int = 0


class DeskMachine(RuleBasedStateMachine):
    """Two handles, the coach who asks for them, two supervisors, and IT."""

    def __init__(self) -> None:
        super().__init__()
        self.district = _staffed().twin("machine")
        self.state = MemoryStateStore()
        self.district.desk = self.district.open_desk("machine", state=self.state)
        # One handle starts in use, so that a short run comes to what is done late; the other starts from nothing.
        self.district.activate("ridgevolley")
        used = _Model(is_asked=True, is_granted=True, password=PASSWORD, is_proved=True, shown=4)
        self.models = {"ridgevolley": used, "ridgesoccer": _Model()}
        self.passwords = 9

    # -- what both say ---------------------------------------------------------------------------------------------

    def _lease(self, model: _Model) -> _Lease | None:
        lease = model.lease
        return lease if lease is not None and self.district.clock() < lease.until else None

    def _holds(self, model: _Model, post: str) -> bool:
        lease = self._lease(model)
        return lease is not None and lease.post == post

    def _attempt(self, act: Callable[[], object], *, is_allowed: bool) -> object:
        """Do it; both must say the same, and what is refused must leave nothing behind."""
        if is_allowed:
            return act()
        head = self.district.store.head()
        with pytest.raises(VaultError):
            act()
        assert self.district.store.head() == head
        return None

    def _new_password(self) -> str:
        self.passwords += 1
        return f"vD6-mKs4=Jt{self.passwords}Pz3x"

    def _permission(self, handle: str) -> str:
        found = self.district.desk.office.view.where(Permission, "key", f"x:{handle}")
        return found[0].id if found else "prm_none"

    # -- what people do --------------------------------------------------------------------------------------------

    @rule(handle=_HANDLES)
    def ask(self, handle: str) -> None:
        model = self.models[handle]
        self._attempt(lambda: self.district.ask(handle), is_allowed=not model.is_asked)
        model.is_asked = True

    @rule(handle=_HANDLES, post=_DECIDERS)
    def grant(self, handle: str, post: str) -> None:
        model, desk = self.models[handle], self.district.desk
        allowed = model.is_asked and not model.is_granted and post in _SUPERVISORS
        self._attempt(
            lambda: desk.permissions.grant(self.district.members[post], self._permission(handle)), is_allowed=allowed
        )
        model.is_granted |= allowed

    @rule(handle=_HANDLES)
    def register(self, handle: str) -> None:
        model, district, password = self.models[handle], self.district, self._new_password()
        allowed = model.is_granted and model.password is None
        given = bring(code=district.code(), password=password)
        self._attempt(
            lambda: district.desk.accounts.register(district.coach, self._permission(handle), given),
            is_allowed=allowed,
        )
        if allowed:
            model.password, model.shown = password, model.shown + 4

    @rule(handle=_HANDLES, post=_DECIDERS)
    def verify(self, handle: str, post: str) -> None:
        model, district = self.models[handle], self.district
        allowed = model.password is not None and post in _SUPERVISORS
        self._attempt(lambda: district.desk.escrow.verify(district.members[post], f"x:{handle}"), is_allowed=allowed)
        model.is_proved |= allowed

    @rule(handle=_HANDLES, hours=st.integers(0, 9))
    def take(self, handle: str, hours: int) -> None:
        model, district = self.models[handle], self.district
        allowed = model.is_proved and model.staged is None and self._lease(model) is None and 0 < hours <= 8
        term = timedelta(hours=hours)
        taken = self._attempt(
            lambda: (
                district.desk.checkouts.take(
                    district.coach, f"x:{handle}", term=term, reason=REASON, reveal=True
                ).password
            ),
            is_allowed=allowed,
        )
        if allowed:
            assert model.password is not None
            assert taken == Secret(model.password)
            model.lease = _Lease("coach", district.clock() + term, is_escrow=False)
            model.shown += 2

    @rule(handle=_HANDLES, post=_DECIDERS)
    def see_password(self, handle: str, post: str) -> None:
        model, district = self.models[handle], self.district
        allowed = self._holds(model, post)
        seen = self._attempt(lambda: district.desk.password(district.members[post], f"x:{handle}"), is_allowed=allowed)
        if allowed:
            assert model.password is not None
            assert seen == Secret(model.password)
            model.shown += 1

    @rule(handle=_HANDLES)
    def spend(self, handle: str) -> None:
        model, district = self.models[handle], self.district
        allowed = self._holds(model, "coach") and model.spent < len(BACKUP_CODES)
        code = self._attempt(
            lambda: district.desk.checkouts.backup_code(district.coach, f"x:{handle}").code, is_allowed=allowed
        )
        if allowed:
            assert code == Secret(BACKUP_CODES[model.spent])
            model.spent, model.shown = model.spent + 1, model.shown + 1

    @rule(handle=_HANDLES, post=_DECIDERS)
    def give_back(self, handle: str, post: str) -> None:
        model, district = self.models[handle], self.district
        allowed = self._holds(model, post)
        self._attempt(
            lambda: district.desk.checkouts.check_in(district.members[post], f"x:{handle}"), is_allowed=allowed
        )
        model.lease = None if allowed else model.lease

    @rule(handle=_HANDLES, post=_DECIDERS)
    def force(self, handle: str, post: str) -> None:
        model, district, lease = self.models[handle], self.district, self._lease(self.models[handle])
        allowed = lease is not None and lease.post != post and post in _SUPERVISORS
        self._attempt(
            lambda: district.desk.checkouts.check_in(
                district.members[post], f"x:{handle}", is_forced=True, reason=REASON
            ),
            is_allowed=allowed,
        )
        if allowed:
            model.lease, model.is_owed = None, True

    @rule(handle=_HANDLES, post=_DECIDERS)
    def open_escrow(self, handle: str, post: str) -> None:
        model, district, lease = self.models[handle], self.district, self._lease(self.models[handle])
        is_others = lease is not None and lease.is_escrow and lease.post != post
        allowed = model.password is not None and post in _SUPERVISORS and not is_others
        seen = self._attempt(
            lambda: district.desk.escrow.open(district.members[post], f"x:{handle}", reason=REASON).password,
            is_allowed=allowed,
        )
        if allowed:
            assert model.password is not None
            assert seen == Secret(model.password)
            model.lease = _Lease(post, district.clock() + timedelta(hours=2), is_escrow=True)
            model.is_owed, model.shown = True, model.shown + 2

    @rule(handle=_HANDLES)
    def stage(self, handle: str) -> None:
        model, district, password = self.models[handle], self.district, self._new_password()
        allowed = model.password is not None and model.staged is None
        replacement = Replacement(password=Secret(password))
        self._attempt(
            lambda: district.desk.rotations.start(district.founder, f"x:{handle}", replacement), is_allowed=allowed
        )
        if allowed:
            model.staged, model.shown = password, model.shown + 1

    @rule(handle=_HANDLES)
    def confirm(self, handle: str) -> None:
        model, district = self.models[handle], self.district
        allowed = model.staged is not None
        self._attempt(lambda: district.desk.rotations.confirm(district.founder, f"x:{handle}"), is_allowed=allowed)
        if allowed:
            model.password, model.staged, model.is_owed, model.lease = model.staged, None, False, None

    @rule(handle=_HANDLES)
    def abandon(self, handle: str) -> None:
        model, district = self.models[handle], self.district
        self._attempt(
            lambda: district.desk.rotations.abandon(district.founder, f"x:{handle}", reason=REASON),
            is_allowed=model.staged is not None,
        )
        model.staged = None

    @rule(minutes=st.integers(1, 240))
    def wait(self, minutes: int) -> None:
        self.district.clock.advance(minutes=minutes)

    # -- what must hold after each ---------------------------------------------------------------------------------

    @invariant()
    def both_say_the_same(self) -> None:
        view, now = self.district.desk.office.view, self.district.clock()
        for handle, model in self.models.items():
            accounts = view.where(Account, "key", f"x:{handle}")
            assert len(accounts) == (model.password is not None)
            for account in accounts:
                assert (self.district.desk.missing(account.key) == ()) == model.is_proved
                assert (account.rotation is not None) == (model.is_owed or model.staged is not None)
                leases = [each for each in view.where(Checkout, "account", account.id) if each.is_open(now)]
                assert len(leases) == (self._lease(model) is not None)
                found = view.where(Exposure, "account", account.id)
                assert len(found) == model.shown
                assert sum(each.part is Part.BACKUP_CODE for each in found) == model.spent

    def teardown(self) -> None:
        scratch = MemoryStateStore()
        found = verify_ledger(self.district.store, scratch, self.district.founding.vault, lambda _done, _total: None)
        assert found.is_whole
        assert (found.voids, found.unnamed, compare_states(self.state, scratch)) == ([], [], [])


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
