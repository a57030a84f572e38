"""Founding: what it refuses, and that the shares really open what they promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.district import DOMAIN, START, USERNAMES, District, passphrase_of
from tests.sealing.stream import Stream
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.desk.founding import Founder, Founding, found_vault
from vault.desk.keychain import unit_binding
from vault.domain.persons import Role
from vault.domain.policies import Policy
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import (
    AlteredRecord,
    CannotOpen,
    HeadMoved,
    InvalidInput,
    NotPermitted,
    VaultError,
    WrongPassphrase,
)
from vault.ledger.rules.authority import roles_over
from vault.ledger.rules.keys import fingerprint
from vault.ledger.view import get, the_vault
from vault.policy.defaults import default_policy
from vault.sealing.atrest import StorageKeyring
from vault.sealing.bindings import FOUNDING, RECOVERY, storage_key_info
from vault.sealing.keypairs import SealingKey, open_seed
from vault.sealing.passphrase import DEFAULT, FLOOR, KdfProfile
from vault.sealing.recovery import open_recovery_key

_FOUNDER = Founder(
    username="i.moreau", name="Ines Moreau", email=f"i.moreau@{DOMAIN}", passphrase=passphrase_of("i.moreau")
)


def _found(
    store: MemoryLedgerStore,
    founder: Founder = _FOUNDER,
    policy: Policy | None = None,
    *,
    threshold: int = 3,
    profile: KdfProfile = FLOOR,
) -> Founding:
    random = Stream("founding")
    return found_vault(
        store,
        founder,
        policy or default_policy("Ridge Public Schools", [DOMAIN]),
        keyring=StorageKeyring.make(random),
        profile=profile,
        threshold=threshold,
        shares=5,
        at=START,
        random=random,
    )


@pytest.mark.parametrize(
    ("founder", "error"),
    [
        (replace(_FOUNDER, passphrase=Secret("kq7 vx2 pl9 zt")), InvalidInput),
        (replace(_FOUNDER, passphrase=Secret("Ridge Public Schools")), InvalidInput),
        (replace(_FOUNDER, email="i.moreau@example.org"), InvalidInput),
        (replace(_FOUNDER, name=""), InvalidInput),
        (replace(_FOUNDER, name="Ines\nMoreau"), InvalidInput),
    ],
    ids=["14 characters", "the district's name", "another domain", "no name", "two lines"],
)
def test_founder_who_will_not_do_leaves_the_store_empty(founder: Founder, error: type[VaultError]) -> None:
    """B3, B7."""
    store = MemoryLedgerStore()
    with pytest.raises(error):
        _found(store, founder)
    assert (store.entries, store.records) == ([], {})


@pytest.mark.parametrize("threshold", [0, 1, 6])
def test_what_is_no_quorum_founds_nothing(threshold: int) -> None:
    store = MemoryLedgerStore()
    with pytest.raises(InvalidInput, match="no quorum"):
        _found(store, threshold=threshold)
    assert store.entries == []


def test_policy_without_a_domain_founds_nothing() -> None:
    store = MemoryLedgerStore()
    policy = replace(default_policy("Ridge Public Schools", [DOMAIN]), domains=())
    with pytest.raises((InvalidInput, NotPermitted)):
        _found(store, policy=policy)
    assert store.entries == []


def test_vault_is_founded_once_in_a_store() -> None:
    store = MemoryLedgerStore()
    first = _found(store)
    with pytest.raises(HeadMoved):
        _found(store)
    assert [entry.hash for entry in store.entries] == [first.vault]


def test_founder_is_it_of_the_district_and_nothing_else(district: District) -> None:
    founding = district.founding
    assert roles_over(district.desk.office.view, founding.person, founding.unit) == {Role.IT}


def test_three_shares_open_the_district_key_and_the_storage_key(district: District) -> None:
    view, store = district.desk.office.view, district.store
    recovery = the_vault(view).recovery
    key = open_recovery_key(district.founding.shares[1:4], recovery.commitments, recovery.public)
    unit = get(view, Unit, district.founding.unit)
    copy = next(each for each in unit.copies if each.recipient == RECOVERY)
    seed = open_seed(key, store.record(copy.record), unit_binding(unit.id, 1, RECOVERY, recovery.public))
    assert SealingKey.from_seed(seed).public.to_bytes() == unit.public
    binding = storage_key_info(vault=FOUNDING, recipient=RECOVERY, recipient_fingerprint=fingerprint(recovery.public))
    storage = key.open(store.record(recovery.storage_key), binding)
    assert storage.decode() == district.keyring.to_text()


def test_two_shares_open_nothing(district: District) -> None:
    """B5."""
    recovery = the_vault(district.desk.office.view).recovery
    with pytest.raises(InvalidInput, match="at least 3 are needed"):
        open_recovery_key(district.founding.shares[:2], recovery.commitments, recovery.public)


def test_altered_share_is_named(district: District) -> None:
    """B5."""
    recovery = the_vault(district.desk.office.view).recovery
    one, two, three, *_ = district.founding.shares
    altered = replace(two, data=bytes([two.data[0] ^ 1]) + two.data[1:])
    with pytest.raises(CannotOpen, match="share 2 "):
        open_recovery_key([one, altered, three], recovery.commitments, recovery.public)


def test_founder_unlocks_with_the_default_strength() -> None:
    district = District.found(MemoryLedgerStore(), MemoryStateStore(), profile=DEFAULT)
    lock = district.founder.person.lock
    assert lock is not None
    assert (lock.kdf.memory_kib, lock.kdf.passes, lock.kdf.lanes) == (64 * 1024, 3, 4)
    assert district.founder.person.username == USERNAMES["founder"]


def test_draft_without_its_records_founds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryLedgerStore()
    monkeypatch.setattr("vault.desk.founding.lock_for", _lock_without_record)
    with pytest.raises(AlteredRecord):
        _found(store)
    assert store.entries == []


def _lock_without_record(*args: object, **kwargs: object) -> tuple[object, dict[bytes, bytes]]:
    from vault.desk.locks import lock_for

    lock, _ = lock_for(*args, **kwargs)  # type: ignore[arg-type]
    return lock, {}


def test_wrong_passphrase_does_not_unlock(district: District) -> None:
    from vault.desk.locks import unlock

    with pytest.raises(WrongPassphrase):
        unlock(district.desk.office, district.coach.person, passphrase_of("t.weiss"))
