"""A departure stays open until somebody else has changed everything that the leaver knew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ledger.custody_forms import transfer
from tests.ledger.departure_forms import DRAMA, begin, complete
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.credentials import Part, Road
from vault.domain.departures import Departure, DepartureState
from vault.domain.persons import Role
from vault.errors import Waiting, WrongState
from vault.ledger.events import RotationStaged

if TYPE_CHECKING:
    from tests.ledger.town import Town

from tests.ledger.rules.test_departures import leave, points, show


def test_departure_is_completed_when_all_is_changed_and_handed_over(stage: Stage) -> None:
    town = stage.town
    town.rotate(stage.account, "ben")
    town.write("dora", town.forms.verify(stage.account))
    show(stage)
    departure = leave(stage)
    for done in (
        lambda: town.rotate(stage.account, "ben"),
        lambda: town.write("dora", transfer(town, stage.account, "ben")),
    ):
        error = town.refuses("dora", complete(departure), Waiting, f"{departure} is open still")
        assert error.faults
        done()
    entry = town.write("dora", complete(departure))
    found = town.get(Departure, departure)
    assert (found.state, found.completed_by, found.open_mark) == (
        DepartureState.COMPLETED,
        town.persons["dora"],
        None,
    )
    assert found.proof == entry.hash
    town.refuses("dora", complete(departure), WrongState, f"{departure} is completed already")
    assert begin(town, "emma") != departure


def test_nothing_is_completed_before_it_takes_effect(stage: Stage) -> None:
    departure = begin(stage.town, "emma")
    assert points(stage, departure) == "it has not taken effect yet"
    stage.town.refuses("dora", complete(departure), Waiting, "is open still")


def test_every_open_point_is_named(stage: Stage) -> None:
    show(stage)
    departure = leave(stage)
    key = "instagram:shs.drama"
    assert points(stage, departure).splitlines() == [
        f"{key} has to be handed over: custody account transfer {key} --to USERNAME",
        f"{key}: the password that they know must be replaced: custody rotate start {key}",
    ]


def test_rotation_that_was_staged_before_the_departure_by_the_leaver_does_not_settle_it(stage: Stage) -> None:
    """A13: who staged what becomes current knows it."""
    town = stage.town
    show(stage)
    rotation = town.stage(stage.account)
    staged = town.get(Account, stage.account).staged
    town.write("emma", town.forms.show(stage.account, Part.PASSWORD, Road.ROTATION, credential=staged))
    departure = leave(stage)
    town.write("ben", town.forms.confirm(rotation))
    assert "must be replaced" in points(stage, departure)
    town.rotate(stage.account, "ben")
    assert "replaced" not in points(stage, departure)


def test_rotation_is_abandoned_and_it_stays_open(stage: Stage) -> None:
    town = stage.town
    show(stage)
    departure = leave(stage)
    town.write("ben", town.forms.abandon(town.stage(stage.account, "ben")))
    assert "must be replaced" in points(stage, departure)


@pytest.mark.parametrize(("part", "words"), [(Part.MFA_SEED, "the mfa seed"), (Part.BACKUP_CODES, "the backup codes")])
def test_seed_and_backup_codes_that_are_carried_over_keep_it_open(town: Town, part: Part, words: str) -> None:
    """A13: a new password is no change of what else they know."""
    account = town.register(town.grant(town.request()), "ben")
    town.write("emma", town.forms.show(account, part, Road.REGISTRATION))
    stage = Stage(town=town, account=account)
    departure = leave(stage)
    town.rotate(account, "ben")
    assert words in points(stage, departure)
    draft = town.forms.stage(account)
    (event,) = draft.events
    assert isinstance(event, RotationStaged)
    new = event.credential.id
    given_up = town.write("ben", draft).event
    assert isinstance(given_up, RotationStaged)
    town.write("ben", town.forms.show(account, Part.MFA_SEED, Road.ROTATION, credential=new))
    town.write("ben", town.forms.abandon(given_up.rotation))
    assert words in points(stage, departure)
    draft = town.forms.stage(account)
    (event,) = draft.events
    assert isinstance(event, RotationStaged)
    fresh = replace(event.credential, codes_of=event.credential.id)
    town.write("ben", altered(draft, credential=fresh))
    town.write("ben", town.forms.show(account, Part.MFA_SEED, Road.ROTATION, credential=fresh.id))
    town.write("ben", town.forms.confirm(event.rotation))
    assert words not in points(stage, departure)


def test_rotation_that_the_leaver_confirmed_does_not_settle_it(stage: Stage) -> None:
    """A13, A14: nobody confirms what is owed for their own departure, though they knew nothing of the new version."""
    town = stage.town
    show(stage)
    departure = leave(stage)
    town.write("ada", town.forms.assign("emma", DRAMA, Role.EMPLOYEE))
    town.rotate(stage.account, "emma")
    town.write("ada", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    assert "has to be rotated by somebody else" in points(stage, departure)
    town.rotate(stage.account, "ben")
    assert "rotated" not in points(stage, departure)


def test_keys_of_a_leaving_keyholder_are_made_anew_first(stage: Stage) -> None:
    """A12, A13."""
    town = stage.town
    departure = leave(stage, "dora", Role.SUPERVISOR)
    assert points(stage, departure) == f"the key of {DRAMA} has to be made anew: custody unit rekey {DRAMA}"
    town.write("ada", town.forms.rekey(DRAMA, reason=""))
    town.write("ada", complete(departure))
    assert town.get(Departure, departure).state is DepartureState.COMPLETED
