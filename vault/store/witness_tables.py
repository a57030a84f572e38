"""The tables of the witness, this machine's disposable read model.

No migration: a witness of another form is made again. Bodies and the pin are encrypted by the store that writes them
and not by a column type, because what they are bound to is their row, which a column type does not see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text

from vault.store.tables import NAMING

if TYPE_CHECKING:
    from collections.abc import Mapping

METADATA: Final = MetaData(naming_convention=NAMING)

DOCUMENTS: Final = Table(
    "documents",
    METADATA,
    Column("noun", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("noun", "key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

DOCUMENT_INDEX: Final = Table(
    "document_index",
    METADATA,
    Column("noun", Text, nullable=False),
    Column("field", Text, nullable=False),
    # A keyed mark of the value: equal values can be found, and no value can be read.
    Column("value", LargeBinary, nullable=False),
    Column("key", Text, nullable=False),
    PrimaryKeyConstraint("noun", "field", "value", "key"),
    # What a document had before is found by it, and removed.
    Index(None, "noun", "key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

PIN: Final = Table(
    "pin",
    METADATA,
    Column("slot", Integer, autoincrement=False, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("slot"),
    sqlite_strict=True,
)

EXPECTED: Final[Mapping[str, str]] = {
    "index ix_document_index_noun_key on document_index": (
        'CREATE INDEX ix_document_index_noun_key ON document_index(noun,"key")'
    ),
    "table document_index": (
        'CREATE TABLE document_index(noun TEXT NOT NULL,field TEXT NOT NULL,value BLOB NOT NULL,"key" TEXT NOT NULL,'
        'CONSTRAINT pk_document_index PRIMARY KEY(noun,field,value,"key"))WITHOUT ROWID,STRICT'
    ),
    "table documents": (
        'CREATE TABLE documents(noun TEXT NOT NULL,"key" TEXT NOT NULL,body BLOB NOT NULL,'
        'CONSTRAINT pk_documents PRIMARY KEY(noun,"key"))WITHOUT ROWID,STRICT'
    ),
    "table pin": (
        "CREATE TABLE pin(slot INTEGER NOT NULL,body BLOB NOT NULL,CONSTRAINT pk_pin PRIMARY KEY(slot))STRICT"
    ),
}
"""Each object's name and its definition, as `vault.store.schema_sqlite.find_objects` gives them."""
