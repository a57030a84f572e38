"""Recovery at the desk: nothing without enough true shares, everything in scope with them, and new keys afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import BACKUP_CODES, HIGH_SCHOOL, MIDDLE_SCHOOL, NEXT_PASSWORD, PASSWORD, SEED, District
from vault.desk.drills import Drills, recovery_due, undrilled
from vault.desk.exposures import exposures_of
from vault.desk.quorum import QuorumKeychain, _binding, find_storage_keys, open_quorum
from vault.desk.recovery import Recoveries
from vault.desk.resharing import Resharing
from vault.desk.rotations import Replacement
from vault.domain.accounts import Account
from vault.domain.credentials import Credential, Part, Road
from vault.domain.recovery import Drill, RecoveryRequest
from vault.domain.rotations import Cause, Rotation
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import CannotOpen, InvalidInput, NotFound, NotPermitted, WrongState
from vault.ledger.view import get, the_vault
from vault.sealing.codes import parse_seed
from vault.sealing.frames import digest
from vault.sealing.keypairs import SealingKey, seal_to
from vault.sealing.recovery import OpenRecoveryKey, make_recovery_key
from vault.sealing.shares import Share

if TYPE_CHECKING:
    from vault.desk.office import Member
    from vault.domain.ids import RequestId

_KEY = "x:ridgevolley"
_WHY = "nobody who held it is left"


class Officers:
    """The officers of a district, and who asks them."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.kept: dict[RequestId, bytes] = {}
        self.desk = Recoveries(district.desk.office)

    def ask(self, member: Member | None = None, **scope: object) -> RecoveryRequest:
        return self.desk.request(
            member or self.district.founder,
            reason=_WHY,
            term=timedelta(days=2),
            keep=self.kept.__setitem__,
            **(scope or {"everything": True}),  # type: ignore[arg-type]
        )

    def shares(self, *indexes: int) -> list[Share]:
        return [self.district.founding.shares[at - 1] for at in indexes]


@pytest.fixture
def officers(active: District) -> Officers:
    return Officers(active)


def _opened_entries(district: District) -> list[str]:
    return [entry.envelope.kind for entry in district.entries() if entry.envelope.kind.startswith("recovery.")]


def _foreign(share: Share) -> Share:
    return replace(share, set_id=bytes(8))


def _altered(share: Share) -> Share:
    return replace(share, data=bytes([share.data[0] ^ 1]) + share.data[1:])


def test_too_few_doubled_altered_and_foreign_shares_open_nothing(officers: Officers) -> None:
    """B5"""
    request, (one, two, three) = officers.ask(), officers.shares(1, 2, 3)
    before = len(officers.district.entries())
    for shares, error, words in (
        ([one, two], InvalidInput, "2 shares were given; at least 3 are needed"),
        ([], InvalidInput, "0 shares were given"),
        ([one, two, two], InvalidInput, "share 2 was given twice"),
        ([one, two, _altered(three)], CannotOpen, "share 3 is not the one that was handed out"),
        ([one, _foreign(two), three], CannotOpen, "share 2 is not the one that was handed out"),
        ([replace(one, index=9), two, three], CannotOpen, "share 9 is not the one that was handed out"),
    ):
        with pytest.raises(error, match=words):
            officers.desk.open(officers.district.founder, request.id, shares)
        with pytest.raises(error, match=words):
            Drills(officers.district.desk.office).recovery(officers.district.founder, shares)
        with pytest.raises(error, match=words):
            Resharing(officers.district.desk.office).require_possible(officers.district.founder, shares, _WHY)
    assert len(officers.district.entries()) == before


def test_shares_that_fit_each_other_give_no_other_key_than_the_recorded_one(officers: Officers) -> None:
    """B5"""
    office = officers.district.desk.office
    other = make_recovery_key(office.random, threshold=2, shares=3)
    with pytest.raises(CannotOpen, match="share 1 is not the one"):
        open_quorum(office, other.shares[:2])


@pytest.mark.parametrize("indexes", [(1, 2, 3), (5, 3, 1), (1, 2, 3, 4, 5)])
def test_any_quorum_opens_everything_that_the_request_names(officers: Officers, indexes: tuple[int, ...]) -> None:
    district, request = officers.district, officers.ask()
    (found,) = officers.desk.open(district.founder, request.id, officers.shares(*indexes))
    assert found.contents is not None
    assert (found.contents.password, found.contents.contacts.username) == (Secret(PASSWORD), "ridgevolley")
    assert found.contents.seed == parse_seed(Secret(SEED))
    assert found.contents.codes == tuple(Secret(code) for code in BACKUP_CODES)
    assert (found.version, found.is_staged, found.fault) == (1, False, "")
    assert PASSWORD not in repr(found)
    view = district.desk.office.view
    assert get(view, RecoveryRequest, request.id).shares == tuple(sorted(indexes))
    rotation = get(view, Rotation, str(district.desk.account(_KEY).rotation))
    assert rotation.causes == (Cause.RECOVERY_OPENED,)


def test_every_part_is_recorded_before_the_account_is_opened(
    officers: Officers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F4: design promise 2."""
    district, request = officers.district, officers.ask()
    each = officers.desk.open(district.founder, request.id, officers.shares(1, 2, 3))
    assert [e.part for e in exposures_of(district.desk.office, _KEY) if e.road is Road.RECOVERY] == []
    seen: list[int] = []

    def data_key(_self: QuorumKeychain, _account: Account, _credential: Credential) -> bytes:
        seen.append(len([e for e in exposures_of(district.desk.office, _KEY) if e.road is Road.RECOVERY]))
        raise CannotOpen("stop here")

    monkeypatch.setattr(QuorumKeychain, "data_key", data_key)
    assert [found.fault for found in each] == ["stop here"]
    assert seen == [4]
    parts = {e.part for e in exposures_of(district.desk.office, _KEY) if e.road is Road.RECOVERY}
    assert parts == {Part.PASSWORD, Part.CONTACTS, Part.MFA_SEED, Part.BACKUP_CODES}


def test_only_the_scope_is_opened(officers: Officers) -> None:
    district = officers.district
    district.activate("ridgedrama", password=NEXT_PASSWORD)
    request = officers.ask(accounts=["x:ridgedrama"])
    found = list(officers.desk.open(district.founder, request.id, officers.shares(1, 2, 3)))
    assert [each.account.key for each in found] == ["x:ridgedrama"]
    assert [e for e in exposures_of(district.desk.office, _KEY) if e.road is Road.RECOVERY] == []
    elsewhere = officers.ask(units=[MIDDLE_SCHOOL])
    assert list(officers.desk.open(district.founder, elsewhere.id, officers.shares(1, 2, 3))) == []
    below = officers.ask(units=[HIGH_SCHOOL])
    assert len(list(officers.desk.open(district.founder, below.id, officers.shares(1, 2, 3)))) == 2


def test_staged_version_is_opened_too(officers: Officers) -> None:
    district = officers.district
    district.desk.rotations.start(district.second_it, _KEY, Replacement())
    request = officers.ask()
    found = list(officers.desk.open(district.founder, request.id, officers.shares(1, 2, 3)))
    assert [(each.version, each.is_staged) for each in found] == [(1, False), (2, True)]
    assert [each.contents is None or each.contents.password == Secret(PASSWORD) for each in found] == [True, False]


def test_one_damaged_credential_does_not_keep_the_officers_from_the_others(officers: Officers) -> None:
    """F6, F8"""
    district = officers.district
    district.activate("ridgedrama", password=NEXT_PASSWORD)
    office = district.desk.office
    envelope = get(office.view, Credential, district.desk.account(_KEY).current).sealed.envelope
    district.store.replace_record(envelope, b"\0" * 400)  # type: ignore[attr-defined]
    found = list(officers.desk.open(district.founder, officers.ask().id, officers.shares(1, 2, 3)))
    assert [(each.account.key, each.contents is None, each.fault != "") for each in found] == [
        ("x:ridgedrama", False, False),
        (_KEY, True, True),
    ]


def test_somebody_elses_request_opens_nothing(officers: Officers) -> None:
    """A14"""
    request = officers.ask()
    with pytest.raises(NotPermitted, match="somebody else's request"):
        officers.desk.open(officers.district.superintendent, request.id, officers.shares(1, 2, 3))
    assert _opened_entries(officers.district) == ["recovery.requested"]
    with pytest.raises(NotFound, match="there is no recovery request"):
        officers.desk.open(officers.district.founder, "rec_" + "0" * 26, officers.shares(1, 2, 3))


# -- shares from elsewhere -----------------------------------------------------------------------------------------


def test_shares_given_elsewhere_open_on_the_requesters_machine_alone(officers: Officers) -> None:
    district, request = officers.district, officers.ask()
    givers = (district.principal, district.superintendent, district.teacher)
    for member, share in zip(givers, officers.shares(2, 4, 5), strict=True):
        officers.desk.give(member, request.id, share)
    shares, faults = officers.desk.given(district.founder, request.id, officers.kept[request.id])
    assert (sorted(share.index for share in shares), faults) == ([2, 4, 5], [])
    assert len(list(officers.desk.open(district.founder, request.id, shares))) == 1
    with pytest.raises(CannotOpen, match="the one-time key of"):
        officers.desk.given(district.superintendent, request.id, officers.kept[request.id])
    other = officers.ask()
    with pytest.raises(CannotOpen, match="the one-time key of"):
        officers.desk.given(district.founder, other.id, officers.kept[request.id])


def test_untrue_share_is_not_given(officers: Officers) -> None:
    """B5"""
    request, (share,) = officers.ask(), officers.shares(2)
    for untrue in (_altered(share), _foreign(share), replace(share, index=3)):
        with pytest.raises(CannotOpen, match=f"share {untrue.index} is not the one"):
            officers.desk.give(officers.district.teacher, request.id, untrue)
    assert _opened_entries(officers.district) == ["recovery.requested"]


def test_forged_gift_is_named_and_does_not_spoil_the_true_ones(
    officers: Officers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B5: a modified client seals what it likes under an officer's number."""
    district, request, (share,) = officers.district, officers.ask(), officers.shares(2)
    with monkeypatch.context() as patch:
        patch.setattr("vault.desk.recovery.require_handed_out", lambda _share, _commitments: None)
        officers.desk.give(district.teacher, request.id, _altered(share))
    officers.desk.give(district.principal, request.id, share)
    shares, (fault,) = officers.desk.given(district.founder, request.id, officers.kept[request.id])
    assert shares == [share]
    assert district.teacher.person.id in fault
    assert "share 2 is not the one that was handed out" in fault


# -- drills --------------------------------------------------------------------------------------------------------


def test_drill_proves_the_quorum_and_opens_no_credential(officers: Officers) -> None:
    """F8"""
    district, office = officers.district, officers.district.desk.office
    assert recovery_due(office.view) == district.clock() + timedelta(days=365)
    district.clock.advance(days=100)
    made = Drills(office).recovery(district.superintendent, officers.shares(1, 4, 5))
    assert (made.by, made.shares, made.at) == (district.superintendent.person.id, (1, 4, 5), district.clock())
    assert recovery_due(office.view) == district.clock() + timedelta(days=365)
    assert [e for e in exposures_of(office, _KEY) if e.road is Road.RECOVERY] == []
    assert the_vault(office.view).opened is None


def test_drill_finds_a_unit_key_and_a_storage_key_that_do_not_open(officers: Officers) -> None:
    """F8"""
    office = officers.district.desk.office
    unit = next(each for each in office.view.every(Unit) if each.path == MIDDLE_SCHOOL)
    true = officers.district.store.record(unit.copies[0].record)
    officers.district.store.replace_record(unit.copies[0].record, b"\0" * 1169)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="is not what its entry names"):
        Drills(office).recovery(officers.district.founder, officers.shares(1, 2, 3))
    officers.district.store.replace_record(unit.copies[0].record, true)  # type: ignore[attr-defined]
    foreign = replace(office, locks=replace(office.locks, pepper=bytes(32)))
    with pytest.raises(CannotOpen, match="is not this machine's"):
        Drills(foreign).recovery(officers.district.founder, officers.shares(1, 2, 3))
    assert office.view.find(Drill, Drill.ID) is None


def test_supervisor_proves_their_escrow_and_who_has_not_is_named(district: District) -> None:
    office = district.desk.office
    _, opened = Drills(office).escrow(district.superintendent)
    assert opened == 3
    _, opened = Drills(office).escrow(district.principal)
    assert opened == 1
    assert list(undrilled(office.view, office.now())) == []
    district.clock.advance(days=200)
    Drills(office).escrow(district.principal)
    district.clock.advance(days=200)
    late = {person.username for person in undrilled(office.view, office.now())}
    assert late == {district.superintendent.person.username, district.other_principal.person.username}
    with pytest.raises(NotPermitted, match="supervises no unit"):
        Drills(office).escrow(district.coach)


# -- new shares ----------------------------------------------------------------------------------------------------


def _reshare(officers: Officers) -> tuple[Share, ...]:
    office = officers.district.desk.office
    new = make_recovery_key(office.random, threshold=2, shares=3)
    Resharing(office).reshare(
        officers.district.founder,
        officers.shares(1, 2, 3),
        new,
        threshold=2,
        keyring=officers.district.keyring,
        reason="an officer has moved away",
    )
    return new.shares


def test_old_shares_open_nothing_afterwards_and_new_ones_everything(officers: Officers) -> None:
    """A12"""
    district = officers.district
    records = dict(district.store.records_present())
    old = open_quorum(district.desk.office, officers.shares(1, 2, 3))
    new = _reshare(officers)
    with pytest.raises(CannotOpen, match="share 1 is not the one"):
        Drills(district.desk.office).recovery(district.founder, officers.shares(1, 2, 3))
    assert list(find_storage_keys(records.items(), old)) != []
    assert list(find_storage_keys(district.store.records_present(), old)) == []
    Drills(district.desk.office).recovery(district.founder, new[1:])
    (found,) = officers.desk.open(district.founder, officers.ask().id, new[:2])
    assert found.contents is not None
    assert found.contents.password == Secret(PASSWORD)


def test_work_goes_on_after_an_opening_once_keys_and_shares_are_new(officers: Officers) -> None:
    """A13"""
    district = officers.district
    list(officers.desk.open(district.founder, officers.ask().id, officers.shares(1, 2, 3)))
    asked = district.ask("ridgeband")
    with pytest.raises(WrongState, match="the vault is frozen"):
        district.desk.permissions.grant(district.principal, asked.id)
    _reshare(officers)
    district.desk.permissions.grant(district.principal, asked.id)
    assert all(unit.is_rekey_owed for unit in district.desk.office.view.every(Unit))


def test_only_it_of_the_district_makes_new_shares(officers: Officers) -> None:
    resharing = Resharing(officers.district.desk.office)
    with pytest.raises(NotPermitted, match="this needs the role it"):
        resharing.require_possible(officers.district.superintendent, officers.shares(1, 2, 3), _WHY)
    with pytest.raises(InvalidInput, match="the reason"):
        resharing.require_possible(officers.district.founder, officers.shares(1, 2, 3), "short")
    resharing.require_possible(officers.district.founder, officers.shares(1, 2, 3), _WHY)


# -- the storage key -----------------------------------------------------------------------------------------------


def test_storage_key_is_found_by_trial_and_by_the_right_key_alone(officers: Officers) -> None:
    """F8: no ledger can be read, and anybody can seal something to the recovery key."""
    district = officers.district
    key = open_quorum(district.desk.office, officers.shares(1, 2, 3))
    records = list(district.store.records_present())
    ((name, keyring),) = find_storage_keys(records, key)
    assert keyring.to_text() == district.keyring.to_text()
    assert name == the_vault(district.desk.office.view).recovery.storage_key
    assert list(find_storage_keys(records, OpenRecoveryKey(bytes(32)))) == []


def test_what_is_sealed_to_the_recovery_key_and_is_no_storage_key_is_passed_over() -> None:
    key = OpenRecoveryKey(bytes(32))
    public = key.sealing.public
    for text in (b"\xff" * 400, b"custody-storage-key 1\n" + b"x" * 300):
        record = seal_to(public, text, _binding(public.to_bytes()))
        assert list(find_storage_keys([(digest(record), record)], key)) == []


def test_turned_storage_key_is_sealed_to_the_officers(officers: Officers) -> None:
    district = officers.district
    turned = district.keyring.with_new_term()
    Resharing(district.desk.office).seal_storage_key(district.founder, turned)
    key = open_quorum(district.desk.office, officers.shares(1, 2, 3))
    ((_, keyring),) = find_storage_keys(district.store.records_present(), key)
    assert keyring.to_text() == turned.to_text()
    with pytest.raises(WrongState, match="a newer storage key"):
        Resharing(district.desk.office).seal_storage_key(district.founder, district.keyring)


def test_key_that_was_never_sealed_to_the_one_above_is_named(officers: Officers) -> None:
    office = officers.district.desk.office
    key = open_quorum(office, officers.shares(1, 2, 3))
    district = get(office.view, Unit, the_vault(office.view).unit)
    bare = replace(district, copies=())
    with pytest.raises(CannotOpen, match="was never sealed to recovery"):
        QuorumKeychain(office, key).seed(bare, bare.key)
    other = replace(district, public=SealingKey.from_seed(bytes(32)).public.to_bytes())
    with pytest.raises(CannotOpen, match="opens to another key than the ledger's"):
        QuorumKeychain(office, key).seed(other, other.key)
    school = next(each for each in office.view.every(Unit) if each.path == HIGH_SCHOOL)
    astray = replace(school.copies[0], fingerprint=type(school.copies[0].fingerprint)(bytes(32)))
    with pytest.raises(CannotOpen, match="is not kept any more"):
        QuorumKeychain(office, key).seed(school, replace(school.key, copies=(astray,)))
