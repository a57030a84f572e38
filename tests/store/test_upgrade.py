from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.store.chain import fill, read_verified
from tests.store.places import SqlLedgerPlace
from tests.store.test_schema import run_sqlite
from vault.errors import AlteredSchema, StoreError, StoreTooOld
from vault.store import create_store, schema, schema_postgres, schema_sqlite, store_status, upgrade, upgrade_store
from vault.store.database import open_database
from vault.store.tables import shared_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

SECOND = """
from alembic import op
import sqlalchemy as sa
revision = "0002"
down_revision = "0001"
def upgrade():
    op.create_table("second", sa.Column("a", sa.Integer, nullable=False), sqlite_strict=True)
    {more}
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Our migrations with one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(upgrade.migrations_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0002_second.py").write_text(SECOND.format(more=""))
    return folder


@pytest.fixture
def second_revision(sqlite_place: SqlLedgerPlace, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """A program that needs the one more, and a store that does not have it."""
    assert sqlite_place.open().head() is None
    sqlite_place.close()
    wanted = {**schema_sqlite.EXPECTED["0001"], "table second": "CREATE TABLE second(a INTEGER NOT NULL)STRICT"}
    monkeypatch.setattr(schema, "REVISIONS", ("0001", "0002"))
    monkeypatch.setattr(schema, "REVISION", "0002")
    monkeypatch.setattr(schema_sqlite, "EXPECTED", {**schema_sqlite.EXPECTED, "0002": wanted})
    return wanted


def test_the_migrations_make_exactly_the_tables(sql_place: SqlLedgerPlace) -> None:
    database = open_database(sql_place.url)
    difference = database.read(
        lambda connection: compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True}),
            shared_tables().metadata,
        )
    )
    database.close()
    assert difference == []


def test_the_program_knows_every_revision_and_no_other() -> None:
    known = [script.revision for script in ScriptDirectory(upgrade.migrations_folder()).walk_revisions()]
    assert tuple(reversed(known)) == schema.REVISIONS


def test_making_a_store_again_before_the_founding_changes_nothing(url: str, sql_place: SqlLedgerPlace) -> None:
    """F1"""
    create_store(url)
    assert sql_place.open().head() is None


def test_a_store_that_holds_a_vault_is_not_made_again(url: str, sql_place: SqlLedgerPlace) -> None:
    made = fill(sql_place.open(), 1)
    with pytest.raises(StoreError, match="holds a vault already"):
        create_store(url)
    assert list(sql_place.open().after(0, 5)) == made


def test_making_a_store_goes_on_where_it_was_killed(sqlite_path: Path) -> None:
    """F1"""
    sqlite_path.parent.mkdir(mode=0o700)
    sqlite_path.touch(mode=0o600)
    create_store(f"sqlite:///{sqlite_path}")
    assert store_status(f"sqlite:///{sqlite_path}").entries == 0


def test_a_current_store_is_left_alone_and_not_copied(url: str, sql_place: SqlLedgerPlace, tmp_path: Path) -> None:
    fill(sql_place.open(), 1)
    report = upgrade_store(url, tmp_path / "backups")
    assert (report.before, report.after, report.backup) == ("0001", "0001", None)
    assert not (tmp_path / "backups").exists()


@pytest.mark.usefixtures("second_revision")
def test_an_upgrade_keeps_every_entry_and_a_private_copy_of_the_old_store(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B4"""
    with monkeypatch.context() as before:
        before.setattr(schema, "REVISION", "0001")
        store = sqlite_place.open()
        made = fill(store, 3)
    report = upgrade.upgrade_store(sqlite_place.url, tmp_path / "backups", scripts=scripts)
    assert (report.before, report.after) == ("0001", "0002")
    assert read_verified(sqlite_place.open())[0] == made
    assert report.backup is not None
    assert stat.S_IMODE(report.backup.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.backup.parent.stat().st_mode) == 0o700
    assert [path.name for path in report.backup.parent.iterdir()] == [report.backup.name]
    with closing(sqlite3.connect(report.backup)) as copy:
        assert copy.execute("SELECT count(*) FROM ledger_entries").fetchone() == (3,)
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert sqlite_path.exists()


@pytest.mark.usefixtures("second_revision")
def test_a_migration_that_fails_leaves_the_old_store(
    sqlite_place: SqlLedgerPlace, scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F1"""
    broken = SECOND.format(more='op.execute("INSERT INTO nowhere VALUES (1)")')
    (scripts / "versions" / "0002_second.py").write_text(broken)
    with pytest.raises(StoreError):
        upgrade.upgrade_store(sqlite_place.url, tmp_path / "backups", scripts=scripts)
    monkeypatch.setattr(schema, "REVISION", "0001")
    assert sqlite_place.open().head() is None


def test_a_store_on_postgresql_is_upgraded_in_place_and_copied_by_its_own_tools(
    postgres_place: SqlLedgerPlace, scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fill(postgres_place.open(), 2)
    wanted = {
        **schema_postgres.EXPECTED["0001"],
        "table second": "r p f f f",
        "column second.a": "integer t  ",
    }
    monkeypatch.setattr(schema, "REVISIONS", ("0001", "0002"))
    monkeypatch.setattr(schema, "REVISION", "0002")
    monkeypatch.setattr(schema_postgres, "EXPECTED", {**schema_postgres.EXPECTED, "0002": wanted})
    with pytest.raises(StoreTooOld):
        postgres_place.open()
    report = upgrade.upgrade_store(postgres_place.url, tmp_path / "backups", scripts=scripts)
    assert (report.before, report.after, report.backup) == ("0001", "0002", None)
    assert read_verified(postgres_place.open())[0] == made


@pytest.mark.usefixtures("second_revision")
def test_a_copy_that_is_damaged_is_not_kept_and_nothing_is_migrated(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F6"""
    with monkeypatch.context() as before:
        before.setattr(schema, "REVISION", "0001")
        fill(sqlite_place.open(), 30, size=4000)
        sqlite_place.close()
    whole = bytearray(sqlite_path.read_bytes())
    whole[-16384:] = b"\xa5" * 16384
    sqlite_path.write_bytes(whole)
    with pytest.raises(StoreError, match="cannot copy"):
        upgrade.upgrade_store(sqlite_place.url, tmp_path / "backups", scripts=scripts)
    assert list((tmp_path / "backups").iterdir()) == []
    assert sqlite_path.read_bytes() == whole


def test_an_altered_store_is_not_upgraded(sqlite_place: SqlLedgerPlace, sqlite_path: Path, tmp_path: Path) -> None:
    """A15"""
    run_sqlite(sqlite_path, "CREATE TRIGGER t AFTER INSERT ON sealed_records BEGIN SELECT 1; END")
    with pytest.raises(AlteredSchema):
        upgrade_store(sqlite_place.url, tmp_path / "backups")


@pytest.mark.usefixtures("second_revision")
def test_no_upgrade_without_a_copy(sqlite_place: SqlLedgerPlace, scripts: Path, tmp_path: Path) -> None:
    """F3"""
    (tmp_path / "backups").touch()
    with pytest.raises(StoreError, match="cannot make"):
        upgrade.upgrade_store(sqlite_place.url, tmp_path / "backups", scripts=scripts)
    with closing(sqlite3.connect(str(sqlite_place.url).removeprefix("sqlite:///"))) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_the_status_counts_what_is_there(url: str, sql_place: SqlLedgerPlace) -> None:
    fill(sql_place.open(), 3)
    status = store_status(url)
    assert (status.revision, status.newest, status.entries, status.records) == ("0001", "0001", 3, 3)
    assert status.engine.startswith(url.partition(":")[0].partition("+")[0])
    assert status.size > 3 * 300


def test_migrations_that_are_nowhere_are_missed_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(upgrade, "_HERE", tmp_path / "a" / "b")
    with pytest.raises(StoreError, match="migrations are missing"):
        upgrade.migrations_folder()
