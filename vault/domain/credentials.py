"""Credentials: one sealed version of an account's secrets, and who was shown which part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.ids import AccountId, CredentialId, Digest, ExposureId, PersonId, UnitId
from vault.domain.keys import SealedKey
from vault.domain.verdicts import Verdict


class CredentialState(Enum):
    """`staged → current → retired`, or `staged → abandoned`."""

    STAGED = "staged"
    CURRENT = "current"
    RETIRED = "retired"
    ABANDONED = "abandoned"


class Part(Enum):
    """What somebody was shown, or typed in and so knows. An MFA code is a one-time code, never the seed."""

    PASSWORD = "password"  # noqa: S105 - the name of a part, not a password
    CONTACTS = "contacts"
    MFA_CODE = "mfa-code"
    MFA_SEED = "mfa-seed"
    BACKUP_CODE = "backup-code"
    BACKUP_CODES = "backup-codes"


class Road(Enum):
    """On which authority a part was shown."""

    REGISTRATION = "registration"
    CHECKOUT = "checkout"
    ESCROW = "escrow"
    ROTATION = "rotation"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCredential:
    """What an entry says of one credential version.

    Attributes:
        id: The version's id.
        version: 1, 2, 3 … within the account.
        envelope: The sealed record of the parts.
        commitment: 32 bytes that bind the data key; checked before anything is opened.
        copies: The data key, sealed to each custodian and to the unit.
        unit_epoch: The epoch of the unit's key that the escrow copy is sealed to.
        backup_codes: How many backup codes it holds.
        codes_of: The version that brought these backup codes in: this one, or an older one that they were carried from.
        seed_of: The version that brought its TOTP seed in: this one, or an older one that it was carried from; or
            None for none.
        password: What the author's client found of the password (rule 3).
        email: What it found of the linked e-mail (rule 2).
        mfa: What it found of the second factor (rule 4).
    """

    id: CredentialId
    version: int
    envelope: Digest
    commitment: bytes
    copies: tuple[SealedKey, ...]
    unit_epoch: int
    backup_codes: int
    codes_of: CredentialId
    seed_of: CredentialId | None
    password: Verdict
    email: Verdict
    mfa: Verdict

    @property
    def has_seed(self) -> bool:
        """Whether it holds a TOTP seed."""
        return self.seed_of is not None

    def origin_of(self, part: Part) -> CredentialId:
        """The version that brought a part in; knowing the part of that version is knowing it of this one."""
        if part is Part.BACKUP_CODES:
            return self.codes_of
        if part is Part.MFA_SEED and self.seed_of is not None:
            return self.seed_of
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One version and where it stands.

    Attributes:
        sealed: What the entry said.
        account: Whose.
        sealer: Who sealed it.
        sealed_at: When.
        state: Staged, current, retired or abandoned.
        since: When it entered that state.
        is_destroyed: Whether its ciphertext is gone.
    """

    NOUN: ClassVar[str] = "credential"
    INDEXES: ClassVar[tuple[str, ...]] = ("account", "escrow")

    sealed: SealedCredential
    account: AccountId
    sealer: PersonId
    sealed_at: datetime
    state: CredentialState
    since: datetime
    is_destroyed: bool = False

    @property
    def id(self) -> CredentialId:
        """The version's id."""
        return self.sealed.id

    @property
    def records(self) -> tuple[Digest, ...]:
        """Every sealed record of this version."""
        return (self.sealed.envelope, *(copy.record for copy in self.sealed.copies))

    @property
    def escrow(self) -> str | None:
        """The unit and the epoch of its key that open it while it is kept, for look-ups: what lags behind is found."""
        if self.is_destroyed or self.state is CredentialState.ABANDONED:
            return None
        unit = next((copy.recipient for copy in self.sealed.copies if copy.recipient.startswith("uni_")), "")
        return escrow_mark(UnitId(unit), self.sealed.unit_epoch)


def escrow_mark(unit: UnitId, epoch: int) -> str:
    """One epoch of a unit's key, whatever is sealed to it."""
    return f"{unit}/{epoch}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCodes:
    """Which of a list of backup codes are spent, by number from 1.

    Attributes:
        id: The credential version that brought the list in.
        total: How many there were.
        spent: The numbers that were shown.
    """

    NOUN: ClassVar[str] = "backup_codes"
    INDEXES: ClassVar[tuple[str, ...]] = ()

    id: CredentialId
    total: int
    spent: tuple[int, ...] = ()

    @property
    def left(self) -> int:
        """How many are unspent."""
        return self.total - len(self.spent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The fact that a person was shown a part of one credential version.

    Attributes:
        id: Its id.
        account: Whose.
        credential: Which version.
        version: Its number.
        person: Who was shown it.
        part: Which part.
        road: On which authority.
        at: When.
        number: Which backup code; None for other parts.
    """

    NOUN: ClassVar[str] = "exposure"
    INDEXES: ClassVar[tuple[str, ...]] = ("account", "person")

    id: ExposureId
    account: AccountId
    credential: CredentialId
    version: int
    person: PersonId
    part: Part
    road: Road
    at: datetime
    number: int | None = None
