"""Escrow: a supervisor can always open, and is always seen to."""

from __future__ import annotations

import pytest

from tests.ledger.account_forms import FAILED
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Road
from vault.domain.ids import CredentialId, RotationId
from vault.domain.notices import Notice, Subject
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.domain.verdicts import Verdict
from vault.errors import Held, InvalidInput, NotPermitted, VaultError, WrongState

NOT_SUPERVISORS = ["emma", "ben", "ivy", "ada", "rex", "ann", "max", "mia"]


@pytest.mark.parametrize("username", NOT_SUPERVISORS)
def test_only_a_supervisor_of_the_unit_or_above_opens(stage: Stage, username: str) -> None:
    """A14."""
    draft = stage.town.forms.open_escrow(stage.account)
    stage.town.refuses(username, draft, NotPermitted, "this needs the role supervisor in district/high/drama or above")


@pytest.mark.parametrize("username", ["dora", "hal", "sue"])
def test_each_supervisor_of_the_unit_or_above_opens(stage: Stage, username: str) -> None:
    """Promise 9; rule 1."""
    town = stage.town
    opened = town.open_escrow(stage.account, username)
    lease = town.get(Checkout, opened.checkout)
    assert (lease.road, lease.person, lease.until) == (Road.ESCROW, town.persons[username], opened.until)
    account = town.get(Account, stage.account)
    assert (account.checkout, account.rotation) == (opened.checkout, opened.rotation)
    rotation = town.get(Rotation, opened.rotation)
    assert (rotation.state, rotation.causes) == (RotationState.OWED, (Cause.ESCROW_OPENED,))
    for holder in ("emma", "ben"):
        told = town.view.where(Notice, "person", town.persons[holder])[-1]
        assert (told.subject, told.by, told.object) == (
            Subject.ESCROW_OPENED,
            town.persons[username],
            stage.account,
        )


def test_a_supervisor_opens_what_is_not_active_yet(stage: Stage) -> None:
    town = stage.town
    pending = town.register(town.grant(town.request("emma", "shs.band")))
    assert town.get(Checkout, town.open_escrow(pending).checkout).is_open(town.now)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"credential": CredentialId("cre_other")}, WrongState, "has a newer credential"),
        ({"reason": "because"}, InvalidInput, "the reason is too short"),
        ({"ticket": "a\u200bb"}, InvalidInput, "the ticket has a line break or a character"),
    ],
)
def test_an_opening_that_will_not_do_is_refused(
    stage: Stage, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    """B3."""
    stage.town.refuses("dora", altered(stage.town.forms.open_escrow(stage.account), **changes), error, words)


@pytest.mark.parametrize("minutes", [0, 481])
def test_an_opening_is_a_lease_of_the_policys_length(stage: Stage, minutes: int) -> None:
    draft = stage.town.forms.open_escrow(stage.account, minutes)
    stage.town.refuses("dora", draft, InvalidInput, "at most 480 minutes")


def test_an_opening_has_ids_of_its_own(stage: Stage) -> None:
    town = stage.town
    town.write("emma", town.forms.checkin(lease := town.checkout(stage.account)))
    draft = town.forms.open_escrow(stage.account, checkout=lease)
    town.refuses("dora", draft, WrongState, f"the id {lease} is already taken")
    rotation = town.stage(stage.account)
    town.write("emma", town.forms.confirm(rotation))
    draft = town.forms.open_escrow(stage.account, rotation=rotation)
    town.refuses("dora", draft, WrongState, f"the id {rotation} is already taken")


def test_an_opening_takes_a_checkout_over_and_its_holder_is_told(stage: Stage) -> None:
    town = stage.town
    lease = town.checkout(stage.account)
    opened = town.open_escrow(stage.account)
    old = town.get(Checkout, lease)
    assert (old.ending, old.ended_by, old.ended_at) == (Ending.TAKEN_OVER, town.persons["dora"], town.now)
    assert town.get(Checkout, opened.checkout).is_open(town.now)
    town.refuses("emma", town.forms.checkout(stage.account), Held, "is checked out by Dora")


def test_a_supervisor_who_takes_over_a_lease_of_somebody_who_holds_no_more_tells_them_too(stage: Stage) -> None:
    town = stage.town
    town.open_escrow(stage.account, "dora")
    town.pass_time(hours=1)
    town.open_escrow(stage.account, "hal")
    lease = town.get(Account, stage.account).checkout
    assert lease is not None
    assert town.get(Checkout, lease).person == town.persons["hal"]
    again = town.open_escrow(stage.account, "hal")
    assert town.get(Checkout, lease).ending is Ending.TAKEN_OVER
    assert town.get(Checkout, again.checkout).is_open(town.now)
    assert town.view.where(Notice, "person", town.persons["hal"]) == []


@pytest.mark.parametrize("username", ["hal", "sue"])
def test_one_supervisor_at_a_time(stage: Stage, username: str) -> None:
    stage.town.open_escrow(stage.account, "dora")
    draft = stage.town.forms.open_escrow(stage.account)
    words = "is open to another supervisor until 2026-09-01 08:30 UTC"
    stage.town.refuses(username, draft, Held, words)


def test_an_opening_during_a_rotation_is_one_more_cause_of_it(stage: Stage) -> None:
    town = stage.town
    rotation = town.stage(stage.account)
    wrong = town.forms.open_escrow(stage.account, rotation=RotationId("rot_other"))
    town.refuses("dora", wrong, WrongState, f"has an open rotation already: {rotation}")
    assert town.open_escrow(stage.account).rotation == rotation
    town.open_escrow(stage.account)
    known = town.get(Rotation, rotation)
    assert (known.state, known.causes) == (RotationState.STAGED, (Cause.ASKED, Cause.ESCROW_OPENED))


def test_a_supervisor_who_holds_the_account_is_not_told_of_themselves(stage: Stage) -> None:
    town = stage.town
    account = town.register(town.grant(town.request("dora", "shs.stage"), by="hal"), "emma")
    town.open_escrow(account, "dora")
    assert not [each for each in town.view.where(Notice, "person", town.persons["dora"]) if each.object == account]
    assert town.view.where(Notice, "person", town.persons["emma"])[-1].object == account


# -- verifying ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", NOT_SUPERVISORS)
def test_only_a_supervisor_verifies(stage: Stage, username: str) -> None:
    stage.town.refuses(username, stage.town.forms.verify(stage.account), NotPermitted, "needs the role supervisor")


def test_nobody_verifies_what_they_hold_or_sealed(stage: Stage) -> None:
    """A14."""
    town = stage.town
    town.rotate(stage.account, by="dora")
    town.refuses("dora", town.forms.verify(stage.account), NotPermitted, "nobody verifies what they hold or sealed")
    town.write("hal", town.forms.verify(stage.account))
    own = town.register(town.grant(town.request("dora", "shs.stage"), by="hal"))
    town.refuses("dora", town.forms.verify(own), NotPermitted, "nobody verifies what they hold or sealed")
    town.write("ada", town.forms.assign("ben", "district/high/drama", Role.SUPERVISOR))
    town.refuses("ben", town.forms.verify(stage.account), NotPermitted, "nobody verifies what they hold or sealed")


def test_only_the_current_version_is_verified(stage: Stage) -> None:
    town = stage.town
    stale = town.forms.verify(stage.account)
    town.rotate(stage.account)
    town.refuses("dora", stale, WrongState, "has a newer credential")


def test_a_verification_names_version_supervisor_and_time(stage: Stage) -> None:
    town = stage.town
    town.pass_time(days=1)
    town.write("hal", town.forms.verify(stage.account))
    account = town.get(Account, stage.account)
    assert account.proof is not None
    assert (account.proof.credential, account.proof.by, account.proof.at) == (
        account.current,
        town.persons["hal"],
        town.now,
    )


@pytest.mark.parametrize("part", ["password", "email", "mfa"])
@pytest.mark.parametrize("verdict", [FAILED, Verdict(checker="town/1", checks=())])
def test_a_failed_or_empty_verdict_unproves_the_account(stage: Stage, part: str, verdict: Verdict) -> None:
    stage.town.write("dora", altered(stage.town.forms.verify(stage.account), **{part: verdict}))
    assert stage.town.get(Account, stage.account).proof is None
