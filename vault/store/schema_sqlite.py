"""What SQLite says of a store's schema, and what it said when the migrations had made it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

EXPECTED: Final[Mapping[str, Mapping[str, str]]] = {
    "0001": {
        "index sqlite_autoindex_alembic_version_1 on alembic_version": "",
        "index sqlite_autoindex_ledger_entries_1 on ledger_entries": "",
        "index sqlite_autoindex_sealed_records_1 on sealed_records": "",
        "table alembic_version": (
            "CREATE TABLE alembic_version(version_num VARCHAR(32)NOT NULL,"
            "CONSTRAINT alembic_version_pkc PRIMARY KEY(version_num))"
        ),
        "table ledger_entries": (
            "CREATE TABLE ledger_entries(seq INTEGER NOT NULL,hash BLOB NOT NULL,frame BLOB NOT NULL,"
            "CONSTRAINT pk_ledger_entries PRIMARY KEY(seq),CONSTRAINT uq_ledger_entries_hash UNIQUE(hash))STRICT"
        ),
        "table sealed_records": (
            "CREATE TABLE sealed_records(digest BLOB NOT NULL,body BLOB NOT NULL,"
            "CONSTRAINT pk_sealed_records PRIMARY KEY(digest))STRICT"
        ),
    },
}
"""By revision: each object's name, and its definition with the white space evened out."""


def find_objects(connection: Connection) -> dict[str, str]:
    """Each row of `sqlite_master`: what it is, and its definition with the white space evened out.

    A table and an index of SQLite's own making have no definition; which table an index is on is part of its name.
    """
    objects: dict[str, str] = {}
    for kind, name, table, sql in connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        key = _name(kind, name, table)
        # Two rows of one name can only be edited in; together they match nothing of ours.
        objects[key] = f"{objects[key]}; {sql}" if key in objects else even(str(sql or ""))
    return objects


def schema_number(connection: Connection) -> int:
    """The number that SQLite raises at each change of the schema."""
    return int(connection.exec_driver_sql("PRAGMA schema_version").scalar_one())


def even(sql: str) -> str:
    """The statement with one blank for any white space and none beside brackets and commas."""
    text = re.sub(r"\s+", " ", sql).strip()
    return re.sub(r"\s*([(),])\s*", r"\1", text)


def _name(kind: object, name: object, table: object) -> str:
    return f"{kind} {name}" if name == table else f"{kind} {name} on {table}"
