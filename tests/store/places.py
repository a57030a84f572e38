"""Places for stores to stand: memory, SQLite, PostgreSQL, each opened as often as a test likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.store import create_store, open_ledger_store, open_state_store

if TYPE_CHECKING:
    from pathlib import Path

    from vault.ledger.ports import LedgerStore, StateStore
    from vault.sealing.atrest import StorageKeyring
    from vault.store.ledger_store import SqlLedgerStore
    from vault.store.witness_store import SqlStateStore


class LedgerPlace(Protocol):
    """Where one shared store stands."""

    def open(self) -> LedgerStore:
        """One more handle on it."""

    def close(self) -> None:
        """Close every handle."""


class MemoryLedgerPlace:
    def __init__(self) -> None:
        self._store = MemoryLedgerStore()

    def open(self) -> LedgerStore:
        return self._store

    def close(self) -> None:
        """Nothing is held."""


class SqlLedgerPlace:
    """A store at an address."""

    def __init__(self, url: str, keyring: StorageKeyring) -> None:
        self.url = url
        self.keyring = keyring
        self._opened: list[SqlLedgerStore] = []
        create_store(url)

    def open(self) -> SqlLedgerStore:
        store = open_ledger_store(self.url, self.keyring)
        self._opened.append(store)
        return store

    def close(self) -> None:
        while self._opened:
            self._opened.pop().close()


class StatePlace(Protocol):
    """Where one witness stands."""

    def open(self) -> StateStore:
        """One more handle on it."""

    def close(self) -> None:
        """Close every handle."""


class MemoryStatePlace:
    def __init__(self) -> None:
        self._store = MemoryStateStore()

    def open(self) -> StateStore:
        return self._store

    def close(self) -> None:
        """Nothing is held."""


class SqlStatePlace:
    """A witness in a file."""

    def __init__(self, path: Path, keyring: StorageKeyring) -> None:
        self.path = path
        self.keyring = keyring
        self._opened: list[SqlStateStore] = []

    def open(self) -> SqlStateStore:
        store = open_state_store(self.path, self.keyring)
        self._opened.append(store)
        return store

    def close(self) -> None:
        while self._opened:
            self._opened.pop().close()
