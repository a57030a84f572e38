"""Drills, new shares and the storage key at the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.district import HIGH_SCHOOL, MIDDLE_SCHOOL, PASSWORD, District
from tests.desk.officers import WHY, Officers
from vault.desk.drills import Drills, recovery_due, undrilled
from vault.desk.exposures import exposures_of
from vault.desk.quorum import QuorumKeychain, _binding, find_storage_keys, open_quorum
from vault.desk.resharing import Resharing
from vault.domain.credentials import Road
from vault.domain.recovery import Drill
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import CannotOpen, InvalidInput, NotPermitted, WrongState
from vault.ledger.view import get, the_vault
from vault.sealing.frames import digest
from vault.sealing.keypairs import SealingKey, seal_to
from vault.sealing.recovery import OpenRecoveryKey, make_recovery_key
from vault.sealing.shares import Share

_KEY = "x:ridgevolley"


@pytest.fixture
def officers(active: District) -> Officers:
    return Officers(active)


# -- drills --------------------------------------------------------------------------------------------------------


def test_drill_proves_the_quorum_and_opens_no_credential(officers: Officers) -> None:
    """F8"""
    district, office = officers.district, officers.district.desk.office
    assert recovery_due(office.view) == district.clock() + timedelta(days=365)
    district.clock.advance(days=100)
    made = Drills(office).recovery(district.superintendent, officers.shares(1, 4, 5))
    assert (made.by, made.shares, made.at) == (district.superintendent.person.id, (1, 4, 5), district.clock())
    assert recovery_due(office.view) == district.clock() + timedelta(days=365)
    assert [e for e in exposures_of(office, _KEY) if e.road is Road.RECOVERY] == []
    assert the_vault(office.view).opened is None


def test_drill_finds_a_unit_key_and_a_storage_key_that_do_not_open(officers: Officers) -> None:
    """F8"""
    office = officers.district.desk.office
    unit = next(each for each in office.view.every(Unit) if each.path == MIDDLE_SCHOOL)
    true = officers.district.store.record(unit.copies[0].record)
    officers.district.store.replace_record(unit.copies[0].record, b"\0" * 1169)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="is not what its entry names"):
        Drills(office).recovery(officers.district.founder, officers.shares(1, 2, 3))
    officers.district.store.replace_record(unit.copies[0].record, true)  # type: ignore[attr-defined]
    foreign = replace(office, locks=replace(office.locks, pepper=bytes(32)))
    with pytest.raises(CannotOpen, match="is not this machine's"):
        Drills(foreign).recovery(officers.district.founder, officers.shares(1, 2, 3))
    assert office.view.find(Drill, Drill.ID) is None


def test_supervisor_proves_their_escrow_and_who_has_not_is_named(district: District) -> None:
    office = district.desk.office
    _, opened = Drills(office).escrow(district.superintendent)
    assert opened == 3
    _, opened = Drills(office).escrow(district.principal)
    assert opened == 1
    assert list(undrilled(office.view, office.now())) == []
    district.clock.advance(days=200)
    Drills(office).escrow(district.principal)
    district.clock.advance(days=200)
    late = {person.username for person in undrilled(office.view, office.now())}
    assert late == {district.superintendent.person.username, district.other_principal.person.username}
    with pytest.raises(NotPermitted, match="supervises no unit"):
        Drills(office).escrow(district.coach)


# -- new shares ----------------------------------------------------------------------------------------------------


def _reshare(officers: Officers) -> tuple[Share, ...]:
    office = officers.district.desk.office
    new = make_recovery_key(office.random, threshold=2, shares=3)
    Resharing(office).reshare(
        officers.district.founder,
        officers.shares(1, 2, 3),
        new,
        threshold=2,
        keyring=officers.district.keyring,
        reason="an officer has moved away",
    )
    return new.shares


def test_old_shares_open_nothing_afterwards_and_new_ones_everything(officers: Officers) -> None:
    """A12"""
    district = officers.district
    records = dict(district.store.records_present())
    old = open_quorum(district.desk.office, officers.shares(1, 2, 3))
    new = _reshare(officers)
    with pytest.raises(CannotOpen, match="share 1 is not the one"):
        Drills(district.desk.office).recovery(district.founder, officers.shares(1, 2, 3))
    assert list(find_storage_keys(records.items(), old)) != []
    assert list(find_storage_keys(district.store.records_present(), old)) == []
    Drills(district.desk.office).recovery(district.founder, new[1:])
    (found,) = officers.desk.open(district.founder, officers.ask().id, new[:2])
    assert found.contents is not None
    assert found.contents.password == Secret(PASSWORD)


def test_work_goes_on_after_an_opening_once_keys_and_shares_are_new(officers: Officers) -> None:
    """A13"""
    district = officers.district
    list(officers.desk.open(district.founder, officers.ask().id, officers.shares(1, 2, 3)))
    asked = district.ask("ridgeband")
    with pytest.raises(WrongState, match="the vault is frozen"):
        district.desk.permissions.grant(district.principal, asked.id)
    _reshare(officers)
    district.desk.permissions.grant(district.principal, asked.id)
    assert all(unit.is_rekey_owed for unit in district.desk.office.view.every(Unit))


def test_only_it_of_the_district_makes_new_shares(officers: Officers) -> None:
    resharing = Resharing(officers.district.desk.office)
    with pytest.raises(NotPermitted, match="this needs the role it"):
        resharing.require_possible(officers.district.superintendent, officers.shares(1, 2, 3), WHY)
    with pytest.raises(InvalidInput, match="the reason"):
        resharing.require_possible(officers.district.founder, officers.shares(1, 2, 3), "short")
    resharing.require_possible(officers.district.founder, officers.shares(1, 2, 3), WHY)


# -- the storage key -----------------------------------------------------------------------------------------------


def test_storage_key_is_found_by_trial_and_by_the_right_key_alone(officers: Officers) -> None:
    """F8: no ledger can be read, and anybody can seal something to the recovery key."""
    district = officers.district
    key = open_quorum(district.desk.office, officers.shares(1, 2, 3))
    records = list(district.store.records_present())
    ((name, keyring),) = find_storage_keys(records, key)
    assert keyring.to_text() == district.keyring.to_text()
    assert name == the_vault(district.desk.office.view).recovery.storage_key
    assert list(find_storage_keys(records, OpenRecoveryKey(bytes(32)))) == []


def test_what_is_sealed_to_the_recovery_key_and_is_no_storage_key_is_passed_over() -> None:
    key = OpenRecoveryKey(bytes(32))
    public = key.sealing.public
    for text in (b"\xff" * 400, b"custody-storage-key 1\n" + b"x" * 300):
        record = seal_to(public, text, _binding(public.to_bytes()))
        assert list(find_storage_keys([(digest(record), record)], key)) == []


def test_turned_storage_key_is_sealed_to_the_officers(officers: Officers) -> None:
    district = officers.district
    turned = district.keyring.with_new_term()
    Resharing(district.desk.office).seal_storage_key(district.founder, turned)
    key = open_quorum(district.desk.office, officers.shares(1, 2, 3))
    ((_, keyring),) = find_storage_keys(district.store.records_present(), key)
    assert keyring.to_text() == turned.to_text()
    with pytest.raises(WrongState, match="a newer storage key"):
        Resharing(district.desk.office).seal_storage_key(district.founder, district.keyring)


def test_key_that_was_never_sealed_to_the_one_above_is_named(officers: Officers) -> None:
    office = officers.district.desk.office
    key = open_quorum(office, officers.shares(1, 2, 3))
    district = get(office.view, Unit, the_vault(office.view).unit)
    bare = replace(district, copies=())
    with pytest.raises(CannotOpen, match="was never sealed to recovery"):
        QuorumKeychain(office, key).seed(bare, bare.key)
    other = replace(district, public=SealingKey.from_seed(bytes(32)).public.to_bytes())
    with pytest.raises(CannotOpen, match="opens to another key than the ledger's"):
        QuorumKeychain(office, key).seed(other, other.key)
    school = next(each for each in office.view.every(Unit) if each.path == HIGH_SCHOOL)
    astray = replace(school.copies[0], fingerprint=type(school.copies[0].fingerprint)(bytes(32)))
    with pytest.raises(CannotOpen, match="is not kept any more"):
        QuorumKeychain(office, key).seed(school, replace(school.key, copies=(astray,)))
