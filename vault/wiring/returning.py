"""Making a store, a storage key, a witness and a configuration again from a backup file."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vault.desk.backups import Returned
from vault.errors import ForeignVault, Forked, IntegrityError, InvalidInput, RolledBack, VaultError, WrongState
from vault.ledger.backups import ArchivedLedger
from vault.sealing.atrest import StorageKeyring
from vault.store import create_store, discard_state_store, files, open_ledger_store, open_state_store
from vault.store.location import SqliteFile, parse_location
from vault.wiring.backups import Marks, read_marks, remember
from vault.wiring.home import Config, Home, Settings, read_config, read_keyring, write_config, write_private
from vault.wiring.restoring import BackupFile, Checked, replay, scratch

if TYPE_CHECKING:
    from vault.ledger.ports import Head, Pin
    from vault.wiring.assembly import Surroundings

_SCRATCH = ".restoring-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore made.

    Attributes:
        home: Where.
        config: The configuration, written last.
        checked: What the backup proved to be.
        lost_until: The newest entry that this machine had seen and that is lost, or None.
    """

    home: Home
    config: Config
    checked: Checked
    lost_until: int | None


def restore_backup(
    settings: Settings, around: Surroundings, backup: BackupFile, *, accepted: tuple[int, int] | None = None
) -> Restored:
    """Make everything again that a backup holds, on a machine that has nothing of it or has lost its store.

    The backup is verified with the rules before anything is written; the store is filled in one transaction; the
    configuration comes last. Whatever stops it, there is no vault or the whole one, and a rerun completes.

    Args:
        settings: Where the home is, and the store if it is not the home's own.
        around: The clock, the randomness.
        backup: The file, open.
        accepted: The first and last entry whose loss is accepted, on a machine that has seen more than the backup
            holds.

    Raises:
        ForeignVault: The home belongs to another vault.
        RolledBack: This machine has seen entries that the backup does not hold, and their loss is not accepted.
        Forked: This machine has seen another history.
        IntegrityError: The backup does not verify.
        WrongState: There is a store already, or another storage key.
        StoreError: The disk or the store failed.
    """
    home = Home.of(settings)
    archived = ArchivedLedger(backup.chunks)
    keyring = StorageKeyring.parse(archived.storage_key)
    config = _config_for(home, settings, backup)
    keyring = _keyring_for(home, config, keyring)
    files.make_private_directory(home.folder)
    lost = _require_pin(home, keyring, archived, accepted)
    for left in home.folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=home.folder))
    try:
        with scratch(folder, keyring) as state:
            checked = _require_whole(replay(backup, archived, state, around))
        _fill(config.db, keyring, archived)
        head = archived.manifest.head
        returned = Returned(head_seq=head.seq, head_hash=head.hash, lost_until=lost)
        remember(home, replace(_kept_marks(home, head), returned=returned))
        _settle(home, config, keyring, folder / "witness.db")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not home.config.exists():
        write_config(home, config)
    return Restored(home=home, config=config, checked=checked, lost_until=lost)


def _config_for(home: Home, settings: Settings, backup: BackupFile) -> Config:
    """The home's own configuration, which must be of the same vault, or the one that will be written."""
    if not home.config.exists():
        return Config(vault=backup.header.vault, db=settings.db or home.default_db, username=settings.username)
    config = read_config(home, settings)
    if config.vault != backup.header.vault:
        raise ForeignVault(
            f"this backup is of the vault {backup.header.vault.hex()}, and {home.folder} trusts {config.vault.hex()}",
            hint="name another folder with --home",
        )
    return config


def _keyring_for(home: Home, config: Config, keyring: StorageKeyring) -> StorageKeyring:
    """The home's own storage key where there is one, which must be the backup's or a later turn of it."""
    if config.key_command is None and not home.storage_key.exists():
        return keyring
    own = read_keyring(home, config.key_command)
    if own.pepper != keyring.pepper:
        raise WrongState(
            f"{home.folder} has a storage key that is not the backup's", hint="move it away, or name another --home"
        )
    return own


def _require_pin(
    home: Home, keyring: StorageKeyring, archived: ArchivedLedger, accepted: tuple[int, int] | None
) -> int | None:
    """Refuse to forget, without a word, what this machine has seen; the last entry whose loss is accepted."""
    pin, head = _pin_of(home, keyring), archived.manifest.head
    if pin is None or pin.seq <= head.seq:
        # A restore that was stopped has put the new witness in place already, and remembers what was accepted.
        earlier = read_marks(home).returned
        lost = None if earlier is None or earlier.head_seq != head.seq else earlier.lost_until
        if accepted is not None and accepted != (head.seq + 1, lost):
            raise InvalidInput("nothing that this machine has seen is lost", hint="leave --accept-loss out")
        if pin is not None and archived.after(pin.seq - 1, 1)[0].hash != pin.hash:
            raise Forked(
                f"the backup has another entry {pin.seq} than the one this machine has already seen",
                hint="it is of another history; ask who made it",
            )
        return lost
    first, last = head.seq + 1, pin.seq
    if accepted != (first, last):
        raise RolledBack(
            f"the backup ends at entry {head.seq}, and this machine has seen entry {last}: "
            f"entries {first}-{last} would be lost",
            hint=f"look for a newer backup first; else give --accept-loss {first}-{last}",
        )
    return last


def _pin_of(home: Home, keyring: StorageKeyring) -> Pin | None:
    """What this machine has seen; nothing when its witness is gone or cannot be read."""
    if not home.witness.exists():
        return None
    try:
        state = open_state_store(home.witness, keyring)
        try:
            return state.pin()
        finally:
            state.close()
    except IntegrityError:
        return None


def _require_whole(checked: Checked) -> Checked:
    if checked.is_whole:
        return checked
    found = checked.found
    faults = [*checked.faults, *(f"the sealed record {each.hex()} is missing" for each in found.missing)]
    faults += [f"the sealed record {each.hex()} is altered" for each in found.altered]
    if found.broken is not None:
        faults.append(found.broken.message)
    raise IntegrityError("this backup does not verify, and is not restored", faults=tuple(faults))


def _fill(db: str, keyring: StorageKeyring, archived: ArchivedLedger) -> None:
    """Make the store and fill it; one that an interrupted restore has filled is left as it is."""
    place = parse_location(db)
    made = place.path if isinstance(place, SqliteFile) and not place.path.exists() else None
    try:
        create_store(db)
    except VaultError:
        if _holds(db, keyring, archived.manifest.head):
            return
        raise
    store = open_ledger_store(db, keyring)
    try:
        store.load(archived.batches)
    except BaseException:
        store.close()
        if made is not None:
            files.discard(made)
        raise
    store.close()


def _holds(db: str, keyring: StorageKeyring, head: Head) -> bool:
    try:
        store = open_ledger_store(db, keyring)
        try:
            return store.head() == head
        finally:
            store.close()
    except VaultError:
        return False


def _settle(home: Home, config: Config, keyring: StorageKeyring, witness: Path) -> None:
    """The storage key where there is none, and the witness that the replay has made in the old one's place."""
    if config.key_command is None and not home.storage_key.exists():
        write_private(home.storage_key, keyring.to_text(), is_new=True)
    discard_state_store(home.witness)
    witness.replace(home.witness)
    for told in home.folder.glob("told-*"):
        told.unlink(missing_ok=True)


def _kept_marks(home: Home, head: Head) -> Marks:
    """What this machine remembers of backups, less one of what is lost."""
    marks = read_marks(home)
    return Marks() if marks.made is not None and marks.made.head_seq > head.seq else marks
