"""Registration (rules 1-4 and 6)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ledger.account_forms import FAILED, MAILBOX, TOTP
from tests.ledger.forms import altered
from tests.ledger.stage import Stage
from vault.domain.accounts import Account, Mailbox, MfaMethod
from vault.domain.credentials import BackupCodes, Credential, CredentialState
from vault.domain.ids import DesignationId, Fingerprint, PermissionId
from vault.domain.permissions import Designation, Permission, PermissionState
from vault.domain.persons import Role
from vault.domain.verdicts import Verdict
from vault.errors import IntegrityError, InvalidInput, NotFound, NotPermitted, PolicyRefusal, VaultError, WrongState
from vault.ledger.entry import read
from vault.ledger.events import AccountRegistered
from vault.ledger.overlay import Overlay
from vault.ledger.rules import apply

if TYPE_CHECKING:
    from tests.ledger.town import Town
    from vault.ledger.ledger import Draft

SMS = MfaMethod(method="sms", holder="the front office")
DRAMA = "district/high/drama"


def registered(draft: Draft) -> AccountRegistered:
    (event,) = draft.events
    assert isinstance(event, AccountRegistered)
    return event


def with_credential(draft: Draft, **changes: object) -> Draft:
    """The draft with other words about its sealed credential."""
    return altered(draft, credential=replace(registered(draft).credential, **changes))  # type: ignore[arg-type]


# -- the permission -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["requested", "refused", "withdrawn", "expired"])
def test_nothing_is_registered_without_a_live_permission(town: Town, state: str) -> None:
    """A3; promise 3."""
    asked = town.request()
    if state == "refused":
        town.write("dora", town.forms.refuse(asked))
    if state == "withdrawn":
        town.write("emma", town.forms.withdraw(asked))
    if state == "expired":
        town.grant(asked)
        town.pass_time(days=90)
    town.refuses("emma", town.forms.register(asked), PolicyRefusal, "rule 6: your supervisor has not given")


def test_a_grant_is_live_to_its_last_moment(town: Town) -> None:
    asked = town.grant(town.request())
    town.pass_time(days=90, microseconds=-1)
    town.register(asked)
    assert town.get(Permission, asked).state is PermissionState.USED


def test_a_permission_is_used_once(town: Town) -> None:
    asked = town.grant(town.request())
    town.register(asked)
    town.refuses("emma", town.forms.register(asked), WrongState, f"{asked} has been used")


@pytest.mark.parametrize("username", ["ben", "dora", "ada"])
def test_a_permission_is_its_requesters(town: Town, username: str) -> None:
    """A14."""
    asked = town.grant(town.request())
    town.refuses(username, town.forms.register(asked), NotPermitted, f"{asked} was given to somebody else")


def test_who_no_longer_works_there_registers_nothing(town: Town) -> None:
    """A13."""
    asked = town.grant(town.request())
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.refuses("emma", town.forms.register(asked), NotPermitted, "which emma does not hold")


def test_an_account_is_registered_once(stage: Stage) -> None:
    """No history leads there, so another account is put into its place by hand."""
    town, known = stage.town, stage.town.get(Account, stage.account)
    asked = town.grant(town.request("emma", "shs.band"))
    entry = read(town.sign("emma", town.forms.register(asked).events[0]))
    state = Overlay(town.view)
    state.put([replace(known, statement=town.get(Permission, asked).statement)])
    with pytest.raises(WrongState, match=r"instagram:shs\.band is already registered"):
        apply(state, entry)
    assert apply(town.view, entry)


def test_two_grants_of_one_handle_give_one_account(town: Town) -> None:
    """The second grant comes about when the first has expired and is then not used in time either."""
    first = town.grant(town.request())
    town.pass_time(days=90)
    second = town.grant(town.request("ben"), by="dora")
    town.register(second)
    assert not town.get(Permission, first).is_live(town.now)
    town.refuses("emma", town.forms.register(first), PolicyRefusal, "rule 6")


# -- what is registered ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"policy": 2}, WrongState, "version 2 of the policy"),
        ({"permission": PermissionId("prm_nowhere")}, NotFound, "there is no permission prm_nowhere"),
        ({"mailbox": Mailbox(opened_by="")}, InvalidInput, "who can open the mailbox is empty"),
        ({"mailbox": Mailbox(opened_by="x", mfa=("a\x1bb",))}, InvalidInput, "how the mailbox is protected"),
        ({"designation": DesignationId("des_nowhere")}, NotFound, "there is no designation des_nowhere"),
        ({"mfa": (), "platform_has_mfa": True}, PolicyRefusal, "rule 4: set up multi-factor authentication first"),
        ({"mfa": (replace(TOTP, is_proved=False),)}, PolicyRefusal, "rule 4: an authenticator seed proves itself"),
        ({"mfa": (MfaMethod(method="sms"),)}, InvalidInput, "who holds the second factor is empty"),
        ({"mfa": (MfaMethod(method="s\nms", holder="x"),)}, InvalidInput, "the method of a second factor"),
    ],
)
def test_a_registration_that_will_not_do_is_refused(
    town: Town, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    """B3."""
    asked = town.grant(town.request())
    town.refuses("emma", altered(town.forms.register(asked), **changes), error, words)


def test_a_registration_says_what_the_permission_says(town: Town) -> None:
    """A6, A14."""
    asked = town.grant(town.request())
    moved = replace(town.forms.statement(), unit=town.unit("district/high").id)
    draft = altered(town.forms.register(asked), statement=moved)
    town.refuses("emma", draft, WrongState, f"what is registered is not what {asked} allows")


def test_a_seed_is_proved_and_sealed(town: Town) -> None:
    asked = town.grant(town.request())
    draft = with_credential(town.forms.register(asked), seed_of=None)
    town.refuses("emma", draft, PolicyRefusal, "rule 4: an authenticator seed proves itself")


def test_a_designation_is_for_its_own_account_alone(town: Town) -> None:
    other = town.grant(town.request("ben", "shs.band"))
    town.write("dora", town.forms.designate(other))
    (designated,) = town.view.where(Designation, "permission", other)
    asked = town.grant(town.request())
    draft = altered(town.forms.register(asked), designation=designated.id)
    town.refuses("emma", draft, PolicyRefusal, "rule 2: that address was designated for another account")
    town.write("ben", altered(town.forms.register(other), designation=designated.id))
    assert town.get(Permission, other).state is PermissionState.USED


@pytest.mark.parametrize(("part", "clause"), [("email", "2"), ("password", "3"), ("mfa", "4")])
@pytest.mark.parametrize("verdict", [FAILED, Verdict(checker="town/1", checks=())])
def test_what_its_own_client_found_wanting_is_refused(town: Town, part: str, clause: str, verdict: Verdict) -> None:
    """Promise 4: an empty set of tests has not passed."""
    asked = town.grant(town.request())
    draft = with_credential(town.forms.register(asked), **{part: verdict})
    refusal = town.refuses("emma", draft, PolicyRefusal, f"rule {clause}: not met")
    assert refusal.faults == verdict.faults


@pytest.mark.parametrize("changes", [{"version": 0}, {"version": 2}, {"codes_of": "cre_other"}])
def test_a_first_credential_is_version_one_with_its_own_codes(town: Town, changes: dict[str, object]) -> None:
    """A5."""
    draft = with_credential(town.forms.register(town.grant(town.request())), **changes)
    town.refuses("emma", draft, InvalidInput, "a first credential is version 1")


def test_a_credential_is_sealed_to_its_holders_and_its_unit_by_their_true_keys(town: Town) -> None:
    """A1, A4."""
    asked = town.grant(town.request())
    draft = town.forms.register(asked, "ben")
    copies = registered(draft).credential.copies
    for number, copy in enumerate(copies):
        foreign = replace(copy, fingerprint=Fingerprint(town.random(32)))
        swapped = (*copies[:number], foreign, *copies[number + 1 :])
        words = f"a key is sealed to another key than {copy.recipient}'s"
        town.refuses("emma", with_credential(draft, copies=swapped), IntegrityError, words)
        diverted = (*copies[:number], replace(copy, recipient=town.persons["mia"]), *copies[number + 1 :])
        town.refuses("emma", with_credential(draft, copies=diverted), IntegrityError, "and to nobody else")
    left_out = with_credential(draft, copies=copies[:2])
    kept = {name: draft.records[name] for event in left_out.events for name in event.records}
    town.refuses("emma", replace(left_out, records=kept), IntegrityError, "and to nobody else")


@pytest.mark.parametrize("epoch", [0, 2])
def test_escrow_is_sealed_to_the_units_current_epoch(town: Town, epoch: int) -> None:
    """A12."""
    draft = with_credential(town.forms.register(town.grant(town.request())), unit_epoch=epoch)
    town.refuses("emma", draft, IntegrityError, "the escrow copy is sealed to an older key of the unit")


def test_an_id_of_an_account_or_credential_is_used_once(stage: Stage) -> None:
    """A5."""
    town, known = stage.town, stage.town.get(Account, stage.account)
    asked = town.grant(town.request("ben", "shs.band"))
    draft = altered(town.forms.register(asked), account=known.id)
    town.refuses("ben", draft, WrongState, f"the id {known.id} is already taken")
    twin = with_credential(town.forms.register(asked), id=known.current, codes_of=known.current, seed_of=known.current)
    town.refuses("ben", twin, WrongState, f"the id {known.current} is already taken")


def test_the_second_holder_is_another_person_who_works_there(town: Town) -> None:
    asked = town.grant(town.request())
    town.refuses("emma", town.forms.register(asked, "emma"), InvalidInput, "the second holder is somebody else")
    town.refuses("emma", town.forms.register(asked, "mia"), NotPermitted, "which mia does not hold")


def test_a_registration_makes_the_account_and_its_first_version(town: Town) -> None:
    account = town.get(Account, town.register(town.grant(town.request()), "ben"))
    assert account.holders == (town.persons["emma"], town.persons["ben"])
    assert (account.versions, account.staged, account.rotation, account.proof) == (1, None, None, None)
    assert (account.registered_at, account.mailbox, account.mfa) == (town.now, MAILBOX, (TOTP,))
    credential = town.get(Credential, account.current)
    assert (credential.state, credential.sealer, credential.account) == (
        CredentialState.CURRENT,
        town.persons["emma"],
        account.id,
    )
    codes = town.get(BackupCodes, account.current)
    assert (codes.total, codes.spent, codes.left) == (3, (), 3)
    assert all(name in town.store.records for name in credential.records)
