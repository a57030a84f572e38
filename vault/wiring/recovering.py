"""What recovery keeps on this machine: requests' one-time keys, and the storage key, turned or brought back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vault.desk.quorum import find_storage_keys
from vault.desk.resharing import Resharing
from vault.domain.ids import RequestId, VaultId
from vault.errors import CannotOpen, IntegrityError, NotFound, VaultError, WrongState
from vault.ledger.view import View, the_vault
from vault.ledger.witness import Witness
from vault.sealing.recovery import open_recovery, open_recovery_unsafe
from vault.store import files, open_ledger_store, sealed_records
from vault.wiring.assembly import open_vault, scratch_state
from vault.wiring.home import Config, Home, Settings, read_config, write_config, write_private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vault.desk.office import Member
    from vault.domain.ids import Digest
    from vault.sealing.atrest import StorageKeyring
    from vault.sealing.shares import Share
    from vault.wiring.assembly import Opened, Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A turn of the storage key.

    Attributes:
        term: The newest term now.
        entries: How many entries were encrypted anew by this command.
        is_resumed: It went on with a turn that was interrupted.
    """

    term: int
    entries: int
    is_resumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A storage key that the quorum has brought back.

    Attributes:
        file: Where it is now.
        term: Its newest term.
        vault: The vault that it belongs to.
    """

    file: Path
    term: int
    vault: VaultId


def _request_key(home: Home, request: RequestId) -> Path:
    return home.folder / f"{request}.key"


def keep_request_key(home: Home, request: RequestId, locked: bytes) -> None:
    """Keep a request's one-time key, locked to the requester, readable by this user alone.

    Raises:
        StoreError: It cannot be written.
    """
    write_private(_request_key(home, request), locked.hex() + "\n", is_new=True)


def find_request_key(home: Home, request: RequestId) -> bytes | None:
    """A request's one-time key, locked to the requester; None where the request was made on another machine.

    Raises:
        UnsafePermissions: Others may read it.
        CannotOpen: It is damaged.
    """
    path = _request_key(home, request)
    if not path.exists():
        return None
    files.require_private_file(path)
    try:
        return bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise CannotOpen(f"{path} is not the one-time key of {request}") from error


def forget_request_keys(home: Home) -> None:
    """Remove every request's one-time key: what was sealed to them is worth nothing once shares are made anew."""
    for path in home.folder.glob("rec_*.key"):
        path.unlink(missing_ok=True)


def turn_storage_key(settings: Settings, around: Surroundings, opened: Opened, member: Member) -> Turned:
    """Give the storage key a new term, encrypt the store anew under it, and seal the file to the recovery key.

    The file is written first and keeps every older term, so that at any moment this machine reads everything. What is
    interrupted goes on at the next call: the term that the ledger names tells.

    Args:
        settings: Of this run.
        around: Its surroundings.
        opened: The vault as it is open now, under the old file; it may be closed after this.
        member: IT of the district.

    Raises:
        WrongState: The storage key comes from a command, which has to turn it.
        NotPermitted: The member is not IT of the district.
    """
    from vault.domain.persons import Role
    from vault.ledger.rules.authority import require_over

    home, vault = opened.home, the_vault(opened.office.view)
    if opened.config.key_command is not None:
        raise WrongState(
            "the storage key comes from a command, so this program cannot turn it",
            hint="put it into a file for as long as the turn takes: take key_command out of config.toml",
        )
    require_over(opened.office.view, member.person.id, vault.unit, Role.IT)
    is_resumed = opened.keyring.newest > vault.recovery.storage_term
    if not is_resumed:
        write_private(home.storage_key, opened.keyring.with_new_term().to_text())
    turned = open_vault(settings, around)
    try:
        entries = turned.store.reencrypt(around.progress)
        Resharing(turned.office).seal_storage_key(member, turned.keyring)
        # The entry that says so was written under the new term already.
        return Turned(term=turned.keyring.newest, entries=entries, is_resumed=is_resumed)
    finally:
        turned.close()


def restore_storage_key(
    settings: Settings, around: Surroundings, shares: Sequence[Share], vault: VaultId | None
) -> Restored:
    """Bring the storage key back with nothing but the database and the officers' shares.

    Nothing is written before the key has read the whole ledger of the vault that is trusted, and the ledger has named
    the record, the key and every share.

    Args:
        settings: Of this run; `--db` where the configuration is lost as well.
        around: Its surroundings.
        shares: What the officers gave.
        vault: The vault's id from paper; None to take the configuration's.

    Raises:
        WrongState: There is a storage key already.
        NotFound: There is neither a configuration nor a vault's id.
        CannotOpen: No record opens with these shares: one is altered, or of another set or vault.
        InvalidInput: Too few shares, or one twice.
    """
    home = Home.of(settings)
    if home.storage_key.exists():
        raise WrongState(f"{home.storage_key} is there already, and is not replaced")
    config = _config_of(home, settings, vault)
    key, found = open_recovery_unsafe(shares), None
    for name, keyring in find_storage_keys(sealed_records(config.db), key):
        found = _proved(config, around, shares, name, keyring) or found
    if found is None:
        raise CannotOpen(
            f"no storage key in {config.db.partition('@')[2] or config.db} opens with these shares",
            hint="one of them is altered, or of an older set or of another vault",
        )
    files.make_private_directory(home.folder)
    write_private(home.storage_key, found.to_text(), is_new=True)
    if not home.config.exists():
        write_config(home, config)
    return Restored(file=home.storage_key, term=found.newest, vault=config.vault)


def _config_of(home: Home, settings: Settings, vault: VaultId | None) -> Config:
    """The configuration, or one for a machine that has none."""
    if home.config.exists():
        config = read_config(home, settings)
        if vault is not None and vault != config.vault:
            raise IntegrityError("the fingerprint on paper is not that of the configuration")
        return config
    if vault is None or settings.db is None:
        raise NotFound(
            f"there is no configuration in {home.folder}",
            hint="name the database and the fingerprint on paper: custody --db URL recovery storage-key --vault HEX",
        )
    return Config(vault=vault, db=settings.db)


def _proved(
    config: Config, around: Surroundings, shares: Sequence[Share], name: Digest, keyring: StorageKeyring
) -> StorageKeyring | None:
    """The keyring, if the whole ledger verifies under it and names the record; anybody can seal to a public key."""
    store = open_ledger_store(config.db, keyring)
    try:
        with scratch_state(keyring) as state:
            witness = Witness(store, state, config.vault, progress=around.progress)
            witness.follow()
            return keyring if _is_named(witness.view, shares, name) else None
    except VaultError:
        return None
    finally:
        store.close()


def _is_named(view: View, shares: Sequence[Share], name: Digest) -> bool:
    recovery = the_vault(view).recovery
    open_recovery(shares, recovery.commitments, recovery.public)
    return recovery.storage_key == name
