"""Opening a backup file, verifying it in a scratch place, and making a store again from it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vault.desk.backups import (
    district_key_of_member,
    district_key_of_recovery,
    open_canary,
)
from vault.desk.ledgers import Verification, verify_ledger
from vault.desk.office import Locks, Office
from vault.errors import InvalidInput, StoreError
from vault.ledger.backups import ArchivedLedger, Manifest
from vault.ledger.ledger import Ledger
from vault.ledger.view import the_vault
from vault.ledger.witness import Witness
from vault.sealing.archive import (
    ArchiveHeader,
    ArchiveKey,
    open_with_passphrase,
    open_with_recovery,
    read_archive_header,
)
from vault.sealing.archive_stream import open_archive
from vault.sealing.atrest import StorageKeyring
from vault.sealing.recovery import open_recovery_key
from vault.store import open_state_store

if TYPE_CHECKING:
    from vault.desk.office import Member
    from vault.domain.secret import Secret
    from vault.ledger.ports import StateStore
    from vault.sealing.keypairs import SealingKey
    from vault.sealing.shares import Share
    from vault.wiring.assembly import Surroundings

Unlock = Callable[[Office], "Member"]
"""Opens a member's key from the backup's own records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    """A backup file, its key open.

    Attributes:
        path: Where.
        header: What stands before its stream.
        key: Its key.
        recovery: The recovery key, where that opened it.
    """

    path: Path
    header: ArchiveHeader
    key: ArchiveKey
    recovery: SealingKey | None = None

    def chunks(self) -> Iterator[bytes]:
        """The stream, anew from its beginning.

        Raises:
            CannotOpen: It is altered or cut short.
            StoreError: The file cannot be read.
        """
        try:
            with self.path.open("rb") as source:
                read_archive_header(source)
                yield from open_archive(source, self.header, self.key)
        except OSError as error:
            raise _unreadable(self.path, error) from error


def read_header(path: Path) -> ArchiveHeader:
    """The header of a backup file: before anybody is asked for a passphrase (A8).

    Raises:
        InvalidInput: It is not there, or not a backup of this program.
        VaultError: It is altered, or of an unknown form.
    """
    if not path.is_file():
        raise InvalidInput(f"there is no backup file {path}")
    try:
        with path.open("rb") as source:
            return read_archive_header(source)
    except OSError as error:
        raise _unreadable(path, error) from error


def open_by_passphrase(path: Path, passphrase: Secret) -> BackupFile:
    """Open a backup file by the backup passphrase.

    Raises:
        WrongPassphrase: It is not the one that the file was made with.
        VaultError: The file is altered or cannot be read.
    """
    header = read_header(path)
    return BackupFile(path=path, header=header, key=open_with_passphrase(header, passphrase))


def open_by_shares(path: Path, shares: Sequence[Share]) -> BackupFile:
    """Open a backup file by enough recovery shares.

    Raises:
        InvalidInput: Too few shares, one twice, or shares of different sets.
        CannotOpen: A share is not one that was handed out, or the file is altered.
    """
    header = read_header(path)
    recovery = open_recovery_key(shares, header.commitments, header.recovery)
    return BackupFile(path=path, header=header, key=open_with_recovery(header, recovery), recovery=recovery)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a backup proved to be.

    Attributes:
        manifest: What it says of itself.
        found: What the replay found.
        faults: What else is wrong with it, one line each.
        canary: By whose key the canary was opened, or None.
    """

    manifest: Manifest
    found: Verification
    faults: tuple[str, ...] = ()
    canary: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it replays to the head that it names and everything that it must hold is there."""
        return self.found.is_whole and not self.faults


def verify_backup(backup: BackupFile, around: Surroundings, unlock: Unlock | None = None) -> Checked:
    """Restore a backup in a scratch place that is gone afterwards, with the rules, and open its canary.

    Args:
        backup: The file, open.
        around: The clock, the randomness, the strength.
        unlock: Opens a keyholder's key from the backup's own records; without it, and without shares, the canary
            stays closed.

    Raises:
        VaultError: The file is altered or cut short.
    """
    archived = ArchivedLedger(backup.chunks)
    keyring = StorageKeyring.parse(archived.storage_key)
    with tempfile.TemporaryDirectory(prefix="custody-") as folder, scratch(Path(folder), keyring) as state:
        checked = replay(backup, archived, state, around)
        if not checked.is_whole:
            return checked
        whose = _canary_opened(backup, _office_of(backup, archived, state, around), checked.manifest, unlock)
        return Checked(manifest=checked.manifest, found=checked.found, canary=whose)


@contextmanager
def scratch(folder: Path, keyring: StorageKeyring) -> Iterator[StateStore]:
    """An empty state store in that folder, `witness.db`."""
    state = open_state_store(folder / "witness.db", keyring)
    try:
        yield state
    finally:
        state.close()


def replay(backup: BackupFile, archived: ArchivedLedger, state: StateStore, around: Surroundings) -> Checked:
    """Replay a backup with the rules into a state store, and check every record that it must hold."""
    found = verify_ledger(archived, state, backup.header.vault, around.progress)
    faults = []
    if archived.vault != backup.header.vault:
        faults.append("it names another vault within than without")
    if found.broken is None and found.head != archived.manifest.head:
        faults.append(f"it ends at another entry than entry {archived.manifest.head_seq}, which it names")
    if found.broken is None:
        recovery = the_vault(Witness(archived, state, backup.header.vault).view).recovery
        if (recovery.public, recovery.commitments) != (backup.header.recovery, backup.header.commitments):
            faults.append("it is sealed to another recovery key than the ledger's")
    return Checked(manifest=archived.manifest, found=found, faults=tuple(faults))


def _canary_opened(backup: BackupFile, office: Office, manifest: Manifest, unlock: Unlock | None) -> str | None:
    """Open the canary by the road that is given; by whose key, or None for no road."""
    if backup.recovery is not None:
        open_canary(office.view, manifest, district_key_of_recovery(office.view, office.store, backup.recovery))
        return "the recovery key"
    if unlock is None:
        return None
    member = unlock(office)
    open_canary(office.view, manifest, district_key_of_member(office, member))
    return member.person.username


def _office_of(backup: BackupFile, archived: ArchivedLedger, state: StateStore, around: Surroundings) -> Office:
    """An office on the backup itself: it reads, and cannot write."""
    witness = Witness(archived, state, backup.header.vault)
    pepper = StorageKeyring.parse(archived.storage_key).pepper
    return Office(
        ledger=Ledger(archived, witness, around.clock, around.warn),
        store=archived,
        locks=Locks(pepper=pepper, default=around.default, officer=around.officer),
        random=around.random,
        progress=around.progress,
    )


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be read: {(error.strerror or type(error).__name__).lower()}")
