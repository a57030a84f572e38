"""Founding a vault: keys, recovery shares, and the first entry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from vault.desk.keychain import seal_unit_key
from vault.desk.locks import lock_for, require_passphrase
from vault.domain.ids import ID_BYTES, PersonId, UnitId, VaultId, make_id
from vault.domain.keys import PublicKeys
from vault.domain.policies import Policy
from vault.domain.secret import Secret
from vault.domain.vaults import Recovery
from vault.errors import InvalidInput
from vault.ledger.events import VaultFounded
from vault.ledger.ledger import Author, Draft, found
from vault.ledger.ports import LedgerStore
from vault.ledger.rules.keys import fingerprint
from vault.policy.naming import require_plain_text
from vault.sealing.atrest import StorageKeyring
from vault.sealing.bindings import FOUNDING, RECOVERY, storage_key_info
from vault.sealing.frames import Random, digest
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.identity import Identity
from vault.sealing.keypairs import SealingKey, seal_to
from vault.sealing.passphrase import KdfProfile
from vault.sealing.recovery import RecoveryKey, make_recovery_key
from vault.sealing.shares import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Founder:
    """Who founds the vault.

    Attributes:
        username: What they will be called.
        name: As people write it.
        email: Their district address.
        passphrase: For their key.
    """

    username: str
    name: str
    email: str
    passphrase: Secret = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What a founding made.

    Attributes:
        vault: The vault's id.
        person: The founder.
        unit: The district unit.
        shares: The recovery shares: print them, hand them out, keep none.
    """

    vault: VaultId
    person: PersonId
    unit: UnitId
    shares: tuple[Share, ...] = field(repr=False)


def found_vault(
    store: LedgerStore,
    founder: Founder,
    policy: Policy,
    *,
    keyring: StorageKeyring,
    profile: KdfProfile,
    threshold: int,
    shares: int,
    at: datetime,
    random: Random,
) -> Founding:
    """Make every key of a new vault and write its first entry.

    Args:
        store: Empty.
        founder: Becomes the district's first IT member.
        policy: Version 1 of the settings.
        keyring: The storage key, already saved; it is also sealed to the recovery key.
        profile: How the founder's passphrase is stretched.
        threshold: How many shares open the recovery key.
        shares: How many there are.
        at: Now.
        random: Source of keys and ids.

    Raises:
        InvalidInput: A name, address or passphrase will not do, or it is no quorum.
        HeadMoved: The store already holds a ledger.
    """
    name = require_plain_text("the name", founder.name, 100)
    require_passphrase(founder.passphrase, (policy.district, *policy.words, name, founder.username))
    if founder.email.rpartition("@")[2] not in policy.domains:
        raise InvalidInput(f"{founder.email} is not an address of the district's domains", hint="--domain, --email")
    recovery = make_recovery_key(random, threshold=threshold, shares=shares)
    identity = Identity.make(random)
    person, unit = PersonId(make_id("per", random(ID_BYTES))), UnitId(make_id("uni", random(ID_BYTES)))
    lock, records = lock_for(identity, founder.passphrase, person, profile, pepper=keyring.pepper, random=random)
    seed = random(SEED_BYTES)
    own, own_record = seal_unit_key(seed, unit, 1, person, identity.public.sealing)
    spare, spare_record = seal_unit_key(seed, unit, 1, RECOVERY, recovery.public.to_bytes())
    storage = _seal_storage_key(keyring, recovery)
    event = VaultFounded(
        policy=policy,
        person=person,
        username=founder.username,
        name=name,
        email=founder.email,
        keys=PublicKeys(sealing=identity.public.sealing, signing=identity.public.signing),
        lock=lock,
        unit=unit,
        unit_public=SealingKey.from_seed(seed).public.to_bytes(),
        copies=(own, spare),
        recovery=Recovery(
            public=recovery.public.to_bytes(),
            threshold=threshold,
            set_id=recovery.shares[0].set_id,
            commitments=recovery.commitments,
            storage_key=digest(storage),
        ),
    )
    records |= {own.record: own_record, spare.record: spare_record, digest(storage): storage}
    author = Author(person=person, signing=identity.signing)
    vault = found(store, author, Draft(events=(event,), records=records), at)
    return Founding(vault=vault, person=person, unit=unit, shares=recovery.shares)


def _seal_storage_key(keyring: StorageKeyring, recovery: RecoveryKey) -> bytes:
    """The storage-key file, sealed to the recovery key: the quorum can open a store whose key burnt with the server."""
    binding = storage_key_info(
        vault=FOUNDING, recipient=RECOVERY, recipient_fingerprint=fingerprint(recovery.public.to_bytes())
    )
    return seal_to(recovery.public, keyring.to_text().encode(), binding)
