"""Escrow: a supervisor above can always open and is always seen to; a second person finds a lying client out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import DOMAIN, HIGH_SCHOOL, PASSWORD, REASON, SEED, USERNAMES, District, bring
from vault.desk.contents import Contents, Safe, Slot, Verdicts
from vault.desk.exposures import exposures_of
from vault.domain.accounts import Account, Mailbox, MfaMethod
from vault.domain.checkouts import Checkout, Ending
from vault.domain.contents import Contacts
from vault.domain.credentials import Part, Road
from vault.domain.ids import AccountId, CredentialId
from vault.domain.notices import Notice, Subject
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.domain.secret import Secret
from vault.domain.verdicts import Check, Verdict
from vault.errors import Held, InvalidInput, NotPermitted, Waiting, WrongState
from vault.ledger.events import AccountRegistered
from vault.ledger.ledger import Draft
from vault.ledger.rules.keys import recipients_of
from vault.ledger.view import get
from vault.sealing.codes import parse_seed

if TYPE_CHECKING:
    from vault.domain.ids import Digest
    from vault.ledger.view import View

_KEY = "x:ridgevolley"
_WHY = "the coach is on leave today"
_PASSED = Verdict(checker="passwords/1", checks=(Check(name="password.length", passed=True, clause="3"),))


def _road(district: District, road: Road) -> list[Part]:
    return [each.part for each in exposures_of(district.desk.office, _KEY) if each.road is road]


@pytest.mark.parametrize("post", ["coach", "teacher", "founder", "second_it", "other_principal"])
def test_only_a_supervisor_above_opens(active: District, post: str) -> None:
    """A14; and IT, whose key could open it, is shown nothing outside a rotation."""
    with pytest.raises(NotPermitted):
        active.desk.escrow.open(active.members[post], _KEY, reason=_WHY)
    assert _road(active, Road.ESCROW) == []


@pytest.mark.parametrize("post", ["principal", "superintendent"])
def test_supervisor_above_opens_and_owes_a_rotation(active: District, post: str) -> None:
    opened = active.desk.escrow.open(active.members[post], _KEY, reason=_WHY, ticket="HD-41")
    assert (opened.password, opened.contacts.email) == (Secret(PASSWORD), f"volleyball@{DOMAIN}")
    assert (opened.has_seed, opened.codes_left, opened.version) == (True, 3, 1)
    assert PASSWORD not in repr(opened)
    assert opened.rotation is not None
    rotation = get(active.desk.office.view, Rotation, opened.rotation)
    assert (rotation.state, rotation.causes) == (RotationState.OWED, (Cause.ESCROW_OPENED,))
    assert sorted(part.value for part in _road(active, Road.ESCROW)) == ["contacts", "password"]
    told = active.desk.office.view.where(Notice, "person", active.coach.person.id)
    assert (Subject.ESCROW_OPENED, _WHY) in {(each.subject, each.detail) for each in told}


def test_opening_wants_a_reason(active: District) -> None:
    with pytest.raises(InvalidInput):
        active.desk.escrow.open(active.principal, _KEY, reason="short")


def test_opening_takes_over_the_holders_lease(active: District) -> None:
    lease = active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=2), reason=REASON).checkout
    active.desk.escrow.open(active.principal, _KEY, reason=_WHY)
    assert get(active.desk.office.view, Checkout, lease.id).ending is Ending.TAKEN_OVER
    with pytest.raises(WrongState):
        active.desk.password(active.coach, _KEY)
    with pytest.raises(Held):
        active.desk.checkouts.take(active.coach, _KEY, term=timedelta(hours=2), reason=REASON)


def test_two_supervisors_do_not_open_at_once(active: District) -> None:
    active.desk.escrow.open(active.principal, _KEY, reason=_WHY)
    with pytest.raises(Held, match="open to another supervisor"):
        active.desk.escrow.open(active.superintendent, _KEY, reason=_WHY)
    active.clock.advance(hours=2)
    assert active.desk.escrow.open(active.superintendent, _KEY, reason=_WHY).password == Secret(PASSWORD)


def test_supervisor_uses_codes_on_the_escrow_lease(active: District) -> None:
    active.desk.escrow.open(active.principal, _KEY, reason=_WHY)
    expected = parse_seed(Secret(SEED)).code(active.clock()).code
    assert active.desk.checkouts.totp(active.principal, _KEY).code == expected
    assert active.desk.checkouts.backup_code(active.principal, _KEY).left == 2
    assert {Part.MFA_CODE, Part.BACKUP_CODE} <= set(_road(active, Road.ESCROW))


@pytest.mark.parametrize("post", ["coach", "teacher", "founder", "other_principal"])
def test_only_another_supervisor_verifies(district: District, post: str) -> None:
    """A14."""
    key = district.register(district.allow(), bring(code=district.code())).account.key
    with pytest.raises(NotPermitted):
        district.desk.escrow.verify(district.members[post], key)
    assert district.desk.account(key).proof is None


@pytest.mark.parametrize("post", ["coach", "founder"])
def test_nothing_is_opened_for_who_may_not_verify(active: District, post: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The coach's and IT's keys would open it: they are asked who they are first."""
    read: list[bytes] = []
    monkeypatch.setattr(active.store, "record", read.append)
    with pytest.raises(NotPermitted):
        active.desk.escrow.verify(active.members[post], _KEY)
    assert read == []


def test_supervisor_does_not_verify_what_they_hold_or_sealed(district: District) -> None:
    """A14."""
    permission = district.allow(member=district.principal)
    key = district.register(permission, bring(code=district.code()), district.principal).account.key
    with pytest.raises(NotPermitted, match="hold or sealed"):
        district.desk.escrow.verify(district.principal, key)
    district.desk.persons.assign(district.founder, USERNAMES["coach"], Role.SUPERVISOR, HIGH_SCHOOL)
    assert district.desk.escrow.verify(district.coach, key).faults == ()
    assert district.desk.missing(key) == ()


def test_verification_shows_nobody_anything(active: District) -> None:
    assert _road(active, Road.ESCROW) == []
    assert PASSWORD not in repr(active.desk.escrow.verify(active.principal, _KEY))


def _lie(district: District, contents: Contents, *, has_seed: bool | None = None) -> Account:
    """Register with passing verdicts whatever is sealed, as a client does that was changed to skip the checks."""
    office, member, permission = district.desk.office, district.coach, district.allow()
    account, credential = office.make_id(AccountId, "acc"), office.make_id(CredentialId, "cre")
    slot = Slot(
        account=account,
        credential=credential,
        version=1,
        recipients=recipients_of(office.view, (member.person.id,), permission.unit),
        unit_epoch=1,
        codes_of=credential,
        seed_of=None if contents.seed is None else credential,
    )
    verdicts = Verdicts(password=_PASSED, email=_PASSED, mfa=_PASSED)
    sealed, records = Safe(office, member).seal(slot, contents, verdicts)
    sealed = sealed if has_seed is None else replace(sealed, seed_of=credential if has_seed else None)
    event = AccountRegistered(
        account=account,
        permission=permission.id,
        statement=permission.statement,
        policy=1,
        second=None,
        mailbox=Mailbox(opened_by="the athletics office", mfa=("totp",)),
        designation=None,
        mfa=(MfaMethod(method="totp", is_proved=True),),
        platform_has_mfa=True,
        credential=sealed,
    )
    return _write(district, event, records)


def _write(district: District, event: AccountRegistered, records: dict[Digest, bytes]) -> Account:
    def build(_view: View, _at: datetime) -> Draft:
        return Draft(events=(event,), records=records)

    district.desk.office.ledger.write(district.coach.author, build)
    return get(district.desk.office.view, Account, event.account)


def _honest() -> Contents:
    contacts = Contacts(username="ridgevolley", email=f"volleyball@{DOMAIN}")
    return Contents(password=Secret(PASSWORD), contacts=contacts, seed=parse_seed(Secret(SEED)))


@pytest.mark.parametrize(
    ("contents", "has_seed", "fault"),
    [
        (replace(_honest(), password=Secret("password")), None, "needs an uppercase letter"),
        (
            replace(_honest(), contacts=Contacts(username="ridgevolley", email="carla@gmail.com")),
            None,
            "personal e-mail provider",
        ),
        (replace(_honest(), seed=None), True, "there is none"),
    ],
    ids=["weak password", "personal e-mail", "no seed"],
)
def test_verification_finds_a_lying_client_out(
    district: District, contents: Contents, fault: str, *, has_seed: bool | None
) -> None:
    """What is sealed the rules cannot see; a second person's client judges it again."""
    account = _lie(district, contents, has_seed=has_seed)
    found = district.desk.escrow.verify(district.principal, account.key)
    assert any(fault in each for each in found.faults)
    assert (found.account.proof, len(district.desk.missing(account.key))) == (None, 1)
    with pytest.raises(Waiting):
        district.desk.checkouts.take(district.coach, account.key, term=timedelta(hours=1), reason=REASON)


def test_email_that_is_none_at_all_is_a_fault_and_no_crash(district: District) -> None:
    sealed = replace(_honest(), contacts=Contacts(username="ridgevolley", email="not an address"))
    account = _lie(district, sealed)
    found = district.desk.escrow.verify(district.principal, account.key)
    assert found.faults != ()
    assert found.account.proof is None


def test_honest_client_written_the_same_way_passes(district: District) -> None:
    account = _lie(district, _honest())
    assert district.desk.escrow.verify(district.principal, account.key).faults == ()


def test_failed_verification_takes_an_older_proof_away(active: District) -> None:
    account = active.desk.account(_KEY)
    envelope = get_envelope(active, account)
    active.store.replace_record(envelope, b"\0" * 400)  # type: ignore[attr-defined]
    found = active.desk.escrow.verify(active.principal, _KEY)
    assert any("does not open" in fault for fault in found.faults)
    assert active.desk.missing(_KEY) != ()


def get_envelope(district: District, account: Account) -> Digest:
    from vault.domain.credentials import Credential

    return get(district.desk.office.view, Credential, account.current).sealed.envelope
