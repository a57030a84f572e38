"""Two desks at once: each decides again on what the other has done, and one of two that exclude each other loses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.desk.client import Desk
from tests.desk.district import HIGH_SCHOOL, NEXT_PASSWORD, REASON, USERNAMES, District, bring
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.desk.ledgers import verify_ledger
from vault.desk.rotations import Replacement
from vault.domain.permissions import Permission
from vault.domain.persons import Role
from vault.domain.secret import Secret
from vault.errors import HeadMoved, StoreBusy, VaultError, WrongState

_KEY = "x:ridgevolley"


class _Overtaken(MemoryLedgerStore):
    """A store in which somebody else is faster by one entry, just before the first append."""

    def __init__(self, beneath: MemoryLedgerStore, faster: Callable[[], object]) -> None:
        super().__init__(time=beneath.time)
        self.entries, self.records = beneath.entries, beneath.records
        self._faster: Callable[[], object] | None = faster

    def append(self, *args: object, **kwargs: object) -> None:
        if self._faster is not None:
            faster, self._faster = self._faster, None
            faster()
        super().append(*args, **kwargs)  # type: ignore[arg-type]


def _overtake(district: District, faster: Callable[[Desk], object]) -> None:
    """Put a desk in the district that another, faster desk overtakes at its next write."""
    assert isinstance(district.store, MemoryLedgerStore)
    other = district.open_desk("faster")
    district.desk = district.open_desk("slower", _Overtaken(district.store, lambda: faster(other)))


def _require_whole(district: District) -> None:
    found = verify_ledger(district.store, MemoryStateStore(), district.founding.vault, lambda _done, _total: None)
    assert found.is_whole
    assert (found.voids, found.unnamed) == ([], [])


def _take(desk: Desk, district: District) -> object:
    return desk.checkouts.take(district.coach, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)


def _granted(desk: Desk) -> Permission:
    (found,) = desk.office.view.where(Permission, "key", "x:ridgesoccer")
    return found


def _register(desk: Desk, district: District) -> object:
    given = bring(code=district.code(), password=NEXT_PASSWORD)
    return desk.accounts.register(district.coach, _granted(desk).id, given)


def _start(desk: Desk, district: District) -> object:
    return desk.rotations.start(district.founder, _KEY, Replacement())


def _end(desk: Desk, district: District) -> object:
    return desk.persons.end(district.founder, USERNAMES["coach"], Role.EMPLOYEE, HIGH_SCHOOL)


_RACES: dict[str, tuple[Callable[[Desk, District], object], Callable[[Desk, District], object]]] = {
    "take, take": (_take, _take),
    "start, take": (_start, _take),
    "start, start": (_start, _start),
    "register, register": (_register, _register),
    "withdraw, register": (lambda desk, d: desk.permissions.withdraw(d.coach, _granted(desk).id), _register),
    "escrow, take": (lambda desk, d: desk.escrow.open(d.principal, _KEY, reason=REASON), _take),
    "end, take": (_end, _take),
    "end, start": (
        _end,
        lambda desk, d: desk.rotations.start(d.coach, _KEY, Replacement(password=Secret(NEXT_PASSWORD))),
    ),
}
"""What the faster desk does, and what the slower one then must not."""


@pytest.mark.parametrize("race", _RACES)
def test_slower_of_two_that_exclude_each_other_is_refused(active: District, race: str) -> None:
    """F5: judged on the state that it had, it would have been accepted."""
    active.allow("ridgesoccer")
    first, second = _RACES[race]
    alone = active.twin("alone")
    assert second(alone.desk, alone) is not None
    _overtake(active, lambda desk: first(desk, active))
    before = len(active.entries())
    with pytest.raises(VaultError) as caught:
        second(active.desk, active)
    assert not isinstance(caught.value, StoreBusy)
    assert len(active.entries()) > before
    _require_whole(active)


def test_slower_of_two_that_agree_is_done_after_the_faster(active: District) -> None:
    """F5."""
    asked = active.ask("ridgesoccer")
    _overtake(active, lambda desk: _take(desk, active))
    active.desk.permissions.grant(active.principal, asked.id)
    kinds = [entry.envelope.kind for entry in active.entries()]
    assert kinds[-4:] == ["checkout.opened", "exposure.recorded", "exposure.recorded", "permission.granted"]
    _require_whole(active)


def test_overtaken_backup_code_is_drawn_anew(active: District) -> None:
    """F5: the number that the slower desk had chosen is spent when it writes."""
    _take(active.desk, active)
    drawn = []
    _overtake(active, lambda desk: drawn.append(desk.checkouts.backup_code(active.coach, _KEY).code.reveal()))
    mine = active.desk.checkouts.backup_code(active.coach, _KEY)
    assert (drawn, mine.code.reveal(), mine.left) == (["7kq29fhd"], "3xwm6trb", 1)


def test_writer_who_is_always_overtaken_gives_up(active: District, monkeypatch: pytest.MonkeyPatch) -> None:
    def moved(*_args: object) -> None:
        raise HeadMoved("another writer was faster")

    monkeypatch.setattr(active.store, "append", moved)
    with pytest.raises(StoreBusy, match="writing faster"):
        _take(active.desk, active)


def test_registered_handle_is_not_asked_for_again(active: District) -> None:
    with pytest.raises(WrongState, match="already registered"):
        active.ask("ridgevolley", member=active.teacher)
