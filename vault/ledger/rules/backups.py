"""Rules of backups: IT of the district records them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from vault.domain.backups import Backup, Restoration
from vault.domain.persons import Role
from vault.errors import InvalidInput, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import BackupCreated, BackupRestored
from vault.ledger.rules.authority import require_author, require_over
from vault.ledger.rules.base import Changes, rule
from vault.ledger.view import View, the_vault

_HASH_BYTES: Final = 32


@rule(BackupCreated)
def created(view: View, entry: Entry, event: BackupCreated) -> Changes:
    """A backup of what stands before this entry; an older one than the newest recorded says nothing new."""
    by = require_author(view, entry).id
    require_over(view, by, the_vault(view).unit, Role.IT)
    _require_head(entry, event.head_seq, event.head_hash)
    if event.made_at.utcoffset() != timedelta(0) or event.made_at > entry.time:
        raise InvalidInput("a backup was made before it is recorded, and its time is given in UTC")
    if len(event.digest) != _HASH_BYTES or event.size < 1:
        raise InvalidInput("a backup has a digest of 32 bytes and a size")
    newest = view.find(Backup, Backup.ID)
    if newest is not None and newest.head_seq > event.head_seq:
        raise WrongState(f"a backup up to entry {newest.head_seq} is recorded already")
    return (
        Backup(
            by=by,
            made_at=event.made_at,
            head_seq=event.head_seq,
            head_hash=event.head_hash,
            digest=event.digest,
            size=event.size,
        ),
    )


@rule(BackupRestored)
def restored(view: View, entry: Entry, event: BackupRestored) -> Changes:
    """The store came back from a backup, and this is what is known to be lost."""
    by = require_author(view, entry).id
    require_over(view, by, the_vault(view).unit, Role.IT)
    _require_head(entry, event.head_seq, event.head_hash)
    if event.lost_until is not None and event.lost_until <= event.head_seq:
        raise InvalidInput("what is lost comes after what came back")
    return (
        Restoration(
            seq=entry.seq,
            by=by,
            at=entry.time,
            head_seq=event.head_seq,
            head_hash=event.head_hash,
            lost_until=event.lost_until,
        ),
    )


def _require_head(entry: Entry, seq: int, digest: bytes) -> None:
    """Refuse a backup of entries that are not there yet."""
    if not 1 <= seq < entry.seq or len(digest) != _HASH_BYTES:
        raise InvalidInput(f"entry {seq} is not one before entry {entry.seq}")
