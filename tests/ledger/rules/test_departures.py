"""A departure: roles end, what is known is owed, and it stays open until somebody else has changed all of it."""

from __future__ import annotations

import pytest

from tests.ledger.departure_forms import DRAMA, begin, complete, effect, start
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Part, Road
from vault.domain.departures import Departure, DepartureState
from vault.domain.ids import CheckoutId, DepartureId
from vault.domain.permissions import Permission, PermissionState
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation
from vault.errors import InvalidInput, NotEnrolled, NotFound, NotPermitted, VaultError, WrongState
from vault.ledger.rules.departures import open_points


def show(stage: Stage, by: str = "emma") -> None:
    town = stage.town
    town.checkout(stage.account, by)
    town.write(by, town.forms.show(stage.account, Part.PASSWORD, Road.CHECKOUT))


def leave(stage: Stage, username: str = "emma", role: Role = Role.EMPLOYEE) -> DepartureId:
    """Somebody of the drama programme has left, and it took effect."""
    town = stage.town
    departure = begin(town, username, "ada")
    town.write("ada", town.forms.end_role(username, DRAMA, role))
    town.write("ada", effect(departure))
    return departure


def points(stage: Stage, departure: DepartureId) -> str:
    return "\n".join(open_points(stage.town.view, stage.town.get(Departure, departure)))


# -- starting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["dora", "hal", "sue", "ivy", "ada"])
def test_supervisors_and_it_start_the_departure_of_an_employee(stage: Stage, username: str) -> None:
    town = stage.town
    found = town.get(Departure, begin(town, "emma", username, days=30))
    assert (found.state, found.started_by, found.open_mark) == (DepartureState.STARTED, town.persons[username], "open")


@pytest.mark.parametrize("username", ["ben", "max", "mia", "rex", "ann"])
def test_nobody_else_starts_a_departure(stage: Stage, username: str) -> None:
    """A3."""
    words = f"this needs the role it or supervisor in {DRAMA} or above, which {username} does not hold"
    stage.town.refuses(username, start(stage.town, "emma"), NotPermitted, words)


def test_nobody_sees_to_their_own_departure(stage: Stage) -> None:
    """A14."""
    town, words = stage.town, "nobody sees to their own departure"
    town.refuses("dora", start(town, "dora"), NotPermitted, words)
    departure = begin(town, "dora", "ada", unit=DRAMA)
    town.refuses("dora", effect(departure), NotPermitted, words)
    town.refuses("dora", complete(departure), NotPermitted, words)


def test_supervisor_starts_no_departure_of_a_keyholder(stage: Stage) -> None:
    """A3: who may not end a role may not end it by this road either."""
    words = "this needs the role it in district/high/drama or above, which hal does not hold"
    stage.town.refuses("hal", start(stage.town, "dora"), NotPermitted, words)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"departure": "x"}, InvalidInput, "is not an id"),
        ({"person": "per_nobody"}, NotFound, "there is no person per_nobody"),
        ({"unit": "uni_nowhere"}, NotFound, "there is no unit uni_nowhere"),
        ({"reason": "short"}, InvalidInput, "the reason is too short"),
    ],
)
def test_departure_that_will_not_do_is_refused(
    stage: Stage, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    stage.town.refuses("ada", altered(start(stage.town, "emma"), **changes), error, words)


def test_day_is_in_utc_and_within_a_year(stage: Stage) -> None:
    town = stage.town
    words = "a departure is started at most 366 days beforehand"
    town.refuses("ada", start(town, "emma", days=366.5), InvalidInput, words)
    naive = start(town, "emma", effective_at=town.now.replace(tzinfo=None))
    with pytest.raises(InvalidInput, match="at a time in UTC"):
        town.write("ada", naive)


def test_successor_is_enrolled_and_somebody_else(stage: Stage) -> None:
    town = stage.town
    town.refuses("ada", start(town, "emma", to=town.persons["emma"]), InvalidInput, "who leaves does not take over")
    town.invite("nell", DRAMA, Role.EMPLOYEE)
    town.refuses("ada", start(town, "emma", to=town.persons["nell"]), NotEnrolled, "nell has not enrolled yet")
    departure = begin(town, "emma", "ada", to=town.persons["ben"])
    assert town.get(Departure, departure).to == town.persons["ben"]


def test_person_has_one_open_departure(stage: Stage) -> None:
    town = stage.town
    begin(town, "emma")
    town.refuses("ada", start(town, "emma"), WrongState, "emma has an open departure already")


# -- taking effect --------------------------------------------------------------------------------------------------


def test_leaver_signs_until_the_day_and_not_after_it(stage: Stage) -> None:
    """A13: whether or not anybody has run a command since."""
    town = stage.town
    begin(town, "emma", days=10)
    town.pass_time(days=9)
    town.write("emma", town.forms.checkin(town.checkout(stage.account)))
    town.pass_time(days=1)
    town.refuses("emma", town.forms.checkout(stage.account), NotPermitted, "emma has left on 2026-09-11")


def test_departure_from_one_unit_leaves_the_rest_alone(stage: Stage) -> None:
    town = stage.town
    town.write("ada", town.forms.assign("emma", "district/middle", Role.EMPLOYEE))
    kept = town.request("emma", "middle.drama", unit="district/middle")
    departure = begin(town, "emma", "ada", unit=DRAMA)
    show(stage)
    town.write("emma", town.forms.checkin(checkout_of(stage)))
    town.write("ada", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.write("ada", effect(departure))
    assert town.get(Permission, kept).state is PermissionState.REQUESTED
    town.write("emma", town.forms.withdraw(kept))


def test_lease_goes_on_where_a_role_from_above_stays(stage: Stage) -> None:
    town = stage.town
    town.write("ada", town.forms.assign("emma", "district/high", Role.EMPLOYEE))
    show(stage)
    departure = begin(town, "emma", "ada", unit=DRAMA)
    town.write("ada", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.write("ada", effect(departure))
    found = town.get(Departure, departure)
    assert (found.known, points(stage, departure)) == ((), "")
    assert town.get(Checkout, checkout_of(stage)).ending is None


def checkout_of(stage: Stage) -> CheckoutId:
    key = stage.town.get(Account, stage.account).checkout
    assert key is not None
    return key


def test_it_takes_effect_once_from_the_day_on_and_without_roles(stage: Stage) -> None:
    town = stage.town
    departure = begin(town, "emma", days=3)
    town.refuses("dora", effect(departure), WrongState, "takes effect on 2026-09-04")
    town.pass_time(days=3)
    town.refuses("dora", effect(departure), WrongState, "emma holds roles there still")
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.refuses("max", effect(departure), NotPermitted, "this needs the role it or supervisor")
    town.write("dora", effect(departure))
    town.refuses("dora", effect(departure), WrongState, f"{departure} is in-effect already")


def test_what_the_leaver_was_shown_and_nobody_changed_is_owed(stage: Stage) -> None:
    town = stage.town
    other, third = town.activate("shs.band"), town.activate("shs.news")
    show(stage)
    town.checkout(other)
    town.write("emma", town.forms.show(other, Part.CONTACTS, Road.CHECKOUT))
    town.rotate(other, "ben")
    departure = leave(stage)
    assert [each.account for each in town.get(Departure, departure).known] == [stage.account]
    rotation = town.get(Account, stage.account).rotation
    assert rotation is not None
    assert town.get(Rotation, rotation).causes == (Cause.DEPARTURE,)
    assert {town.get(Account, key).rotation for key in (other, third)} == {None}


def test_it_is_one_more_cause_of_a_rotation_that_is_open(stage: Stage) -> None:
    town = stage.town
    show(stage)
    owed = town.open_escrow(stage.account).rotation
    leave(stage)
    assert town.get(Rotation, owed).causes == (Cause.ESCROW_OPENED, Cause.DEPARTURE)


def test_leases_requests_and_the_second_place_of_the_leaver_end(stage: Stage) -> None:
    town = stage.town
    checkout = town.checkout(stage.account, "ben", minutes=400)
    asked, granted = town.request("ben", "shs.one"), town.grant(town.request("ben", "shs.two"))
    used = town.grant(town.request("ben", "shs.three"))
    town.register(used)
    leave(stage, "ben")
    assert town.get(Checkout, checkout).ending is Ending.FORCED
    states = [town.get(Permission, key).state for key in (asked, granted, used)]
    assert states == [PermissionState.WITHDRAWN, PermissionState.WITHDRAWN, PermissionState.USED]
    assert town.get(Account, stage.account).second is None
    assert town.get(Account, stage.account).rotation is None


def test_second_holder_who_knows_it_leaves_it_and_it_is_owed(stage: Stage) -> None:
    town = stage.town
    show(stage, "ben")
    leave(stage, "ben")
    account = town.get(Account, stage.account)
    assert account.second is None
    assert account.rotation is not None
