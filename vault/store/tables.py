"""The tables of the shared store.

They are made afresh for every open store, because the column of frames holds that store's key. The migrations under
`migrations/` write the same schema out; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint

from vault.store.columns import AtRest

if TYPE_CHECKING:
    from vault.store.cipher import AtRestCipher

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name that does not depend on the engine: migrations need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedTables:
    """The shared store's tables.

    Attributes:
        metadata: What alembic compares.
        entries: `seq` from 1 without a gap; `hash`; `frame` encrypted at rest.
        records: `digest`, the SHA-256 of `body`; the body is ciphertext of `vault.sealing` and not encrypted again.
    """

    metadata: MetaData
    entries: Table
    records: Table


def shared_tables(cipher: AtRestCipher | None = None) -> SharedTables:
    """The tables, with the storage keyring in the column that needs it.

    Args:
        cipher: None for migrations and comparisons, which read no frame.
    """
    metadata = MetaData(naming_convention=NAMING)
    entries = Table(
        "ledger_entries",
        metadata,
        # On SQLite only the very word INTEGER makes the column the table's own key.
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), autoincrement=False, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("frame", AtRest("ledger_entries.frame", cipher), nullable=False),
        PrimaryKeyConstraint("seq"),
        UniqueConstraint("hash"),
        sqlite_strict=True,
    )
    records = Table(
        "sealed_records",
        metadata,
        Column("digest", LargeBinary, nullable=False),
        Column("body", LargeBinary, nullable=False),
        PrimaryKeyConstraint("digest"),
        sqlite_strict=True,
    )
    return SharedTables(metadata=metadata, entries=entries, records=records)
