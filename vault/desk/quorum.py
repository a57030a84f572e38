"""The quorum: the officers' shares put together on one machine, and the road from their key down to a credential."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from vault.desk.keychain import unit_binding
from vault.desk.office import Office
from vault.domain.accounts import Account
from vault.domain.credentials import Credential
from vault.domain.ids import Digest, Fingerprint
from vault.domain.keys import SealedKey, UnitKey
from vault.domain.units import Unit
from vault.domain.vaults import Recovery
from vault.errors import CannotOpen, InvalidInput, VaultError
from vault.ledger.rules.keys import fingerprint
from vault.ledger.view import get, the_vault
from vault.sealing.atrest import StorageKeyring
from vault.sealing.bindings import FOUNDING, RECOVERY, Binding, data_key_info, storage_key_info
from vault.sealing.frames import digest
from vault.sealing.keypairs import SealingKey, SealingPublicKey, open_seed, seal_to
from vault.sealing.recovery import OpenRecoveryKey, RecoveryKey, open_recovery
from vault.sealing.shares import Share

LEAST_SEALED: Final = 1_300
MOST_SEALED: Final = 64_000
"""Between these lengths, in bytes, lies a sealed storage key, of one term or of some hundreds."""


def open_quorum(office: Office, shares: Sequence[Share]) -> OpenRecoveryKey:
    """The recovery key from what the officers gave; nothing is written.

    Raises:
        InvalidInput: Too few shares, or one twice.
        CannotOpen: A share that was not handed out, named by its number.
    """
    recovery = the_vault(office.view).recovery
    return open_recovery(shares, recovery.commitments, recovery.public)


def numbers(shares: Iterable[Share]) -> tuple[int, ...]:
    """The shares' numbers, rising."""
    return tuple(sorted(share.index for share in shares))


class QuorumKeychain:
    """What the recovery key opens: every key of the district unit, and through them everything.

    Args:
        office: Where the sealed copies are.
        recovery: The recovery key, open.
    """

    def __init__(self, office: Office, recovery: OpenRecoveryKey) -> None:
        self._office = office
        self._recovery = recovery.sealing
        self._opened: dict[Fingerprint, bytes] = {}

    def seed(self, unit: Unit, key: UnitKey) -> bytes:
        """One epoch of a unit's private half: the district's by the recovery key, any other's by the unit above.

        Raises:
            CannotOpen: A copy is missing, does not open, or opens to another key than the ledger's.
        """
        name = fingerprint(key.public)
        if name not in self._opened:
            self._opened[name] = self._open(unit, key)
        return self._opened[name]

    def _open(self, unit: Unit, key: UnitKey) -> bytes:
        recipient = RECOVERY if unit.parent is None else unit.parent
        copy = next((each for each in key.copies if each.recipient == recipient), None)
        if copy is None:
            raise CannotOpen(f"the key of {unit.path}, epoch {key.epoch}, was never sealed to {recipient}")
        above = self._recovery if unit.parent is None else self._key_of(get(self._office.view, Unit, unit.parent), copy)
        binding = unit_binding(unit.id, key.epoch, recipient, above.public.to_bytes())
        seed = open_seed(above, self._office.store.record(copy.record), binding)
        if SealingKey.from_seed(seed).public.to_bytes() != key.public:
            raise CannotOpen(f"the copy of the key of {unit.path} opens to another key than the ledger's")
        return seed

    def _key_of(self, unit: Unit, copy: SealedKey) -> SealingKey:
        """The key of the unit, of whichever epoch, that this copy is sealed to."""
        for key in unit.keys:
            if fingerprint(key.public) == copy.fingerprint:
                return SealingKey.from_seed(self.seed(unit, key))
        raise CannotOpen(f"a copy is sealed to a key of {unit.path} that is not kept any more")

    def data_key(self, account: Account, credential: Credential) -> bytes:
        """The data key of one credential version, by its escrow copy.

        Raises:
            CannotOpen: It does not open.
        """
        sealed = credential.sealed
        copy = next((each for each in sealed.copies if each.recipient.startswith("uni_")), None)
        if copy is None:
            raise CannotOpen(f"version {sealed.version} of {account.key} was never sealed to its unit")
        key = self._key_of(get(self._office.view, Unit, copy.recipient), copy)
        binding = data_key_info(
            vault=self._office.ledger.witness.vault,
            account=account.id,
            credential=credential.id,
            version=sealed.version,
            sealer=credential.sealer,
            recipient=copy.recipient,
            recipient_fingerprint=copy.fingerprint,
        )
        return open_seed(key, self._office.store.record(copy.record), binding)

    def storage_key(self) -> StorageKeyring:
        """The storage key, by its copy for the recovery key.

        Raises:
            CannotOpen: It does not open.
            InvalidInput: It is not a storage key.
        """
        record = the_vault(self._office.view).recovery.storage_key
        return _keyring(self._recovery, self._office.store.record(record))


def seal_storage_key(public: bytes, keyring: StorageKeyring) -> tuple[Digest, bytes]:
    """The storage-key file, sealed to a recovery key: the record's name and bytes.

    It is bound to no vault's id, as the founding's is: whoever lost the storage key cannot read the ledger for one.

    Args:
        public: The recovery key's public half, 1,216 bytes.
        keyring: What the file holds.
    """
    record = seal_to(SealingPublicKey.from_bytes(public), keyring.to_text().encode(), _binding(public))
    return digest(record), record


def recovery_of(
    recovery: RecoveryKey, threshold: int, keyring: StorageKeyring, records: dict[Digest, bytes]
) -> Recovery:
    """What an entry says of a new recovery key.

    The storage-key file is sealed to it and added to `records`: the quorum can open a store whose key burnt with the
    server.
    """
    name, record = seal_storage_key(recovery.public.to_bytes(), keyring)
    records[name] = record
    return Recovery(
        public=recovery.public.to_bytes(),
        threshold=threshold,
        set_id=recovery.shares[0].set_id,
        commitments=recovery.commitments,
        storage_key=name,
        storage_term=keyring.newest,
        signing=recovery.signing,
    )


def find_storage_keys(
    records: Iterable[tuple[Digest, bytes]], recovery: OpenRecoveryKey
) -> Iterator[tuple[Digest, StorageKeyring]]:
    """Every sealed record that opens to a storage key under the recovery key; tried, for no ledger can be read.

    Args:
        records: Name and bytes, of a store that is believed in nothing.
        recovery: The recovery key; not proved by anything but what it opens.
    """
    for name, record in records:
        if digest(record) != name or not LEAST_SEALED <= len(record) <= MOST_SEALED:
            continue
        try:
            yield name, _keyring(recovery.sealing, record)
        except VaultError:
            continue


def _keyring(key: SealingKey, record: bytes) -> StorageKeyring:
    text = key.open(record, _binding(key.public.to_bytes()))
    try:
        return StorageKeyring.parse(text.decode("ascii"))
    except UnicodeDecodeError as error:
        raise InvalidInput("what is sealed to the recovery key is not a storage key") from error


def _binding(public: bytes) -> Binding:
    return storage_key_info(vault=FOUNDING, recipient=RECOVERY, recipient_fingerprint=fingerprint(public))
