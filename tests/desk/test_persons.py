"""Inviting, enrolling, roles and passphrases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import DOMAIN, HIGH_SCHOOL, MIDDLE_SCHOOL, USERNAMES, District, passphrase_of
from vault.desk.finding import find_person, find_unit
from vault.desk.locks import require_unlockable, unlock
from vault.desk.persons import Persons
from vault.domain.persons import PersonState, Role
from vault.domain.secret import Secret
from vault.errors import (
    IntegrityError,
    InvalidInput,
    NotEnrolled,
    NotFound,
    NotPermitted,
    UnsafeParameters,
    WrongPassphrase,
    WrongState,
)
from vault.ledger.rules.authority import roles_over
from vault.sealing.passphrase import FLOOR, KdfProfile

if TYPE_CHECKING:
    from vault.desk.persons import Invitation

_NEW = "r.okafor"
_PASSPHRASE = Secret("velvet harbour ninety spoons")


def _invite(district: District, *, roles: tuple[Role, ...] = (Role.EMPLOYEE,), unit: str = HIGH_SCHOOL) -> Invitation:
    return district.desk.persons.invite(
        district.founder, _NEW, name="Remi Okafor", email=f"{_NEW}@{DOMAIN}", unit=unit, roles=roles
    )


def _count(district: District) -> int:
    head = district.store.head()
    assert head is not None
    return head.seq


def test_employee_cannot_invite(district: District) -> None:
    before = _count(district)
    with pytest.raises(NotPermitted):
        district.desk.persons.invite(
            district.coach, _NEW, name="Remi Okafor", email=f"{_NEW}@{DOMAIN}", unit=HIGH_SCHOOL, roles=[Role.EMPLOYEE]
        )
    assert _count(district) == before


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.IT, Role.RECORDS, Role.AUDITOR])
def test_supervisor_invites_employees_and_nobody_else(district: District, role: Role) -> None:
    with pytest.raises(NotPermitted):
        district.desk.persons.invite(
            district.principal, _NEW, name="Remi Okafor", email=f"{_NEW}@{DOMAIN}", unit=HIGH_SCHOOL, roles=[role]
        )
    district.desk.persons.invite(
        district.principal, _NEW, name="Remi Okafor", email=f"{_NEW}@{DOMAIN}", unit=HIGH_SCHOOL, roles=[Role.EMPLOYEE]
    )
    assert find_person(district.desk.office.view, _NEW).state is PersonState.INVITED


@pytest.mark.parametrize(
    ("username", "email", "name"),
    [
        ("Remi Okafor", f"{_NEW}@{DOMAIN}", "Remi Okafor"),
        (_NEW, "remi@example.org", "Remi Okafor"),
        (_NEW, f"{_NEW}@sub.{DOMAIN}", "Remi Okafor"),
        (_NEW, f"{_NEW}@{DOMAIN}", "Remi\u202eOkafor"),
        (_NEW, f"{_NEW}@{DOMAIN}", " "),
    ],
)
def test_invitation_with_a_bad_name_or_address_is_refused(
    district: District, username: str, email: str, name: str
) -> None:
    """B3."""
    before = _count(district)
    with pytest.raises(InvalidInput):
        district.desk.persons.invite(
            district.founder, username, name=name, email=email, unit=HIGH_SCHOOL, roles=[Role.EMPLOYEE]
        )
    assert _count(district) == before


def test_username_of_an_enrolled_person_is_taken(district: District) -> None:
    with pytest.raises(WrongState, match="already taken"):
        district.desk.persons.invite(
            district.founder,
            USERNAMES["coach"],
            name="Somebody Else",
            email=f"else@{DOMAIN}",
            unit=HIGH_SCHOOL,
            roles=[Role.EMPLOYEE],
        )


def test_mistyped_code_is_refused(district: District) -> None:
    code = _invite(district).code.reveal()
    mistyped = Secret(code[:-1] + ("0" if code[-1] != "0" else "1"))
    with pytest.raises(InvalidInput) as caught:
        district.desk.persons.enrol(_NEW, mistyped, _PASSPHRASE, acknowledged=1)
    assert code not in str(caught.value)


def test_code_of_somebody_else_is_refused(district: District) -> None:
    _invite(district)
    other = district.desk.persons.invite(
        district.founder, "s.ek", name="Sol Ek", email=f"s.ek@{DOMAIN}", unit=HIGH_SCHOOL, roles=[Role.EMPLOYEE]
    )
    with pytest.raises(InvalidInput, match=r"not the one-time code of r\.okafor"):
        district.desk.persons.enrol(_NEW, other.code, _PASSPHRASE, acknowledged=1)


def test_replaced_code_no_longer_enrols(district: District) -> None:
    old = _invite(district)
    new = _invite(district)
    assert old.person == new.person
    with pytest.raises(InvalidInput, match="not the one-time code"):
        district.desk.persons.enrol(_NEW, old.code, _PASSPHRASE, acknowledged=1)
    assert district.desk.persons.enrol(_NEW, new.code, _PASSPHRASE, acknowledged=1).person.id == new.person


def test_expired_code_does_not_enrol(district: District) -> None:
    code = _invite(district).code
    district.clock.advance(days=14)
    with pytest.raises(WrongState, match="ended on"):
        district.desk.persons.enrol(_NEW, code, _PASSPHRASE, acknowledged=1)


def test_code_enrols_until_its_last_moment(district: District) -> None:
    code = _invite(district).code
    district.clock.advance(days=14, seconds=-1)
    assert district.desk.persons.enrol(_NEW, code, _PASSPHRASE, acknowledged=1).person.state is PersonState.ENROLLED


def test_person_enrols_once(district: District) -> None:
    code = _invite(district).code
    district.desk.persons.enrol(_NEW, code, _PASSPHRASE, acknowledged=1)
    with pytest.raises(WrongState, match="already enrolled"):
        district.desk.persons.enrol(_NEW, code, _PASSPHRASE, acknowledged=1)


@pytest.mark.parametrize(
    "passphrase", ["kq7 vx2 pl9 zt", "Ridge Public Schools", "Remi Okafor r.okafor", "passwordpassword"]
)
def test_weak_passphrase_does_not_enrol(district: District, passphrase: str) -> None:
    """B7."""
    code = _invite(district).code
    before = _count(district)
    with pytest.raises(InvalidInput) as caught:
        district.desk.persons.enrol(_NEW, code, Secret(passphrase), acknowledged=1)
    assert caught.value.faults or "passphrase" in str(caught.value)
    assert passphrase not in str(caught.value)
    assert _count(district) == before


@pytest.mark.parametrize("version", [0, 2])
def test_other_version_of_the_notice_does_not_enrol(district: District, version: int) -> None:
    code = _invite(district).code
    with pytest.raises(WrongState, match="monitoring notice"):
        district.desk.persons.enrol(_NEW, code, _PASSPHRASE, acknowledged=version)


def test_passphrase_typed_in_two_unicode_forms_is_one(district: District) -> None:
    """B7: composed on one machine, decomposed on another."""
    code = _invite(district).code
    district.desk.persons.enrol(_NEW, code, Secret("caf\u00e9 harbour ninety spoons"), acknowledged=1)
    person = find_person(district.desk.office.view, _NEW)
    assert unlock(district.desk.office, person, Secret("cafe\u0301 harbour ninety spoons")).person.id == person.id


def test_person_without_keys_cannot_unlock(district: District) -> None:
    _invite(district)
    with pytest.raises(NotEnrolled):
        unlock(district.desk.office, find_person(district.desk.office.view, _NEW), _PASSPHRASE)


@pytest.mark.parametrize("memory", [8, 2**32 - 1])
def test_lock_out_of_bounds_is_refused_before_the_passphrase(district: District, memory: int) -> None:
    """A8."""
    person = district.coach.person
    assert person.lock is not None
    lock = replace(person.lock, kdf=replace(person.lock.kdf, memory_kib=memory))
    with pytest.raises(UnsafeParameters):
        require_unlockable(replace(person, lock=lock))


def test_new_passphrase_opens_and_the_old_lock_is_gone(district: District) -> None:
    before = district.coach.person
    district.desk.persons.change_passphrase(district.coach, _PASSPHRASE)
    after = find_person(district.desk.office.view, before.username)
    assert unlock(district.desk.office, after, _PASSPHRASE).person.keys == before.keys
    with pytest.raises(WrongPassphrase):
        unlock(district.desk.office, after, passphrase_of(before.username))
    assert before.lock is not None
    assert before.lock.record not in dict(district.store.records_present())


def test_weak_new_passphrase_changes_nothing(district: District) -> None:
    """B7."""
    with pytest.raises(InvalidInput):
        district.desk.persons.change_passphrase(district.coach, Secret("short"))
    assert district.unlock("coach").person.lock == district.coach.person.lock


def test_nobody_gives_themselves_a_role(district: District) -> None:
    """A14."""
    with pytest.raises(NotPermitted):
        district.desk.persons.assign(district.founder, USERNAMES["founder"], Role.SUPERVISOR, "district")


def test_supervisor_assigns_no_supervisor(district: District) -> None:
    with pytest.raises(NotPermitted):
        district.desk.persons.assign(district.principal, USERNAMES["teacher"], Role.SUPERVISOR, HIGH_SCHOOL)


def test_supervisor_of_another_school_assigns_nothing_here(district: District) -> None:
    with pytest.raises(NotPermitted):
        district.desk.persons.assign(district.other_principal, USERNAMES["teacher"], Role.EMPLOYEE, HIGH_SCHOOL)


def test_role_that_is_held_is_not_assigned_twice(district: District) -> None:
    with pytest.raises(WrongState):
        district.desk.persons.assign(district.founder, USERNAMES["coach"], Role.EMPLOYEE, HIGH_SCHOOL)


def test_role_for_nobody_or_nowhere_is_not_found(district: District) -> None:
    with pytest.raises(NotFound):
        district.desk.persons.assign(district.founder, "nobody", Role.EMPLOYEE, HIGH_SCHOOL)
    with pytest.raises(NotFound):
        district.desk.persons.assign(district.founder, USERNAMES["coach"], Role.EMPLOYEE, "district/nowhere")


def test_last_supervisor_of_the_district_stays(district: District) -> None:
    with pytest.raises(WrongState, match="last supervisor"):
        district.desk.persons.end(district.founder, USERNAMES["superintendent"], Role.SUPERVISOR, "district")


def test_role_ends_and_can_be_given_again(district: District) -> None:
    unit = find_unit(district.desk.office.view, MIDDLE_SCHOOL).id
    person = district.other_principal.person
    district.desk.persons.end(district.founder, person.username, Role.SUPERVISOR, MIDDLE_SCHOOL)
    assert roles_over(district.desk.office.view, person.id, unit) == frozenset()
    district.desk.persons.assign(district.founder, person.username, Role.SUPERVISOR, MIDDLE_SCHOOL)
    assert roles_over(district.desk.office.view, person.id, unit) == {Role.SUPERVISOR}


def test_key_of_somebody_else_is_not_taken_for_ones_own(district: District) -> None:
    """A1."""
    with pytest.raises(IntegrityError, match=r"not the one that the ledger shows for c\.duarte"):
        district.desk.office.admit(district.coach.person, district.teacher.identity)


@pytest.mark.parametrize(
    ("role", "passes"), [(Role.EMPLOYEE, 2), (Role.AUDITOR, 2), (Role.SUPERVISOR, 3), (Role.IT, 3), (Role.RECORDS, 3)]
)
def test_officers_passphrases_are_stretched_more(district: District, role: Role, passes: int) -> None:
    office = district.desk.office
    locks = replace(office.locks, officer=KdfProfile(memory_kib=FLOOR.memory_kib, passes=3, lanes=1))
    code = _invite(district, roles=(role,)).code
    member = Persons(replace(office, locks=locks)).enrol(_NEW, code, _PASSPHRASE, acknowledged=1)
    assert member.person.lock is not None
    assert member.person.lock.kdf.passes == passes
