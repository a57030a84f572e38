"""Custody that passes from one holder to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.ids import CredentialId, Digest, PersonId
from vault.domain.keys import SealedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderCopy:
    """The data key of one credential version, sealed to a new holder.

    Attributes:
        credential: Which version.
        copy: The sealed copy.
    """

    credential: CredentialId
    copy: SealedKey


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOffer:
    """A holder's signed offer of a place, which the named person may accept.

    Attributes:
        is_second: The second holder's place; otherwise the custodian's.
        to: Who is to have it.
        by: The holder who offers it.
        at: When.
        copies: The versions that are in use, sealed to that person.
        reason: Why, or "".
    """

    is_second: bool
    to: PersonId
    by: PersonId
    at: datetime
    copies: tuple[HolderCopy, ...]
    reason: str

    @property
    def records(self) -> tuple[Digest, ...]:
        """The sealed copies."""
        return tuple(each.copy.record for each in self.copies)
