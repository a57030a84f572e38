"""What somebody does who writes the database, and may hold an employee's key."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from vault.ledger.entry import RULES_VERSION, Envelope, key_fingerprint, write
from vault.wiring.assembly import Opened, open_vault
from vault.wiring.home import Settings
from vault.wiring.sessions import person_of, resume_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.town import Town
    from vault.ledger.events import Event


@contextmanager
def opened(town: Town) -> Iterator[Opened]:
    """The town's vault, as a modified client would open it."""
    vault = open_vault(Settings(home=town.home), town.around)
    try:
        yield vault
    finally:
        vault.close()


def force(town: Town, who: str, event: Event) -> int:
    """Sign an event with somebody's own key and put it into the store without asking the rules; its number."""
    token = town.sessions[who]
    with opened(town) as vault:
        pin = vault.office.ledger.witness.pin
        assert pin is not None
        person = person_of(token)
        identity = resume_session(vault.home, vault.config.vault, token, at=town.clock())
        envelope = Envelope(
            vault=vault.config.vault,
            seq=pin.seq + 1,
            prev=pin.hash,
            rules=RULES_VERSION,
            time=town.clock(),
            author=person,
            key=key_fingerprint(identity.signing.public),
            kind=event.KIND,
            event=event,
        )
        vault.store.append([write(envelope, identity.signing)])
        return pin.seq + 1


def tables(town: Town) -> list[str]:
    """The tables of the shared store."""
    with closing(sqlite3.connect(town.home / "vault.db")) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]


def execute(town: Town, statement: str) -> None:
    """Run a statement on the database file, as its owner."""
    with closing(sqlite3.connect(town.home / "vault.db")) as connection:
        connection.execute(statement)
        connection.commit()


def replace_store(town: Town, other: Path) -> None:
    """Put another database in the place of the town's."""
    for suffix in ("-wal", "-shm"):
        (town.home / f"vault.db{suffix}").unlink(missing_ok=True)
    shutil.copy2(other, town.home / "vault.db")
