from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.store.chain import append_text
from vault.errors import AlteredSchema, StoreError, StoreTooNew, StoreTooOld
from vault.store import create_store, open_ledger_store, schema
from vault.store.schema_sqlite import even

if TYPE_CHECKING:
    from pathlib import Path

    from tests.store.places import SqlLedgerPlace
    from vault.sealing.atrest import StorageKeyring

SQLITE_PLANTS = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON ledger_entries BEGIN DELETE FROM sealed_records; END",
    "trigger on the revision": "CREATE TRIGGER t AFTER UPDATE ON alembic_version BEGIN SELECT 1; END",
    "view": "CREATE VIEW v AS SELECT * FROM ledger_entries",
    "table": "CREATE TABLE extra (a)",
    "generated column": "ALTER TABLE ledger_entries ADD COLUMN g BLOB GENERATED ALWAYS AS (hash) VIRTUAL",
    "column": "ALTER TABLE sealed_records ADD COLUMN note TEXT DEFAULT 'x'",
    "index": "CREATE INDEX i ON sealed_records (body)",
    "partial index": "CREATE UNIQUE INDEX i ON ledger_entries (frame) WHERE seq > 5",
    "table gone": "DROP TABLE sealed_records",
    "table renamed": "ALTER TABLE sealed_records RENAME TO records",
    "virtual table": "CREATE VIRTUAL TABLE f USING fts5(a)",
    "statistics": "ANALYZE",
    "two revisions": "INSERT INTO alembic_version VALUES ('0000')",
    "no revision": "DELETE FROM alembic_version",
}

SQLITE_REPLACED = {
    "view in place of a table": (
        "ALTER TABLE sealed_records RENAME TO other;CREATE VIEW sealed_records AS SELECT digest, body FROM other"
    ),
    "view in place of the revision": (
        "DROP TABLE alembic_version;CREATE VIEW alembic_version AS SELECT '0001' AS version_num"
    ),
    "no primary key": (
        "DROP TABLE ledger_entries;"
        "CREATE TABLE ledger_entries (seq INTEGER NOT NULL, hash BLOB NOT NULL, frame BLOB NOT NULL) STRICT"
    ),
    "not strict": (
        "DROP TABLE sealed_records;"
        "CREATE TABLE sealed_records (digest BLOB NOT NULL, body BLOB NOT NULL,"
        " CONSTRAINT pk_sealed_records PRIMARY KEY (digest))"
    ),
    "revision gone": "DROP TABLE alembic_version",
}

POSTGRES_PLANTS = {
    "function": "CREATE FUNCTION custody.octet_length(bytea) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "trigger": (
        "CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER t BEFORE INSERT ON custody.ledger_entries FOR EACH ROW EXECUTE FUNCTION public.f()"
    ),
    "rule": "CREATE RULE r AS ON INSERT TO custody.sealed_records DO INSTEAD NOTHING",
    "view": "CREATE VIEW custody.v AS SELECT 1 AS a",
    "table": "CREATE TABLE custody.extra (a int)",
    "sequence": "CREATE SEQUENCE custody.s",
    "column": "ALTER TABLE custody.ledger_entries ADD COLUMN note text",
    "default": "ALTER TABLE custody.ledger_entries ALTER COLUMN frame SET DEFAULT '\\x00'",
    "generated column": "ALTER TABLE custody.ledger_entries ADD COLUMN g int GENERATED ALWAYS AS (seq::int) STORED",
    "identity": "ALTER TABLE custody.ledger_entries ALTER COLUMN seq ADD GENERATED ALWAYS AS IDENTITY",
    "type": "ALTER TABLE custody.ledger_entries ALTER COLUMN seq TYPE numeric",
    "null": "ALTER TABLE custody.ledger_entries ALTER COLUMN hash DROP NOT NULL",
    "policy": "CREATE POLICY p ON custody.ledger_entries USING (false)",
    "row security": "ALTER TABLE custody.ledger_entries ENABLE ROW LEVEL SECURITY",
    "unlogged": "ALTER TABLE custody.sealed_records SET UNLOGGED",
    "unique gone": "ALTER TABLE custody.ledger_entries DROP CONSTRAINT uq_ledger_entries_hash",
    "index": "CREATE INDEX i ON custody.ledger_entries (hash)",
    "check": "ALTER TABLE custody.ledger_entries ADD CHECK (seq < 100)",
    "child": "CREATE TABLE public.child () INHERITS (custody.ledger_entries)",
    "domain": "CREATE DOMAIN custody.d AS text",
    "operator": "CREATE OPERATOR custody.= (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = byteane)",
    "table gone": "DROP TABLE custody.sealed_records",
    "view in place of the revision": (
        "DROP TABLE custody.alembic_version; CREATE VIEW custody.alembic_version AS SELECT '0001' AS version_num"
    ),
    "two revisions": "INSERT INTO custody.alembic_version VALUES ('0000')",
}


def run_sqlite(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def run_postgres(url: str, script: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(script.encode())


@pytest.mark.parametrize("plant", [*SQLITE_PLANTS, *SQLITE_REPLACED])
def test_a_planted_or_missing_object_is_refused_before_any_read(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path, plant: str
) -> None:
    """A15"""
    run_sqlite(sqlite_path, {**SQLITE_PLANTS, **SQLITE_REPLACED}[plant])
    with pytest.raises(AlteredSchema):
        sqlite_place.open()


@pytest.mark.parametrize("plant", POSTGRES_PLANTS)
def test_a_planted_or_missing_object_is_refused_on_postgresql(postgres_place: SqlLedgerPlace, plant: str) -> None:
    """A15"""
    run_postgres(postgres_place.url, POSTGRES_PLANTS[plant])
    with pytest.raises(AlteredSchema):
        postgres_place.open()


def test_the_message_names_the_planted_object(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    """A15"""
    run_sqlite(sqlite_path, SQLITE_PLANTS["trigger"])
    with pytest.raises(AlteredSchema, match=r"trigger t on ledger_entries in .* is not ours"):
        sqlite_place.open()


def test_a_definition_that_was_edited_in_place_is_refused(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    """A15"""
    run_sqlite(
        sqlite_path,
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET sql = replace(sql, 'hash BLOB NOT NULL', 'hash BLOB') WHERE name = 'ledger_entries'",
    )
    with pytest.raises(AlteredSchema, match=r"table ledger_entries .* is not as it was made"):
        sqlite_place.open()


def test_a_trigger_planted_behind_an_open_store_stops_the_next_append(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """A15"""
    store = sqlite_place.open()
    append_text(store, b"before")
    run_sqlite(sqlite_path, SQLITE_PLANTS["trigger"])
    with pytest.raises(AlteredSchema):
        append_text(store, b"after")
    run_sqlite(sqlite_path, "DROP TRIGGER t")
    assert append_text(store, b"after").seq == 2


@pytest.mark.parametrize("temporary", ["CREATE TABLE pg_temp.ledger_entries (LIKE custody.ledger_entries)"])
def test_a_temporary_table_does_not_stand_before_ours(postgres_place: SqlLedgerPlace, temporary: str) -> None:
    """A15"""
    from vault.store.database import open_database

    database = open_database(postgres_place.url)
    found = database.read(
        lambda connection: (
            connection.exec_driver_sql(temporary),
            connection.exec_driver_sql(
                "SELECT relpersistence::text FROM pg_class WHERE oid = 'ledger_entries'::regclass"
            ),
        )[1].scalar_one()
    )
    database.close()
    assert found == "p"


def test_a_newer_or_unknown_revision_is_refused(sqlite_place: SqlLedgerPlace, sqlite_path: Path) -> None:
    """A9"""
    run_sqlite(sqlite_path, "UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(StoreTooNew, match="'0999'"):
        sqlite_place.open()


def test_an_older_revision_is_refused_with_the_command_that_upgrades_it(
    sqlite_place: SqlLedgerPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "REVISIONS", ("0001", "0002"))
    monkeypatch.setattr(schema, "REVISION", "0002")
    with pytest.raises(StoreTooOld) as caught:
        sqlite_place.open()
    assert caught.value.hint == "custody store upgrade"


def test_an_empty_place_says_that_no_vault_was_founded(url: str, keyring: StorageKeyring, tmp_path: Path) -> None:
    if url.startswith("sqlite"):
        (tmp_path / "home").mkdir(mode=0o700)
        (tmp_path / "home" / "vault.db").touch(mode=0o600)
    with pytest.raises(StoreError, match="no vault was founded there"):
        open_ledger_store(url, keyring)


def test_something_that_is_not_ours_is_not_taken_for_an_empty_place(url: str, tmp_path: Path) -> None:
    """A15"""
    if url.startswith("sqlite"):
        (tmp_path / "home").mkdir(mode=0o700)
        (tmp_path / "home" / "vault.db").touch(mode=0o600)
        run_sqlite(tmp_path / "home" / "vault.db", "CREATE TABLE grades (pupil TEXT)")
    else:
        run_postgres(url, "CREATE SCHEMA custody; CREATE TABLE custody.grades (pupil text)")
    with pytest.raises(AlteredSchema):
        create_store(url)


def test_white_space_in_a_definition_tells_nothing() -> None:
    assert even("CREATE TABLE a (\n\tb TEXT, \n\tc BLOB\n)\n STRICT") == "CREATE TABLE a(b TEXT,c BLOB)STRICT"
