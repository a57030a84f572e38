"""What waits for a person: each sees what they may do, and nothing that they may not."""

from __future__ import annotations

from tests.desk.district import District, bring
from vault.desk.agenda import Agenda, agenda


def _agenda(district: District, post: str) -> Agenda:
    return agenda(district.desk.office, district.members[post].person)


def test_requests_wait_for_who_may_decide_them(district: District) -> None:
    asked, own = district.ask(), district.ask("ridgeprincipal", member=district.principal)
    assert {each.id for each in _agenda(district, "principal").to_decide} == {asked.id}
    assert {each.id for each in _agenda(district, "superintendent").to_decide} == {asked.id, own.id}
    for post in ("other_principal", "founder", "coach"):
        assert _agenda(district, post).to_decide == ()


def test_granted_request_waits_to_be_registered_until_it_ends(district: District) -> None:
    granted = district.allow()
    assert [each.id for each in _agenda(district, "coach").to_register] == [granted.id]
    assert _agenda(district, "teacher").to_register == ()
    district.clock.advance(days=90)
    assert _agenda(district, "coach").to_register == ()


def test_registered_account_waits_for_a_verification_by_another_supervisor(district: District) -> None:
    made = district.register(
        district.allow(member=district.principal), bring(code=district.code()), district.principal
    ).account
    assert [each.id for each in _agenda(district, "superintendent").to_verify] == [made.id]
    assert _agenda(district, "principal").to_verify == ()
    ((pending, lacks),) = _agenda(district, "principal").pending
    assert pending.id == made.id
    assert lacks == district.desk.missing(made.key)
    district.desk.escrow.verify(district.superintendent, made.key)
    assert _agenda(district, "superintendent").to_verify == ()
    assert _agenda(district, "principal").pending == ()


def test_owed_rotation_waits_for_its_holders_supervisors_and_it(active: District) -> None:
    active.desk.escrow.open(active.principal, "x:ridgevolley", reason="the coach is on leave")
    for post in ("coach", "principal", "superintendent", "founder"):
        assert [each.key for each in _agenda(active, post).to_rotate] == ["x:ridgevolley"]
    for post in ("teacher", "other_principal"):
        assert _agenda(active, post).to_rotate == ()
    assert [each.person for each in _agenda(active, "principal").checked_out] == [active.principal.person.id]
