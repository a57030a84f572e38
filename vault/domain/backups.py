"""Backups: the newest one that is recorded, and every time that the store came back from one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from vault.domain.ids import Digest, PersonId

STALE_AFTER: Final = timedelta(days=7)
"""How long a backup is news: a store that burns loses what was recorded since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """The newest backup that is recorded; there is one document of this noun.

    Attributes:
        by: Who recorded it.
        made_at: When the file was made.
        head_seq: The newest entry in it.
        head_hash: That entry's hash, 32 bytes.
        digest: SHA-256 of the file.
        size: The file's length in bytes.
    """

    NOUN: ClassVar[str] = "backup"
    INDEXES: ClassVar[tuple[str, ...]] = ()
    ID: ClassVar[str] = "newest"

    by: PersonId
    made_at: datetime
    head_seq: int
    head_hash: bytes
    digest: Digest
    size: int

    @property
    def id(self) -> str:
        """Always `newest`."""
        return self.ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """The store came back from a backup.

    Attributes:
        seq: The entry that says so.
        by: Who said so.
        at: When.
        head_seq: The newest entry that came back.
        head_hash: That entry's hash, 32 bytes.
        lost_until: The newest entry that is known to be lost; None when none is.
    """

    NOUN: ClassVar[str] = "restoration"
    INDEXES: ClassVar[tuple[str, ...]] = ()

    seq: int
    by: PersonId
    at: datetime
    head_seq: int
    head_hash: bytes
    lost_until: int | None

    @property
    def id(self) -> str:
        """The entry's number, zero-padded."""
        return f"{self.seq:012d}"
