"""What somebody knows still, after what they were shown was replaced."""

from __future__ import annotations

from datetime import timedelta

from tests.desk.district import BACKUP_CODES, NEXT_PASSWORD, REASON, SEED, District
from vault.desk.exposures import exposures_of, has_changed
from vault.desk.rotations import Replacement
from vault.domain.credentials import Part
from vault.domain.secret import Secret

_KEY = "x:ridgevolley"


def _known_to_coach(district: District) -> set[Part]:
    """The parts that the coach was shown, or typed in, and that open something still."""
    office = district.desk.office
    found = (each for each in exposures_of(office, _KEY) if each.person == district.coach.person.id)
    return {each.part for each in found if not has_changed(office.view, each)}


def _rotate(district: District, replacement: Replacement) -> None:
    district.desk.rotations.start(district.founder, _KEY, replacement)
    district.desk.rotations.confirm(district.founder, _KEY)


def test_a_rotation_changes_what_it_replaces_and_nothing_that_it_carries_over(active: District) -> None:
    whole = {Part.PASSWORD, Part.CONTACTS, Part.MFA_SEED, Part.BACKUP_CODES}
    assert _known_to_coach(active) == whole
    _rotate(active, Replacement(password=Secret(NEXT_PASSWORD)))
    assert _known_to_coach(active) == whole - {Part.PASSWORD}
    _rotate(active, Replacement(seed=Secret(SEED), seed_code=active.code()))
    assert _known_to_coach(active) == {Part.CONTACTS, Part.BACKUP_CODES}
    _rotate(active, Replacement(backup_codes=Secret("\n".join(BACKUP_CODES))))
    assert _known_to_coach(active) == {Part.CONTACTS}


def test_a_one_time_code_is_worth_nothing_once_it_was_shown(active: District) -> None:
    active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    active.desk.checkouts.totp(active.coach, _KEY)
    active.desk.checkouts.backup_code(active.coach, _KEY)
    found = exposures_of(active.desk.office, _KEY)
    codes = [each for each in found if each.part in {Part.MFA_CODE, Part.BACKUP_CODE}]
    assert len(codes) == 2
    assert all(has_changed(active.desk.office.view, each) for each in codes)
