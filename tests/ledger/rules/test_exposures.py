"""Exposures: who may be shown which part, by which road. Committed before anything is opened (promise 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ledger.account_forms import FAILED
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.credentials import BackupCodes, Exposure, Part, Road
from vault.domain.ids import CredentialId
from vault.domain.persons import Role
from vault.domain.rotations import Rotation
from vault.errors import InvalidInput, NotFound, NotPermitted, WrongState

if TYPE_CHECKING:
    from vault.ledger.ledger import Draft

DRAMA = "district/high/drama"
LEASED = {Part.PASSWORD, Part.CONTACTS, Part.MFA_CODE, Part.BACKUP_CODE}


def show(stage: Stage, part: Part, road: Road, **changes: object) -> Draft:
    number = 1 if part is Part.BACKUP_CODE else None
    return altered(stage.town.forms.show(stage.account, part, road), number=number, **changes)


# -- by lease -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("road", [Road.CHECKOUT, Road.ESCROW])
@pytest.mark.parametrize("part", Part)
def test_a_lease_shows_the_parts_that_are_used_and_never_the_seed(stage: Stage, road: Road, part: Part) -> None:
    town, by = stage.town, "emma" if road is Road.CHECKOUT else "dora"
    town.checkout(stage.account) if road is Road.CHECKOUT else town.open_escrow(stage.account)
    if part not in LEASED:
        words = f"a checkout never shows the {part.value.replace('-', ' ')}"
        town.refuses(by, show(stage, part, road), NotPermitted, words)
        return
    town.write(by, show(stage, part, road))
    (known,) = town.view.where(Exposure, "account", stage.account)
    assert (known.person, known.part, known.road, known.at, known.version) == (
        town.persons[by],
        part,
        road,
        town.now,
        1,
    )
    assert known.number == (1 if part is Part.BACKUP_CODE else None)


@pytest.mark.parametrize("road", [Road.CHECKOUT, Road.ESCROW])
@pytest.mark.parametrize("username", ["emma", "ben", "dora", "ada"])
def test_nothing_is_shown_without_a_lease(stage: Stage, road: Road, username: str) -> None:
    words = f"{username} has not checked out instagram:shs.drama"
    stage.town.refuses(username, show(stage, Part.PASSWORD, road), WrongState, words)


@pytest.mark.parametrize("username", ["ben", "dora", "ada", "ivy"])
def test_a_lease_shows_to_its_holder_alone(stage: Stage, username: str) -> None:
    """A14."""
    stage.town.checkout(stage.account)
    words = f"{username} has not checked out"
    stage.town.refuses(username, show(stage, Part.PASSWORD, Road.CHECKOUT), WrongState, words)


def test_a_lease_is_named_by_its_own_road(stage: Stage) -> None:
    stage.town.checkout(stage.account)
    stage.town.refuses("emma", show(stage, Part.PASSWORD, Road.ESCROW), WrongState, "emma has not checked out")
    stage.town.open_escrow(stage.account)
    stage.town.refuses("dora", show(stage, Part.PASSWORD, Road.CHECKOUT), WrongState, "dora has not checked out")


@pytest.mark.parametrize("ending", ["lapsed", "returned", "forced", "taken over", "rotated"])
def test_a_lease_that_is_over_shows_nothing(stage: Stage, ending: str) -> None:
    town, lease = stage.town, stage.town.checkout(stage.account)
    if ending == "lapsed":
        town.pass_time(hours=1)
    if ending == "returned":
        town.write("emma", town.forms.checkin(lease))
    if ending == "forced":
        town.write("dora", town.forms.force_checkin(lease))
    if ending == "taken over":
        town.open_escrow(stage.account)
    if ending == "rotated":
        town.rotate(stage.account, "ben")
    words = "emma has not checked out"
    town.refuses("emma", show(stage, Part.PASSWORD, Road.CHECKOUT), WrongState, words)


def test_who_no_longer_works_there_is_shown_nothing(stage: Stage) -> None:
    """A13."""
    town = stage.town
    town.checkout(stage.account)
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    draft = show(stage, Part.PASSWORD, Road.CHECKOUT)
    town.refuses("emma", draft, NotPermitted, "which emma does not hold")


def test_a_lease_shows_the_version_that_was_checked_out(stage: Stage) -> None:
    """A5."""
    town = stage.town
    town.checkout(stage.account)
    town.stage(stage.account, "ben")
    staged = town.get(Account, stage.account).staged
    draft = show(stage, Part.PASSWORD, Road.CHECKOUT, credential=staged)
    town.refuses("emma", draft, WrongState, "has a newer credential than the one checked out")


def test_an_exposure_is_of_that_accounts_own_version(stage: Stage) -> None:
    """A5."""
    town = stage.town
    other = town.activate("shs.band")
    town.checkout(stage.account)
    draft = show(stage, Part.PASSWORD, Road.CHECKOUT, credential=town.get(Account, other).current)
    town.refuses("emma", draft, NotPermitted, "is not a credential of instagram:shs.drama")
    nowhere = show(stage, Part.PASSWORD, Road.CHECKOUT, credential=CredentialId("cre_nowhere"))
    town.refuses("emma", nowhere, NotFound, "there is no credential cre_nowhere")


def test_an_id_of_an_exposure_is_used_once(stage: Stage) -> None:
    town = stage.town
    town.checkout(stage.account)
    town.write("emma", show(stage, Part.PASSWORD, Road.CHECKOUT))
    (known,) = town.view.where(Exposure, "account", stage.account)
    draft = show(stage, Part.PASSWORD, Road.CHECKOUT, exposure=known.id)
    town.refuses("emma", draft, WrongState, f"the id {known.id} is already taken")


# -- backup codes ---------------------------------------------------------------------------------------------------


def test_a_backup_code_is_shown_by_its_number_and_nothing_else_is(stage: Stage) -> None:
    stage.town.checkout(stage.account)
    for part, number in ((Part.PASSWORD, 1), (Part.BACKUP_CODE, None)):
        draft = altered(stage.town.forms.show(stage.account, part, Road.CHECKOUT), number=number)
        stage.town.refuses("emma", draft, InvalidInput, "a backup code is shown by its number")


@pytest.mark.parametrize("number", [-1, 0, 4, 2**40])
def test_a_backup_code_that_was_never_there_is_not_shown(stage: Stage, number: int) -> None:
    stage.town.checkout(stage.account)
    draft = altered(show(stage, Part.BACKUP_CODE, Road.CHECKOUT), number=number)
    stage.town.refuses("emma", draft, WrongState, f"backup code {number} of instagram:shs.drama is spent or was never")


def test_a_backup_code_is_spent_once_across_versions_that_carry_the_list_over(stage: Stage) -> None:
    """B2."""
    town, list_id = stage.town, stage.town.get(Account, stage.account).current
    town.checkout(stage.account)
    town.write("emma", altered(show(stage, Part.BACKUP_CODE, Road.CHECKOUT), number=2))
    town.refuses("emma", altered(show(stage, Part.BACKUP_CODE, Road.CHECKOUT), number=2), WrongState, "backup code 2")
    town.rotate(stage.account)
    town.checkout(stage.account)
    town.refuses("emma", altered(show(stage, Part.BACKUP_CODE, Road.CHECKOUT), number=2), WrongState, "backup code 2")
    town.write("emma", altered(show(stage, Part.BACKUP_CODE, Road.CHECKOUT), number=1))
    codes = town.get(BackupCodes, list_id)
    assert (codes.spent, codes.left) == ((1, 2), 1)


# -- by rotation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("username", ["emma", "ben", "dora", "hal", "sue", "ivy", "ada"])
@pytest.mark.parametrize("which", ["old", "new"])
def test_an_open_rotation_shows_both_versions_to_who_may_rotate(
    stage: Stage, part: Part, username: str, which: str
) -> None:
    town = stage.town
    rotation = town.get(Rotation, town.stage(stage.account))
    town.write(username, show(stage, part, Road.ROTATION, credential=getattr(rotation, which)))
    (known,) = town.view.where(Exposure, "person", town.persons[username])
    assert (known.road, known.version) == (Road.ROTATION, 1 if which == "old" else 2)


@pytest.mark.parametrize("username", ["rex", "ann"])
def test_an_open_rotation_shows_nothing_to_others(stage: Stage, username: str) -> None:
    stage.town.stage(stage.account)
    words = f"{username} does not rotate instagram:shs.drama"
    stage.town.refuses(username, show(stage, Part.PASSWORD, Road.ROTATION), NotPermitted, words)


def test_an_open_rotation_shows_nothing_to_who_works_elsewhere(stage: Stage) -> None:
    stage.town.stage(stage.account)
    draft = show(stage, Part.PASSWORD, Road.ROTATION)
    stage.town.refuses("max", draft, NotPermitted, "which max does not hold")


@pytest.mark.parametrize("state", ["none", "owed", "confirmed", "abandoned"])
def test_it_is_shown_nothing_outside_an_open_rotation(stage: Stage, state: str) -> None:
    """Design §5."""
    town = stage.town
    if state == "owed":
        town.open_escrow(stage.account)
    if state == "confirmed":
        town.rotate(stage.account, by="ada")
    if state == "abandoned":
        town.write("emma", town.forms.abandon(town.stage(stage.account)))
    words = "no open rotation of instagram:shs.drama concerns this version"
    town.refuses("ada", show(stage, Part.PASSWORD, Road.ROTATION), WrongState, words)


def test_an_open_rotation_shows_no_third_version(stage: Stage) -> None:
    town = stage.town
    first = town.get(Account, stage.account).current
    town.rotate(stage.account)
    town.stage(stage.account)
    draft = show(stage, Part.PASSWORD, Road.ROTATION, credential=first)
    town.refuses("emma", draft, WrongState, "concerns this version")


# -- by registration ------------------------------------------------------------------------------------------------


def test_who_registered_is_recorded_as_knowing_what_they_typed(stage: Stage) -> None:
    town = stage.town
    account = town.register(town.grant(town.request("emma", "shs.band")))
    for part in (Part.PASSWORD, Part.CONTACTS, Part.MFA_SEED, Part.BACKUP_CODES):
        town.write("emma", town.forms.show(account, part, Road.REGISTRATION))
    known = town.view.where(Exposure, "account", account)
    assert {(each.part, each.road) for each in known} == {
        (part, Road.REGISTRATION) for part in (Part.PASSWORD, Part.CONTACTS, Part.MFA_SEED, Part.BACKUP_CODES)
    }


@pytest.mark.parametrize("username", ["emma", "ben", "dora", "ada"])
def test_once_it_is_verified_registration_is_no_road(stage: Stage, username: str) -> None:
    words = f"{username} has not just registered instagram:shs.drama"
    stage.town.refuses(username, show(stage, Part.PASSWORD, Road.REGISTRATION), NotPermitted, words)


@pytest.mark.parametrize("username", ["dora", "ada", "ben"])
def test_nobody_else_is_shown_anything_by_a_registration(stage: Stage, username: str) -> None:
    town = stage.town
    account = town.register(town.grant(town.request("emma", "shs.band")))
    draft = town.forms.show(account, Part.PASSWORD, Road.REGISTRATION)
    town.refuses(username, draft, NotPermitted, f"{username} has not just registered")


@pytest.mark.parametrize("username", ["ada", "emma"])
def test_a_rotated_version_is_nobodys_registration(stage: Stage, username: str) -> None:
    """A failed verification takes the proof away; whoever sealed the current version is not shown it for that."""
    town = stage.town
    town.rotate(stage.account, by=username)
    town.write("dora", town.forms.verify(stage.account, password=FAILED))
    draft = show(stage, Part.PASSWORD, Road.REGISTRATION)
    town.refuses(username, draft, NotPermitted, f"{username} has not just registered")
