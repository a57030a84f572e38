"""Permission before account: asking and deciding (rule 6), designating an address (rule 2)."""

from __future__ import annotations

import pytest

from tests.desk.district import HIGH_SCHOOL, MIDDLE_SCHOOL, USERNAMES, District
from vault.domain.notices import Notice, Subject
from vault.domain.permissions import PermissionState
from vault.domain.persons import Role
from vault.errors import InvalidInput, NotFound, NotPermitted, PolicyRefusal, VaultError, WrongState
from vault.ledger.ports import Head


def _head(district: District) -> Head:
    head = district.store.head()
    assert head is not None
    return head


@pytest.mark.parametrize(
    ("platform", "handle", "purpose", "is_official", "error"),
    [
        ("facebook", "ridgevolley", "results", True, PolicyRefusal),
        ("nosuchsite", "ridgevolley", "results", True, NotFound),
        ("x", "ridge volley", "results", True, InvalidInput),
        ("x", "ridge\u202evolley", "results", True, InvalidInput),
        ("x", "ridgevolley", "   ", True, PolicyRefusal),
        ("x", "ridgevolley", "results\n=HYPERLINK(1)", True, InvalidInput),
        ("x", "ridgevolley", "results", False, PolicyRefusal),
        ("vine", "ridgevolley", "results", True, PolicyRefusal),
    ],
    ids=["no shared password", "unknown site", "space", "bidi", "no purpose", "two lines", "not official", "defunct"],
)
def test_request_that_cannot_be_is_refused(
    district: District, platform: str, handle: str, purpose: str, *, is_official: bool, error: type[VaultError]
) -> None:
    """B3."""
    before = _head(district)
    with pytest.raises(error):
        district.ask(handle, platform=platform, purpose=purpose, is_official=is_official)
    assert _head(district) == before


def test_person_of_another_school_cannot_ask(district: District) -> None:
    """A14."""
    with pytest.raises(NotPermitted):
        district.ask(member=district.coach, unit=MIDDLE_SCHOOL)


def test_handle_is_asked_for_once_however_it_is_written(district: District) -> None:
    district.ask("RidgeVolley")
    with pytest.raises(WrongState, match="already been asked for"):
        district.ask("@ridgevolley", member=district.teacher)


@pytest.mark.parametrize("post", ["coach", "principal", "superintendent"])
def test_nobody_decides_on_their_own_request(district: District, post: str) -> None:
    """A14: at no level, and neither way."""
    member = district.members[post]
    if post == "coach":
        district.desk.persons.assign(district.founder, USERNAMES["coach"], Role.SUPERVISOR, HIGH_SCHOOL)
    asked = district.ask(member=member)
    with pytest.raises(PolicyRefusal, match="rule 6"):
        district.desk.permissions.grant(member, asked.id)
    with pytest.raises(PolicyRefusal, match="rule 6"):
        district.desk.permissions.refuse(member, asked.id, "changed my mind")


@pytest.mark.parametrize("post", ["teacher", "other_principal", "founder"])
def test_only_a_supervisor_of_the_unit_decides(district: District, post: str) -> None:
    asked = district.ask()
    with pytest.raises(NotPermitted):
        district.desk.permissions.grant(district.members[post], asked.id)


def test_request_is_decided_once(district: District) -> None:
    asked = district.ask()
    district.desk.permissions.refuse(district.principal, asked.id, "use the account of the school")
    with pytest.raises(WrongState, match="already refused"):
        district.desk.permissions.grant(district.superintendent, asked.id)


def test_refused_handle_can_be_asked_for_again(district: District) -> None:
    asked = district.ask()
    refused = district.desk.permissions.refuse(district.principal, asked.id, "say what it is for")
    assert (refused.state, refused.note) == (PermissionState.REFUSED, "say what it is for")
    assert district.ask().id != asked.id


def test_grant_tells_the_asker_and_ends_in_time(district: District) -> None:
    granted = district.allow()
    assert granted.decider == district.principal.person.id
    assert granted.expires_at is not None
    assert (granted.expires_at - district.clock()).days == 90
    (notice,) = district.desk.office.view.where(Notice, "person", district.coach.person.id)
    assert (notice.subject, notice.object) == (Subject.PERMISSION_GRANTED, granted.id)


def test_somebody_elses_request_is_not_withdrawn(district: District) -> None:
    asked = district.ask()
    with pytest.raises(NotPermitted):
        district.desk.permissions.withdraw(district.teacher, asked.id)


def test_withdrawn_request_is_not_granted(district: District) -> None:
    asked = district.ask()
    district.desk.permissions.withdraw(district.coach, asked.id)
    with pytest.raises(WrongState, match="already withdrawn"):
        district.desk.permissions.grant(district.principal, asked.id)


def test_employee_cannot_designate_their_own_address(district: District) -> None:
    """A14."""
    asked = district.ask()
    with pytest.raises(PolicyRefusal, match="rule 2"):
        district.desk.permissions.designate(district.coach, asked.id, "volley@gmail.com", "mailbox of the team")


@pytest.mark.parametrize("post", ["teacher", "other_principal", "founder"])
def test_only_a_supervisor_of_the_unit_designates(district: District, post: str) -> None:
    asked = district.ask()
    with pytest.raises(NotPermitted):
        district.desk.permissions.designate(district.members[post], asked.id, "volley@gmail.com", "mailbox of the team")


@pytest.mark.parametrize(
    ("address", "reason"),
    [("not an address", "mailbox of the team"), ("volley@", "mailbox of the team"), ("volley@gmail.com", "short")],
)
def test_designation_without_an_address_or_reason_is_refused(district: District, address: str, reason: str) -> None:
    asked = district.ask()
    with pytest.raises(InvalidInput):
        district.desk.permissions.designate(district.principal, asked.id, address, reason)


def test_note_and_ticket_are_kept_in_their_plain_form(active: District) -> None:
    asked = active.ask("ridgesoccer")
    assert active.desk.permissions.grant(active.principal, asked.id, " fine by me ").note == "fine by me"
    opened = active.desk.escrow.open(active.principal, "x:ridgevolley", reason="the coach is away", ticket=" HD-41 ")
    assert opened.checkout.ticket == "HD-41"
