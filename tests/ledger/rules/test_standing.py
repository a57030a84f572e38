"""Exceptions, and when an account is active (design promise 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.ledger.account_forms import FAILED
from tests.ledger.epoch_forms import end_keyholder
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account, Mailbox, PolicyException, Standing
from vault.domain.persons import Role
from vault.errors import InvalidInput, NotPermitted, PolicyRefusal, VaultError, WrongState
from vault.ledger.rules.standing import missing, standing

if TYPE_CHECKING:
    from tests.ledger.town import Town

DRAMA = "district/high/drama"


# -- exceptions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def bare(town: Town) -> Stage:
    """An account without a second factor, on a platform of which nothing is known."""
    account = town.register(town.grant(town.request()), "ben", mfa=())
    return Stage(town=town, account=account)


@pytest.mark.parametrize("username", ["ben", "emma"])
def test_nobody_excepts_their_own_account(bare: Stage, username: str) -> None:
    """A14."""
    bare.town.refuses(username, bare.town.forms.exempt(bare.account), NotPermitted, "nobody excepts their own account")


@pytest.mark.parametrize("username", ["ada", "ivy", "max", "rex", "ann"])
def test_only_a_supervisor_excepts(bare: Stage, username: str) -> None:
    bare.town.refuses(username, bare.town.forms.exempt(bare.account), NotPermitted, "needs the role supervisor")


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"clause": "3"}, NotPermitted, "rule 3 knows no exception"),
        ({"reason": "short"}, InvalidInput, "the reason is too short"),
        ({"until": datetime(2026, 10, 1, 0, 0)}, InvalidInput, "its end is given in UTC"),  # noqa: DTZ001 - the fault
    ],
)
def test_an_exception_that_will_not_do_is_refused(
    bare: Stage, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    bare.town.refuses("dora", altered(bare.town.forms.exempt(bare.account), **changes), error, words)


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_an_exception_ends_within_a_year(bare: Stage, days: int) -> None:
    bare.town.refuses("dora", bare.town.forms.exempt(bare.account, days), InvalidInput, "ends at a date within a year")


def test_what_the_platform_offers_is_not_excepted(stage: Stage) -> None:
    draft = stage.town.forms.exempt(stage.account)
    stage.town.refuses("dora", draft, PolicyRefusal, "rule 4: instagram offers multi-factor authentication")


def test_an_exception_stands_until_its_end_and_no_longer(bare: Stage) -> None:
    town = bare.town
    town.write("dora", town.forms.exempt(bare.account, 366))
    (known,) = town.view.where(PolicyException, "account", bare.account)
    again = altered(town.forms.exempt(bare.account), exception=known.id)
    town.refuses("dora", again, WrongState, "is already taken")
    town.write("dora", town.forms.verify(bare.account))
    account = town.get(Account, bare.account)
    assert (known.by, known.at, known.until) == (town.persons["dora"], town.now, town.now + timedelta(days=366))
    for at, expected in (
        (known.at - timedelta(microseconds=1), Standing.PENDING),
        (known.at, Standing.ACTIVE),
        (known.until - timedelta(microseconds=1), Standing.ACTIVE),
        (known.until, Standing.PENDING),
    ):
        assert standing(town.view, account, at) is expected


# -- standing -------------------------------------------------------------------------------------------------------


def lacks(stage: Stage) -> tuple[str, ...]:
    return missing(stage.town.view, stage.town.get(Account, stage.account), stage.town.now)


def test_an_account_is_active_only_when_everything_holds(stage: Stage) -> None:
    """Promise 3."""
    assert lacks(stage) == ()


def test_a_registration_alone_is_pending(town: Town) -> None:
    asked = town.grant(town.request())
    stage = Stage(town=town, account=town.register(asked, mailbox=Mailbox(opened_by="the office")))
    words = lacks(stage)
    assert [word.split("(")[0].strip() for word in words] == [
        "how the mailbox behind the linked e-mail is protected",
        "a supervisor's verification of the escrow copy: custody escrow verify",
    ]


def test_an_account_without_a_second_factor_waits_for_an_exception(bare: Stage) -> None:
    bare.town.write("dora", bare.town.forms.verify(bare.account))
    assert lacks(bare) == ("multi-factor authentication, or a supervisor's exception with an end date (rule 4)",)


def test_an_account_whose_custodian_has_left_is_pending(stage: Stage) -> None:
    stage.town.write("dora", stage.town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    assert lacks(stage) == ("a custodian who works in the unit",)


def test_an_account_whose_only_supervisors_hold_it_is_pending(town: Town) -> None:
    for username, unit in (("hal", "district/high"), ("dora", DRAMA)):
        end_keyholder(town, username, unit, Role.SUPERVISOR)
    town.write("ada", town.forms.assign("ben", "district", Role.SUPERVISOR))
    account = town.register(town.grant(town.request("sue"), by="ben"))
    town.write("ben", town.forms.verify(account))
    stage = Stage(town=town, account=account)
    assert lacks(stage) == ()
    town.write("ada", town.forms.end_role("ben", "district", Role.SUPERVISOR))
    assert len(lacks(stage)) == 1
    assert "supervisor" in lacks(stage)[0]


def test_a_rotated_version_waits_fourteen_days_for_its_own_proof(stage: Stage) -> None:
    town = stage.town
    town.rotate(stage.account)
    since = town.now
    account = town.get(Account, stage.account)
    assert standing(town.view, account, since + timedelta(days=14, microseconds=-1)) is Standing.ACTIVE
    assert standing(town.view, account, since + timedelta(days=14)) is Standing.PENDING
    town.pass_time(days=14)
    assert [word.split(":")[0] for word in lacks(stage)] == [
        "a supervisor's verification of the escrow copy since the last rotation"
    ]
    town.write("dora", town.forms.verify(stage.account))
    assert lacks(stage) == ()


def test_rotating_again_and_again_puts_no_proof_off(stage: Stage) -> None:
    town = stage.town
    for _ in range(3):
        town.rotate(stage.account)
        town.pass_time(days=7)
    assert len(lacks(stage)) == 1


def test_a_failed_proof_makes_an_active_account_pending(stage: Stage) -> None:
    stage.town.write("dora", stage.town.forms.verify(stage.account, password=FAILED))
    assert [word.split(":")[0] for word in lacks(stage)] == ["a supervisor's verification of the escrow copy"]
