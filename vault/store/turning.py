"""Encrypting anew what the shared store holds, after the storage key has a new term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import LargeBinary, bindparam, func, select, type_coerce, update

from vault.store import schema
from vault.store.tables import shared_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from vault.store.cipher import AtRestCipher
    from vault.store.database import Database

AT_ONCE: Final = 256
"""Frames in one transaction: a second at most, so that writers hardly wait."""


def reencrypt(
    database: Database, cipher: AtRestCipher, schema_number: int | None, progress: Callable[[int, int], None]
) -> int:
    """Encrypt every frame under the newest term that is not yet, batch by batch.

    Each batch is whole or not there, and one that is there is not met again: what was interrupted goes on when this is
    called again. Not a byte of what was signed changes.

    Returns:
        How many frames were encrypted anew.

    Raises:
        CannotOpen: A frame is of none of the keyring's terms.
        StoreError: The store failed; earlier batches stay.
    """
    entries = shared_tables(cipher).entries
    head = type_coerce(func.substr(entries.c.frame, 1, len(cipher.prefix)), LargeBinary)
    behind = head != cipher.prefix
    some = select(entries.c.seq, entries.c.frame).where(behind).order_by(entries.c.seq).limit(AT_ONCE)
    put = update(entries).where(entries.c.seq == bindparam("at")).values(frame=bindparam("again"))

    def work(connection: Connection) -> int:
        schema.require_unchanged(connection, database.name, schema_number)
        rows = [{"at": seq, "again": frame} for seq, frame in connection.execute(some)]
        if rows:
            connection.execute(put, rows)
        return len(rows)

    total = database.read(lambda connection: connection.scalar(select(func.count()).select_from(entries).where(behind)))
    done = 0
    while changed := database.write(work):
        done += changed
        progress(done, max(done, total or 0))
    return done
