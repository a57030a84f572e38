"""Escrow copies follow their unit's key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ledger.epoch_forms import remake
from tests.ledger.forms import altered
from vault.domain.accounts import Account
from vault.domain.credentials import Credential
from vault.errors import IntegrityError, InvalidInput, NotPermitted, VaultError, WrongState
from vault.ledger.events import CredentialResealed

if TYPE_CHECKING:
    from tests.ledger.stage import Stage
    from vault.domain.ids import Digest

HIGH = "district/high"
DRAMA = "district/high/drama"


@pytest.fixture
def remade(stage: Stage) -> Stage:
    """The keys of the high school and below have been made anew, with two versions behind."""
    stage.town.rotate(stage.account)
    remake(stage.town, HIGH)
    return stage


def versions(stage: Stage) -> list[Credential]:
    return sorted(
        stage.town.view.where(Credential, "account", stage.account), key=lambda each: each.sealed.version, reverse=True
    )


@pytest.mark.parametrize("username", ["ada", "sue", "hal", "ivy", "dora"])
def test_a_keyholder_reseals_every_version_that_is_kept(remade: Stage, username: str) -> None:
    town = remade.town
    for old in versions(remade):
        before = set(old.records)
        draft = town.forms.reseal(old.id)
        town.write(username, draft)
        (event,) = draft.events
        new = town.get(Credential, old.id)
        assert (new.sealed.unit_epoch, new.escrow) == (2, f"{town.unit(DRAMA).id}/2")
        assert set(new.records) == before - set(event.destroyed) | set(event.records)
        assert set(event.destroyed).isdisjoint(town.store.records)
        assert (new.state, new.sealer, new.sealed.commitment) == (old.state, old.sealer, old.sealed.commitment)
        town.refuses(username, town.forms.reseal(old.id), WrongState, "is sealed to the newest key already")


@pytest.mark.parametrize("username", ["emma", "ben", "rex", "ann", "max"])
def test_nobody_else_replaces_an_escrow_copy(remade: Stage, username: str) -> None:
    """A4."""
    current = remade.town.get(Account, remade.account).current
    remade.town.refuses(username, remade.town.forms.reseal(current), NotPermitted, f"in {DRAMA} or above")


def test_an_escrow_copy_is_replaced_by_one_to_the_units_newest_key_alone(remade: Stage) -> None:
    """A4, A5, A12."""
    town = remade.town
    current, first = (each.id for each in versions(remade))
    draft = town.forms.reseal(current)
    (event,) = draft.events
    assert isinstance(event, CredentialResealed)
    older = replace(event.copy, fingerprint=next(iter(town.get(Credential, first).sealed.copies)).fingerprint)
    for changes, error, words in (
        ({"unit_epoch": 1}, IntegrityError, "epoch 1 of the key of"),
        ({"copy": older}, IntegrityError, "is sealed to another key than"),
        ({"copy": replace(event.copy, recipient=town.persons["dora"])}, IntegrityError, "and to nobody else"),
        ({"replaced": town.get(Credential, current).sealed.copies[0].record}, IntegrityError, "not the escrow copy"),
        ({"replaced": town.get(Credential, first).sealed.copies[-1].record}, IntegrityError, "not the escrow copy"),
        ({"credential": first}, IntegrityError, "not the escrow copy of version 1"),
    ):
        assert issubclass(error, VaultError)
        town.refuses("dora", altered(draft, **changes), error, words)
    same = replace(altered(draft, copy=replace(event.copy, record=event.replaced)), records={event.replaced: b"same"})
    town.refuses("dora", same, InvalidInput, "an escrow copy does not replace itself")


def test_a_version_of_another_account_is_not_resealed_under_this_ones_name(remade: Stage) -> None:
    """A5."""
    town = remade.town
    other = town.activate("shs.other")
    draft = altered(town.forms.reseal(town.get(Account, remade.account).current), account=other)
    town.refuses("dora", draft, NotPermitted, "is not a credential of instagram:shs.other")


def test_what_is_not_kept_any_more_is_not_resealed(stage: Stage) -> None:
    town = stage.town
    first = town.get(Account, stage.account).current
    rotation = town.stage(stage.account)
    staged = town.get(Account, stage.account).staged
    assert staged is not None
    town.write("emma", town.forms.abandon(rotation))
    town.write("ada", town.forms.set_policy(retired_kept=0))
    town.rotate(stage.account)
    town.write("emma", town.forms.destroy(stage.account, first))
    remake(town, HIGH)
    for version in (first, staged):
        town.refuses("dora", town.forms.reseal(version), WrongState, "is not kept any more")


def test_a_resealed_version_is_destroyed_with_its_new_copy(remade: Stage) -> None:
    town = remade.town
    first = versions(remade)[-1].id
    former = set(town.get(Credential, first).records)
    town.write("ada", town.forms.set_policy(retired_kept=0))
    town.write("dora", town.forms.reseal(first))
    stale = replace(town.forms.destroy(remade.account, first))
    town.refuses("emma", altered(stale, digests=tuple(former)), InvalidInput, "not the records of")
    town.write("emma", town.forms.destroy(remade.account, first))
    kept: set[Digest] = {record for each in versions(remade)[:-1] for record in each.records}
    assert town.store.records.keys() & former == set()
    assert kept <= town.store.records.keys()
