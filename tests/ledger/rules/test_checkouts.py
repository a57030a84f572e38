"""Checkouts: one holder at a time, for a time, with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Road
from vault.domain.ids import AccountId, CheckoutId, CredentialId
from vault.domain.notices import Notice, Subject
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.errors import Held, InvalidInput, NotFound, NotPermitted, VaultError, Waiting, WrongState

DRAMA = "district/high/drama"


# -- opening --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["dora", "hal", "sue", "ivy", "ada", "rex", "ann", "mia"])
def test_only_a_holder_checks_out(stage: Stage, username: str) -> None:
    """A14."""
    words = f"{username} does not hold instagram:shs.drama"
    stage.town.refuses(username, stage.town.forms.checkout(stage.account), NotPermitted, words)


def test_a_holder_who_no_longer_works_there_checks_nothing_out(stage: Stage) -> None:
    """A13."""
    stage.town.write("dora", stage.town.forms.end_role("ben", DRAMA, Role.EMPLOYEE))
    stage.town.refuses("ben", stage.town.forms.checkout(stage.account), NotPermitted, "ben does not hold")


@pytest.mark.parametrize("username", ["emma", "ben"])
def test_each_holder_checks_out(stage: Stage, username: str) -> None:
    town = stage.town
    lease = town.get(Checkout, town.checkout(stage.account, username))
    assert (lease.person, lease.road, lease.opened_at) == (town.persons[username], Road.CHECKOUT, town.now)
    assert town.get(Account, stage.account).checkout == lease.id


def test_an_account_that_is_not_whole_is_not_checked_out(stage: Stage) -> None:
    """Promise 3."""
    town = stage.town
    pending = town.register(town.grant(town.request("emma", "shs.band")))
    refusal = town.refuses("emma", town.forms.checkout(pending), Waiting, "instagram:shs.band is not active yet")
    assert refusal.faults == ("a supervisor's verification of the escrow copy: custody escrow verify",)


@pytest.mark.parametrize("username", ["ben", "emma"])
def test_one_at_a_time_and_the_loser_is_told_who_and_until_when(stage: Stage, username: str) -> None:
    town = stage.town
    town.checkout(stage.account)
    words = "instagram:shs.drama is checked out by Emma until 2026-09-01 09:00 UTC"
    town.refuses(username, town.forms.checkout(stage.account), Held, words)


def test_a_lease_is_over_by_the_clock_without_an_entry(stage: Stage) -> None:
    town = stage.town
    town.checkout(stage.account, minutes=60)
    town.pass_time(minutes=60, microseconds=-1)
    town.refuses("ben", town.forms.checkout(stage.account), Held, "is checked out by Emma")
    town.pass_time(microseconds=1)
    assert town.get(Checkout, town.checkout(stage.account, "ben")).person == town.persons["ben"]


def test_nothing_is_checked_out_while_it_is_being_rotated(stage: Stage) -> None:
    stage.town.stage(stage.account)
    draft = stage.town.forms.checkout(stage.account)
    stage.town.refuses("emma", draft, WrongState, "instagram:shs.drama is being rotated")


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"account": AccountId("acc_nowhere")}, NotFound, "there is no account acc_nowhere"),
        ({"credential": CredentialId("cre_other")}, WrongState, "instagram:shs.drama has a newer credential"),
        ({"reason": "short"}, InvalidInput, "the reason is too short"),
        ({"reason": "x" * 501}, InvalidInput, "the reason is too long"),
        ({"reason": "ten long\x1b[31m red"}, InvalidInput, "the reason has a line break or a character"),
        ({"ticket": "x" * 61}, InvalidInput, "the ticket is too long"),
        ({"ticket": "a\nb"}, InvalidInput, "the ticket has a line break"),
        ({"until": datetime(2026, 9, 1, 9, 0)}, InvalidInput, "its end is given in UTC"),  # noqa: DTZ001 - the fault
    ],
)
def test_a_checkout_that_will_not_do_is_refused(
    stage: Stage, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    """A5, B3."""
    stage.town.refuses("emma", altered(stage.town.forms.checkout(stage.account), **changes), error, words)


@pytest.mark.parametrize("minutes", [-1, 0, 481])
def test_a_checkout_lasts_something_and_at_most_what_the_policy_says(stage: Stage, minutes: int) -> None:
    draft = stage.town.forms.checkout(stage.account, minutes)
    stage.town.refuses("emma", draft, InvalidInput, "a checkout lasts more than nothing and at most 480 minutes")


def test_the_longest_checkout_is_the_policys(stage: Stage) -> None:
    stage.town.write("ada", stage.town.forms.set_policy(checkout_minutes=30))
    stage.town.refuses("emma", stage.town.forms.checkout(stage.account, 31), InvalidInput, "at most 30 minutes")
    stage.town.checkout(stage.account, minutes=30)
    assert stage.town.voids == []


def test_an_id_of_a_checkout_is_used_once(stage: Stage) -> None:
    lease = stage.town.checkout(stage.account)
    draft = stage.town.forms.checkout(stage.account, checkout=lease)
    stage.town.refuses("emma", draft, WrongState, f"the id {lease} is already taken")


# -- the whole table of transitions ---------------------------------------------------------------------------------


def bring_to(stage: Stage, state: str) -> CheckoutId:
    town = stage.town
    lease = town.checkout(stage.account)
    if state == "lapsed":
        town.pass_time(hours=1)
    if state == "returned":
        town.write("emma", town.forms.checkin(lease))
    if state == "forced":
        town.write("dora", town.forms.force_checkin(lease))
    if state == "taken-over":
        town.open_escrow(stage.account)
    if state == "rotated":
        town.rotate(stage.account, by="ben")
    return lease


@pytest.mark.parametrize("state", ["open", "lapsed", "returned", "forced", "taken-over", "rotated"])
@pytest.mark.parametrize("verb", ["extend", "checkin", "force_checkin"])
def test_every_transition_of_a_checkout(stage: Stage, state: str, verb: str) -> None:
    town, lease = stage.town, bring_to(stage, state)
    by = "dora" if verb == "force_checkin" else "emma"
    draft = town.forms.extend(lease, 120) if verb == "extend" else getattr(town.forms, verb)(lease)
    if state != "open":
        town.refuses(by, draft, WrongState, f"{lease} is over already")
        return
    town.write(by, draft)
    known = town.get(Checkout, lease)
    expected = {"extend": None, "checkin": Ending.RETURNED, "force_checkin": Ending.FORCED}[verb]
    assert (known.ending, known.is_open(town.now)) == (expected, verb == "extend")
    if expected is not None:
        assert (known.ended_at, known.ended_by) == (town.now, town.persons[by])


@pytest.mark.parametrize("ending", [Ending.TAKEN_OVER, Ending.ROTATED, Ending.FORCED, Ending.RETURNED])
def test_an_ended_lease_says_how_and_by_whom(stage: Stage, ending: Ending) -> None:
    known = stage.town.get(Checkout, bring_to(stage, ending.value))
    by = {Ending.TAKEN_OVER: "dora", Ending.ROTATED: "ben", Ending.FORCED: "dora", Ending.RETURNED: "emma"}[ending]
    assert (known.ending, known.ended_by) == (ending, stage.town.persons[by])


# -- extending, returning, forcing ----------------------------------------------------------------------------------


def test_only_its_holder_extends_or_returns_a_lease(stage: Stage) -> None:
    lease = stage.town.checkout(stage.account)
    for username in ("ben", "dora", "ada"):
        stage.town.refuses(username, stage.town.forms.extend(lease, 90), NotPermitted, f"{lease} is somebody else's")
        stage.town.refuses(username, stage.town.forms.checkin(lease), NotPermitted, f"{lease} is somebody else's")


def test_who_no_longer_works_there_extends_nothing(stage: Stage) -> None:
    """A13."""
    town = stage.town
    lease = town.checkout(stage.account)
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.refuses("emma", town.forms.extend(lease, 90), NotPermitted, "which emma does not hold")
    town.write("emma", town.forms.checkin(lease))
    assert town.get(Checkout, lease).ending is Ending.RETURNED


def test_an_extension_is_longer_and_within_the_policys_most_from_now(stage: Stage) -> None:
    town = stage.town
    lease = town.checkout(stage.account, minutes=60)
    words = f"{lease} already lasts until 2026-09-01 09:00 UTC"
    town.refuses("emma", town.forms.extend(lease, 60), InvalidInput, words)
    town.refuses("emma", town.forms.extend(lease, 481), InvalidInput, "at most 480 minutes")
    town.pass_time(minutes=30)
    town.write("emma", town.forms.extend(lease, 480))
    assert town.get(Checkout, lease).until == town.now + timedelta(minutes=480)


def test_nobody_forces_their_own(stage: Stage) -> None:
    lease = stage.town.checkout(stage.account)
    words = "return your own checkout without --force"
    stage.town.refuses("emma", stage.town.forms.force_checkin(lease), NotPermitted, words)


@pytest.mark.parametrize("username", ["ben", "ivy", "ada", "rex", "ann", "max", "mia"])
def test_only_a_supervisor_forces(stage: Stage, username: str) -> None:
    lease = stage.town.checkout(stage.account)
    stage.town.refuses(username, stage.town.forms.force_checkin(lease), NotPermitted, "needs the role supervisor")


def test_forcing_needs_a_reason_and_names_the_rotation_that_it_owes(stage: Stage) -> None:
    town = stage.town
    lease = town.checkout(stage.account)
    draft = town.forms.force_checkin(lease)
    town.refuses("dora", altered(draft, reason="now"), InvalidInput, "the reason is too short")
    town.refuses("dora", altered(draft, rotation=None), InvalidInput, "a forced end owes a rotation")


def test_a_forced_end_owes_a_rotation_and_is_told(stage: Stage) -> None:
    town = stage.town
    lease = town.checkout(stage.account)
    town.write("dora", town.forms.force_checkin(lease))
    owed = town.get(Account, stage.account).rotation
    assert owed is not None
    rotation = town.get(Rotation, owed)
    assert (rotation.state, rotation.causes, rotation.opened_at) == (
        RotationState.OWED,
        (Cause.FORCED_CHECKIN,),
        town.now,
    )
    told = town.view.where(Notice, "person", town.persons["emma"])[-1]
    assert (told.subject, told.by, told.object) == (Subject.FORCED_CHECKIN, town.persons["dora"], stage.account)


def test_what_is_owed_twice_is_one_rotation_with_both_causes(stage: Stage) -> None:
    town = stage.town
    town.write("dora", town.forms.force_checkin(town.checkout(stage.account)))
    first = town.get(Account, stage.account).rotation
    again = town.checkout(stage.account)
    wrong = altered(town.forms.force_checkin(again), rotation="rot_other")
    town.refuses("dora", wrong, WrongState, f"has an open rotation already: {first}")
    town.write("dora", town.forms.force_checkin(again))
    town.open_escrow(stage.account)
    assert town.get(Account, stage.account).rotation == first
    assert first is not None
    assert town.get(Rotation, first).causes == (Cause.FORCED_CHECKIN, Cause.ESCROW_OPENED)


def test_a_return_owes_nothing(stage: Stage) -> None:
    town = stage.town
    town.write("emma", town.forms.checkin(town.checkout(stage.account)))
    assert town.get(Account, stage.account).rotation is None
