"""Who knows what, and whether it has changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import BACKUP_CODES, HIGH_SCHOOL, MIDDLE_SCHOOL, REASON, USERNAMES
from vault.desk.access import access
from vault.desk.rotations import Replacement
from vault.domain.credentials import Part
from vault.domain.persons import Role
from vault.domain.secret import Secret
from vault.errors import NotFound

if TYPE_CHECKING:
    from tests.desk.district import District

_KEY = "x:ridgevolley"


def _open_parts(district: District) -> set[Part]:
    return {each.exposure.part for each in access(district.desk.office) if not each.is_changed}


def _rotate(district: District, replacement: Replacement) -> None:
    district.desk.rotations.start(district.founder, _KEY, replacement)
    district.desk.rotations.confirm(district.founder, _KEY)


def test_what_was_typed_at_registration_is_known_until_it_is_changed(active: District) -> None:
    assert _open_parts(active) == {Part.PASSWORD, Part.CONTACTS, Part.MFA_SEED, Part.BACKUP_CODES}
    assert [each.is_alarming for each in access(active.desk.office)] == [False] * 4


def test_backup_codes_that_are_carried_over_are_known_still(active: District) -> None:
    _rotate(active, Replacement())
    assert _open_parts(active) == {Part.MFA_SEED, Part.BACKUP_CODES}
    _rotate(active, Replacement(backup_codes=Secret("\n".join(code[::-1] for code in BACKUP_CODES))))
    carried = [each for each in access(active.desk.office, person=USERNAMES["coach"]) if not each.is_changed]
    assert [each.exposure.part for each in carried] == [Part.MFA_SEED]


def test_backup_codes_that_are_all_spent_are_changed(active: District) -> None:
    active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    for _ in BACKUP_CODES:
        active.desk.checkouts.backup_code(active.coach, _KEY)
    active.desk.checkouts.totp(active.coach, _KEY)
    active.desk.checkouts.check_in(active.coach, _KEY)
    _rotate(active, Replacement())
    assert _open_parts(active) == {Part.MFA_SEED}


def test_somebody_who_has_left_and_knows_what_is_current_is_alarming(active: District) -> None:
    """A13."""
    active.desk.persons.end(active.founder, USERNAMES["coach"], Role.EMPLOYEE, HIGH_SCHOOL)
    assert {each.is_alarming for each in access(active.desk.office, person=USERNAMES["coach"])} == {True}
    _rotate(active, Replacement())
    alarming = {each.exposure.part for each in access(active.desk.office) if each.is_alarming}
    assert alarming == {Part.MFA_SEED, Part.BACKUP_CODES}


def test_report_is_of_one_person_or_one_unit(active: District) -> None:
    office = active.desk.office
    assert list(access(office, person=USERNAMES["teacher"])) == list(access(office, unit=MIDDLE_SCHOOL)) == []
    assert len(list(access(office, unit=HIGH_SCHOOL))) == 4
    for wrong in ({"person": "nobody"}, {"unit": "district/nowhere"}):
        with pytest.raises(NotFound):
            list(access(office, **wrong))
