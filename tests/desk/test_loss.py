"""Promise 9: lose any one person or machine, and every credential still opens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.desk.district import PASSWORD, REASON, USERNAMES, District
from vault.desk.contents import Safe
from vault.desk.keychain import unit_binding
from vault.domain.credentials import Credential
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import NotPermitted
from vault.ledger.view import get, the_vault
from vault.sealing.bindings import RECOVERY, data_key_info
from vault.sealing.envelope import EnvelopeHeader, Part, open_part
from vault.sealing.keypairs import SealingKey, open_seed
from vault.sealing.recovery import open_recovery_key

if TYPE_CHECKING:
    from vault.desk.office import Member

_KEY = "x:ridgevolley"
_WHY = "the coach has left the district"


def _opens(district: District, member: Member) -> bool:
    account = district.desk.account(_KEY)
    credential = get(district.desk.office.view, Credential, account.current)
    try:
        return Safe(district.desk.office, member).open(account, credential).password == Secret(PASSWORD)
    except NotPermitted:
        return False


@pytest.mark.parametrize("lost", ["coach", "principal", "superintendent", "founder", "second_it"])
def test_any_one_person_can_be_lost(active: District, lost: str) -> None:
    del active.members[lost]
    opening = [post for post, member in active.members.items() if _opens(active, member)]
    assert len(opening) >= 2
    supervisor = active.members.get("principal") or active.superintendent
    assert active.desk.escrow.open(supervisor, _KEY, reason=_WHY).password == Secret(PASSWORD)


def test_second_holder_goes_on_when_the_custodian_is_lost(district: District) -> None:
    district.activate(second=USERNAMES["teacher"])
    del district.members["coach"]
    taken = district.desk.checkouts.take(district.teacher, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)
    assert taken.password == Secret(PASSWORD)


def test_machine_can_be_lost(active: District) -> None:
    """F7, F8: another witness, from nothing but the store, the vault's id and a passphrase."""
    active.desk = active.open_desk("a new machine")
    member = active.unlock("principal")
    assert active.desk.escrow.open(member, _KEY, reason=_WHY).password == Secret(PASSWORD)


def test_three_officers_open_everything_when_nobody_else_is_left(active: District) -> None:
    """Down from the recovery key, by the documented keys alone: district, school, data key, password."""
    view, store, vault = active.desk.office.view, active.store, active.founding.vault
    recovery = the_vault(view).recovery
    key = open_recovery_key(active.founding.shares[:3], recovery.commitments, recovery.public)
    holder = RECOVERY
    account = active.desk.account(_KEY)
    for unit in (get(view, Unit, active.founding.unit), get(view, Unit, account.unit)):
        copy = next(each for each in unit.copies if each.recipient == holder)
        binding = unit_binding(unit.id, unit.epoch, holder, key.public.to_bytes())
        key, holder = SealingKey.from_seed(open_seed(key, store.record(copy.record), binding)), unit.id
    credential = get(view, Credential, account.current)
    sealed = next(each for each in credential.sealed.copies if each.recipient == holder)
    place = {"vault": vault, "account": account.id, "credential": credential.id, "version": 1}
    data_key = key.open(
        store.record(sealed.record),
        data_key_info(
            **place,  # type: ignore[arg-type]
            sealer=credential.sealer,
            recipient=holder,
            recipient_fingerprint=sealed.fingerprint,
        ),
    )
    header = EnvelopeHeader(**place, sealer=credential.sealer)  # type: ignore[arg-type]
    envelope = store.record(credential.sealed.envelope)
    opened = open_part(envelope, header, data_key, credential.sealed.commitment, Part.PASSWORD)
    assert opened == PASSWORD.encode()
