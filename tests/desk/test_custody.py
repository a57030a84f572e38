"""Handing an account over at the desk: who comes opens what is current, who goes opens it no more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import NEXT_PASSWORD, PASSWORD, REASON, USERNAMES
from vault.desk.contents import Safe
from vault.desk.custody import Custody
from vault.desk.rotations import Replacement
from vault.domain.credentials import Credential
from vault.domain.secret import Secret
from vault.errors import NotPermitted, WrongState
from vault.ledger.view import get

if TYPE_CHECKING:
    from tests.desk.district import District

_KEY = "x:ridgevolley"


def _take(district: District) -> Secret | None:
    term = timedelta(hours=1)
    return district.desk.checkouts.take(district.teacher, _KEY, term=term, reason=REASON, reveal=True).password


def test_supervisor_hands_an_account_over_and_the_new_custodian_opens_it(active: District) -> None:
    custody = Custody(active.desk.office)
    made = custody.hand_over(active.principal, _KEY, USERNAMES["teacher"], reason="the coach is on leave")
    assert (made.is_done, made.account.custodian) == (True, active.teacher.person.id)
    assert _take(active) == Secret(PASSWORD)
    assert made.account.rotation is not None


def test_leaving_custodian_opens_nothing_any_more(active: District) -> None:
    """A13: neither by use case nor with their key and the store as it is now."""
    Custody(active.desk.office).hand_over(active.principal, _KEY, USERNAMES["teacher"])
    with pytest.raises(NotPermitted):
        active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    account = active.desk.account(_KEY)
    credential = get(active.desk.office.view, Credential, account.current)
    with pytest.raises(NotPermitted):
        _ = Safe(active.desk.office, active.coach).open(account, credential).password


def test_holder_offers_and_the_other_accepts(active: District) -> None:
    custody = Custody(active.desk.office)
    made = custody.hand_over(active.coach, _KEY, USERNAMES["teacher"])
    assert (made.is_done, made.account.custodian) == (False, active.coach.person.id)
    with pytest.raises(NotPermitted):
        _take(active)
    assert custody.accept(active.teacher, _KEY).custodian == active.teacher.person.id
    assert _take(active) == Secret(PASSWORD)


def test_staged_version_is_handed_over_too(active: District) -> None:
    active.desk.rotations.start(active.founder, _KEY, Replacement(password=Secret(NEXT_PASSWORD)))
    Custody(active.desk.office).hand_over(active.principal, _KEY, USERNAMES["teacher"])
    active.desk.rotations.confirm(active.founder, _KEY)
    assert _take(active) == Secret(NEXT_PASSWORD)


def test_second_holders_place_is_given_and_left_empty(active: District) -> None:
    custody = Custody(active.desk.office)
    made = custody.hand_over(active.principal, _KEY, USERNAMES["teacher"], is_second=True)
    assert made.account.second == active.teacher.person.id
    assert _take(active) == Secret(PASSWORD)
    with pytest.raises(NotPermitted, match="a supervisor leaves a second holder's place empty"):
        custody.hand_over(active.teacher, _KEY, None, is_second=True)
    made = custody.hand_over(active.principal, _KEY, None, is_second=True)
    assert (made.account.second, made.to) == (None, None)


def test_who_neither_holds_nor_supervises_hands_nothing_over(active: District) -> None:
    """A14."""
    head = active.store.head()
    for member in (active.teacher, active.founder, active.other_principal):
        with pytest.raises(NotPermitted, match="neither holds x:ridgevolley nor supervises its unit"):
            Custody(active.desk.office).hand_over(member, _KEY, USERNAMES["teacher"])
    assert active.store.head() == head


def test_nobody_accepts_what_was_not_offered(active: District) -> None:
    with pytest.raises(NotPermitted, match="nobody has offered"):
        Custody(active.desk.office).accept(active.teacher, _KEY)


def test_offer_of_an_older_credential_is_made_again(active: District) -> None:
    """A12."""
    custody = Custody(active.desk.office)
    custody.hand_over(active.coach, _KEY, USERNAMES["teacher"])
    active.desk.rotations.start(active.founder, _KEY, Replacement())
    active.desk.rotations.confirm(active.founder, _KEY)
    with pytest.raises(WrongState, match="another credential than when it was offered"):
        custody.accept(active.teacher, _KEY)
    custody.hand_over(active.coach, _KEY, USERNAMES["teacher"])
    assert custody.accept(active.teacher, _KEY).offer is None
