"""What SQLite says of a store's schema, and what it said when the migrations had made it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

_GAPS: Final = re.compile(r"\s+|\s*(?=[(),])|(?<=[(),])\s*")

EXPECTED: Final[Mapping[str, Mapping[str, str]]] = {
    "0001": {},
}
"""By revision: each object's name, and its definition with the white space evened out."""


def find_objects(connection: Connection) -> dict[str, str]:
    """Each row of `sqlite_master`: what it is, and its definition with the white space evened out.

    A table and an index of SQLite's own making have no definition; which table an index is on is part of its name.
    """
    rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
    return {_name(kind, name, table): even(sql or "") for kind, name, table, sql in rows}


def schema_number(connection: Connection) -> int:
    """The number that SQLite raises at each change of the schema."""
    return int(connection.exec_driver_sql("PRAGMA schema_version").scalar_one())


def even(sql: str) -> str:
    """The statement with one blank for any white space and none beside brackets and commas."""
    text = re.sub(r"\s+", " ", sql).strip()
    return re.sub(r"\s*([(),])\s*", r"\1", text)


def _name(kind: object, name: object, table: object) -> str:
    return f"{kind} {name}" if name == table else f"{kind} {name} on {table}"
