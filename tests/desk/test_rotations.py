"""Rotation: two versions side by side until somebody says which one the platform has taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.district import BACKUP_CODES, NEXT_PASSWORD, PASSWORD, REASON, SEED, District, bring
from vault.desk.exposures import exposures_of
from vault.desk.rotations import Replacement, Staged
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Credential, CredentialState, Part, Road
from vault.domain.ids import CredentialId
from vault.domain.notices import Notice, Subject
from vault.domain.rotations import Cause, RotationState
from vault.domain.secret import Secret
from vault.errors import InvalidInput, NotFound, NotPermitted, PolicyRefusal, VaultError, Waiting, WrongState
from vault.ledger.view import get
from vault.policy.files import policy_to_toml

_KEY = "x:ridgevolley"
_PASSWORDS = ("hN3?xRf8$Yc2Bq6w", "vD6-mKs4=Jt9Pz3x", "qG8+wLb5*Fn7Hc2r", "zX4_tVm9%Rk3Yd6j")


def _start(district: District, password: str | None = NEXT_PASSWORD, post: str = "coach") -> Staged:
    replacement = Replacement(password=None if password is None else Secret(password))
    return district.desk.rotations.start(district.members[post], _KEY, replacement)


def _rotate(district: District, password: str) -> None:
    _start(district, password)
    district.desk.rotations.confirm(district.coach, _KEY)


def _credential(district: District, key: CredentialId) -> Credential:
    return get(district.desk.office.view, Credential, key)


@pytest.mark.parametrize("post", ["teacher", "other_principal"])
def test_who_does_not_rotate_is_refused_before_anything_is_opened(
    active: District, post: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A14."""
    read: list[bytes] = []
    monkeypatch.setattr(active.store, "record", read.append)
    with pytest.raises(NotPermitted):
        _start(active, post=post)
    assert read == []


@pytest.mark.parametrize("post", ["coach", "principal", "superintendent", "founder", "second_it"])
def test_holders_supervisors_and_it_rotate(active: District, post: str) -> None:
    staged = _start(active, post=post)
    assert (staged.rotation.state, staged.rotation.causes) == (RotationState.STAGED, (Cause.ASKED,))
    assert active.desk.rotations.reveal(active.members[post], _KEY, is_new=False) == Secret(PASSWORD)
    assert active.desk.rotations.reveal(active.members[post], _KEY, is_new=True) == Secret(NEXT_PASSWORD)


@pytest.mark.parametrize(
    ("replacement", "error"),
    [
        (Replacement(password=Secret("short")), PolicyRefusal),
        (Replacement(password=Secret(PASSWORD)), PolicyRefusal),
        (Replacement(seed=Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")), PolicyRefusal),
        (
            Replacement(seed=Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), seed_code=Secret("000000")),
            PolicyRefusal,
        ),
        (Replacement(backup_codes=Secret("same1234\nsame1234")), InvalidInput),
        (Replacement(backup_codes=Secret(" \n")), InvalidInput),
    ],
    ids=["weak", "the current one", "seed without code", "seed with another code", "code twice", "no code"],
)
def test_replacement_that_will_not_do_stages_nothing(
    active: District, replacement: Replacement, error: type[VaultError]
) -> None:
    head, records = active.store.head(), list(active.store.records_present())
    with pytest.raises(error):
        active.desk.rotations.start(active.coach, _KEY, replacement)
    assert (active.store.head(), list(active.store.records_present())) == (head, records)


def test_password_of_another_account_that_one_holds_is_refused(active: District) -> None:
    other = active.allow("ridgesoccer")
    active.register(other, bring(code=active.code(), password=NEXT_PASSWORD))
    with pytest.raises(PolicyRefusal) as caught:
        _start(active, NEXT_PASSWORD)
    assert "another account that you hold" in f"{caught.value} {caught.value.faults}"


def test_account_is_rotated_once_at_a_time(active: District) -> None:
    _start(active)
    with pytest.raises(WrongState, match="already being rotated"):
        _start(active, _PASSWORDS[1], post="founder")


def test_nothing_is_revealed_confirmed_or_abandoned_without_a_staged_rotation(active: District) -> None:
    rotations = active.desk.rotations
    with pytest.raises(NotFound):
        rotations.reveal(active.founder, _KEY, is_new=True)
    active.desk.escrow.open(active.principal, _KEY, reason="the coach is on leave")
    with pytest.raises(WrongState, match="is owed, not staged"):
        rotations.reveal(active.founder, _KEY, is_new=False)
    with pytest.raises(WrongState, match="is owed, not staged"):
        rotations.confirm(active.founder, _KEY)
    with pytest.raises(WrongState, match="is owed, not staged"):
        rotations.abandon(active.founder, _KEY, reason="it did not work")
    roads = {each.road for each in exposures_of(active.desk.office, _KEY)}
    assert Road.ROTATION not in roads


@pytest.mark.parametrize("post", ["teacher", "other_principal"])
def test_open_rotation_is_closed_to_who_does_not_rotate(active: District, post: str) -> None:
    """A14."""
    _start(active)
    member, rotations = active.members[post], active.desk.rotations
    with pytest.raises(NotPermitted):
        rotations.reveal(member, _KEY, is_new=False)
    with pytest.raises(NotPermitted):
        rotations.confirm(member, _KEY)
    with pytest.raises(NotPermitted):
        rotations.abandon(member, _KEY, reason="it did not work")


def test_revealing_records_the_version_that_was_shown(active: District) -> None:
    _start(active, None, post="founder")
    active.desk.rotations.reveal(active.founder, _KEY, is_new=True)
    shown = [each for each in exposures_of(active.desk.office, _KEY) if each.road is Road.ROTATION]
    assert [(each.person, each.part, each.version) for each in shown] == [(active.founder.person.id, Part.PASSWORD, 2)]


def test_typed_replacement_is_known_to_who_typed_it_and_a_generated_one_is_not(active: District) -> None:
    typed, generated = active.twin("typed"), active.twin("generated")
    _start(typed, NEXT_PASSWORD)
    _start(generated, None)
    for district, expected in ((typed, [Part.PASSWORD]), (generated, [])):
        found = exposures_of(district.desk.office, _KEY)
        assert [each.part for each in found if each.road is Road.ROTATION] == expected


def test_contacts_seed_codes_and_what_is_spent_are_carried_over(active: District) -> None:
    active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    assert active.desk.checkouts.backup_code(active.coach, _KEY).code.reveal() == BACKUP_CODES[0]
    before = active.desk.checkouts.totp(active.coach, _KEY).code
    active.desk.checkouts.check_in(active.coach, _KEY)
    _rotate(active, NEXT_PASSWORD)
    taken = active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)
    assert (taken.version, taken.password) == (2, Secret(NEXT_PASSWORD))
    assert taken.contacts is not None
    assert taken.contacts.username == "ridgevolley"
    assert active.desk.checkouts.totp(active.coach, _KEY).code == before
    spent = active.desk.checkouts.backup_code(active.coach, _KEY)
    assert (spent.code.reveal(), spent.left) == (BACKUP_CODES[1], 1)


def test_new_codes_and_a_new_seed_replace_the_old_ones(active: District) -> None:
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    replacement = Replacement(seed=Secret(seed), seed_code=active.code(seed), backup_codes=Secret("aaaa1111\nbbbb2222"))
    active.desk.rotations.start(active.coach, _KEY, replacement)
    active.desk.rotations.confirm(active.coach, _KEY)
    active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    assert active.desk.checkouts.totp(active.coach, _KEY).code == active.code(seed) != active.code(SEED)
    assert active.desk.checkouts.backup_code(active.coach, _KEY).code.reveal() == "aaaa1111"


def test_nobody_checks_out_while_two_versions_stand(active: District) -> None:
    _start(active)
    with pytest.raises(WrongState, match="is being rotated"):
        active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)


def test_confirming_ends_a_lease_on_the_old_version_and_tells_the_holders(active: District) -> None:
    lease = active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON).checkout
    _start(active, post="founder")
    active.desk.rotations.confirm(active.founder, _KEY)
    assert get(active.desk.office.view, Checkout, lease.id).ending is Ending.ROTATED
    told = active.desk.office.view.where(Notice, "person", active.coach.person.id)
    assert Subject.ROTATED in {each.subject for each in told}


def test_abandoned_rotation_leaves_the_old_version(active: District) -> None:
    staged = _start(active)
    ended = active.desk.rotations.abandon(active.coach, _KEY, reason="the platform was down")
    assert ended.state is RotationState.ABANDONED
    assert staged.rotation.new is not None
    assert _credential(active, staged.rotation.new).state is CredentialState.ABANDONED
    taken = active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)
    assert (taken.version, taken.password) == (1, Secret(PASSWORD))


def test_what_was_owed_is_owed_again_after_abandoning(active: District) -> None:
    active.desk.escrow.open(active.principal, _KEY, reason="the coach is on leave")
    owed = active.desk.account(_KEY).rotation
    _start(active, post="founder")
    ended = active.desk.rotations.abandon(active.founder, _KEY, reason="the platform was down")
    assert (ended.id, ended.state, ended.causes) == (owed, RotationState.OWED, (Cause.ESCROW_OPENED,))
    again = _start(active, _PASSWORDS[1], post="founder")
    assert (again.rotation.id, active.desk.account(_KEY).versions) == (owed, 3)
    assert active.desk.rotations.confirm(active.founder, _KEY).state is RotationState.CONFIRMED
    assert active.desk.account(_KEY).rotation is None


def test_two_retired_versions_are_kept_and_older_ones_are_really_gone(active: District) -> None:
    account = active.desk.account(_KEY)
    versions = [account.current]
    for password in _PASSWORDS:
        _rotate(active, password)
        versions.append(active.desk.account(_KEY).current)
    assert active.desk.account(_KEY).retired == tuple(versions[2:4])
    present = dict(active.store.records_present())
    for key in versions:
        credential = _credential(active, key)
        assert credential.is_destroyed == (key in versions[:2])
        assert [digest in present for digest in credential.records] == [not credential.is_destroyed] * 3
    kinds = [entry.envelope.kind for entry in active.entries()]
    assert kinds.count("credential.destroyed") == 2
    witness = active.open_desk("reader").office
    assert {get(witness.view, Credential, key).is_destroyed for key in versions[:2]} == {True}


def test_policy_says_how_many_retired_versions_are_kept(active: District) -> None:
    policy = replace(active.desk.office.policy, retired_kept=0)
    active.desk.policies.set(active.founder, policy_to_toml(policy))
    first = active.desk.account(_KEY).current
    _rotate(active, NEXT_PASSWORD)
    assert active.desk.account(_KEY).retired == ()
    assert _credential(active, first).is_destroyed


def test_former_passwords_stay_refused_after_their_versions_are_destroyed(active: District) -> None:
    for password in _PASSWORDS:
        _rotate(active, password)
    for password in (PASSWORD, *_PASSWORDS):
        with pytest.raises(PolicyRefusal) as caught:
            _start(active, password)
        assert "has had that password before" in f"{caught.value} {caught.value.faults}"


def test_rotated_version_is_used_for_two_weeks_before_its_own_verification(active: District) -> None:
    _rotate(active, NEXT_PASSWORD)
    assert active.desk.missing(_KEY) == ()
    active.clock.advance(days=14)
    with pytest.raises(Waiting, match="not active"):
        active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=1), reason=REASON)
    active.desk.escrow.verify(active.principal, _KEY)
    assert active.desk.missing(_KEY) == ()


def test_who_sealed_the_new_version_does_not_verify_it(active: District) -> None:
    """A14."""
    _start(active, post="principal")
    active.desk.rotations.confirm(active.coach, _KEY)
    with pytest.raises(NotPermitted, match="hold or sealed"):
        active.desk.escrow.verify(active.principal, _KEY)
    assert active.desk.escrow.verify(active.superintendent, _KEY).faults == ()


def test_due_list_has_open_rotations_first_and_then_the_schedule(active: District) -> None:
    active.desk.escrow.open(active.principal, _KEY, reason="the coach is on leave")
    (due,) = active.desk.rotations.due()
    assert (due.account.key, due.why) == (_KEY, "owed: escrow opened")
    _rotate(active, NEXT_PASSWORD)
    assert list(active.desk.rotations.due()) == []
    (due,) = active.desk.rotations.due(within=timedelta(days=180))
    assert (due.rotation, due.due_at) == (None, active.clock() + timedelta(days=180))
    active.clock.advance(days=180)
    assert [each.account.key for each in active.desk.rotations.due()] == [_KEY]


def test_ended_rotation_reveals_nothing_by_its_id(active: District) -> None:
    rotation = _start(active).rotation.id
    active.desk.rotations.confirm(active.coach, _KEY)
    for is_new in (False, True):
        with pytest.raises(WrongState, match="is confirmed, not staged"):
            active.desk.rotations.reveal(active.coach, rotation, is_new=is_new)
