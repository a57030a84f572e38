"""Recovery: anybody may ask, only the officers' own key opens, and what was opened is made anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger import recovery_forms as forms
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from tests.ledger.town import Town
from vault.domain.accounts import Account
from vault.domain.credentials import Exposure, Part, Road
from vault.domain.ids import RequestId
from vault.domain.notices import Notice, Subject
from vault.domain.persons import Role
from vault.domain.recovery import GivenShare, RecoveryRequest, Scope
from vault.domain.rotations import Cause, Rotation
from vault.errors import (
    BadSignature,
    InvalidInput,
    NotFound,
    NotPermitted,
    UnsafeKey,
    WrongState,
)
from vault.ledger.ledger import Draft
from vault.ledger.rules.recovery import covers
from vault.ledger.view import the_vault
from vault.sealing.recovery import Act, OpenRecoveryKey

ALL = Scope(everything=True)


def unit_scope(town: Town, path: str) -> Scope:
    return Scope(units=(town.unit(path).id,))


@pytest.mark.parametrize(
    ("username", "path"), [("emma", "district"), ("hal", "district/middle"), ("mia", "district/high/drama")]
)
def test_nobody_asks_for_more_than_where_they_work(town: Town, username: str, path: str) -> None:
    """A14"""
    town.refuses(username, forms.requested(town, unit_scope(town, path)), NotPermitted, "this needs the role")


def test_whole_vault_is_asked_for_by_who_works_in_the_district(town: Town) -> None:
    town.refuses("hal", forms.requested(town, ALL), NotPermitted, "in district or above")
    for username in ("ada", "sue", "rex"):
        assert forms.ask(town, username).startswith("rec_")


def test_account_outside_ones_unit_is_not_asked_for(stage: Stage) -> None:
    """A14"""
    scope = Scope(accounts=(stage.account,))
    stage.town.refuses("mia", forms.requested(stage.town, scope), NotPermitted, "in district/high/drama or above")
    forms.ask(stage.town, "emma", scope)


def test_request_has_a_scope_a_reason_an_end_and_a_safe_key(town: Town) -> None:
    whole = "a request names accounts or units, or the whole vault alone"
    mixed = replace(unit_scope(town, "district"), everything=True)
    for scope in (Scope(), mixed):
        town.refuses("ada", forms.requested(town, scope), InvalidInput, whole)
    good = forms.requested(town, ALL)
    town.refuses("ada", altered(good, reason="short"), InvalidInput, "the reason")
    town.refuses("ada", altered(good, until=town.now), InvalidInput, "a request ends within 7 days")
    town.refuses("ada", altered(good, until=town.now + timedelta(days=8)), InvalidInput, "ends within 7 days")
    town.refuses("ada", altered(good, public=bytes(1216)), UnsafeKey, "low order")
    town.refuses("ada", altered(good, request="per_x"), InvalidInput, "is not an id")
    town.write("ada", good)
    town.refuses("ada", good, WrongState, "is already taken")


def test_share_is_given_once_by_one_officer_while_the_request_lasts(town: Town) -> None:
    request = forms.ask(town)
    first = forms.given(town, request, 2)
    town.write("ben", first)
    town.refuses("ben", forms.given(town, request, 2), WrongState, "ben has given share 2")
    town.write("mia", forms.given(town, request, 2))
    assert {each.by for each in town.view.where(GivenShare, "request", request)} == {
        town.persons["ben"],
        town.persons["mia"],
    }
    for index in (0, -1, 6):
        town.refuses("ben", forms.given(town, request, index), InvalidInput, "the shares are numbered from 1 to 5")
    unknown = RequestId("rec_" + "0" * 26)
    town.refuses("ben", forms.given(town, unknown), NotFound, "there is no recovery request")
    town.pass_time(days=2)
    town.refuses("ben", forms.given(town, request, 1), WrongState, "ended on")


def test_officers_open_for_the_requester_alone_and_freeze_the_vault(town: Town) -> None:
    request = forms.ask(town)
    draft = forms.opened(town, request)
    town.refuses("sue", draft, NotPermitted, "is somebody else's request")
    town.write("ada", draft)
    found = town.get(RecoveryRequest, request)
    assert (found.opened_at, found.shares) == (town.now, (1, 2, 4))
    assert the_vault(town.view).opened == request


def test_nobody_opens_without_the_officers(town: Town) -> None:
    """B5: a signed lie neither opens nor freezes anything."""
    request, other = forms.ask(town), forms.ask(town)
    draft = forms.opened(town, request)
    stranger = OpenRecoveryKey(town.random(32))
    at = town.now
    words = "the signature for custody-vault/officers-consent/1 does not verify"
    for consent in (
        stranger.consent(town.vault, Act.OPEN, request.encode(), at),
        town.officers.consent(town.vault, Act.OPEN, other.encode(), at),
        town.officers.consent(town.vault, Act.DRILL, request.encode(), at),
        town.officers.consent(town.vault, Act.OPEN, request.encode(), at - timedelta(seconds=1)),
        town.officers.consent(type(town.vault)(bytes(32)), Act.OPEN, request.encode(), at),
        b"",
    ):
        town.refuses("ada", altered(draft, consent=consent), BadSignature, words)


@pytest.mark.parametrize("shares", [(), (1, 2), (1, 2, 2), (3, 2, 1), (0, 1, 2), (4, 5, 6)])
def test_opening_names_enough_shares_that_there_are(town: Town, shares: tuple[int, ...]) -> None:
    """B5"""
    request = forms.ask(town)
    town.refuses("ada", forms.opened(town, request, shares), InvalidInput, "share")


def test_request_that_has_ended_opens_nothing(town: Town) -> None:
    request = forms.ask(town)
    town.pass_time(days=2)
    town.refuses("ada", forms.opened(town, request), WrongState, "ended on")


@pytest.fixture
def opened(stage: Stage) -> Stage:
    """The officers have opened emma's account for ada."""
    request = forms.ask(stage.town, "ada", Scope(accounts=(stage.account,)))
    stage.town.write("ada", forms.opened(stage.town, request))
    return stage


def test_frozen_vault_refuses_grants_registrations_and_invitations(stage: Stage) -> None:
    town = stage.town
    asked, granted = town.request("ben", "shs.asked"), town.grant(town.request("ben", "shs.granted"))
    register = town.forms.register(granted)
    request = forms.ask(town, "ada")
    town.write("ada", forms.opened(town, request))
    words = f"the vault is frozen: its officers opened it for {request}"
    town.refuses("dora", town.forms.grant(asked), WrongState, words)
    town.refuses("ben", register, WrongState, words)
    code = town.keys["ada"].public.signing
    town.refuses("ada", town.forms.invite("new", "district", Role.EMPLOYEE, code_key=code), WrongState, words)


def show(stage: Stage, part: Part = Part.PASSWORD) -> Draft:
    return stage.town.forms.show(stage.account, part, Road.RECOVERY)


def test_what_the_scope_names_is_shown_to_the_requester_and_owed(opened: Stage) -> None:
    town = opened.town
    for part in (Part.PASSWORD, Part.MFA_SEED):
        town.write("ada", show(opened, part))
    shown = [each for each in town.view.where(Exposure, "account", opened.account) if each.road is Road.RECOVERY]
    assert [(each.part, each.person) for each in shown if each.part is Part.MFA_SEED] == [
        (Part.MFA_SEED, town.persons["ada"])
    ]
    assert len(shown) == 2
    rotation = town.get(Rotation, str(town.get(Account, opened.account).rotation))
    assert rotation.causes == (Cause.RECOVERY_OPENED,)
    for username in ("emma", "ben"):
        notices = town.view.where(Notice, "person", town.persons[username])
        assert [each.detail for each in notices if each.subject is Subject.RECOVERY_OPENED] == [forms.WHY]


def test_recovery_adds_its_cause_to_an_open_rotation(opened: Stage) -> None:
    town = opened.town
    town.open_escrow(opened.account)
    town.write("ada", show(opened))
    rotation = town.get(Rotation, str(town.get(Account, opened.account).rotation))
    assert rotation.causes == (Cause.ESCROW_OPENED, Cause.RECOVERY_OPENED)


def test_holder_who_opened_it_themselves_is_not_told(stage: Stage) -> None:
    town = stage.town
    town.write("emma", forms.opened(town, forms.ask(town, "emma", Scope(accounts=(stage.account,)))))
    town.write("emma", show(stage))
    told = [each.person for each in town.view.every(Notice) if each.subject is Subject.RECOVERY_OPENED]
    assert told == [town.persons["ben"]]


def test_staged_version_is_shown_too_and_a_retired_one_is_not(opened: Stage) -> None:
    town = opened.town
    old = town.get(Account, opened.account).current
    rotation = town.stage(opened.account)
    staged = town.get(Account, opened.account).staged
    draft = altered(show(opened), credential=staged)
    town.write("ada", draft)
    town.write("emma", town.forms.confirm(rotation))
    fresh = altered(show(opened), credential=old)
    town.refuses("ada", fresh, WrongState, "has a newer credential")


def test_nothing_is_shown_outside_the_request(opened: Stage) -> None:
    """A14"""
    town = opened.town
    words = "the recovery officers have not opened"
    town.refuses("sue", show(opened), WrongState, words)
    town.pass_time(days=2)
    town.refuses("ada", show(opened), WrongState, words)


def test_account_that_the_request_does_not_name_is_not_shown(stage: Stage) -> None:
    town = stage.town
    request = forms.ask(town, "ada", unit_scope(town, "district/middle"))
    town.refuses("ada", show(stage), WrongState, "the recovery officers have not opened")
    town.write("ada", forms.opened(town, request))
    town.refuses("ada", show(stage), NotPermitted, f"{request} does not name instagram:shs.drama")


def test_unit_of_a_scope_reaches_the_units_below(stage: Stage) -> None:
    town, account = stage.town, stage.town.get(Account, stage.account)
    for path in ("district/high/drama", "district/high", "district"):
        assert covers(town.view, unit_scope(town, path), account)
    assert not covers(town.view, unit_scope(town, "district/middle"), account)
    assert covers(town.view, ALL, account)
