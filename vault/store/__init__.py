"""The store: the only importer of SQLAlchemy and alembic.

It fills the two ports of `vault.ledger.ports`: the shared, untrusted ledger store on SQLite or PostgreSQL, and this
machine's witness in a SQLite file. The functions here are its whole face; each imports what it needs when it is
called, so that a command which touches no store does not pay for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vault.domain.ids import Digest
    from vault.store.cipher import AtRestCipher
    from vault.store.ledger_store import SqlLedgerStore
    from vault.store.upgrade import StoreStatus, UpgradeReport
    from vault.store.witness_store import SqlStateStore


def create_store(url: str) -> None:
    """Make an empty shared store; to do so again before anything was recorded in it changes nothing.

    Args:
        url: `sqlite:///PATH` or `postgresql+psycopg://…`.

    Raises:
        StoreError: The place holds a vault already, or something that is not ours, or cannot be written.
    """
    from vault.store import upgrade

    upgrade.create_store(url)


def open_ledger_store(url: str, cipher: AtRestCipher) -> SqlLedgerStore:
    """Open the shared store, its schema compared with ours before anything else is read.

    Args:
        url: `sqlite:///PATH` or `postgresql+psycopg://…`.
        cipher: The storage keyring, which encrypts every frame at rest.

    Raises:
        AlteredSchema: The schema is not the one that this program made.
        StoreTooOld: `custody store upgrade` has to run first.
        StoreTooNew: A newer program has upgraded the store.
        UnsafePermissions: Others may read or replace the file.
        StoreError: It is not there or cannot be read.
    """
    from vault.store.ledger_store import SqlLedgerStore

    return SqlLedgerStore.open(url, cipher)


def sealed_records(url: str) -> Iterator[tuple[Digest, bytes]]:
    """Every sealed record of a store whose storage key is lost, as (name in the store, bytes), unchecked.

    Raises:
        AlteredSchema: The schema is not the one that this program made.
        StoreError: It is not there or cannot be read.
    """
    from vault.sealing.atrest import StorageKeyring
    from vault.store.ledger_store import SqlLedgerStore

    # Records are not encrypted at rest: any keyring opens a store to read them.
    store = SqlLedgerStore.open(url, StorageKeyring.make())
    try:
        yield from store.records_present()
    finally:
        store.close()


def open_state_store(path: Path, cipher: AtRestCipher) -> SqlStateStore:
    """Open this machine's witness, or make an empty one where there is none.

    Args:
        path: The file, by custom `witness.db`.
        cipher: The storage keyring, which encrypts every document at rest.

    Raises:
        WitnessUnusable: It cannot be trusted or read; `discard_state_store` and rebuild.
        UnsafePermissions: Others may read or replace the file.
        StoreError: It cannot be opened or made.
    """
    from vault.store.witness_store import SqlStateStore

    return SqlStateStore.open(path, cipher)


def discard_state_store(path: Path) -> None:
    """Remove the witness's files, so that the next `open_state_store` starts from nothing.

    Raises:
        StoreError: A file cannot be removed.
    """
    from vault.store import files

    files.discard(path)


def upgrade_store(url: str, backup_dir: Path) -> UpgradeReport:
    """Bring the shared store to this program's schema, after a backup copy.

    Args:
        url: The store.
        backup_dir: Where the copy of a SQLite store goes; made with mode 0700.

    Raises:
        AlteredSchema: The schema is not the one that its revision had.
        StoreTooNew: A newer program has upgraded the store.
        StoreError: The copy or the migration failed; the store is as it was.
    """
    from vault.store import upgrade

    return upgrade.upgrade_store(url, backup_dir)


def store_status(url: str) -> StoreStatus:
    """What stands at that address: engine, revision, counts.

    Raises:
        StoreError: It is not there or cannot be read.
    """
    from vault.store import upgrade

    return upgrade.store_status(url)
