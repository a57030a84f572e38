"""Verifying the whole ledger: clean, and each thing that can be wrong named."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.desk.district import USERNAMES, District
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.desk.ledgers import Verification, compare_states, entries_of, verify_ledger
from vault.desk.rotations import Replacement
from vault.domain.credentials import Credential
from vault.domain.ids import Digest, VaultId
from vault.domain.persons import Role
from vault.errors import Broken, ForeignVault
from vault.ledger.entry import NO_HASH, RULES_VERSION, Envelope, key_fingerprint, write
from vault.ledger.events import Event, RoleAssigned
from vault.ledger.ports import StoredEntry
from vault.ledger.view import get
from vault.sealing.frames import digest

_KEY = "x:ridgevolley"


def _store(district: District) -> MemoryLedgerStore:
    assert isinstance(district.store, MemoryLedgerStore)
    return district.store


def _verify(district: District) -> Verification:
    return verify_ledger(district.store, MemoryStateStore(), district.founding.vault, lambda _done, _total: None)


def _envelope(district: District) -> Digest:
    account = district.desk.account(_KEY)
    return get(district.desk.office.view, Credential, account.current).sealed.envelope


def _sign(district: District, event: Event, at: datetime) -> StoredEntry:
    """An entry by the coach that a changed client forces in: signed and chained, never judged."""
    head, signing = district.store.head(), district.coach.identity.signing
    assert head is not None
    envelope = Envelope(
        vault=district.founding.vault,
        seq=head.seq + 1,
        prev=head.hash,
        rules=RULES_VERSION,
        time=at,
        author=district.coach.person.id,
        key=key_fingerprint(signing.public),
        kind=event.KIND,
        event=event,
    )
    return write(envelope, signing, None)


def test_honest_ledger_is_whole(active: District) -> None:
    found = _verify(active)
    assert found.is_whole
    assert found.head == active.store.head()
    assert found.entries == len(active.entries())
    assert (found.voids, found.missing, found.altered, found.unnamed) == ([], [], [], [])


def test_missing_record_is_named(active: District) -> None:
    envelope = _envelope(active)
    del _store(active).records[envelope]
    found = _verify(active)
    assert (found.is_whole, found.missing) == (False, [envelope])


def test_altered_record_is_named(active: District) -> None:
    envelope = _envelope(active)
    body = bytearray(_store(active).records[envelope])
    body[-1] ^= 1
    _store(active).replace_record(envelope, bytes(body))
    found = _verify(active)
    assert (found.is_whole, found.altered, found.missing) == (False, [envelope], [])


def test_record_that_nothing_names_is_told_and_harms_nothing(active: District) -> None:
    planted = digest(b"planted")
    _store(active).replace_record(planted, b"planted")
    found = _verify(active)
    assert (found.is_whole, found.unnamed) == (True, [planted])


@pytest.mark.parametrize("seq", [1, 2, 15])
def test_broken_entry_is_named_and_nothing_after_it_counts(active: District, seq: int) -> None:
    """A7."""
    frame = bytearray(_store(active).entries[seq - 1].frame)
    frame[len(frame) // 2] ^= 1
    _store(active).replace_entry(seq, frame=bytes(frame))
    found = _verify(active)
    assert not found.is_whole
    assert f"entry {seq} " in f"{found.broken} "
    assert found.entries == seq - 1
    with pytest.raises(Broken):
        list(entries_of(active.desk.office))


def test_store_of_another_founding_is_not_verified(active: District) -> None:
    """A2: both foundings are shown."""
    other = VaultId(NO_HASH)
    found = verify_ledger(active.store, MemoryStateStore(), other, lambda _done, _total: None)
    assert isinstance(found.broken, ForeignVault)
    assert active.founding.vault.hex() in str(found.broken)
    assert other.hex() in str(found.broken)


def test_forced_entry_is_void_and_named_and_work_goes_on(active: District) -> None:
    """A3: the coach makes himself a supervisor."""
    coach = active.coach.person
    _store(active).force(
        _sign(active, RoleAssigned(person=coach.id, unit=coach.unit, role=Role.SUPERVISOR), active.clock())
    )
    found = _verify(active)
    assert found.is_whole
    ((void,), head) = (found.voids, active.store.head())
    assert head is not None
    assert (void.seq, void.author, void.kind) == (head.seq, coach.id, "role.assigned")
    active.desk.persons.assign(active.founder, USERNAMES["teacher"], Role.RECORDS, "district")
    assert _verify(active).is_whole


def test_cut_tail_is_broken_for_who_has_seen_it(active: District) -> None:
    """A7, A11."""
    head = active.store.head()
    assert head is not None
    _store(active).cut_after(head.seq - 1)
    with pytest.raises(Broken, match="missing"):
        list(entries_of(active.desk.office))


def test_edited_witness_is_told_from_the_replay(active: District) -> None:
    """F7."""
    state, scratch = MemoryStateStore(), MemoryStateStore()
    active.open_desk("edited", state=state)
    verify_ledger(active.store, scratch, active.founding.vault, lambda _done, _total: None)
    assert compare_states(state, scratch) == []
    account = active.desk.account(_KEY)
    body = state.documents["account", account.id]
    state.replace_document("account", account.id, body.replace(b'"versions":1', b'"versions":9'))
    assert compare_states(state, scratch) == [f"account {account.id}"]


def test_destroyed_records_are_not_missed(active: District) -> None:
    for _ in range(4):
        active.desk.rotations.start(active.coach, _KEY, Replacement())
        active.desk.rotations.confirm(active.coach, _KEY)
    assert active.desk.account(_KEY).versions == 5
    found = _verify(active)
    assert (found.is_whole, found.missing, found.unnamed) == (True, [], [])


@pytest.mark.parametrize("name", ["x:ridgevolley", "X:@RidgeVolley", " x:RIDGEVOLLEY "])
def test_account_is_found_however_it_is_typed(active: District, name: str) -> None:
    assert active.desk.account(name).key == _KEY
