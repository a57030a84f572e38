"""Invitation, enrolment, passphrases and roles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.ledger.forms import altered
from tests.ledger.town import CAST, Town
from vault.domain.ids import UnitId
from vault.domain.keys import PublicKeys
from vault.domain.persons import Appointment, PersonState, Role, Signer, appointment_id
from vault.errors import (
    InvalidInput,
    NotEnrolled,
    NotFound,
    NotPermitted,
    UnsafeKey,
    VaultError,
    WrongState,
)
from vault.ledger.entry import key_fingerprint, read
from vault.ledger.ledger import Draft
from vault.ledger.overlay import Overlay
from vault.ledger.rules import apply
from vault.ledger.rules.authority import require_author
from vault.sealing.signatures import SigningKey

CODE = SigningKey.from_seed(b"c" * 32).public
DRAMA = "district/high/drama"


def invitation(town: Town, *roles: Role, unit: str = DRAMA) -> Draft:
    return town.forms.invite("newcomer", unit, *(roles or (Role.EMPLOYEE,)), code_key=CODE)


# -- inviting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("username", ["ada", *(name for name, _, _ in CAST)])
def test_it_invites_anybody_and_a_supervisor_invites_employees(town: Town, username: str, role: Role) -> None:
    """A3."""
    may = {"ada", "ivy"} | ({"sue", "hal", "dora"} if role is Role.EMPLOYEE else set())
    if username in may:
        town.write(username, invitation(town, role))
        known = town.person("newcomer")
        assert (known.state, known.roles, known.invited_by) == (PersonState.INVITED, (role,), town.persons[username])
    else:
        town.refuses(username, invitation(town, role), NotPermitted, f"in {DRAMA} or above, which {username} does not")


def test_no_role_hides_behind_another_in_one_invitation(town: Town) -> None:
    draft = invitation(town, Role.EMPLOYEE, Role.SUPERVISOR)
    town.refuses("dora", draft, NotPermitted, "this needs the role it")


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"roles": ()}, InvalidInput, "an invitation names at least one role"),
        ({"username": "Emma"}, InvalidInput, "'Emma' is not a username"),
        ({"username": "x\x1b[0m"}, InvalidInput, "is not a username"),
        ({"username": "emma"}, WrongState, "the username emma is already taken"),
        ({"name": "two\nlines"}, InvalidInput, "the name has a line break"),
        ({"email": "n@example.org"}, InvalidInput, "n@example.org is not an address of the district"),
        ({"email": "n@sub.ridge.k12.example"}, InvalidInput, "is not an address of the district"),
        ({"code_key": b"short"}, UnsafeKey, "a signing key has 32 bytes, not 5"),
        ({"code_key": bytes(32)}, UnsafeKey, "of low order"),
        ({"expires_at": datetime(2026, 9, 2, 8, 0)}, InvalidInput, "given in UTC"),  # noqa: DTZ001 - that is the fault
        ({"expires_at": datetime(2026, 9, 15, 8, 0, 1, tzinfo=UTC)}, InvalidInput, "ends within 14 days"),
        ({"expires_at": datetime(2026, 9, 1, 8, 0, tzinfo=UTC)}, InvalidInput, "ends within 14 days"),
        ({"unit": UnitId("uni_nowhere")}, NotFound, "there is no unit uni_nowhere"),
    ],
)
def test_an_invitation_that_will_not_do_is_refused(
    town: Town, changes: dict[str, object], error: type[VaultError], words: str
) -> None:
    """A1, B3."""
    town.refuses("ada", altered(invitation(town), **changes), error, words)


def test_an_invitation_is_renewed_by_a_new_code_until_it_is_used(town: Town) -> None:
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    first = town.codes["newcomer"]
    again = altered(invitation(town), person=town.persons["newcomer"])
    town.write("dora", again)
    assert town.person("newcomer").code_key == CODE != first.public
    elsewhere = altered(invitation(town), person=town.persons["newcomer"], username="other")
    town.refuses("ada", elsewhere, WrongState, f"the id {town.persons['newcomer']} is already taken")
    town.refuses("ada", invitation(town), WrongState, "the username newcomer is already taken")


def test_a_supervisor_does_not_take_over_an_invitation_that_they_could_not_have_made(town: Town) -> None:
    """A1, A14: whoever replaces the code could enrol as that person."""
    town.invite("chief", "district", Role.SUPERVISOR)
    taken = altered(town.forms.invite("chief", DRAMA, Role.EMPLOYEE, code_key=CODE), person=town.persons["chief"])
    town.refuses("dora", taken, NotPermitted, "this needs the role it in district or above")


def test_a_person_has_an_id_of_our_form(town: Town) -> None:
    """A3: a made-up id could stand for something else, such as the recovery key."""
    for made_up in ("recovery", "per_x/uni_y", ""):
        town.refuses("ada", altered(invitation(town), person=made_up), InvalidInput, "is not an id")


def test_an_invitation_is_taken_over_only_by_who_could_have_made_it(town: Town) -> None:
    """A3, A14: the code enrols whoever has it, with the roles that the newest invitation gives."""
    town.invite("newcomer", DRAMA, Role.SUPERVISOR)
    draft = altered(invitation(town), person=town.persons["newcomer"])
    town.refuses("dora", draft, NotPermitted, "this needs the role it")
    town.invite("other", "district/middle", Role.EMPLOYEE)
    draft = altered(invitation(town), person=town.persons["other"], username="other")
    town.refuses("dora", draft, NotPermitted, "in district/middle or above")
    town.write("ada", draft)
    assert town.person("other").unit == town.unit(DRAMA).id


def test_who_has_enrolled_is_not_invited_again(town: Town) -> None:
    """A1."""
    draft = altered(invitation(town), person=town.persons["emma"])
    town.refuses("ada", draft, WrongState, f"the id {town.persons['emma']} is already taken")
    town.refuses("ada", altered(draft, username="emma"), WrongState, "the username emma is already taken")


# -- enrolling ------------------------------------------------------------------------------------------------------


def test_enrolment_makes_the_keys_and_gives_the_roles_of_the_invitation(town: Town) -> None:
    town.write("ada", town.forms.set_policy(words=("ridge",)))
    town.invite("newcomer", DRAMA, Role.EMPLOYEE, Role.AUDITOR)
    town.enrol("newcomer")
    known, keys = town.person("newcomer"), town.keys["newcomer"].public
    assert (known.state, known.keys, known.code_key, known.code_expires_at, known.notice) == (
        PersonState.ENROLLED,
        keys,
        None,
        None,
        2,
    )
    signer = town.get(Signer, key_fingerprint(keys.signing).hex())
    assert (signer.person, signer.public, signer.is_live) == (known.id, keys.signing, True)
    held = town.view.where(Appointment, "person", known.id)
    assert {(each.role, each.unit, each.since) for each in held} == {
        (Role.EMPLOYEE, town.unit(DRAMA).id, town.now),
        (Role.AUDITOR, town.unit(DRAMA).id, town.now),
    }


@pytest.mark.parametrize("days", [14, 15])
def test_a_code_ends_by_the_clock(town: Town, days: int) -> None:
    """B2."""
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    town.pass_time(days=days)
    draft = town.forms.enrol(town.keys["newcomer"])
    town.refuses("newcomer", draft, WrongState, "the one-time code of newcomer ended on 2026-09-15")


def test_a_code_holds_until_it_ends(town: Town) -> None:
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    town.pass_time(days=14, microseconds=-1)
    town.enrol("newcomer")
    assert town.person("newcomer").state is PersonState.ENROLLED


def test_enrolment_acknowledges_the_notice_in_force(town: Town) -> None:
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    draft = altered(town.forms.enrol(town.keys["newcomer"]), policy=0)
    town.refuses("newcomer", draft, WrongState, "the monitoring notice has changed meanwhile")


@pytest.mark.parametrize("sealing", [b"", bytes(1216), b"\xff" * 1216])
def test_an_unsafe_sealing_key_is_refused_before_anything_is_sealed_to_it(town: Town, sealing: bytes) -> None:
    """A1."""
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    keys = PublicKeys(sealing=sealing, signing=town.keys["newcomer"].public.signing)
    town.refuses("newcomer", altered(town.forms.enrol(town.keys["newcomer"]), keys=keys), UnsafeKey, "sealing key")


def test_who_has_enrolled_does_not_enrol_again(town: Town) -> None:
    """A12: such an entry is broken before a rule sees it, for want of a code; the rule does not rely on that."""
    entry = read(town.sign("emma", town.forms.enrol(town.keys["emma"]).events[0]))
    with pytest.raises(WrongState, match="emma has already enrolled"):
        apply(town.view, entry)


def test_a_key_is_one_persons(town: Town) -> None:
    """A12: an old key of somebody else is not brought in again."""
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    town.keys["newcomer"] = town.keys["emma"]
    draft = town.forms.enrol(town.keys["newcomer"])
    town.refuses("newcomer", draft, WrongState, "that key is somebody's already")


# -- passphrases ----------------------------------------------------------------------------------------------------


def test_a_new_lock_replaces_the_newest_and_its_record_is_destroyed(town: Town) -> None:
    old = town.person("emma").lock
    assert old is not None
    draft = town.forms.relock("emma")
    town.write("emma", draft)
    new = town.person("emma").lock
    assert new is not None
    assert (old.record in town.store.records, new.record in town.store.records) == (False, True)
    stale = altered(town.forms.relock("emma"), replaced=old.record)
    town.refuses("emma", stale, WrongState, "the passphrase of emma has changed meanwhile")


def test_nobody_changes_somebody_elses_lock(town: Town) -> None:
    """A10."""
    town.refuses("ben", town.forms.relock("emma"), WrongState, "the passphrase of ben has changed meanwhile")


# -- roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("username", ["ada", *(name for name, _, _ in CAST if name != "mia")])
@pytest.mark.parametrize("verb", ["assign", "end_role"])
def test_who_may_give_and_end_a_role(town: Town, username: str, role: Role, verb: str) -> None:
    """A3, A14."""
    if verb == "end_role":
        town.write("ada", town.forms.assign("mia", DRAMA, role))
    may = {"ada", "ivy"} | ({"sue", "hal", "dora"} if role is Role.EMPLOYEE else set())
    draft = getattr(town.forms, verb)("mia", DRAMA, role)
    if username in may:
        town.write(username, draft)
        held = town.get(Appointment, appointment_id(town.persons["mia"], town.unit(DRAMA).id, role))
        assert held.is_live is (verb == "assign")
    else:
        town.refuses(username, draft, NotPermitted, f"in {DRAMA} or above, which {username} does not hold")


def test_nobody_gives_themselves_a_role(town: Town) -> None:
    """A14."""
    town.refuses("ada", town.forms.assign("ada", "district", Role.SUPERVISOR), NotPermitted, "nobody gives themselves")
    town.refuses("hal", town.forms.assign("hal", DRAMA, Role.EMPLOYEE), NotPermitted, "nobody gives themselves")


def test_a_role_is_given_to_the_enrolled_and_once(town: Town) -> None:
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    draft = town.forms.assign("newcomer", DRAMA, Role.SUPERVISOR)
    town.refuses("ada", draft, WrongState, "newcomer has not enrolled yet")
    again = town.forms.assign("emma", DRAMA, Role.EMPLOYEE)
    town.refuses("ada", again, WrongState, "emma already is employee there")


def test_a_role_that_has_ended_is_given_again(town: Town) -> None:
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    town.pass_time(days=1)
    town.write("dora", town.forms.assign("emma", DRAMA, Role.EMPLOYEE))
    held = town.get(Appointment, appointment_id(town.persons["emma"], town.unit(DRAMA).id, Role.EMPLOYEE))
    assert (held.since, held.until) == (town.now, None)


def test_a_role_that_is_not_held_is_not_ended(town: Town) -> None:
    draft = town.forms.end_role("mia", DRAMA, Role.EMPLOYEE)
    town.refuses("ada", draft, WrongState, "mia is not employee there")
    town.write("dora", town.forms.end_role("emma", DRAMA, Role.EMPLOYEE))
    again = town.forms.end_role("emma", DRAMA, Role.EMPLOYEE)
    town.refuses("dora", again, WrongState, "emma is not employee there")


@pytest.mark.parametrize(("username", "role"), [("ada", Role.IT), ("sue", Role.SUPERVISOR)])
def test_the_district_keeps_its_last_supervisor_and_it_member(town: Town, username: str, role: Role) -> None:
    town.refuses(
        "ada", town.forms.end_role(username, "district", role), WrongState, f"the district's last {role.value}"
    )
    town.write("ada", town.forms.assign("rex", "district", role))
    town.invite("ida", "district", Role.IT)
    town.enrol("ida")
    town.write("ida", town.forms.end_role(username, "district", role))
    held = town.get(Appointment, appointment_id(town.persons[username], town.unit("district").id, role))
    assert held.until == town.now


def test_other_last_roles_may_end(town: Town) -> None:
    town.write("ada", town.forms.end_role("ann", "district", Role.AUDITOR))
    town.write("ada", town.forms.end_role("dora", DRAMA, Role.SUPERVISOR))
    assert not [each for each in town.view.where(Appointment, "person", town.persons["dora"]) if each.is_live]


def test_a_key_that_is_no_longer_its_authors_signs_nothing(town: Town) -> None:
    """A12, A13."""
    key = key_fingerprint(town.keys["emma"].public.signing).hex()
    state = Overlay(town.view)
    state.put([replace(town.get(Signer, key), is_live=False)])
    entry = read(town.sign("emma", town.forms.request().events[0]))
    with pytest.raises(NotEnrolled, match="is no longer its author's"):
        require_author(state, entry)
    assert require_author(town.view, entry).username == "emma"
    foreign = read(town.sign("emma", town.forms.request().events[0], author=town.persons["ben"]))
    with pytest.raises(NotEnrolled, match="is no longer its author's"):
        require_author(town.view, foreign)
