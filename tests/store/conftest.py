"""Stores to test, on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.store.places import (
    LedgerPlace,
    MemoryLedgerPlace,
    MemoryStatePlace,
    SqlLedgerPlace,
    SqlStatePlace,
    StatePlace,
)
from vault.sealing.atrest import StorageKeyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def keyring() -> StorageKeyring:
    """One storage key for all: it costs two derivations to make."""
    return StorageKeyring.make()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database."""
    name = postgres.make_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/vault.db"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def sql_place(url: str, keyring: StorageKeyring) -> Iterator[SqlLedgerPlace]:
    """A new store, on each engine."""
    place = SqlLedgerPlace(url, keyring)
    yield place
    place.close()


@pytest.fixture
def sqlite_place(tmp_path: Path, keyring: StorageKeyring) -> Iterator[SqlLedgerPlace]:
    """A new store in a SQLite file."""
    place = SqlLedgerPlace(f"sqlite:///{tmp_path}/home/vault.db", keyring)
    yield place
    place.close()


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    """The file of `sqlite_place`."""
    return tmp_path / "home" / "vault.db"


@pytest.fixture
def postgres_place(postgres_url: str, keyring: StorageKeyring) -> Iterator[SqlLedgerPlace]:
    """A new store in a PostgreSQL database."""
    place = SqlLedgerPlace(postgres_url, keyring)
    yield place
    place.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def ledger_place(request: pytest.FixtureRequest) -> Iterator[LedgerPlace]:
    """A new store, in memory and on each engine."""
    if request.param == "memory":
        place: LedgerPlace = MemoryLedgerPlace()
    else:
        place = request.getfixturevalue(f"{request.param}_place")
    yield place
    place.close()


@pytest.fixture(params=["memory", "sqlite"])
def state_place(request: pytest.FixtureRequest, tmp_path: Path, keyring: StorageKeyring) -> Iterator[StatePlace]:
    """A new witness, in memory and in a file."""
    place: StatePlace
    place = MemoryStatePlace() if request.param == "memory" else SqlStatePlace(tmp_path / "witness.db", keyring)
    yield place
    place.close()


@pytest.fixture
def witness_place(tmp_path: Path, keyring: StorageKeyring) -> Iterator[SqlStatePlace]:
    """A new witness in a file."""
    place = SqlStatePlace(tmp_path / "witness.db", keyring)
    yield place
    place.close()
