"""Epochs: what an ended keyholder's old key opens, and what those who stay open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import HIGH_SCHOOL, MIDDLE_SCHOOL, NEXT_PASSWORD, PASSWORD, USERNAMES, District
from tests.desk.epoch_actions import WHY, end_principal, force_end
from tests.support.memory import MemoryLedgerStore
from vault.desk import epochs as desk_epochs
from vault.desk.contents import Safe
from vault.desk.epochs import Epochs, lagging, tend_keys
from vault.desk.finding import find_unit
from vault.desk.keychain import Keychain, unit_binding
from vault.desk.rotations import Replacement
from vault.domain.credentials import Credential
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation
from vault.domain.secret import Secret
from vault.domain.units import Unit, UnitKind
from vault.errors import CannotOpen, InvalidInput, NotPermitted, WrongState
from vault.ledger.view import get, the_vault
from vault.sealing.bindings import RECOVERY
from vault.sealing.keypairs import SealingKey, open_seed
from vault.sealing.recovery import open_recovery_key

if TYPE_CHECKING:
    from vault.desk.office import Member

KEY = "x:ridgevolley"
DRAMA = f"{HIGH_SCHOOL}/drama"


def unit_of(district: District, path: str) -> Unit:
    return find_unit(district.desk.office.view, path)


def seed(district: District, member: Member, path: str) -> bytes:
    return Keychain(district.desk.office, member).unit_seed(unit_of(district, path))


def opened(district: District, member: Member) -> Secret:
    """The current password, by whatever copy the member opens."""
    account = district.desk.account(KEY)
    credential = get(district.desk.office.view, Credential, account.current)
    return Safe(district.desk.office, member).open(account, credential).password


def test_ended_supervisors_old_key_opens_nothing_sealed_afterwards(active: District) -> None:
    """A13: with the old key itself, the store, and every record that stands in it."""
    old = SealingKey.from_seed(seed(active, active.principal, HIGH_SCHOOL))
    before = set(dict(active.store.records_present()))
    end_principal(active)
    active.desk.units.add(active.founder, DRAMA, kind=UnitKind.PROGRAMME, name="Drama")
    active.desk.rotations.start(active.coach, KEY, Replacement(password=Secret(NEXT_PASSWORD)))
    active.desk.rotations.confirm(active.coach, KEY)
    view, fresh = active.desk.office.view, dict(active.store.records_present())
    unit = unit_of(active, HIGH_SCHOOL)
    account = active.desk.account(KEY)
    copies = [(unit, copy) for copy in unit.copies] + [
        (unit_of(active, DRAMA), c) for c in unit_of(active, DRAMA).copies
    ]
    for where, copy in copies:
        assert copy.record not in before
        for key in (old, active.principal.identity.sealing):
            binding = unit_binding(where.id, where.epoch, copy.recipient, unit.public)
            with pytest.raises(CannotOpen):
                open_seed(key, fresh[copy.record], replace(binding, what="an old key"))
    for credential in view.where(Credential, "account", account.id):
        for copy in credential.sealed.copies:
            binding = Keychain(active.desk.office, active.principal)._binding(account, credential, copy)
            with pytest.raises(CannotOpen):
                old.open(fresh[copy.record], binding)
    with pytest.raises(NotPermitted):
        opened(active, active.principal)
    assert opened(active, active.superintendent) == Secret(NEXT_PASSWORD)


def test_end_says_what_it_did(active: District) -> None:
    active.desk.units.add(active.founder, DRAMA, kind=UnitKind.PROGRAMME, name="Drama")
    active.desk.escrow.open(active.principal, KEY, reason="the coach is on leave today")
    ended = active.desk.persons.end(active.founder, USERNAMES["principal"], Role.SUPERVISOR, HIGH_SCHOOL)
    assert (ended.remade, ended.owed) == ((HIGH_SCHOOL, DRAMA), (KEY,))
    assert (ended.resealed, ended.lagging) == (1, 0)
    rotation = active.desk.account(KEY).rotation
    assert rotation is not None
    assert Cause.ROLE_ENDED in get(active.desk.office.view, Rotation, rotation).causes
    employee = active.desk.persons.end(active.founder, USERNAMES["teacher"], Role.EMPLOYEE, HIGH_SCHOOL)
    assert (employee.remade, employee.owed, employee.resealed) == ((), (), 0)


def test_end_of_a_role_that_nobody_gave_is_refused(district: District) -> None:
    with pytest.raises(WrongState):
        district.desk.persons.end(district.founder, USERNAMES["coach"], Role.SUPERVISOR, HIGH_SCHOOL)


def test_it_member_who_ends_leaves_no_key_of_the_district(active: District) -> None:
    """A13: every unit, and the recovery key opens the new one."""
    old = {path: seed(active, active.second_it, path) for path in ("district", HIGH_SCHOOL, MIDDLE_SCHOOL)}
    ended = active.desk.persons.end(active.founder, USERNAMES["second_it"], Role.IT, "district")
    assert ended.remade == ("district", HIGH_SCHOOL, MIDDLE_SCHOOL)
    for path, former in old.items():
        assert seed(active, active.superintendent, path) != former
        with pytest.raises(NotPermitted):
            seed(active, active.second_it, path)
    assert seed(active, active.other_principal, MIDDLE_SCHOOL) == seed(active, active.founder, MIDDLE_SCHOOL)
    view = active.desk.office.view
    district = unit_of(active, "district")
    recovery = the_vault(view).recovery
    key = open_recovery_key(active.founding.shares[:3], recovery.commitments, recovery.public)
    copy = next(each for each in district.copies if each.recipient == RECOVERY)
    binding = unit_binding(district.id, 2, RECOVERY, recovery.public)
    assert open_seed(key, active.store.record(copy.record), binding) == seed(active, active.founder, "district")


def test_nobody_in_it_ends_themselves(district: District) -> None:
    with pytest.raises(NotPermitted, match="nobody ends their own hold"):
        district.desk.persons.end(district.founder, USERNAMES["founder"], Role.IT, "district")


def test_those_who_stay_open_by_the_former_key_until_it_is_sealed_anew(active: District) -> None:
    """F1: between the two commits old and new holders are consistent."""
    Epochs(active.desk.office).rekey(active.founder, "district", reason=WHY)
    assert [len(lag.credentials) for lag in lagging(active.desk.office.view, active.principal.person)] == [1]
    for member in (active.founder, active.superintendent, active.principal, active.coach):
        assert opened(active, member) == Secret(PASSWORD)
    assert Epochs(active.desk.office).reseal(active.principal) == 1
    assert list(lagging(active.desk.office.view, active.founder.person)) == []
    for member in (active.founder, active.superintendent, active.principal, active.coach):
        assert opened(active, member) == Secret(PASSWORD)
    assert active.desk.escrow.verify(active.superintendent, KEY).faults == ()


def test_supervisor_appointed_later_opens_once_a_holder_has_sealed_anew(active: District) -> None:
    Epochs(active.desk.office).rekey(active.founder, HIGH_SCHOOL, reason=WHY)
    active.desk.persons.assign(active.founder, USERNAMES["teacher"], Role.SUPERVISOR, HIGH_SCHOOL)
    assert seed(active, active.teacher, HIGH_SCHOOL) == seed(active, active.founder, HIGH_SCHOOL)
    with pytest.raises(NotPermitted, match="former key of district/high-school, epoch 1") as caught:
        opened(active, active.teacher)
    assert "custody unit reseal" in str(caught.value.hint)
    assert Epochs(active.desk.office).reseal(active.teacher) == 0
    tend_keys(active.desk.office, active.superintendent)
    assert opened(active, active.teacher) == Secret(PASSWORD)


def test_role_ended_without_its_keys_is_mended_by_the_next_keyholders_command(active: District) -> None:
    """A13: a client that leaves the keys out leaves a mark that nobody can seal past, and that the next one clears."""
    force_end(active)
    with pytest.raises(WrongState, match="is to be made anew first"):
        active.desk.rotations.start(active.coach, KEY, Replacement())
    tend_keys(active.desk.office, active.coach)
    tend_keys(active.desk.office, active.other_principal)
    assert unit_of(active, HIGH_SCHOOL).is_rekey_owed
    tend_keys(active.desk.office, active.superintendent)
    assert (unit_of(active, HIGH_SCHOOL).epoch, unit_of(active, HIGH_SCHOOL).is_rekey_owed) == (2, False)
    assert list(lagging(active.desk.office.view, active.founder.person)) == []
    active.desk.rotations.start(active.coach, KEY, Replacement())


def test_key_under_one_that_is_owed_waits_for_it(active: District) -> None:
    active.desk.units.add(active.founder, DRAMA, kind=UnitKind.PROGRAMME, name="Drama")
    it = active.enrol_as("d.club", DRAMA, Role.IT)
    active.enrol_as("d.lead", DRAMA, Role.SUPERVISOR)
    force_end(active)
    with pytest.raises(WrongState, match="the key of district/high-school is to be made anew first"):
        Epochs(active.desk.office).rekey(it, DRAMA, reason=WHY)
    ended = active.desk.persons.end(it, "d.lead", Role.SUPERVISOR, DRAMA)
    assert ended.remade == ()
    assert Epochs(active.desk.office).mend(it) == ()
    assert Epochs(active.desk.office).mend(active.founder) == (HIGH_SCHOOL, DRAMA)


def test_key_is_made_on_demand_with_a_reason(active: District) -> None:
    with pytest.raises(InvalidInput):
        Epochs(active.desk.office).rekey(active.founder, HIGH_SCHOOL, reason="why")
    with pytest.raises(NotPermitted):
        Epochs(active.desk.office).rekey(active.other_principal, HIGH_SCHOOL, reason=WHY)
    assert Epochs(active.desk.office).rekey(active.principal, HIGH_SCHOOL, reason=WHY) == (HIGH_SCHOOL,)


def test_copies_are_sealed_anew_in_batches_and_told(active: District, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        active.activate(f"ridgeteam{number}", password=f"{PASSWORD}{number}aB", second=USERNAMES["teacher"])
    Epochs(active.desk.office).rekey(active.founder, HIGH_SCHOOL, reason=WHY)
    monkeypatch.setattr(desk_epochs, "BATCH", 2)
    told: list[tuple[int, int]] = []
    office = replace(active.desk.office, progress=lambda done, total: told.append((done, total)))
    assert Epochs(office).reseal(active.principal, most=3) == 3
    assert told == [(2, 3), (3, 3)]
    assert Epochs(office).reseal(active.principal) == 2
    assert Epochs(office).reseal(active.principal) == 0


def test_copy_that_was_never_good_keeps_no_other_behind(active: District) -> None:
    active.activate("ridgesoccer", password=NEXT_PASSWORD)
    Epochs(active.desk.office).rekey(active.founder, HIGH_SCHOOL, reason=WHY)
    credential = get(active.desk.office.view, Credential, active.desk.account(KEY).current)
    unit = active.desk.account(KEY).unit
    copy = next(each for each in credential.sealed.copies if each.recipient == unit)
    assert isinstance(active.store, MemoryLedgerStore)
    active.store.replace_record(copy.record, b"x")
    assert Epochs(active.desk.office).reseal(active.principal) == 1
    assert [len(lag.credentials) for lag in lagging(active.desk.office.view, active.founder.person)] == [1]


def test_two_who_seal_anew_at_once_do_each_copy_once(active: District) -> None:
    Epochs(active.desk.office).rekey(active.founder, HIGH_SCHOOL, reason=WHY)
    other = active.open_desk("another machine")
    epochs, view = Epochs(active.desk.office), active.desk.office.view
    lag = next(lagging(view, active.principal.person))
    prepared = [(lag.unit, each) for each in lag.credentials]
    assert Epochs(other.office).reseal(active.superintendent) == 1
    safe = Safe(active.desk.office, active.principal)
    assert epochs._reseal(active.principal, safe, prepared) == 0
    assert opened(active, active.superintendent) == Secret(PASSWORD)


def test_former_epoch_that_is_not_kept_opens_nothing(active: District) -> None:
    with pytest.raises(CannotOpen, match="epoch 7 of the key of district/high-school is not kept any more"):
        Keychain(active.desk.office, active.founder).unit_seed(unit_of(active, HIGH_SCHOOL), 7)
