from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.store.chain import fill
from vault.errors import StoreError, UnsafePermissions
from vault.store import create_store, files, open_ledger_store, open_state_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.store.places import SqlLedgerPlace
    from vault.sealing.atrest import StorageKeyring


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("no_umask")
def test_every_file_is_private_from_birth_whatever_the_umask(tmp_path: Path, keyring: StorageKeyring) -> None:
    """B4"""
    home = tmp_path / "a" / "home"
    url = f"sqlite:///{home}/vault.db"
    create_store(url)
    store = open_ledger_store(url, keyring)
    witness = open_state_store(home / "witness.db", keyring)
    fill(store, 2)
    names = {path.name: mode(path) for path in home.iterdir()}
    store.close()
    witness.close()
    assert {"vault.db", "vault.db-wal", "vault.db-shm", "witness.db"} <= names.keys()
    assert set(names.values()) == {0o600}
    assert mode(home) == 0o700


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o666])
def test_a_store_that_others_may_open_is_refused_with_the_command_that_mends_it(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, bits: int
) -> None:
    """B4"""
    sqlite_path.chmod(bits)
    with pytest.raises(UnsafePermissions) as caught:
        sqlite_place.open()
    assert caught.value.hint == f"chmod 600 {sqlite_path}"
    sqlite_path.chmod(0o600)
    assert sqlite_place.open().head() is None


def test_a_witness_that_others_may_open_is_refused(tmp_path: Path, keyring: StorageKeyring) -> None:
    """B4, F7"""
    path = tmp_path / "witness.db"
    open_state_store(path, keyring).close()
    path.chmod(0o644)
    with pytest.raises(UnsafePermissions):
        open_state_store(path, keyring)


def test_a_link_in_place_of_a_store_is_refused(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, keyring: StorageKeyring, tmp_path: Path
) -> None:
    """B4"""
    sqlite_place.open().head()
    link = tmp_path / "link.db"
    link.symlink_to(sqlite_path)
    with pytest.raises(UnsafePermissions, match="is a link"):
        open_ledger_store(f"sqlite:///{link}", keyring)
    with pytest.raises(UnsafePermissions, match="is a link"):
        create_store(f"sqlite:///{link}")


def test_a_dangling_link_is_not_followed_to_make_a_store(tmp_path: Path) -> None:
    """B4"""
    target = tmp_path / "elsewhere.db"
    (tmp_path / "vault.db").symlink_to(target)
    with pytest.raises(UnsafePermissions, match="is a link"):
        create_store(f"sqlite:///{tmp_path}/vault.db")
    assert not target.exists()


@pytest.mark.parametrize("suffix", files.SIDECARS)
def test_a_planted_sidecar_is_refused(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, tmp_path: Path, suffix: str
) -> None:
    """B4"""
    sqlite_path.with_name(f"vault.db{suffix}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafePermissions, match="is a link"):
        sqlite_place.open()


@pytest.mark.parametrize("bits", [0o777, 0o730, 0o1777])
def test_a_directory_in_which_others_may_write_is_refused(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, bits: int
) -> None:
    """B4"""
    sqlite_path.parent.chmod(bits)
    with pytest.raises(UnsafePermissions) as caught:
        sqlite_place.open()
    assert caught.value.hint == f"chmod 700 {sqlite_path.parent}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_somebody_elses_file_or_directory_is_refused(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    """B4, F7"""
    os.chown(sqlite_path, 65534, -1)
    with pytest.raises(UnsafePermissions, match="belongs to somebody else"):
        sqlite_place.open()
    os.chown(sqlite_path, 0, -1)
    os.chown(sqlite_path.parent, 65534, -1)
    with pytest.raises(UnsafePermissions, match="belongs to somebody else"):
        sqlite_place.open()


def test_a_store_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path, keyring: StorageKeyring) -> None:
    for path in (tmp_path / "vault.db", tmp_path / "none" / "vault.db"):
        with pytest.raises(StoreError, match="no such file"):
            open_ledger_store(f"sqlite:///{path}", keyring)
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_a_file_or_not_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault.db").mkdir()
    with pytest.raises(StoreError, match="is not a file"):
        files.require_private_file(tmp_path / "vault.db")
    (tmp_path / "plain").touch()
    with pytest.raises(StoreError, match="is not a directory"):
        files.require_safe_directory(tmp_path / "plain")
    with pytest.raises(StoreError, match="cannot make"):
        files.make_private_directory(tmp_path / "plain" / "below")
    with pytest.raises(StoreError, match="cannot make"):
        files.make_private_file(tmp_path / "none" / "vault.db")


def test_discarding_removes_every_file_and_may_be_repeated(tmp_path: Path) -> None:
    """F7"""
    for suffix in ("", *files.SIDECARS):
        (tmp_path / f"witness.db{suffix}").touch()
    files.discard(tmp_path / "witness.db")
    files.discard(tmp_path / "witness.db")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "witness.db").mkdir()
    with pytest.raises(StoreError, match="cannot remove"):
        files.discard(tmp_path / "witness.db")
