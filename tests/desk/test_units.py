"""Units, and the roads of their keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.district import HIGH_SCHOOL, MIDDLE_SCHOOL, USERNAMES, District
from vault.desk.finding import find_unit
from vault.desk.keychain import Keychain
from vault.desk.office import Member
from vault.desk.units import due_keys, share_unit_keys
from vault.domain.persons import Role
from vault.domain.units import UnitKind
from vault.errors import CannotOpen, InvalidInput, NotFound, NotPermitted, WrongState
from vault.sealing.keypairs import SealingKey


def _opens(district: District, member: Member, path: str) -> bool:
    unit = find_unit(district.desk.office.view, path)
    try:
        seed = Keychain(district.desk.office, member).unit_seed(unit)
    except NotPermitted:
        return False
    assert SealingKey.from_seed(seed).public.to_bytes() == unit.public
    return True


@pytest.mark.parametrize("post", ["coach", "principal", "superintendent"])
def test_only_it_adds_a_unit(district: District, post: str) -> None:
    with pytest.raises(NotPermitted):
        district.desk.units.add(district.members[post], f"{HIGH_SCHOOL}/drama", kind=UnitKind.PROGRAMME, name="Drama")


@pytest.mark.parametrize(
    ("path", "kind", "name", "error"),
    [
        ("drama", UnitKind.PROGRAMME, "Drama", InvalidInput),
        ("district/nowhere/drama", UnitKind.PROGRAMME, "Drama", NotFound),
        (f"{HIGH_SCHOOL}/Drama Club", UnitKind.PROGRAMME, "Drama", InvalidInput),
        (f"{HIGH_SCHOOL}/drama", UnitKind.DISTRICT, "Drama", InvalidInput),
        (f"{HIGH_SCHOOL}/drama", UnitKind.PROGRAMME, "", InvalidInput),
        (HIGH_SCHOOL, UnitKind.SCHOOL, "Once more", WrongState),
    ],
)
def test_unit_that_cannot_be_is_refused(
    district: District, path: str, kind: UnitKind, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        district.desk.units.add(district.founder, path, kind=kind, name=name)


@pytest.mark.parametrize(
    ("post", "district_key", "high_school", "middle_school"),
    [
        ("founder", True, True, True),
        ("second_it", True, True, True),
        ("superintendent", True, True, True),
        ("principal", False, True, False),
        ("other_principal", False, False, True),
        ("coach", False, False, False),
    ],
)
def test_unit_keys_open_downwards_only(
    district: District, post: str, *, district_key: bool, high_school: bool, middle_school: bool
) -> None:
    member = district.members[post]
    opened = [_opens(district, member, path) for path in ("district", HIGH_SCHOOL, MIDDLE_SCHOOL)]
    assert opened == [district_key, high_school, middle_school]


def test_ancestors_holder_opens_a_new_units_key_through_two_levels(district: District) -> None:
    district.desk.units.add(district.founder, f"{HIGH_SCHOOL}/drama", kind=UnitKind.PROGRAMME, name="Drama")
    assert _opens(district, district.superintendent, f"{HIGH_SCHOOL}/drama")
    assert _opens(district, district.principal, f"{HIGH_SCHOOL}/drama")
    assert not _opens(district, district.other_principal, f"{HIGH_SCHOOL}/drama")


def test_assigned_supervisor_has_the_key_at_once(district: District) -> None:
    district.desk.persons.assign(district.second_it, USERNAMES["coach"], Role.SUPERVISOR, HIGH_SCHOOL)
    assert _opens(district, district.coach, HIGH_SCHOOL)
    assert share_unit_keys(district.desk.office, district.founder) == []


def test_enrolled_supervisor_is_due_and_then_given_the_key(district: District) -> None:
    member = district.enrol_as("v.pham", HIGH_SCHOOL, Role.SUPERVISOR)
    assert not _opens(district, member, HIGH_SCHOOL)
    assert [person.username for _, person in due_keys(district.desk.office.view, district.founder.person)] == ["v.pham"]
    assert list(due_keys(district.desk.office.view, district.other_principal.person)) == []
    shared = share_unit_keys(district.desk.office, district.principal)
    assert [(unit.path, person.username) for unit, person in shared] == [(HIGH_SCHOOL, "v.pham")]
    assert _opens(district, member, HIGH_SCHOOL)


def test_employee_shares_nothing(district: District) -> None:
    district.enrol_as("v.pham", HIGH_SCHOOL, Role.SUPERVISOR)
    assert share_unit_keys(district.desk.office, district.coach) == []


def test_copy_that_opens_to_another_key_than_the_ledgers_is_refused(district: District) -> None:
    """A1."""
    view = district.desk.office.view
    unit, other = find_unit(view, HIGH_SCHOOL), find_unit(view, MIDDLE_SCHOOL)
    with pytest.raises(CannotOpen, match="another key than the ledger's"):
        Keychain(district.desk.office, district.principal).unit_seed(replace(unit, public=other.public))
