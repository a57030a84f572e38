"""Recovery at the desk: nothing without enough true shares, everything in scope with them, and new keys afterwards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.district import BACKUP_CODES, HIGH_SCHOOL, MIDDLE_SCHOOL, NEXT_PASSWORD, PASSWORD, SEED, District
from tests.desk.officers import WHY, Officers
from vault.desk.drills import Drills
from vault.desk.exposures import exposures_of
from vault.desk.quorum import QuorumKeychain, open_quorum
from vault.desk.resharing import Resharing
from vault.desk.rotations import Replacement
from vault.domain.accounts import Account
from vault.domain.credentials import Credential, Part, Road
from vault.domain.recovery import RecoveryRequest
from vault.domain.rotations import Cause, Rotation
from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput, NotFound, NotPermitted
from vault.ledger.view import get
from vault.sealing.codes import parse_seed
from vault.sealing.recovery import make_recovery_key
from vault.sealing.shares import Share

_KEY = "x:ridgevolley"


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
            Resharing(officers.district.desk.office).require_possible(officers.district.founder, shares, WHY)
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
