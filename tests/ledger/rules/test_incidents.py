"""First aid: freezing is easy; a supervisor alone resumes, once the credential is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Part, Road
from vault.domain.incidents import Suspicion
from vault.domain.notices import Notice, Subject
from vault.domain.rotations import Cause, Rotation
from vault.errors import InvalidInput, NotPermitted, Waiting, WrongState
from vault.ledger.events import AccountResumed, AccountSuspended
from vault.ledger.ledger import Draft
from vault.ledger.rules.standing import missing

if TYPE_CHECKING:
    from tests.ledger.stage import Stage

KEY = "instagram:shs.drama"


def suspend(stage: Stage, detail: str = "strange posts") -> Draft:
    return Draft(events=(AccountSuspended(account=stage.account, why=Suspicion.TAKEN_OVER, detail=detail),))


def resume(stage: Stage, detail: str = "") -> Draft:
    return Draft(events=(AccountResumed(account=stage.account, detail=detail),))


def account(stage: Stage) -> Account:
    return stage.town.get(Account, stage.account)


@pytest.mark.parametrize("username", ["emma", "ben", "dora", "hal", "sue", "ivy", "ada"])
def test_holders_supervisors_and_it_suspend_at_once_and_alone(stage: Stage, username: str) -> None:
    town = stage.town
    town.write(username, suspend(stage))
    suspension, rotation = account(stage).suspension, account(stage).rotation
    assert suspension is not None
    assert rotation is not None
    assert (suspension.by, suspension.why, suspension.credential) == (
        town.persons[username],
        Suspicion.TAKEN_OVER,
        account(stage).current,
    )
    assert town.get(Rotation, rotation).causes == (Cause.SUSPECTED,)
    for holder in {"emma", "ben"} - {username}:
        assert town.view.where(Notice, "person", town.persons[holder])[-1].subject is Subject.SUSPENDED


@pytest.mark.parametrize("username", ["rex", "ann", "max", "mia"])
def test_nobody_else_suspends(stage: Stage, username: str) -> None:
    """A3."""
    stage.town.refuses(username, suspend(stage), NotPermitted, f"{username} does not suspend {KEY}")


def test_suspended_account_is_not_checked_out_and_a_checkout_ends(stage: Stage) -> None:
    town = stage.town
    checkout = town.checkout(stage.account)
    town.write("ben", suspend(stage))
    assert town.get(Checkout, checkout).ending is Ending.FORCED
    lines = missing(town.view, account(stage), town.now)
    assert lines == ("it is suspended (taken-over): a supervisor resumes it with another credential",)
    town.refuses("emma", town.forms.checkout(stage.account), Waiting, f"{KEY} is not active yet")
    words = "emma has not checked out"
    for part, number in ((Part.PASSWORD, None), (Part.BACKUP_CODE, 1)):
        draft = town.forms.show(stage.account, part, Road.CHECKOUT, number=number)
        town.refuses("emma", draft, WrongState, words)


def test_supervisor_keeps_the_escrow_that_they_have_open_and_opens_it_again(stage: Stage) -> None:
    """Promise 9."""
    town = stage.town
    opened = town.open_escrow(stage.account)
    town.write("emma", suspend(stage, detail=""))
    assert town.get(Checkout, opened.checkout).ending is None
    assert town.get(Rotation, opened.rotation).causes == (Cause.ESCROW_OPENED, Cause.SUSPECTED)
    again = town.open_escrow(stage.account)
    assert town.get(Checkout, again.checkout).is_open(town.now)


def test_account_is_suspended_once_and_with_plain_words(stage: Stage) -> None:
    """B3."""
    town = stage.town
    town.refuses("emma", suspend(stage, detail="a\nb"), InvalidInput, "the detail has a line break")
    town.write("emma", suspend(stage))
    town.refuses("ben", suspend(stage), WrongState, f"{KEY} is suspended already")


def test_supervisor_resumes_once_the_credential_is_another_one(stage: Stage) -> None:
    town = stage.town
    town.refuses("dora", resume(stage), WrongState, f"{KEY} is not suspended")
    town.write("emma", suspend(stage))
    town.refuses("dora", resume(stage), WrongState, f"the credential of {KEY} is the one that it was suspended with")
    town.rotate(stage.account)
    town.refuses("dora", resume(stage, detail="a\nb"), InvalidInput, "the detail has a line break")
    town.write("dora", resume(stage, detail="all sessions ended"))
    assert account(stage).suspension is None
    assert town.view.where(Notice, "person", town.persons["emma"])[-1].subject is Subject.RESUMED
    assert town.checkout(stage.account)


@pytest.mark.parametrize("username", ["emma", "ben", "ada", "ivy", "max"])
def test_nobody_but_a_supervisor_resumes(stage: Stage, username: str) -> None:
    """A3, A14."""
    town = stage.town
    town.write("emma", suspend(stage))
    town.rotate(stage.account)
    town.refuses(username, resume(stage), NotPermitted, "this needs the role supervisor")


def test_supervisor_does_not_resume_what_they_hold(stage: Stage) -> None:
    """A14."""
    from tests.ledger.custody_forms import transfer

    town = stage.town
    town.write("hal", transfer(town, stage.account, "dora"))
    town.write("ben", suspend(stage))
    town.rotate(stage.account, "ben")
    town.refuses("dora", resume(stage), NotPermitted, "nobody resumes what they hold themselves")
    town.write("hal", resume(stage))
    assert account(stage).suspension is None
