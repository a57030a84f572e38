"""Rotation: two versions side by side until somebody says which one the platform has taken."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ledger.account_forms import FAILED
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account, MfaMethod
from vault.domain.credentials import BackupCodes, Credential, CredentialState
from vault.domain.ids import AccountId, CredentialId, Fingerprint, RotationId, make_id
from vault.domain.notices import Notice, Subject
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.errors import IntegrityError, InvalidInput, NotFound, NotPermitted, PolicyRefusal, VaultError, WrongState
from vault.ledger.events import RotationStaged

if TYPE_CHECKING:
    from vault.ledger.ledger import Draft

DRAMA = "district/high/drama"
WHO_MAY = ["emma", "ben", "dora", "hal", "sue", "ivy", "ada"]
WHO_MAY_NOT = ["rex", "ann", "max", "mia"]


def account(stage: Stage) -> Account:
    return stage.town.get(Account, stage.account)


def sealed(draft: Draft, **changes: object) -> Draft:
    (event,) = draft.events
    assert isinstance(event, RotationStaged)
    return altered(draft, credential=replace(event.credential, **changes))  # type: ignore[arg-type]


# -- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", WHO_MAY)
def test_holders_supervisors_and_it_rotate_to_the_end(stage: Stage, username: str) -> None:
    stage.town.rotate(stage.account, username)
    assert account(stage).versions == 2


@pytest.mark.parametrize("username", WHO_MAY_NOT)
def test_nobody_else_rotates(stage: Stage, username: str) -> None:
    """A3, A14."""
    town, words = stage.town, f"{username} does not rotate instagram:shs.drama"
    town.refuses(username, town.forms.stage(stage.account), NotPermitted, words)
    rotation = town.stage(stage.account)
    town.refuses(username, town.forms.confirm(rotation), NotPermitted, words)
    town.refuses(username, town.forms.abandon(rotation), NotPermitted, words)
    draft = town.forms.destroy(stage.account, account(stage).current)
    town.refuses(username, draft, NotPermitted, words)


def test_a_holder_who_no_longer_works_there_rotates_nothing(stage: Stage) -> None:
    """A13."""
    town = stage.town
    town.write("dora", town.forms.end_role("ben", DRAMA, Role.EMPLOYEE))
    town.refuses("ben", town.forms.stage(stage.account), NotPermitted, "ben does not rotate")


# -- the whole table of transitions ---------------------------------------------------------------------------------


def bring_to(stage: Stage, state: str) -> RotationId:
    town = stage.town
    if state == "owed":
        return town.open_escrow(stage.account).rotation
    rotation = town.stage(stage.account)
    if state == "confirmed":
        town.write("emma", town.forms.confirm(rotation))
    if state == "abandoned":
        town.write("emma", town.forms.abandon(rotation))
    return rotation


@pytest.mark.parametrize("state", ["owed", "staged", "confirmed", "abandoned"])
@pytest.mark.parametrize("verb", ["confirm", "abandon", "stage"])
def test_every_transition_of_a_rotation(stage: Stage, state: str, verb: str) -> None:
    town, rotation = stage.town, bring_to(stage, state)
    assert town.get(Rotation, rotation).state.value == state
    if verb == "stage":
        draft = altered(town.forms.stage(stage.account), rotation=rotation)
        if state == "owed":
            town.write("emma", draft)
            assert town.get(Rotation, rotation).state is RotationState.STAGED
        else:
            words = "is already being rotated" if state == "staged" else f"the id {rotation} is already taken"
            town.refuses("emma", draft, WrongState, words)
        return
    draft = getattr(town.forms, verb)(rotation)
    if state == "staged":
        town.write("emma", draft)
        expected = RotationState.CONFIRMED if verb == "confirm" else RotationState.ABANDONED
        known = town.get(Rotation, rotation)
        assert (known.state, known.ended_by, known.ended_at) == (expected, town.persons["emma"], town.now)
    else:
        town.refuses("emma", draft, WrongState, f"{rotation} is {state}, not staged")


# -- staging --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"account": AccountId("acc_nowhere")}, NotFound, "there is no account acc_nowhere"),
        ({"policy": 0}, WrongState, "version 0 of the policy"),
        ({"old": CredentialId("cre_other")}, WrongState, "has a newer credential"),
        ({"reason": "a\nb"}, InvalidInput, "the reason has a line break"),
        ({"reason": "x" * 301}, InvalidInput, "the reason is too long"),
    ],
)
def test_a_staging_that_will_not_do_is_refused(
    stage: Stage, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    """B3."""
    stage.town.refuses("emma", altered(stage.town.forms.stage(stage.account), **changes), error, words)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"version": 1}, WrongState, "has a newer credential"),
        ({"version": 3}, WrongState, "has a newer credential"),
        ({"password": FAILED}, PolicyRefusal, "rule 3: not met"),
        ({"email": FAILED}, PolicyRefusal, "rule 2: not met"),
        ({"mfa": FAILED}, PolicyRefusal, "rule 4: not met"),
        ({"seed_of": None}, PolicyRefusal, "rule 4: the authenticator seed is carried over or replaced"),
        ({"unit_epoch": 2}, IntegrityError, "sealed to an older key of the unit"),
        ({"codes_of": CredentialId("cre_other")}, InvalidInput, "backup codes are new, or carried over whole"),
        ({"backup_codes": 9}, InvalidInput, "backup codes are new, or carried over whole"),
    ],
)
def test_a_new_version_that_will_not_do_is_refused(
    stage: Stage, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    """A5, A12."""
    stage.town.refuses("emma", sealed(stage.town.forms.stage(stage.account), **changes), error, words)


def test_a_new_version_is_sealed_to_both_holders_and_the_unit(stage: Stage) -> None:
    """A1, A4."""
    draft = stage.town.forms.stage(stage.account)
    (event,) = draft.events
    assert isinstance(event, RotationStaged)
    copies = event.credential.copies
    assert {copy.recipient for copy in copies} == {*account(stage).holders, account(stage).unit}
    foreign = (replace(copies[0], fingerprint=Fingerprint(bytes(32))), *copies[1:])
    stage.town.refuses("emma", sealed(draft, copies=foreign), IntegrityError, "is sealed to another key than")


def test_a_new_version_is_not_sealed_to_a_holder_who_has_left(stage: Stage) -> None:
    """A13."""
    town, before = stage.town, stage.town.forms.stage(stage.account)
    town.write("dora", town.forms.end_role("ben", DRAMA, Role.EMPLOYEE))
    town.refuses("emma", before, IntegrityError, "and to nobody else")
    town.rotate(stage.account)
    copies = town.get(Credential, account(stage).current).sealed.copies
    assert {copy.recipient for copy in copies} == {town.persons["emma"], account(stage).unit}


def test_a_new_version_has_an_id_of_its_own(stage: Stage) -> None:
    first = account(stage).current
    draft = sealed(stage.town.forms.stage(stage.account), id=first, seed_of=first)
    stage.town.refuses("emma", draft, WrongState, f"the id {first} is already taken")


def test_a_seed_is_brought_by_its_own_version_or_the_one_that_it_is_carried_from(stage: Stage) -> None:
    elsewhere = CredentialId(make_id("cre", bytes(16)))
    draft = sealed(stage.town.forms.stage(stage.account), seed_of=elsewhere)
    stage.town.refuses("emma", draft, InvalidInput, "an authenticator seed is new, or carried over")
    stage.town.stage(stage.account, seed_of=account(stage).current)
    assert account(stage).staged is not None


def test_an_account_without_a_seed_is_rotated_without_one(stage: Stage) -> None:
    town = stage.town
    sms = (MfaMethod(method="sms", holder="the front office"),)
    other = town.register(town.grant(town.request("emma", "shs.band")), mfa=sms)
    town.stage(other, seed_of=None)
    assert town.get(Account, other).staged is not None


def test_what_is_owed_is_staged_under_its_own_id(stage: Stage) -> None:
    town = stage.town
    owed = town.open_escrow(stage.account).rotation
    draft = altered(town.forms.stage(stage.account), rotation=RotationId("rot_other"))
    town.refuses("emma", draft, NotFound, "there is no rotation rot_other")
    done = town.activate("shs.band")
    ended = town.stage(done)
    town.write("emma", town.forms.confirm(ended))
    stolen = altered(town.forms.stage(stage.account), rotation=ended)
    town.refuses("emma", stolen, WrongState, f"has an open rotation already: {owed}")


def test_staging_leaves_the_old_version_current_and_both_are_there(stage: Stage) -> None:
    """Promise 7."""
    town, old = stage.town, account(stage).current
    town.write("emma", altered(town.forms.stage(stage.account), reason="a pupil saw it"))
    known = account(stage)
    assert known.staged is not None
    assert known.rotation is not None
    rotation = town.get(Rotation, known.rotation)
    assert (known.current, rotation.old, rotation.new) == (old, old, known.staged)
    assert (rotation.starter, rotation.reason, rotation.causes) == (
        town.persons["emma"],
        "a pupil saw it",
        (Cause.ASKED,),
    )
    for version in (known.current, known.staged):
        assert all(name in town.store.records for name in town.get(Credential, version).records)


# -- confirming and abandoning --------------------------------------------------------------------------------------


def test_confirming_makes_the_new_version_current_and_tells_the_other_holders(stage: Stage) -> None:
    town, old = stage.town, account(stage).current
    town.pass_time(days=1)
    town.rotate(stage.account)
    known = account(stage)
    assert (known.retired, known.staged, known.rotation) == ((old,), None, None)
    assert (town.get(Credential, old).state, town.get(Credential, old).since) == (CredentialState.RETIRED, town.now)
    assert town.get(Credential, known.current).state is CredentialState.CURRENT
    told = town.view.where(Notice, "person", town.persons["ben"])[-1]
    assert (told.subject, told.by, told.object) == (Subject.ROTATED, town.persons["emma"], stage.account)
    assert all(each.subject is not Subject.ROTATED for each in town.view.where(Notice, "person", town.persons["emma"]))


def test_confirming_settles_what_was_owed(stage: Stage) -> None:
    town = stage.town
    owed = town.open_escrow(stage.account).rotation
    town.rotate(stage.account, "ben")
    assert town.get(Rotation, owed).state is RotationState.CONFIRMED
    assert (town.get(Rotation, owed).open_mark, account(stage).rotation) == (None, None)


def test_abandoning_what_was_asked_ends_it(stage: Stage) -> None:
    town, old = stage.town, account(stage).current
    rotation = town.stage(stage.account)
    staged = account(stage).staged
    assert staged is not None
    town.refuses("emma", town.forms.abandon(rotation, "a\nb"), InvalidInput, "the reason has a line break")
    town.write("emma", town.forms.abandon(rotation, "the platform was down"))
    assert (account(stage).current, account(stage).staged, account(stage).rotation) == (old, None, None)
    assert town.get(Credential, staged).state is CredentialState.ABANDONED
    assert town.get(Credential, old).state is CredentialState.CURRENT


def test_abandoning_what_was_owed_leaves_it_owed(stage: Stage) -> None:
    town = stage.town
    owed = town.open_escrow(stage.account).rotation
    town.stage(stage.account)
    town.write("emma", town.forms.abandon(owed))
    known = town.get(Rotation, owed)
    assert (known.state, known.causes) == (RotationState.OWED, (Cause.ESCROW_OPENED,))
    assert (known.starter, known.old, known.new, known.ended_at, known.open_mark) == (None, None, None, None, "open")
    assert account(stage).rotation == owed


def test_what_became_owed_while_it_was_staged_is_owed_after_abandoning(stage: Stage) -> None:
    town = stage.town
    rotation = town.stage(stage.account)
    town.open_escrow(stage.account)
    town.write("emma", town.forms.abandon(rotation))
    assert town.get(Rotation, rotation).causes == (Cause.ESCROW_OPENED,)
    assert town.get(Rotation, rotation).state is RotationState.OWED


def test_an_abandoned_number_is_not_used_again(stage: Stage) -> None:
    town = stage.town
    town.write("emma", town.forms.abandon(town.stage(stage.account)))
    town.refuses("emma", sealed(town.forms.stage(stage.account), version=2), WrongState, "has a newer credential")
    town.rotate(stage.account)
    assert town.get(Credential, account(stage).current).sealed.version == 3


def test_new_backup_codes_are_a_new_list(stage: Stage) -> None:
    town, first = stage.town, account(stage).current
    draft = town.forms.stage(stage.account)
    (event,) = draft.events
    assert isinstance(event, RotationStaged)
    new = event.credential.id
    town.write("emma", sealed(draft, codes_of=new, backup_codes=5))
    assert (town.get(BackupCodes, new).total, town.get(BackupCodes, first).total) == (5, 3)
