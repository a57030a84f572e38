"""Who has left is shown nothing, whatever key or copy they still have."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import HIGH_SCHOOL, NEXT_PASSWORD, PASSWORD, REASON, USERNAMES, District, bring
from vault.desk.contents import Safe
from vault.desk.keychain import Keychain
from vault.desk.rotations import Replacement
from vault.desk.units import share_unit_keys
from vault.domain.credentials import Credential
from vault.domain.persons import Role
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import NotPermitted, Waiting, WrongState
from vault.ledger.view import get

if TYPE_CHECKING:
    from collections.abc import Callable

    from vault.desk.office import Member

_KEY = "x:ridgevolley"
_WHY = "the coach has left the district"


@pytest.fixture
def departed(district: District) -> District:
    """The coach held an account with the teacher, and no longer works at the school."""
    district.activate(second=USERNAMES["teacher"])
    district.desk.persons.end(district.founder, USERNAMES["coach"], Role.EMPLOYEE, HIGH_SCHOOL)
    return district


def _uses(district: District) -> list[Callable[[Member], object]]:
    desk = district.desk
    return [
        lambda who: desk.checkouts.take(who, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True),
        lambda who: desk.password(who, _KEY),
        lambda who: desk.checkouts.totp(who, _KEY),
        lambda who: desk.checkouts.backup_code(who, _KEY),
        lambda who: desk.escrow.open(who, _KEY, reason=_WHY),
        lambda who: desk.escrow.verify(who, _KEY),
        lambda who: desk.rotations.start(who, _KEY, Replacement()),
        lambda who: desk.rotations.reveal(who, _KEY, is_new=True),
        lambda who: desk.rotations.confirm(who, _KEY),
        lambda who: district.ask("ridgesoccer", member=who),
    ]


def test_who_has_left_is_shown_nothing(departed: District) -> None:
    """A13: by no use case, although the old copy of the old version is still theirs."""
    departed.desk.rotations.start(departed.teacher, _KEY, Replacement(password=Secret(NEXT_PASSWORD)))
    head = departed.store.head()
    for use in _uses(departed):
        with pytest.raises((NotPermitted, WrongState)):
            use(departed.coach)
    assert departed.store.head() == head


def test_version_sealed_after_the_departure_is_not_sealed_to_who_has_left(departed: District) -> None:
    """A13: neither by use case nor offline, with the old key and a copy of the store."""
    departed.desk.rotations.start(departed.founder, _KEY, Replacement())
    departed.desk.rotations.confirm(departed.founder, _KEY)
    view, account = departed.desk.office.view, departed.desk.account(_KEY)
    sealed = get(view, Credential, account.current).sealed
    assert [copy.recipient for copy in sealed.copies] == [departed.teacher.person.id, account.unit]
    with pytest.raises(NotPermitted):
        _ = Safe(departed.desk.office, departed.coach).open(account, get(view, Credential, account.current)).password


def test_lease_that_was_open_at_the_departure_shows_nothing_more(district: District) -> None:
    """A13."""
    district.activate(second=USERNAMES["teacher"])
    district.desk.checkouts.take(district.coach, _KEY, term=timedelta(hours=2), reason=REASON)
    district.desk.persons.end(district.founder, USERNAMES["coach"], Role.EMPLOYEE, HIGH_SCHOOL)
    for show in (district.desk.password, district.desk.checkouts.totp, district.desk.checkouts.backup_code):
        with pytest.raises(NotPermitted):
            show(district.coach, _KEY)
    checkout = next(district.desk.checkouts.every(account=_KEY))
    with pytest.raises(NotPermitted):
        district.desk.checkouts.extend(district.coach, checkout.id, timedelta(hours=3))


def test_account_of_a_custodian_who_has_left_is_not_active(departed: District) -> None:
    assert departed.desk.missing(_KEY) == ("a custodian who works in the unit",)
    with pytest.raises(Waiting):
        departed.desk.checkouts.take(departed.teacher, _KEY, term=timedelta(hours=1), reason=REASON)


def test_supervisor_who_has_left_opens_no_escrow(active: District) -> None:
    """A13."""
    active.desk.rotations.start(active.founder, _KEY, Replacement())
    active.desk.persons.end(active.founder, USERNAMES["principal"], Role.SUPERVISOR, HIGH_SCHOOL)
    for use in _uses(active):
        with pytest.raises((NotPermitted, WrongState)):
            use(active.principal)
    assert active.desk.escrow.open(active.superintendent, _KEY, reason=_WHY).password == Secret(PASSWORD)


def test_supervisor_who_has_left_is_given_no_key_again(active: District) -> None:
    """A13."""
    newcomer = active.enrol_as("v.pham", HIGH_SCHOOL, Role.SUPERVISOR)
    active.desk.persons.end(active.founder, "v.pham", Role.SUPERVISOR, HIGH_SCHOOL)
    assert share_unit_keys(active.desk.office, active.founder) == []
    unit = get(active.desk.office.view, Unit, active.desk.account(_KEY).unit)
    with pytest.raises(NotPermitted):
        Keychain(active.desk.office, newcomer).unit_seed(unit)


def test_holder_who_comes_back_waits_for_a_rotation_and_works_on_elsewhere(departed: District) -> None:
    """A13: what was sealed in between is not sealed to them, and nothing is recorded as shown that cannot be."""
    desk = departed.desk
    desk.rotations.start(departed.founder, _KEY, Replacement())
    desk.rotations.confirm(departed.founder, _KEY)
    desk.persons.assign(departed.founder, USERNAMES["coach"], Role.EMPLOYEE, HIGH_SCHOOL)
    head = departed.store.head()
    with pytest.raises(WrongState, match="while you did not work there"):
        desk.checkouts.take(departed.coach, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)
    assert departed.store.head() == head
    given = bring(code=departed.code(), password=NEXT_PASSWORD)
    assert departed.register(departed.allow("ridgesoccer"), given).account.custodian == departed.coach.person.id
    desk.rotations.start(departed.founder, _KEY, Replacement())
    desk.rotations.confirm(departed.founder, _KEY)
    taken = desk.checkouts.take(departed.coach, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)
    assert (taken.version, taken.password is None) == (3, False)
