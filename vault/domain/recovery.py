"""Recovery: requests that officers answer with their shares, and the drills that prove that they could."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from vault.domain.ids import AccountId, Digest, PersonId, RequestId, UnitId

DRILL_EVERY: Final = timedelta(days=365)
"""How long a drill is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a request wants opened: the whole vault, units with all below them, or single accounts.

    Attributes:
        everything: The whole vault.
        units: Units, each with those below it.
        accounts: Single accounts.
    """

    everything: bool = False
    units: tuple[UnitId, ...] = ()
    accounts: tuple[AccountId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRequest:
    """A signed request to the officers.

    Attributes:
        id: Its id.
        by: Who asks, and who alone may be shown what it opens.
        scope: What.
        reason: Why.
        at: When.
        until: When it ends.
        public: The public half of its one-time key, 1,216 bytes, to which officers elsewhere seal their shares.
        opened_at: When the officers opened the vault for it; None before.
        shares: The numbers of the shares that opened it.
    """

    NOUN: ClassVar[str] = "recovery_request"
    INDEXES: ClassVar[tuple[str, ...]] = ()

    id: RequestId
    by: PersonId
    scope: Scope
    reason: str
    at: datetime
    until: datetime
    public: bytes
    opened_at: datetime | None = None
    shares: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenShare:
    """A share that an officer sealed to a request's one-time key.

    Attributes:
        request: For which request.
        by: Who gave it; nobody but the requester's machine can tell whether it is true.
        index: The share's number.
        at: When.
        record: The sealed record; destroyed when shares are made anew.
        is_kept: Whether the record is still there.
    """

    NOUN: ClassVar[str] = "given_share"
    INDEXES: ClassVar[tuple[str, ...]] = ("request", "kept_mark")

    request: RequestId
    by: PersonId
    index: int
    at: datetime
    record: Digest
    is_kept: bool = True

    @property
    def id(self) -> str:
        """`request/person/index`."""
        return f"{self.request}/{self.by}/{self.index}"

    @property
    def kept_mark(self) -> str | None:
        """`kept` while the record is there, for look-ups."""
        return "kept" if self.is_kept else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """The newest proof that the officers' shares open the vault; there is one document of this noun.

    Attributes:
        by: At whose machine.
        at: When.
        shares: The numbers of the shares that were used.
    """

    NOUN: ClassVar[str] = "drill"
    INDEXES: ClassVar[tuple[str, ...]] = ()
    ID: ClassVar[str] = "newest"

    by: PersonId
    at: datetime
    shares: tuple[int, ...]

    @property
    def id(self) -> str:
        """Always `newest`."""
        return self.ID


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowDrill:
    """The newest time that a supervisor opened every unit key that is theirs to open, and no credential.

    Attributes:
        id: The supervisor.
        at: When.
        units: Which units they supervise, themselves.
    """

    NOUN: ClassVar[str] = "escrow_drill"
    INDEXES: ClassVar[tuple[str, ...]] = ()

    id: PersonId
    at: datetime
    units: tuple[UnitId, ...]
