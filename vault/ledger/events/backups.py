"""Backups of the store, and coming back from one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.ids import Digest
from vault.ledger.events.base import Event, register


@register("backup.created")
@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCreated(Event):
    """A backup file was made.

    Attributes:
        made_at: When; a backup that nobody was there to sign is recorded later.
        head_seq: The newest entry in it.
        head_hash: That entry's hash, 32 bytes.
        digest: SHA-256 of the file.
        size: The file's length in bytes.
    """

    made_at: datetime
    head_seq: int
    head_hash: bytes
    digest: Digest
    size: int


@register("backup.restored")
@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRestored(Event):
    """The store was made again from a backup.

    Attributes:
        head_seq: The newest entry that came back.
        head_hash: That entry's hash, 32 bytes.
        lost_until: The newest entry that the restoring machine had seen and that is lost; None when none is known.
    """

    head_seq: int
    head_hash: bytes
    lost_until: int | None
