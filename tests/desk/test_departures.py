"""Departures at the desk: from the plan to the certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import HIGH_SCHOOL, REASON, USERNAMES, bring
from vault.desk.certificates import certificate_of
from vault.desk.custody import Custody
from vault.desk.departures import Departures, find_departure, take_effect_if_due
from vault.desk.leaving import traces
from vault.desk.rotations import Replacement
from vault.domain.accounts import Mailbox, MfaMethod
from vault.domain.departures import DepartureState
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import NotFound, NotPermitted, Waiting, WrongState
from vault.ledger.view import get

if TYPE_CHECKING:
    from datetime import datetime

    from tests.desk.district import District
    from vault.desk.departures import Progress
    from vault.desk.office import Member

_KEY = "x:ridgevolley"
_WHY = "leaves at the end of the season"


def _start(
    district: District, who: Member, post: str = "coach", at: datetime | None = None, unit: str | None = None
) -> Progress:
    successor = USERNAMES["teacher"]
    desk = Departures(district.desk.office)
    return desk.start(who, USERNAMES[post], to=successor, effective_at=at, reason=_WHY, unit=unit)


def _rotate(district: District) -> None:
    """With a new seed and new backup codes, because the coach typed the old ones."""
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    new = Replacement(
        seed=Secret(seed),
        seed_code=district.code(seed),
        backup_codes=Secret("a7kq29fh\nb3xwm6tr\nc8pn2vsc"),
    )
    district.desk.rotations.start(district.founder, _KEY, new)
    district.desk.rotations.confirm(district.founder, _KEY)


def test_plan_tells_everything_and_what_only_they_can_undo_first(active: District) -> None:
    active.ask("ridgesoccer")
    found = traces(active.desk.office, USERNAMES["coach"])
    assert {each.kind for each in found} >= {"custody", "known", "role", "permission"}
    known = next(each for each in found if each.kind == "known")
    assert (known.subject, known.detail) == (
        _KEY,
        "knows the backup codes, contacts, mfa seed, password: rotate it",
    )
    assert [each.is_first for each in found] == sorted((each.is_first for each in found), reverse=True)


def test_plan_names_what_only_the_leaver_can_undo(district: District) -> None:
    given = bring(code=district.code(), mailbox_mfa=("totp",))
    district.register(district.allow("ridgeblog", platform="tumblr"), given)
    first = traces(district.desk.office, USERNAMES["coach"])[0]
    assert (first.kind, first.is_first, first.subject) == ("platform", True, "tumblr:ridgeblog")


def test_plan_names_mailboxes_and_second_factors_that_are_theirs(district: District) -> None:
    given = replace(
        bring(code=district.code()),
        mailbox=Mailbox(opened_by="Carla Duarte, coach", mfa=("totp",)),
        methods=(MfaMethod(method="sms", holder="the phone of c.duarte"), MfaMethod(method="sms", holder="the office")),
    )
    district.register(district.allow(), given)
    found = {each.kind: each.detail for each in traces(district.desk.office, USERNAMES["coach"])}
    assert found["mailbox"] == "the mailbox behind it is opened by Carla Duarte, coach"
    assert found["factor"] == "a second factor (sms) is held by the phone of c.duarte"
    assert found["custody"] == f"is the custodian: custody account transfer {_KEY}"


def test_plan_changes_nothing_and_knows_nothing_of_who_leaves_nothing(active: District) -> None:
    head = active.store.head()
    found = traces(active.desk.office, USERNAMES["teacher"])
    assert [(each.kind, each.subject) for each in found] == [("role", HIGH_SCHOOL)]
    assert active.store.head() == head


def test_supervisor_sees_an_employee_off(active: District) -> None:
    desk = Departures(active.desk.office)
    made = _start(active, active.principal)
    assert made.departure.state is DepartureState.IN_EFFECT
    assert active.desk.account(_KEY).custodian == active.teacher.person.id
    assert len(made.open) == 1
    with pytest.raises(Waiting):
        desk.complete(active.principal, USERNAMES["coach"])
    _rotate(active)
    done = desk.complete(active.principal, USERNAMES["coach"])
    assert (done.departure.state, done.open) == (DepartureState.COMPLETED, ())
    assert [account.key for account, _ in done.changed] == [_KEY]


def test_it_starts_the_departure_and_the_supervisor_hands_over(active: District) -> None:
    made = _start(active, active.founder)
    assert len(made.open) == 2
    Custody(active.desk.office).hand_over(active.principal, _KEY, USERNAMES["teacher"])
    _rotate(active)
    done = Departures(active.desk.office).complete(active.founder, made.departure.id)
    assert done.departure.state is DepartureState.COMPLETED


def test_account_that_cannot_be_handed_over_keeps_nothing_else_back(active: District) -> None:
    desk = Departures(active.desk.office)
    made = desk.start(
        active.superintendent, USERNAMES["coach"], to=USERNAMES["other_principal"], effective_at=None, reason=_WHY
    )
    assert len(made.waiting) == 1
    assert made.waiting[0].startswith(f"{_KEY}: this needs the role")
    assert any("handed over" in point for point in made.open)


def test_keyholder_leaves_and_the_keys_are_made_anew_with_it(active: District) -> None:
    """A12, A13."""
    before = get(active.desk.office.view, Unit, active.desk.account(_KEY).unit).epoch
    made = _start(active, active.founder, "principal")
    unit = get(active.desk.office.view, Unit, active.desk.account(_KEY).unit)
    assert (unit.epoch, unit.is_rekey_owed, made.open) == (before + 1, False, ())
    assert Departures(active.desk.office).complete(active.founder, made.departure.id).departure.proof is not None


def test_departure_with_a_day_to_come_ends_nothing_before_it(active: District) -> None:
    """A13: from that day on the leaver signs nothing, and the next command of IT makes it so."""
    day = active.clock() + timedelta(days=10)
    made = _start(active, active.principal, at=day)
    assert (made.departure.state, made.open) == (DepartureState.STARTED, ("it has not taken effect yet",))
    active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    take_effect_if_due(active.desk.office, active.principal)
    with pytest.raises(WrongState, match="takes effect on"):
        Departures(active.desk.office).complete(active.principal, made.departure.id)
    active.clock.advance(days=10)
    with pytest.raises(NotPermitted, match="has left on"):
        active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    for member in (active.teacher, active.coach, active.other_principal):
        take_effect_if_due(active.desk.office, member)
    assert find_departure(active.desk.office.view, made.departure.id).state is DepartureState.STARTED
    take_effect_if_due(active.desk.office, active.principal)
    assert find_departure(active.desk.office.view, made.departure.id).state is DepartureState.IN_EFFECT
    assert active.desk.account(_KEY).custodian == active.teacher.person.id


def test_what_cannot_take_effect_does_not_keep_others_from_their_work(active: District) -> None:
    day = active.clock() + timedelta(days=1)
    made = _start(active, active.founder, "superintendent", at=day)
    active.clock.advance(days=2)
    head = active.store.head()
    take_effect_if_due(active.desk.office, active.founder)
    assert (active.store.head(), made.departure.state) == (head, DepartureState.STARTED)


def test_certificate_names_the_entry_and_its_signer_and_is_refused_while_it_is_open(active: District) -> None:
    made = _start(active, active.principal)
    with pytest.raises(WrongState, match="is open still"):
        certificate_of(active.desk.office, made)
    _rotate(active)
    desk = Departures(active.desk.office)
    done = desk.complete(active.principal, made.departure.id)
    text = certificate_of(active.desk.office, done)
    (entry,) = [each for each in active.entries() if each.hash == done.departure.proof]
    for part in (
        "Carla Duarte",
        _KEY,
        "Ines Moreau",
        entry.hash.hex(),
        entry.envelope.key.hex(),
        f"Entry       {entry.seq}",
    ):
        assert part in text


def test_certificate_of_who_knew_nothing_says_so(active: District) -> None:
    desk = Departures(active.desk.office)
    desk.start(active.founder, USERNAMES["teacher"], to=None, effective_at=None, reason=_WHY, unit=HIGH_SCHOOL)
    assert "(there was none)" in certificate_of(active.desk.office, desk.complete(active.founder, USERNAMES["teacher"]))


def test_departure_is_found_by_its_id_or_its_person(active: District) -> None:
    view = active.desk.office.view
    with pytest.raises(NotFound, match="has no departure"):
        find_departure(view, USERNAMES["coach"])
    made = _start(active, active.principal)
    assert find_departure(view, USERNAMES["coach"]) == find_departure(view, made.departure.id)
