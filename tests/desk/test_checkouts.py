"""Checkouts: who may take a credential out, one person at a time, and what each is shown of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.desk.district import BACKUP_CODES, PASSWORD, REASON, SEED, USERNAMES, District, bring
from vault.desk.checkouts import Taken
from vault.desk.exposures import exposures_of
from vault.desk.office import Member
from vault.domain.checkouts import Ending
from vault.domain.credentials import Part, Road
from vault.domain.notices import Notice, Subject
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.domain.secret import Secret
from vault.errors import Held, InvalidInput, NotFound, NotPermitted, VaultError, Waiting, WrongState
from vault.ledger.view import get

_KEY = "x:ridgevolley"
_RFC_TIME = datetime(2033, 5, 18, 3, 33, 20, tzinfo=UTC)
"""2,000,000,000 seconds after 1970: a row of RFC 6238's appendix B."""


def _take(district: District, member: Member | None = None, *, hours: float = 2, reveal: bool = False) -> Taken:
    return district.desk.checkouts.take(
        member or district.coach, _KEY, term=timedelta(hours=hours), reason=REASON, reveal=reveal
    )


def _parts(district: District, road: Road = Road.CHECKOUT) -> list[Part]:
    return [each.part for each in exposures_of(district.desk.office, _KEY) if each.road is road]


@pytest.mark.parametrize("post", ["teacher", "principal", "superintendent", "founder", "other_principal"])
def test_only_a_holder_checks_out(active: District, post: str) -> None:
    """A14."""
    with pytest.raises(NotPermitted):
        _take(active, active.members[post], reveal=True)
    assert _parts(active) == []


def test_account_that_is_not_active_is_not_checked_out(district: District) -> None:
    district.register(district.allow(), bring(code=district.code()))
    with pytest.raises(Waiting, match="not active yet"):
        _take(district, reveal=True)
    assert _parts(district) == []


@pytest.mark.parametrize(
    ("term", "reason", "ticket", "error"),
    [
        (timedelta(), REASON, "", InvalidInput),
        (timedelta(hours=-1), REASON, "", InvalidInput),
        (timedelta(hours=8, seconds=1), REASON, "", InvalidInput),
        (timedelta(hours=1), "short", "", InvalidInput),
        (timedelta(hours=1), REASON, "HD\x1b[1m", InvalidInput),
    ],
)
def test_checkout_without_length_reason_or_plain_ticket_is_refused(
    active: District, term: timedelta, reason: str, ticket: str, error: type[VaultError]
) -> None:
    """B3."""
    with pytest.raises(error):
        active.desk.checkouts.take(active.coach, _KEY, term=term, reason=reason, ticket=ticket)


def test_second_taker_is_told_by_whom_and_until_when(district: District) -> None:
    district.activate(second=USERNAMES["teacher"])
    _take(district)
    with pytest.raises(Held, match="checked out by Carla Duarte until 2026-09-01 10:00 UTC"):
        _take(district, district.teacher)


def test_second_holder_checks_out(district: District) -> None:
    district.activate(second=USERNAMES["teacher"])
    taken = _take(district, district.teacher, reveal=True)
    assert taken.password == Secret(PASSWORD)


def test_lease_ends_by_the_clock_alone(district: District) -> None:
    district.activate(second=USERNAMES["teacher"])
    _take(district)
    district.clock.advance(hours=2)
    with pytest.raises(WrongState, match="not checked out"):
        district.desk.password(district.coach, _KEY)
    assert _take(district, district.teacher).checkout.person == district.teacher.person.id


def test_take_shows_only_what_was_asked_for(active: District) -> None:
    taken = _take(active)
    assert taken.password is None
    assert taken.contacts is not None
    assert taken.contacts.username == "ridgevolley"
    assert _parts(active) == [Part.CONTACTS]


def test_taken_account_is_as_it_stands_after_the_checkout(active: District) -> None:
    taken = _take(active)
    assert taken.account.checkout == taken.checkout.id


def test_revealed_password_is_the_one_and_its_exposure_is_recorded(active: District) -> None:
    assert _take(active, reveal=True).password == Secret(PASSWORD)
    assert sorted(part.value for part in _parts(active)) == ["contacts", "password"]


@pytest.mark.parametrize("post", ["teacher", "principal", "founder", "other_principal"])
def test_nobody_but_the_leaseholder_is_shown_a_part(active: District, post: str) -> None:
    _take(active)
    member = active.members[post]
    for show in (active.desk.password, active.desk.checkouts.totp, active.desk.checkouts.backup_code):
        with pytest.raises(WrongState):
            show(member, _KEY)
    assert _parts(active) == [Part.CONTACTS]


def test_nothing_is_shown_without_a_lease(active: District) -> None:
    for show in (active.desk.password, active.desk.checkouts.totp, active.desk.checkouts.backup_code):
        with pytest.raises(WrongState, match="have not checked out"):
            show(active.coach, _KEY)


def test_code_is_the_one_of_the_rfc_and_never_the_seed(active: District) -> None:
    """RFC 6238, appendix B: 69279037 at 2,000,000,000 s, of which six digits are kept."""
    active.clock.at = _RFC_TIME
    _take(active)
    code = active.desk.checkouts.totp(active.coach, _KEY)
    assert (code.code.reveal(), code.valid_seconds) == ("279037", 10)
    assert sorted(part.value for part in _parts(active)) == ["contacts", "mfa-code"]
    assert SEED not in repr(code)
    assert "279037" not in repr(code)


def test_account_without_a_seed_gives_no_code(district: District) -> None:
    permission = district.allow(platform="flickr")
    key = district.register(permission, bring(seed=None, code=None, codes=None)).account.key
    district.desk.escrow.verify(district.principal, key)
    until = district.clock() + timedelta(days=9)
    district.desk.accounts.grant_exception(
        district.principal, key, clause="4", until=until, reason="the site offers none"
    )
    district.desk.checkouts.take(district.coach, key, term=timedelta(hours=1), reason=REASON)
    with pytest.raises(NotFound, match="no authenticator seed"):
        district.desk.checkouts.totp(district.coach, key)
    with pytest.raises(NotFound, match="no backup code"):
        district.desk.checkouts.backup_code(district.coach, key)


def test_backup_codes_are_drawn_one_by_one_to_none(active: District) -> None:
    _take(active)
    drawn = [active.desk.checkouts.backup_code(active.coach, _KEY) for _ in BACKUP_CODES]
    assert [(each.code.reveal(), each.left) for each in drawn] == list(zip(BACKUP_CODES, (2, 1, 0), strict=True))
    with pytest.raises(NotFound, match="no backup code"):
        active.desk.checkouts.backup_code(active.coach, _KEY)
    found = exposures_of(active.desk.office, _KEY)
    assert sorted(each.number for each in found if each.number is not None) == [1, 2, 3]


def test_two_desks_of_one_store_draw_different_codes(active: District) -> None:
    """F5: the second desk decides on a state that the first has changed since."""
    other = active.open_desk("other desk")
    _take(active)
    other.office.ledger.witness.follow()
    first = active.desk.checkouts.backup_code(active.coach, _KEY)
    second = other.checkouts.backup_code(active.coach, _KEY)
    assert (first.code.reveal(), second.code.reveal()) == BACKUP_CODES[:2]


def test_extension_is_the_leaseholders_and_within_the_policy(active: District) -> None:
    taken = _take(active)
    with pytest.raises(NotPermitted):
        active.desk.checkouts.extend(active.principal, taken.checkout.id, timedelta(hours=3))
    with pytest.raises(InvalidInput):
        active.desk.checkouts.extend(active.coach, taken.checkout.id, timedelta(hours=9))
    with pytest.raises(InvalidInput, match="already lasts"):
        active.desk.checkouts.extend(active.coach, taken.checkout.id, timedelta(hours=1))
    with pytest.raises(NotFound):
        active.desk.checkouts.extend(active.coach, "chk_0", timedelta(hours=3))
    longer = active.desk.checkouts.extend(active.coach, taken.checkout.id, timedelta(hours=3))
    assert longer.until == active.clock() + timedelta(hours=3)
    active.clock.advance(hours=3)
    with pytest.raises(WrongState, match="over already"):
        active.desk.checkouts.extend(active.coach, taken.checkout.id, timedelta(hours=3))


def test_returned_lease_shows_nothing_more_and_owes_nothing(active: District) -> None:
    _take(active)
    returned = active.desk.checkouts.check_in(active.coach, _KEY)
    assert (returned.checkout.ending, returned.rotation) == (Ending.RETURNED, None)
    with pytest.raises(WrongState):
        active.desk.password(active.coach, _KEY)
    with pytest.raises(WrongState, match="not checked out"):
        active.desk.checkouts.check_in(active.coach, _KEY)


@pytest.mark.parametrize(
    ("post", "forced", "reason"),
    [
        ("teacher", False, ""),
        ("principal", False, ""),
        ("teacher", True, "it is needed elsewhere"),
        ("founder", True, "it is needed elsewhere"),
        ("other_principal", True, "it is needed elsewhere"),
        ("coach", True, "it is needed elsewhere"),
    ],
)
def test_lease_of_somebody_else_is_ended_by_a_supervisor_with_force_alone(
    active: District, post: str, reason: str, *, forced: bool
) -> None:
    """A14."""
    _take(active)
    with pytest.raises(NotPermitted):
        active.desk.checkouts.check_in(active.members[post], _KEY, is_forced=forced, reason=reason)
    assert active.desk.password(active.coach, _KEY) == Secret(PASSWORD)


def test_forced_end_wants_a_reason(active: District) -> None:
    _take(active)
    with pytest.raises(InvalidInput):
        active.desk.checkouts.check_in(active.principal, _KEY, is_forced=True, reason="short")


def test_forced_end_tells_the_holder_and_owes_a_rotation(active: District) -> None:
    _take(active)
    returned = active.desk.checkouts.check_in(active.principal, _KEY, is_forced=True, reason="it is needed elsewhere")
    assert returned.checkout.ending is Ending.FORCED
    assert returned.rotation is not None
    rotation = get(active.desk.office.view, Rotation, returned.rotation)
    assert (rotation.state, rotation.causes) == (RotationState.OWED, (Cause.FORCED_CHECKIN,))
    told = active.desk.office.view.where(Notice, "person", active.coach.person.id)
    assert Subject.FORCED_CHECKIN in {each.subject for each in told}
    with pytest.raises(WrongState):
        active.desk.password(active.coach, _KEY)


def test_forced_end_adds_its_cause_to_a_rotation_that_is_owed_already(active: District) -> None:
    active.desk.escrow.open(active.principal, _KEY, reason=REASON)
    active.desk.checkouts.check_in(active.principal, _KEY)
    owed = active.desk.account(_KEY).rotation
    _take(active)
    returned = active.desk.checkouts.check_in(active.principal, _KEY, is_forced=True, reason="it is needed elsewhere")
    assert returned.rotation is not None
    assert returned.rotation == owed
    rotation = get(active.desk.office.view, Rotation, returned.rotation)
    assert rotation.causes == (Cause.ESCROW_OPENED, Cause.FORCED_CHECKIN)


def test_leases_are_listed_newest_first(active: District) -> None:
    first = _take(active).checkout.id
    active.desk.checkouts.check_in(active.coach, _KEY)
    active.clock.advance(minutes=1)
    second = _take(active).checkout.id
    assert [each.id for each in active.desk.checkouts.every(account=_KEY)] == [second, first]
    assert [each.id for each in active.desk.checkouts.every(is_open=True)] == [second]
