"""The founding, the policy and the monitoring notice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger.forms import altered, make_policy
from tests.ledger.town import START, Town
from vault.domain.ids import PersonId
from vault.domain.persons import Appointment, Person, PersonState, Role
from vault.domain.vaults import Vault
from vault.errors import (
    AlteredRecord,
    Broken,
    HeadMoved,
    IntegrityError,
    InvalidInput,
    NotFound,
    NotPermitted,
    UnsafeKey,
    VaultError,
    WrongState,
)
from vault.ledger.events import VaultFounded
from vault.ledger.ledger import Author, Draft, found
from vault.ledger.overlay import EmptyView
from vault.ledger.view import the_vault
from vault.sealing.identity import Identity


def founding() -> tuple[Town, Identity, Draft]:
    town = Town("founding")
    return town, *town.forms.founding()


def refuse_founding(draft: Draft, error: type[VaultError], words: str, *, by: Author | None = None) -> None:
    town, ada, _ = founding()
    event = draft.events[0]
    assert isinstance(event, VaultFounded)
    with pytest.raises(error, match=words):
        found(town.store, by or Author(person=event.person, signing=ada.signing), draft, START)
    assert (town.store.entries, town.store.records) == ([], {})


def test_a_founding_makes_the_district_its_policy_and_its_first_it_member(town: Town) -> None:
    vault, ada = the_vault(town.view), town.person("ada")
    assert (vault.id, vault.founder, vault.policy) == (Vault.ID, ada.id, make_policy())
    assert (ada.state, ada.roles, ada.notice) == (PersonState.ENROLLED, (Role.IT,), 1)
    assert town.vault == town.store.entries[0].hash
    (held,) = town.view.where(Appointment, "person", ada.id)
    assert (held.unit, held.role, held.since) == (vault.unit, Role.IT, START)


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"policy": replace(make_policy(), version=2)}, InvalidInput, "sets version 1 of the policy"),
        ({"policy": replace(make_policy(), domains=())}, NotPermitted, "would refuse every account"),
        ({"name": ""}, InvalidInput, "the name is empty"),
        ({"unit_public": b""}, UnsafeKey, "a sealing key has 1216 bytes"),
    ],
)
def test_a_founding_that_will_not_do_is_refused(
    changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    _, _, draft = founding()
    refuse_founding(altered(draft, **changes), error, words)


def test_a_founding_is_signed_by_its_founder() -> None:
    """A2."""
    _, ada, draft = founding()
    event = draft.events[0]
    assert isinstance(event, VaultFounded)
    other = Author(person=PersonId("per_other"), signing=ada.signing)
    refuse_founding(draft, InvalidInput, "signed by its founder", by=other)
    mallory = Author(person=event.person, signing=Identity.make(Town("mallory").random).signing)
    refuse_founding(draft, Broken, "names another key", by=mallory)


def test_the_districts_key_is_sealed_to_the_founder_and_the_recovery_key() -> None:
    """A1."""
    _, _, draft = founding()
    event = draft.events[0]
    assert isinstance(event, VaultFounded)
    own, spare = event.copies
    alone = replace(
        altered(draft, copies=(own,)), records={k: v for k, v in draft.records.items() if k != spare.record}
    )
    refuse_founding(alone, IntegrityError, "must be sealed to")
    swapped = (replace(own, fingerprint=spare.fingerprint), spare)
    refuse_founding(altered(draft, copies=swapped), IntegrityError, "sealed to another key than")


def test_a_founding_brings_exactly_the_records_that_it_names() -> None:
    _, _, draft = founding()
    refuse_founding(replace(draft, records={}), AlteredRecord, "not those that the entries name")


def test_a_store_is_founded_once(town: Town) -> None:
    ada, draft = Town("other").forms.founding()
    event = draft.events[0]
    assert isinstance(event, VaultFounded)
    before = list(town.store.entries)
    with pytest.raises(HeadMoved):
        found(town.store, Author(person=event.person, signing=ada.signing), draft, START)
    assert town.store.entries == before
    town.refuses("ada", draft, WrongState, "a vault is founded once")


def test_the_first_entry_is_a_founding(town: Town) -> None:
    lone = Town("lone")
    lone.persons, lone.keys = town.persons, town.keys
    with pytest.raises(IntegrityError, match="its key is not one of"):
        found(lone.store, lone.author("ada"), town.forms.request(), START)
    assert lone.store.entries == []


@pytest.mark.parametrize("username", ["sue", "ivy", "emma", "rex", "ann"])
def test_only_it_of_the_district_sets_the_policy(town: Town, username: str) -> None:
    """A3."""
    draft = town.forms.set_policy(permission_days=1)
    town.refuses(username, draft, NotPermitted, "this needs the role it in district or above")


@pytest.mark.parametrize("version", [0, 1, 3])
def test_policies_are_numbered_without_a_gap(town: Town, version: int) -> None:
    town.refuses("ada", town.forms.set_policy(version=version), WrongState, "the next version of the policy is 2")


LIMITS = (
    ("permission_days", 1, 366),
    ("checkout_minutes", 5, 1_440),
    ("retired_kept", 0, 100),
    ("rotation_days", 1, 3_660),
)


@pytest.mark.parametrize(("name", "least", "most"), LIMITS)
def test_a_limit_has_its_own_limits(town: Town, name: str, least: int, most: int) -> None:
    for value in (least - 1, most + 1, -(2**40)):
        draft = town.forms.set_policy(**{name: value})
        town.refuses("ada", draft, InvalidInput, f"{name} must be from {least} to {most}, not {value}")
    for value in (least, most):
        town.write("ada", town.forms.set_policy(**{name: value}))
        assert getattr(town.forms.policy, name) == value


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"domains": ()}, NotPermitted, "a policy without an e-mail domain"),
        ({"domains": ("ridge.k12.example", "RIDGE.example")}, InvalidInput, "the e-mail domain RIDGE.example is not"),
        ({"domains": ("example",)}, InvalidInput, "the e-mail domain example is not"),
        ({"domains": ("a" * 250 + ".com",)}, InvalidInput, "is not in its plain form"),
        ({"district": ""}, InvalidInput, "the district is empty"),
        ({"monitoring_notice": " \n"}, InvalidInput, "the monitoring notice is empty"),
    ],
)
def test_settings_that_refuse_nothing_or_everything_are_refused(
    town: Town, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    town.refuses("ada", town.forms.set_policy(**changes), error, words)


def test_no_schedule_is_a_setting(town: Town) -> None:
    town.write("ada", town.forms.set_policy(rotation_days=None))
    assert town.forms.policy.rotation_days is None


def test_a_notice_is_acknowledged_once_and_only_one_that_exists(town: Town) -> None:
    town.refuses("emma", town.forms.acknowledge(1), WrongState, "emma has already acknowledged")
    town.refuses("emma", town.forms.acknowledge(2), WrongState, "emma has already acknowledged")
    town.write("ada", town.forms.set_policy(monitoring_notice="All is recorded."))
    town.write("emma", town.forms.acknowledge(2))
    assert (town.person("emma").notice, town.person("ben").notice) == (2, 1)
    town.refuses("emma", town.forms.acknowledge(2), WrongState, "emma has already acknowledged")


def test_nothing_is_known_before_the_founding() -> None:
    view = EmptyView()
    with pytest.raises(NotFound, match="there is no vault vault"):
        the_vault(view)
    assert (list(view.every(Person)), view.where(Person, "username", "ada"), view.find(Person, "x")) == ([], (), None)
