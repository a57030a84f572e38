"""Permission before account (rule 6), and designated addresses (rule 2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger.forms import altered
from tests.ledger.town import Town
from vault.domain.ids import PermissionId
from vault.domain.notices import Notice, Subject
from vault.domain.permissions import Designation, Permission, PermissionState
from vault.domain.persons import Role
from vault.errors import InvalidInput, NotFound, NotPermitted, PolicyRefusal, VaultError, WrongState

# -- asking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"is_official": False}, PolicyRefusal, "rule 1: the vault keeps the district's own accounts"),
        ({"purpose": " "}, PolicyRefusal, "rule 5: say which school or educational purpose"),
        ({"purpose": "x" * 501}, InvalidInput, "the purpose is too long"),
        ({"purpose": "a\u202eb"}, InvalidInput, "the purpose has a line break"),
        ({"platform": "Insta Gram"}, InvalidInput, "'Insta Gram' is not a platform"),
        ({"platform": ""}, InvalidInput, "'' is not a platform"),
        ({"handle": ""}, InvalidInput, "the handle is empty"),
        ({"handle": " shs"}, InvalidInput, "the handle is not in its plain form"),
        ({"handle": "x" * 101}, InvalidInput, "the handle is too long"),
        ({"display_name": "e\u0301"}, InvalidInput, "the display name is not in its plain form"),
        ({"display_name": "x" * 101}, InvalidInput, "the display name is too long"),
        ({"audience": ""}, InvalidInput, "the audience is empty"),
        ({"audience": "x" * 201}, InvalidInput, "the audience is too long"),
    ],
)
def test_a_request_that_does_not_say_what_it_must_is_refused(
    town: Town, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    """B3, B6."""
    town.refuses("emma", town.forms.request(**changes), error, words)  # type: ignore[arg-type]


def test_nobody_asks_for_an_account_of_a_unit_that_is_not_theirs(town: Town) -> None:
    """A14."""
    town.refuses("mia", town.forms.request(), NotPermitted, "in district/high/drama or above, which mia does not hold")


@pytest.mark.parametrize("username", ["emma", "dora", "hal", "sue", "ada", "rex", "ann", "ivy"])
def test_any_role_in_the_unit_or_above_it_may_ask(town: Town, username: str) -> None:
    asked = town.get(Permission, town.request(username))
    assert (asked.requester, asked.state, asked.requested_at) == (
        town.persons[username],
        PermissionState.REQUESTED,
        town.now,
    )


def test_a_request_cites_the_policy_in_force(town: Town) -> None:
    draft = altered(town.forms.request(), policy=2)
    town.refuses("emma", draft, WrongState, "version 2 of the policy, and version 1 is in force")


def test_an_id_is_used_once(town: Town) -> None:
    taken = town.request()
    draft = altered(town.forms.request("other.handle"), permission=taken)
    town.refuses("emma", draft, WrongState, f"the id {taken} is already taken")


@pytest.mark.parametrize("made_up", ["", "prm_1", "../x", "prm_" + "0" * 26 + "\n", "=HYPERLINK()"])
def test_an_id_is_one_of_ours(town: Town, made_up: str) -> None:
    """B3."""
    draft = altered(town.forms.request(), permission=made_up)
    town.refuses("emma", draft, InvalidInput, f"{made_up!r} is not an id")


def test_what_is_asked_for_or_granted_is_not_asked_for_again(town: Town) -> None:
    asked = town.request()
    town.refuses("ben", town.forms.request(), WrongState, f"instagram:shs.drama has already been asked for: {asked}")
    town.grant(asked)
    town.refuses("ben", town.forms.request(), WrongState, "has already been asked for")


@pytest.mark.parametrize("ending", ["refused", "withdrawn", "expired"])
def test_what_came_to_nothing_is_asked_for_again(town: Town, ending: str) -> None:
    asked = town.request()
    if ending == "refused":
        town.write("dora", town.forms.refuse(asked))
    elif ending == "withdrawn":
        town.write("emma", town.forms.withdraw(asked))
    else:
        town.grant(asked)
        town.pass_time(days=90)
    assert town.get(Permission, town.request("ben")).requester == town.persons["ben"]


def test_what_is_registered_is_not_asked_for(town: Town) -> None:
    town.activate()
    town.refuses("ben", town.forms.request(), WrongState, "instagram:shs.drama is already registered")


# -- deciding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["emma", "dora", "hal", "sue"])
@pytest.mark.parametrize("verb", ["grant", "refuse"])
def test_nobody_decides_on_their_own_request_at_any_level(town: Town, username: str, verb: str) -> None:
    """A14."""
    asked = town.request(username)
    draft = getattr(town.forms, verb)(asked)
    town.refuses(username, draft, PolicyRefusal, "rule 6: nobody decides on their own request, at any level")


def test_the_only_supervisor_of_a_unit_is_decided_by_the_parents(town: Town) -> None:
    asked = town.request("dora")
    town.grant(asked, by="hal")
    assert town.get(Permission, asked).decider == town.persons["hal"]


def test_the_supervisor_of_the_unit_does_not_decide_for_the_unit_above(town: Town) -> None:
    asked = town.write("hal", town.forms.request("shs.main", "district/high")).event
    permission: PermissionId = getattr(asked, "permission")  # noqa: B009 - the event is known by its test
    town.refuses("dora", town.forms.grant(permission), NotPermitted, "needs the role supervisor in district/high")


@pytest.mark.parametrize("username", ["ben", "ivy", "ada", "rex", "ann", "max", "mia"])
@pytest.mark.parametrize("verb", ["grant", "refuse", "designate"])
def test_only_a_supervisor_of_the_unit_or_above_decides(town: Town, username: str, verb: str) -> None:
    """A3, A14."""
    draft = getattr(town.forms, verb)(town.request())
    town.refuses(username, draft, NotPermitted, "this needs the role supervisor in district/high/drama or above")


def test_a_supervisor_whose_role_has_ended_decides_nothing_more(town: Town) -> None:
    """A13."""
    asked = town.request()
    town.write("ada", town.forms.end_role("dora", "district/high/drama", Role.SUPERVISOR))
    town.refuses("dora", town.forms.grant(asked), NotPermitted, "which dora does not hold")


def test_a_grant_repeats_the_request_word_for_word(town: Town) -> None:
    asked = town.request()
    words = replace(town.forms.statement(), audience="the whole world")
    town.refuses("dora", altered(town.forms.grant(asked), statement=words), WrongState, "the words that are granted")


def test_a_grant_cites_the_policy_in_force(town: Town) -> None:
    draft = altered(town.forms.grant(town.request()), policy=0)
    town.refuses("dora", draft, WrongState, "version 0 of the policy")


def test_a_note_is_one_plain_line_and_a_refusal_needs_one(town: Town) -> None:
    """B3."""
    asked = town.request()
    town.refuses("dora", town.forms.grant(asked, note="two\nlines"), InvalidInput, "the note has a line break")
    town.refuses("dora", town.forms.refuse(asked, note=""), InvalidInput, "the note is empty")


def test_a_grant_ends_after_the_policys_days_and_its_requester_is_told(town: Town) -> None:
    asked = town.request()
    entry = town.write("dora", town.forms.grant(asked, note="post twice a week"))
    known = town.get(Permission, asked)
    assert (known.state, known.decider, known.decided_at) == (
        PermissionState.GRANTED,
        town.persons["dora"],
        town.now,
    )
    assert (known.note, known.expires_at) == ("post twice a week", town.now + timedelta(days=90))
    (told,) = town.view.where(Notice, "person", town.persons["emma"])
    assert (told.seq, told.subject, told.by, told.object, told.detail) == (
        entry.seq,
        Subject.PERMISSION_GRANTED,
        town.persons["dora"],
        asked,
        "post twice a week",
    )


def test_a_refusal_is_told_with_its_reason(town: Town) -> None:
    asked = town.request()
    town.write("dora", town.forms.refuse(asked))
    known = town.get(Permission, asked)
    assert (known.state, known.decider, known.note, known.expires_at) == (
        PermissionState.REFUSED,
        town.persons["dora"],
        "there is one already",
        None,
    )
    (told,) = town.view.where(Notice, "person", town.persons["emma"])
    assert (told.subject, told.detail) == (Subject.PERMISSION_REFUSED, "there is one already")


def test_the_policys_days_are_those_in_force_when_it_is_granted(town: Town) -> None:
    town.write("ada", town.forms.set_policy(permission_days=7))
    known = town.get(Permission, town.grant(town.request()))
    assert known.expires_at == town.now + timedelta(days=7)


# -- the whole table of transitions ---------------------------------------------------------------------------------

STATES = ("requested", "granted", "refused", "withdrawn", "used")
VERBS = ("grant", "refuse", "withdraw", "designate")
ALLOWED = {
    ("requested", "grant"): PermissionState.GRANTED,
    ("requested", "refuse"): PermissionState.REFUSED,
    ("requested", "withdraw"): PermissionState.WITHDRAWN,
    ("requested", "designate"): PermissionState.REQUESTED,
    ("granted", "withdraw"): PermissionState.WITHDRAWN,
    ("granted", "designate"): PermissionState.GRANTED,
}


def bring_to(town: Town, state: str) -> PermissionId:
    asked = town.request()
    if state in {"granted", "used"}:
        town.grant(asked)
    if state == "used":
        town.register(asked)
    if state == "refused":
        town.write("dora", town.forms.refuse(asked))
    if state == "withdrawn":
        town.write("emma", town.forms.withdraw(asked))
    assert town.get(Permission, asked).state.value == state
    return asked


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_every_transition_of_a_permission(town: Town, state: str, verb: str) -> None:
    asked = bring_to(town, state)
    draft = getattr(town.forms, verb)(asked)
    if (state, verb) in ALLOWED:
        town.write("dora", draft)
        assert town.get(Permission, asked).state is ALLOWED[state, verb]
    else:
        town.refuses("dora", draft, WrongState, f"{asked} is already {state}")


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_decided_that_nobody_asked_for(town: Town, verb: str) -> None:
    draft = getattr(town.forms, verb)(town.request())
    draft = altered(draft, permission=PermissionId("prm_nowhere"))
    town.refuses("dora", draft, NotFound, "there is no permission prm_nowhere")


# -- taking back, designating ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["ben", "ada", "ivy", "max"])
def test_only_the_requester_or_a_supervisor_takes_a_request_back(town: Town, username: str) -> None:
    town.refuses(username, town.forms.withdraw(town.request()), NotPermitted, "this needs the role supervisor")


def test_the_requester_takes_a_grant_back(town: Town) -> None:
    granted = town.grant(town.request())
    town.write("emma", town.forms.withdraw(granted))
    assert town.get(Permission, granted).state is PermissionState.WITHDRAWN
    town.refuses("emma", town.forms.register(granted), PolicyRefusal, "rule 6")


@pytest.mark.parametrize("username", ["emma", "dora"])
def test_nobody_designates_an_address_for_themselves(town: Town, username: str) -> None:
    """A14."""
    asked = town.request(username)
    town.refuses(username, town.forms.designate(asked), PolicyRefusal, "rule 2: your supervisor designates")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@example.org",
        "a@",
        "a@b",
        "a b@example.org",
        "ä@example.org",
        "a@EXAMPLE.org",
        "a..b@example.org",
    ],
)
def test_an_address_that_is_not_plain_is_not_designated(town: Town, address: str) -> None:
    draft = town.forms.designate(town.request(), address)
    town.refuses("dora", draft, InvalidInput, "is not in its plain form")


def test_a_designation_declares_that_the_address_is_nobodys_own(town: Town) -> None:
    """B6."""
    asked = town.request()
    personal = altered(town.forms.designate(asked), is_not_personal=False)
    town.refuses("dora", personal, NotPermitted, "a personal e-mail address is never designated")
    town.refuses("dora", altered(town.forms.designate(asked), reason="short"), InvalidInput, "the reason is too short")
    town.write("dora", town.forms.designate(asked))
    (known,) = town.view.where(Designation, "permission", asked)
    assert (known.address, known.by, known.at) == ("ridge.drama@example.org", town.persons["dora"], town.now)
    again = altered(town.forms.designate(asked), designation=known.id)
    town.refuses("dora", again, WrongState, "is already taken")
