"""Founding a vault: keys, recovery shares, and the first entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vault.desk.keychain import seal_unit_key
from vault.desk.locks import lock_for, require_passphrase
from vault.desk.quorum import recovery_of
from vault.domain.ids import ID_BYTES, Digest, PersonId, UnitId, VaultId, make_id
from vault.domain.keys import PublicKeys, SealedKey
from vault.domain.policies import Policy
from vault.domain.secret import Secret
from vault.errors import InvalidInput
from vault.ledger.events import VaultFounded
from vault.ledger.ledger import Author, Draft, found
from vault.ledger.ports import LedgerStore
from vault.policy.naming import require_plain_text
from vault.sealing.atrest import StorageKeyring
from vault.sealing.bindings import RECOVERY
from vault.sealing.frames import Random
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.identity import Identity
from vault.sealing.keypairs import SealingKey
from vault.sealing.passphrase import KdfProfile
from vault.sealing.recovery import make_recovery_key
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
    identity, seed = Identity.make(random), random(SEED_BYTES)
    person, unit = PersonId(make_id("per", random(ID_BYTES))), UnitId(make_id("uni", random(ID_BYTES)))
    lock, records = lock_for(identity, founder.passphrase, person, profile, pepper=keyring.pepper, random=random)
    recipients = {person: identity.public.sealing, RECOVERY: recovery.public.to_bytes()}
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
        copies=_seal_copies(seed, unit, recipients, records),
        recovery=recovery_of(recovery, threshold, keyring, records),
    )
    author = Author(person=person, signing=identity.signing)
    vault = found(store, author, Draft(events=(event,), records=records), at)
    return Founding(vault=vault, person=person, unit=unit, shares=recovery.shares)


def _seal_copies(
    seed: bytes, unit: UnitId, recipients: Mapping[str, bytes], records: dict[Digest, bytes]
) -> tuple[SealedKey, ...]:
    """The district unit's key, sealed to each recipient; the records are added to `records`."""
    copies = []
    for recipient, public in recipients.items():
        copy, record = seal_unit_key(seed, unit, 1, recipient, public)
        copies.append(copy)
        records[copy.record] = record
    return tuple(copies)
