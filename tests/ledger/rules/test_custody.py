"""Custody passes with both signatures or a supervisor's alone, and what the leaving holder was shown is owed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger.custody_forms import accept, copies_of, hire, offer, transfer
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Credential, Part, Road
from vault.domain.ids import Digest, Fingerprint
from vault.domain.notices import Notice, Subject
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation
from vault.errors import IntegrityError, InvalidInput, NotPermitted, VaultError, WrongState

DRAMA = "district/high/drama"


def account(stage: Stage) -> Account:
    return stage.town.get(Account, stage.account)


def recipients(stage: Stage) -> set[str]:
    return {copy.recipient for copy in stage.town.get(Credential, account(stage).current).sealed.copies}


@pytest.fixture
def hired(stage: Stage) -> Stage:
    hire(stage.town)
    return stage


# -- a supervisor decides alone -------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["dora", "hal", "sue"])
def test_supervisor_gives_an_account_to_another_custodian(hired: Stage, username: str) -> None:
    town, before = hired.town, town_copies(hired)
    town.write(username, transfer(town, hired.account, "cleo"))
    assert account(hired).holders == (town.persons["cleo"], town.persons["ben"])
    assert recipients(hired) == {town.persons["cleo"], town.persons["ben"], account(hired).unit}
    assert before[town.persons["emma"]] not in town.store.records
    assert town.view.where(Account, "custodian", town.persons["emma"]) == []
    for person in ("emma", "cleo"):
        assert town.view.where(Notice, "person", town.persons[person])[-1].subject is Subject.CUSTODY_CHANGED


def town_copies(stage: Stage) -> dict[str, Digest]:
    sealed = stage.town.get(Credential, account(stage).current).sealed
    return {copy.recipient: copy.record for copy in sealed.copies}


@pytest.mark.parametrize("username", ["ada", "ivy", "rex", "ann", "max", "mia", "ben"])
def test_nobody_else_decides_on_custody(hired: Stage, username: str) -> None:
    """A14."""
    words = f"this needs the role supervisor in {DRAMA} or above, which {username} does not hold"
    hired.town.refuses(username, transfer(hired.town, hired.account, "cleo"), NotPermitted, words)


def test_supervisor_gives_nothing_to_themselves_and_decides_on_nothing_that_they_hold(hired: Stage) -> None:
    """A14."""
    town, words = hired.town, "nobody decides on custody that they have or are given"
    town.refuses("dora", transfer(town, hired.account, "dora"), NotPermitted, words)
    town.write("hal", transfer(town, hired.account, "dora"))
    town.refuses("dora", transfer(town, hired.account, "cleo"), NotPermitted, words)


def test_second_holder_is_replaced_and_left_out(hired: Stage) -> None:
    town = hired.town
    town.write("dora", transfer(town, hired.account, "cleo", is_second=True))
    assert account(hired).holders == (town.persons["emma"], town.persons["cleo"])
    town.write("dora", transfer(town, hired.account, None, is_second=True))
    assert account(hired).holders == (town.persons["emma"],)
    assert recipients(hired) == {town.persons["emma"], account(hired).unit}
    words = "only a second holder's place is left empty"
    town.refuses("dora", transfer(town, hired.account, None, is_second=True), InvalidInput, words)
    town.refuses("dora", transfer(town, hired.account, None), InvalidInput, words)


def test_nothing_is_sealed_to_nobody(hired: Stage) -> None:
    town = hired.town
    sealed = transfer(town, hired.account, "cleo")
    draft = transfer(town, hired.account, None, is_second=True, copies=copies_of(sealed))
    town.refuses("dora", replace(draft, records=sealed.records), IntegrityError, "nothing is sealed to nobody")


def test_second_holder_becomes_the_custodian_with_the_copy_that_they_have(stage: Stage) -> None:
    town, draft = stage.town, transfer(stage.town, stage.account, "ben")
    assert copies_of(draft) == ()
    town.write("dora", draft)
    assert account(stage).holders == (town.persons["ben"],)


@pytest.mark.parametrize(
    ("to", "is_second", "error", "words"),
    [
        ("emma", False, WrongState, "emma already is its custodian"),
        ("ben", True, WrongState, "ben already is its second"),
        ("emma", True, InvalidInput, "the second holder is somebody else than the custodian"),
        ("mia", False, NotPermitted, "which mia does not hold"),
    ],
)
def test_somebody_who_will_not_do_is_not_given_custody(
    stage: Stage, to: str, *, is_second: bool, error: type[VaultError], words: str
) -> None:
    town = stage.town
    town.refuses("dora", transfer(town, stage.account, to, is_second=is_second), error, words)
    town.refuses("emma", offer(town, stage.account, to, is_second=is_second), error, words)


@pytest.mark.parametrize("make", [transfer, offer])
def test_copies_are_of_exactly_the_versions_in_use_and_to_the_true_key(hired: Stage, make: object) -> None:
    """A1, A4."""
    assert callable(make)
    town, by = hired.town, "dora" if make is transfer else "emma"
    draft = make(town, hired.account, "cleo")
    (copy,) = copies_of(draft)
    foreign = replace(copy, copy=replace(copy.copy, fingerprint=Fingerprint(bytes(32))))  # type: ignore[type-var,attr-defined]
    town.refuses(by, altered(draft, copies=(foreign,)), IntegrityError, "is sealed to another key than")
    for copies, records in (((), {}), ((copy, copy), draft.records)):
        wrong = replace(altered(draft, copies=copies), records=records)
        town.refuses(by, wrong, IntegrityError, "not the versions of instagram:shs.drama")
    for replaced in ((Digest(bytes(32)),), (Digest(bytes(32)), Digest(bytes(32)))):
        town.refuses(by, altered(draft, replaced=replaced), IntegrityError, "not the copies that end")
    town.refuses(by, altered(draft, reason="a\nb"), InvalidInput, "the reason has a line break")
    town.write(by, altered(draft, reason=""))


def test_staged_version_is_sealed_to_the_new_holder_too(hired: Stage) -> None:
    town = hired.town
    rotation = town.stage(hired.account)
    draft = transfer(town, hired.account, "cleo")
    assert len(copies_of(draft)) == 2
    town.write("dora", draft)
    town.write("dora", town.forms.confirm(rotation))
    assert recipients(hired) == {town.persons["cleo"], town.persons["ben"], account(hired).unit}


# -- a holder offers, the other accepts -----------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "is_second"), [("emma", False), ("emma", True), ("ben", True)])
def test_holder_offers_and_the_other_accepts(hired: Stage, by: str, *, is_second: bool) -> None:
    town = hired.town
    town.write(by, offer(town, hired.account, "cleo", is_second=is_second))
    assert account(hired).holders == (town.persons["emma"], town.persons["ben"])
    assert town.view.where(Notice, "person", town.persons["cleo"])[-1].subject is Subject.CUSTODY_OFFERED
    town.write("cleo", accept(town, hired.account, "cleo"))
    kept = town.persons["emma" if is_second else "ben"]
    assert set(account(hired).holders) == {town.persons["cleo"], kept}
    assert (account(hired).offer, recipients(hired)) == (None, {town.persons["cleo"], kept, account(hired).unit})


@pytest.mark.parametrize(("by", "is_second"), [("ben", False), ("dora", True), ("ada", False), ("cleo", False)])
def test_nobody_offers_a_place_that_is_not_theirs(hired: Stage, by: str, *, is_second: bool) -> None:
    """A14."""
    draft = offer(hired.town, hired.account, "cleo", is_second=is_second)
    hired.town.refuses(by, draft, NotPermitted, f"{by} does not hold that place of instagram:shs.drama")


def test_holder_who_has_left_offers_nothing(hired: Stage) -> None:
    """A13."""
    town = hired.town
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.refuses("emma", offer(town, hired.account, "cleo"), NotPermitted, "emma does not hold that place")


def test_nobody_accepts_what_was_not_offered_to_them(hired: Stage) -> None:
    """A14."""
    town = hired.town
    words = "nobody has offered cleo custody of instagram:shs.drama"
    town.refuses("cleo", accept(town, hired.account, "cleo"), NotPermitted, words)
    town.write("emma", offer(town, hired.account, "cleo"))
    town.refuses("dora", accept(town, hired.account, "dora"), NotPermitted, "nobody has offered dora custody")


def test_offer_ends_with_the_holder_who_made_it(hired: Stage) -> None:
    """A13."""
    town, words = hired.town, "who offered custody of instagram:shs.drama does not hold it any more"
    town.write("emma", offer(town, hired.account, "cleo"))
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.refuses("cleo", accept(town, hired.account, "cleo"), WrongState, words)


def test_offer_of_an_older_credential_is_made_again(hired: Stage) -> None:
    """A12."""
    town = hired.town
    town.write("emma", offer(town, hired.account, "cleo"))
    town.rotate(hired.account)
    words = "has another credential than when it was offered"
    town.refuses("cleo", accept(town, hired.account, "cleo"), WrongState, words)
    town.write("emma", offer(town, hired.account, "cleo"))
    town.write("cleo", accept(town, hired.account, "cleo"))
    assert account(hired).custodian == town.persons["cleo"]


def test_acceptance_destroys_exactly_the_leaving_holders_copies(hired: Stage) -> None:
    town = hired.town
    town.write("emma", offer(town, hired.account, "cleo"))
    draft = accept(town, hired.account, "cleo", replaced=())
    town.refuses("cleo", draft, IntegrityError, "not the copies that end")


def test_newer_offer_and_a_decision_destroy_what_was_offered(hired: Stage) -> None:
    town = hired.town
    hire(town, "dan")
    for by, make in (("emma", offer), ("dora", transfer)):
        town.write("emma", offer(town, hired.account, "cleo"))
        offered = account(hired).offer
        assert offered is not None
        town.write(by, make(town, hired.account, "dan"))
        assert [record for record in offered.records if record in town.store.records] == []
    assert (account(hired).custodian, account(hired).offer) == (town.persons["dan"], None)


def test_who_was_made_the_second_meanwhile_can_still_accept_the_custodians_place(hired: Stage) -> None:
    town = hired.town
    town.write("emma", offer(town, hired.account, "cleo"))
    town.write("ben", offer(town, hired.account, "cleo", is_second=True))
    town.write("cleo", accept(town, hired.account, "cleo"))
    assert account(hired).holders == (town.persons["emma"], town.persons["cleo"])


# -- what is owed, and what ends ------------------------------------------------------------------------------------


def show(stage: Stage, by: str = "emma") -> None:
    town = stage.town
    town.checkout(stage.account, by)
    town.write(by, town.forms.show(stage.account, Part.PASSWORD, Road.CHECKOUT))


def test_what_the_leaving_holder_was_shown_is_owed(hired: Stage) -> None:
    town = hired.town
    show(hired)
    town.write("dora", transfer(town, hired.account, "cleo"))
    rotation = account(hired).rotation
    assert rotation is not None
    assert town.get(Rotation, rotation).causes == (Cause.CUSTODY_CHANGED,)


def test_nothing_is_owed_when_the_leaving_holder_was_shown_nothing(hired: Stage) -> None:
    town = hired.town
    show(hired, "ben")
    town.write("dora", transfer(town, hired.account, "cleo"))
    assert account(hired).rotation is None


def test_it_is_one_more_cause_of_a_rotation_that_is_open(hired: Stage) -> None:
    town = hired.town
    show(hired)
    owed = town.open_escrow(hired.account).rotation
    town.write("hal", transfer(town, hired.account, "cleo"))
    assert town.get(Rotation, owed).causes == (Cause.ESCROW_OPENED, Cause.CUSTODY_CHANGED)
    assert account(hired).rotation == owed


def test_who_staged_a_version_and_handed_over_knows_what_is_current_once_it_is_confirmed(hired: Stage) -> None:
    """A13."""
    town = hired.town
    rotation = town.stage(hired.account)
    staged = account(hired).staged
    town.write("emma", town.forms.show(hired.account, Part.PASSWORD, Road.ROTATION, credential=staged))
    town.write("dora", transfer(town, hired.account, "cleo"))
    town.write("cleo", town.forms.confirm(rotation))
    owed = account(hired).rotation
    assert owed is not None
    assert town.get(Rotation, owed).causes == (Cause.CUSTODY_CHANGED,)


@pytest.mark.parametrize(("by", "ends"), [("emma", True), ("ben", False)])
def test_checkout_of_the_leaving_holder_ends(hired: Stage, by: str, *, ends: bool) -> None:
    town = hired.town
    checkout = town.checkout(hired.account, by)
    town.write("dora", transfer(town, hired.account, "cleo"))
    assert town.get(Checkout, checkout).ending is (Ending.TAKEN_OVER if ends else None)


def test_leaving_holder_takes_nothing_out_and_the_new_one_does(hired: Stage) -> None:
    """A13."""
    town = hired.town
    town.write("dora", transfer(town, hired.account, "cleo"))
    town.refuses("emma", town.forms.checkout(hired.account), NotPermitted, "emma does not hold")
    assert town.checkout(hired.account, "cleo")
