"""Drills, new shares and a new storage key: by the officers' own key, and everything old destroyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger import recovery_forms as forms
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from tests.ledger.town import Town
from vault.domain.credentials import Part, Road
from vault.domain.ids import Digest
from vault.domain.recovery import Drill, EscrowDrill, GivenShare, Scope
from vault.domain.units import Unit
from vault.domain.vaults import Vault
from vault.errors import (
    BadSignature,
    InvalidInput,
    NotPermitted,
    UnsafeKey,
    VaultError,
    WrongState,
)
from vault.ledger.events import RecoveryReshared, RecoveryShareGiven
from vault.ledger.ledger import Draft
from vault.ledger.view import the_vault
from vault.sealing.recovery import OpenRecoveryKey

ALL = Scope(everything=True)


def unit_scope(town: Town, path: str) -> Scope:
    return Scope(units=(town.unit(path).id,))


@pytest.fixture
def opened(stage: Stage) -> Stage:
    """The officers have opened emma's account for ada."""
    request = forms.ask(stage.town, "ada", Scope(accounts=(stage.account,)))
    stage.town.write("ada", forms.opened(stage.town, request))
    return stage


def show(stage: Stage, part: Part = Part.PASSWORD) -> Draft:
    return stage.town.forms.show(stage.account, part, Road.RECOVERY)


# -- drills --------------------------------------------------------------------------------------------------------


def test_drill_is_recorded_with_the_officers_consent(town: Town) -> None:
    """F8"""
    for username in ("hal", "emma", "rex"):
        town.refuses(username, forms.drilled(town), NotPermitted, "this needs the role")
    bad = altered(forms.drilled(town), consent=bytes(64))
    town.refuses("ada", bad, BadSignature, "does not verify")
    for username in ("ada", "sue", "ann"):
        town.write(username, forms.drilled(town))
        found = town.get(Drill, Drill.ID)
        assert (found.by, found.at, found.shares) == (town.persons[username], town.now, (1, 2, 4))


def test_older_drills_consent_is_worth_nothing_later(town: Town) -> None:
    old = forms.drilled(town)
    town.pass_time(days=400)
    town.refuses("ada", old, BadSignature, "does not verify")


def test_supervisor_says_that_they_opened_exactly_their_units(town: Town) -> None:
    good = forms.escrow_drilled(town, "hal")
    town.refuses("emma", good, NotPermitted, "emma supervises no unit")
    town.refuses("sue", good, WrongState, "the units that you supervise have changed")
    town.refuses("hal", altered(good, units=()), WrongState, "the units that you supervise have changed")
    town.write("hal", good)
    found = town.get(EscrowDrill, town.persons["hal"])
    assert (found.at, found.units) == (town.now, (town.unit("district/high").id,))


# -- new shares ----------------------------------------------------------------------------------------------------


def test_new_shares_thaw_the_vault_and_owe_new_unit_keys(opened: Stage) -> None:
    """A13: the district's key was on the requester's machine."""
    town = opened.town
    town.write("ben", forms.given(town, forms.ask(town, "ada", unit_scope(town, "district")), 1))
    forms.reshare(town)
    vault = town.get(Vault, Vault.ID)
    assert (vault.opened, vault.recovery.threshold) == (None, 2)
    assert vault.recovery.signing == town.officers.signing.public
    assert all(unit.is_rekey_owed for unit in town.view.every(Unit))
    assert [each.is_kept for each in town.view.every(GivenShare)] == [False]
    town.refuses("ada", show(opened), WrongState, "the recovery officers have not opened")


def test_new_shares_without_an_opening_owe_no_unit_keys(town: Town) -> None:
    before = town.unit("district")
    forms.reshare(town)
    after = town.unit("district")
    assert not any(unit.is_rekey_owed for unit in town.view.every(Unit))
    assert after.copies[:-1] == before.copies[:-1]
    assert after.copies[-1].recipient == before.copies[-1].recipient == "recovery"
    assert after.copies[-1].record != before.copies[-1].record
    forms.reshare(town)


def test_only_it_of_the_district_with_the_old_officers_makes_new_shares(town: Town) -> None:
    new = OpenRecoveryKey(town.random(32))
    for username in ("sue", "hal", "ivy", "ann"):
        town.refuses(username, forms.reshared(town, new), NotPermitted, "this needs the role it in district")
    town.refuses("ada", forms.reshared(town, new, consent=bytes(64)), BadSignature, "does not verify")
    town.refuses("ada", forms.reshared(town, new, shares=(1, 2)), InvalidInput, "at least 3 are needed")
    town.refuses("ada", forms.reshared(town, new, reason="short"), InvalidInput, "the reason")


def test_consent_to_one_new_key_is_none_to_another(town: Town) -> None:
    """A1"""
    theirs = forms.reshared(town, OpenRecoveryKey(town.random(32))).events[0]
    assert isinstance(theirs, RecoveryReshared)
    mine = forms.reshared(town, OpenRecoveryKey(town.random(32)), consent=theirs.consent)
    town.refuses("ada", mine, BadSignature, "does not verify")


def test_recovery_key_must_be_new(town: Town) -> None:
    old = the_vault(town.view).recovery
    good = forms.reshared(town, OpenRecoveryKey(town.random(32))).events[0]
    assert isinstance(good, RecoveryReshared)
    for name in ("public", "signing", "set_id"):
        recovery = replace(good.recovery, **{name: getattr(old, name)})
        draft = Draft(events=(replace(good, recovery=recovery),))
        town.holds_void("ada", draft.events[0], "the new recovery key is an old one")


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1},
        {"threshold": 6},
        {"commitments": ()},
        {"commitments": (b"short", b"shore")},
        {"commitments": (bytes(32), bytes(32))},
        {"set_id": b"1234567"},
        {"public": bytes(1216)},
        {"signing": bytes(32)},
    ],
    ids=repr,
)
def test_recovery_key_must_be_split_and_safe(town: Town, changes: dict[str, object]) -> None:
    """A1, B5"""
    good = forms.reshared(town, OpenRecoveryKey(town.random(32)))
    event = good.events[0]
    assert isinstance(event, RecoveryReshared)
    bad = replace(event.recovery, **changes)  # type: ignore[arg-type]
    before = town.documents()
    with pytest.raises(VaultError) as caught:
        town.write("ada", replace(good, events=(replace(event, recovery=bad),)))
    assert isinstance(caught.value, InvalidInput | UnsafeKey)
    assert town.documents() == before


def test_every_kept_key_is_sealed_anew_and_everything_old_destroyed(town: Town) -> None:
    """A4"""
    new = OpenRecoveryKey(town.random(32))
    good = forms.reshared(town, new).events[0]
    assert isinstance(good, RecoveryReshared)
    town.holds_void(
        "ada",
        replace(good, copies=()),
        "every kept key of the district unit is sealed to the new recovery key, newest first",
    )
    stranger = forms.reshared(town, OpenRecoveryKey(town.random(32))).events[0]
    assert isinstance(stranger, RecoveryReshared)
    town.holds_void("ada", replace(good, copies=stranger.copies), "a key is sealed to another key than recovery's")
    words = "what was sealed to the old recovery key is destroyed, all of it and nothing else"
    other = Digest(bytes(32))
    for retired in ((), good.retired[:1], (*good.retired, other)):
        town.holds_void("ada", replace(good, retired=retired), words)
    kept = replace(good, recovery=replace(good.recovery, storage_key=good.retired[0]))
    town.holds_void("ada", kept, words)


def test_storage_key_is_sealed_anew_by_it_of_the_district(town: Town) -> None:
    draft = forms.storage_key_sealed(town)
    for username in ("sue", "ivy", "emma"):
        town.refuses(username, draft, NotPermitted, "this needs the role it in district")
    stale = altered(draft, replaced=Digest(bytes(32)))
    town.refuses("ada", stale, WrongState, "the copy of the storage key has changed meanwhile")
    town.write("ada", draft)
    assert the_vault(town.view).recovery.storage_key == next(iter(draft.records))
    assert set(draft.records) <= set(town.store.records)
    older = altered(forms.storage_key_sealed(town), term=1)
    town.refuses("ada", older, WrongState, "a newer storage key, of term 2, is sealed already")
    reshared = forms.reshared(town, OpenRecoveryKey(town.random(32))).events[0]
    assert isinstance(reshared, RecoveryReshared)
    behind = replace(reshared, recovery=replace(reshared.recovery, storage_term=1))
    town.holds_void("ada", behind, "a newer storage key, of term 2, is sealed already")
    itself = altered(forms.storage_key_sealed(town), record=the_vault(town.view).recovery.storage_key)
    town.holds_void("ada", itself.events[0], "a copy of the storage key does not replace itself")


def test_given_share_names_its_record(town: Town) -> None:
    draft = forms.given(town, forms.ask(town))
    event = draft.events[0]
    assert isinstance(event, RecoveryShareGiven)
    town.write("ben", draft)
    (kept,) = town.view.where(GivenShare, "kept_mark", "kept")
    assert (kept.record, kept.index, kept.at) == (event.record, 1, town.now)
