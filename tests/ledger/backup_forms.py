"""What is proposed about backups."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from vault.domain.ids import Digest
from vault.ledger.events import BackupCreated, BackupRestored
from vault.ledger.ledger import Draft

if TYPE_CHECKING:
    from tests.ledger.town import Town


def backed_up(town: Town, head: int | None = None) -> Draft:
    """A backup of the town up to an entry; the newest if none is named."""
    newest = town.store.entries[-1 if head is None else head - 1]
    return Draft(
        events=(
            BackupCreated(
                made_at=town.now,
                head_seq=newest.seq,
                head_hash=newest.hash,
                digest=Digest(hashlib.sha256(newest.frame).digest()),
                size=4096,
            ),
        )
    )


def restored(town: Town, head: int, lost_until: int | None = None) -> Draft:
    """The town came back from a backup that ended with that entry."""
    return Draft(
        events=(BackupRestored(head_seq=head, head_hash=town.store.entries[head - 1].hash, lost_until=lost_until),)
    )
