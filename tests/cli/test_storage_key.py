"""The storage key: turned on demand, and brought back from the database and the officers' shares."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.cli.town import Town

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def share(town: Town, index: int, *, of: int = 5, folder: str = "shares") -> Path:
    return town.folder / folder / f"share-{index}-of-{of}.txt"


def share_files(town: Town, *indexes: int) -> str:
    return " ".join(f"--share-file {share(town, index)}" for index in indexes)


def test_lost_storage_key_comes_back_from_the_database_and_the_shares(active: Town) -> None:
    """F8"""
    path = active.home / "storage.key"
    text = path.read_text()
    assert (
        "is not replaced"
        in active.fails(f"custody recovery storage-key {share_files(active, 1, 2, 3)}", status=7)["message"]
    )
    path.unlink()
    active.fails("custody status", "jlee", status=6)
    made = active.ask(f"custody recovery storage-key {share_files(active, 2, 3, 5)}")
    assert (made["file"], made["term"]) == (str(path), 1)
    assert path.read_text() == text
    assert path.stat().st_mode & 0o777 == 0o600
    active.check_out()


def test_untrue_shares_bring_no_storage_key_back(active: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    """B5"""
    other = Town(folder=tmp_path_factory.mktemp("other"), label="other").found()
    (active.home / "storage.key").unlink()
    foreign = [active.file(f"foreign-{at}.txt", share(other, at).read_text()) for at in (1, 2, 3)]
    theirs = " ".join(f"--share-file {each}" for each in foreign)
    for shares, status, words in (
        (share_files(active, 1, 2), 2, "at least 3 are needed"),
        (share_files(active, 1, 2, 2), 2, "share 2 was given twice"),
        (f"{share_files(active, 1, 2)} --share-file {foreign[2]}", 2, "share 3 belongs to another set than share 1"),
        (theirs, 9, "opens with these shares"),
    ):
        assert words in active.fails(f"custody recovery storage-key {shares}", status=status)["message"]
        assert not (active.home / "storage.key").exists()


def test_burnt_machine_comes_back_from_the_database_and_paper(active: Town, tmp_path: Path) -> None:
    """F8"""
    vault = active.ask("custody whoami", "jlee")
    assert vault
    fingerprint = next(line for line in (active.home / "config.toml").read_text().splitlines() if "vault" in line)
    digits = fingerprint.split('"')[1]
    new = Town(folder=tmp_path / "new", clock=active.clock)
    new.home.mkdir(parents=True, mode=0o700)
    new.folder.chmod(0o700)
    shutil.copy(active.home / "vault.db", new.home / "vault.db")
    (new.home / "vault.db").chmod(0o600)
    shares = share_files(active, 1, 4, 5)
    error = new.fails(f"custody recovery storage-key {shares}", status=6)
    assert "--vault HEX" in error["hint"]
    db = f"sqlite:///{new.home / 'vault.db'}"
    error = new.fails(f"custody --db {db} recovery storage-key {shares} --vault abc", status=2)
    assert error["message"] == "a fingerprint has 64 hexadecimal digits"
    error = new.fails(f"custody --db {db} recovery storage-key {shares} --vault {'0' * 64}", status=9)
    assert "opens with these shares" in error["message"]
    new.does(f"custody --db {db} recovery storage-key {shares} --vault {digits}")
    new.unlock("coach")
    new.check_out()
    (new.home / "storage.key").unlink()
    wrong = new.fails(f"custody recovery storage-key {shares} --vault {'0' * 64}", status=9)
    assert wrong["message"] == "the fingerprint on paper is not that of the configuration"


def test_storage_key_is_turned_and_old_copies_of_it_read_nothing_new(active: Town) -> None:
    """A16"""
    old = (active.home / "storage.key").read_text()
    made = active.ask("custody --yes store rotate-key", "jlee")
    assert (made["term"], made["resumed"]) == (2, False)
    assert made["entries"] > 20
    active.check_out()
    assert active.does("custody ledger verify", "jlee").status == 0
    text = (active.home / "storage.key").read_text()
    (active.home / "storage.key").unlink()
    active.does(f"custody recovery storage-key {share_files(active, 1, 2, 3)}")
    assert (active.home / "storage.key").read_text() == text
    (active.home / "storage.key").write_text(old)
    (active.home / "witness.db").unlink()
    assert active.fails("custody status", "jlee", status=9)["code"] == "broken-entry"


def test_interrupted_turn_of_the_storage_key_goes_on(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """F1"""
    from vault.errors import StoreError
    from vault.store.ledger_store import SqlLedgerStore

    def fail(*_given: object) -> int:
        raise StoreError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(SqlLedgerStore, "reencrypt", fail)
        active.fails("custody --yes store rotate-key", "jlee", status=11)
    active.check_out()
    made = active.ask("custody --yes store rotate-key", "jlee")
    assert (made["term"], made["resumed"]) == (2, True)
    assert active.ask("custody --yes store rotate-key", "jlee")["term"] == 3


def test_storage_key_is_turned_by_it_of_the_district_where_it_is_a_file(active: Town) -> None:
    active.fails("custody --yes store rotate-key", "m.silva", status=5)
    assert "term 2" not in (active.home / "storage.key").read_text()
    config = active.home / "config.toml"
    config.write_text(config.read_text() + f'key_command = "cat {active.home / "storage.key"}"\n')
    error = active.fails("custody --yes store rotate-key", "jlee", status=7)
    assert error["message"].startswith("the storage key comes from a command")
