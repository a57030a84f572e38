"""Backups between engines, beside live writers, on full disks, and restores that are stopped."""

from __future__ import annotations

import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vault.desk.backups import Returned
from vault.desk.founding import Founder
from vault.domain.backups import Backup
from vault.domain.secret import Secret
from vault.domain.units import Unit, UnitKind
from vault.errors import Interrupted, StoreError
from vault.ledger.backups import ArchivedLedger
from vault.policy.defaults import default_policy
from vault.sealing.passphrase import FLOOR
from vault.store.ledger_store import SqlLedgerStore
from vault.wiring import returning
from vault.wiring.assembly import Surroundings, found_home, open_vault
from vault.wiring.backups import create_backup, read_marks, remember, sign_marks
from vault.wiring.home import Home, Settings
from vault.wiring.restoring import open_by_passphrase, verify_backup
from vault.wiring.returning import restore_backup
from vault.wiring.verifying import verify_vault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.postgres import PostgresServer
    from vault.desk.office import Member
    from vault.wiring.assembly import Opened

WORDS = Secret("saddle orchard brick evening lantern")
OWN = Secret("copper kettle drifts over meadows")
AROUND = Surroundings(default=FLOOR, officer=FLOOR)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    name = postgres.make_database()
    yield postgres.url(name)
    postgres.drop_database(name)


def found(settings: Settings) -> None:
    founder = Founder(username="jlee", name="Jin Lee", email="jlee@ridge.k12.example", passphrase=OWN)
    policy = default_policy("Ridge Public Schools", ["ridge.k12.example"])
    found_home(settings, AROUND, founder, policy, threshold=3, shares=5)


def member_of(opened: Opened) -> Member:
    from vault.desk.finding import find_person
    from vault.desk.locks import unlock

    return unlock(opened.office, find_person(opened.office.view, "jlee"), OWN)


def add_units(opened: Opened, count: int, prefix: str = "school") -> None:
    from vault.desk.units import Units

    member, units = member_of(opened), Units(opened.office)
    for number in range(count):
        units.add(member, f"district/{prefix}-{number}", kind=UnitKind.SCHOOL, name=f"School {number}")


def back_up(settings: Settings, file: Path) -> None:
    opened = open_vault(settings, AROUND)
    try:
        create_backup(opened, AROUND, file, WORDS, is_replacing=True)
    finally:
        opened.close()


def paths_of(settings: Settings) -> set[str]:
    opened = open_vault(settings, AROUND)
    try:
        assert member_of(opened).person.username == "jlee"
        return {unit.path for unit in opened.office.view.every(Unit)}
    finally:
        opened.close()


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A vault with three schools."""
    settings = Settings(home=tmp_path / "home")
    found(settings)
    opened = open_vault(settings, AROUND)
    add_units(opened, 3)
    opened.close()
    return settings


@pytest.fixture
def file(home: Settings, tmp_path: Path) -> Path:
    """Its backup."""
    path = tmp_path / "ridge.backup"
    back_up(home, path)
    return path


def test_backup_moves_from_sqlite_to_postgresql_and_back(
    home: Settings, file: Path, postgres_url: str, tmp_path: Path
) -> None:
    """F8: what is in the file is no engine's own."""
    there = Settings(home=tmp_path / "there", db=postgres_url)
    restore_backup(there, AROUND, open_by_passphrase(file, WORDS))
    assert verify_vault(there, AROUND).is_whole
    assert paths_of(there) == paths_of(home)
    back_up(there, tmp_path / "again.backup")
    back = Settings(home=tmp_path / "back")
    restore_backup(back, AROUND, open_by_passphrase(tmp_path / "again.backup", WORDS))
    assert verify_vault(back, AROUND).is_whole
    assert paths_of(back) == paths_of(home)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_backup_of_a_store_that_is_written_to_is_whole(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """F5: each backup taken meanwhile replays to the head that it names, with every record of that head."""
    db = request.getfixturevalue("postgres_url") if engine == "postgres" else None
    settings = Settings(home=tmp_path / "home", db=db)
    found(settings)
    done, errors = threading.Event(), []

    def write() -> None:
        opened = open_vault(settings, AROUND)
        try:
            number = 0
            while not done.is_set():
                add_units(opened, 1, f"live-{number}")
                number += 1
        except Exception as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            opened.close()

    writer = threading.Thread(target=write)
    writer.start()
    heads = []
    try:
        for number in range(4):
            path = tmp_path / f"live-{number}.backup"
            back_up(settings, path)
            checked = verify_backup(open_by_passphrase(path, WORDS), AROUND)
            assert checked.is_whole, checked
            heads.append(checked.manifest.head_seq)
    finally:
        done.set()
        writer.join()
    assert errors == []
    assert heads == sorted(heads)
    assert heads[-1] > heads[0]


def test_full_disk_leaves_the_last_backup_and_no_other_file(
    home: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F3."""
    before, names = file.read_bytes(), {each.name for each in file.parent.iterdir()}
    real = os.fsync

    def full(descriptor: int) -> None:
        if f".{file.name}." in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="cannot be written: no space left on device"):
        back_up(home, file)
    monkeypatch.undo()
    assert file.read_bytes() == before
    assert {each.name for each in file.parent.iterdir()} == names
    assert verify_backup(open_by_passphrase(file, WORDS), AROUND).is_whole


STEPS = ("create_store", "open_ledger_store", "remember", "write_private", "discard_state_store", "write_config")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("is_after", [False, True])
def test_restore_that_is_stopped_leaves_no_vault_and_a_rerun_completes(
    home: Settings, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, *, is_after: bool
) -> None:
    """F1: stopped before or after each thing that it writes."""
    new = Settings(home=tmp_path / "new")
    real = getattr(returning, step)

    def stop(*given: object, **named: object) -> object:
        if is_after:
            made = real(*given, **named)
            if isinstance(made, SqlLedgerStore):
                made.close()  # as the end of the process would
        raise Interrupted("stopped here")

    monkeypatch.setattr(returning, step, stop)
    with pytest.raises(Interrupted):
        restore_backup(new, AROUND, open_by_passphrase(file, WORDS))
    monkeypatch.undo()
    assert (Home.of(new).config.exists()) == (step == "write_config" and is_after)
    restored = restore_backup(new, AROUND, open_by_passphrase(file, WORDS))
    assert restored.lost_until is None
    assert verify_vault(new, AROUND).is_whole
    assert paths_of(new) == paths_of(home)
    assert list(Home.of(new).folder.glob(".restoring-*")) == []
    returned = read_marks(Home.of(new)).returned
    assert returned is not None
    assert returned.head_seq == restored.checked.manifest.head_seq


def test_load_that_fails_leaves_no_store(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F3: the disk that the store goes to is full."""
    new = Settings(home=tmp_path / "new")

    def fail(_archived: ArchivedLedger) -> Iterator[object]:
        yield from ()
        raise StoreError("no space left")

    monkeypatch.setattr(ArchivedLedger, "batches", fail)
    with pytest.raises(StoreError, match="no space left"):
        restore_backup(new, AROUND, open_by_passphrase(file, WORDS))
    assert list(Home.of(new).folder.iterdir()) == []


def test_loss_that_was_accepted_is_remembered_when_a_restore_is_stopped(
    home: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A11, F1."""
    opened = open_vault(home, AROUND)
    add_units(opened, 2, "later")
    pin = opened.office.ledger.witness.pin
    opened.close()
    assert pin is not None
    folder = Home.of(home).folder
    (folder / "vault.db").unlink()
    for name in ("vault.db-wal", "vault.db-shm"):
        (folder / name).unlink(missing_ok=True)
    backup = open_by_passphrase(file, WORDS)
    lost = (pin.seq - 1, pin.seq)
    monkeypatch.setattr(returning, "_settle", _settle_and_stop)
    with pytest.raises(Interrupted):
        restore_backup(home, AROUND, backup, accepted=lost)
    monkeypatch.undo()
    assert restore_backup(home, AROUND, backup, accepted=lost).lost_until == pin.seq
    assert restore_backup(home, AROUND, backup).lost_until == pin.seq


_settle = returning._settle


def _settle_and_stop(*given: Any) -> None:  # noqa: ANN401 - whatever the real one takes
    _settle(*given)
    raise Interrupted("stopped here")


def test_marks_of_lost_backups_and_told_news_go(home: Settings, file: Path) -> None:
    place = Home.of(home)
    marks = read_marks(place)
    assert marks.made is not None
    remember(place, replace(marks, made=replace(marks.made, head_seq=marks.made.head_seq + 9)))
    (place.folder / "told-per_a").write_text("99", encoding="ascii")
    shutil.rmtree(place.folder / "sessions", ignore_errors=True)
    (place.folder / "vault.db").unlink()
    restore_backup(home, AROUND, open_by_passphrase(file, WORDS))
    assert read_marks(place).made is None
    assert not (place.folder / "told-per_a").exists()


def test_mark_that_the_rules_refuse_stands_in_nobodys_way(home: Settings, file: Path) -> None:
    place = Home.of(home)
    marks = read_marks(place)
    assert marks.made is not None
    assert file.exists()
    beyond = replace(marks.made, head_seq=10_000)
    lost = Returned(head_seq=10_000, head_hash=bytes(32), lost_until=None)
    remember(place, replace(marks, made=beyond, returned=lost))
    opened = open_vault(home, AROUND)
    sign_marks(opened, member_of(opened))
    head = opened.store.head()
    sign_marks(opened, member_of(opened))
    assert opened.store.head() == head
    assert opened.office.view.find(Backup, Backup.ID) is None
    opened.close()
    assert (read_marks(place).is_recorded, read_marks(place).returned) == (True, None)


def test_unreadable_marks_are_none(home: Settings) -> None:
    place = Home.of(home)
    place.backup_marks.write_text("{", encoding="ascii")
    assert read_marks(place).made is None
