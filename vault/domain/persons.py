"""Persons, their keys and the roles that they hold in units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from vault.domain.ids import Digest, PersonId, UnitId
from vault.domain.keys import KdfParameters, PublicKeys


class Role(Enum):
    """What a person may be in a unit. A role reaches the units below as well."""

    EMPLOYEE = "employee"
    SUPERVISOR = "supervisor"
    IT = "it"
    RECORDS = "records"
    AUDITOR = "auditor"


KEYHOLDERS = frozenset({Role.SUPERVISOR, Role.IT})
"""The roles whose holders are given the unit's key."""


class PersonState(Enum):
    """Where a person stands."""

    INVITED = "invited"
    ENROLLED = "enrolled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A person's private keys under their passphrase.

    Attributes:
        kdf: What Argon2id was run with.
        record: The sealed record that holds them.
        commitment: 32 bytes, checked before anything is opened.
    """

    kdf: KdfParameters
    record: Digest
    commitment: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the district who has a key pair here, or has been invited to make one.

    Attributes:
        id: Their id.
        username: What they are called on the command line; unique, lower case.
        name: As people write it.
        email: Their district address.
        unit: The unit that they belong to.
        state: Invited or enrolled.
        roles: What the invitation makes them in their unit.
        invited_by: Who invited them; None for the founder.
        code_key: The public half of the one-time code (Ed25519, 32 bytes); None once used.
        code_expires_at: When the code ends.
        keys: Their public keys; None until they have enrolled.
        lock: Their private keys, locked; None until they have enrolled.
        notice: The version of the policy whose monitoring notice they acknowledged; 0 for none.
        leaves_at: From when they sign nothing any more, while their departure has not taken effect; None otherwise.
    """

    NOUN: ClassVar[str] = "person"
    INDEXES: ClassVar[tuple[str, ...]] = ("username", "unit")

    id: PersonId
    username: str
    name: str
    email: str
    unit: UnitId
    state: PersonState
    roles: tuple[Role, ...]
    invited_by: PersonId | None = None
    code_key: bytes | None = None
    code_expires_at: datetime | None = None
    keys: PublicKeys | None = None
    lock: Lock | None = None
    notice: int = 0
    leaves_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A signing key that has ever been a person's, found by its fingerprint in hexadecimal.

    Attributes:
        id: The fingerprint in hexadecimal.
        person: Whose it is.
        public: 32 bytes, Ed25519.
        is_live: Whether it is that person's key today.
    """

    NOUN: ClassVar[str] = "signer"
    INDEXES: ClassVar[tuple[str, ...]] = ()

    id: str
    person: PersonId
    public: bytes
    is_live: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A role that a person holds, or held, in a unit.

    Attributes:
        id: `person/unit/role`.
        person: Who.
        unit: Where.
        role: What.
        since: From when.
        until: To when; None while it lasts.
    """

    NOUN: ClassVar[str] = "appointment"
    INDEXES: ClassVar[tuple[str, ...]] = ("person", "post")

    person: PersonId
    unit: UnitId
    role: Role
    since: datetime
    until: datetime | None = None

    @property
    def id(self) -> str:
        """`person/unit/role`."""
        return appointment_id(self.person, self.unit, self.role)

    @property
    def is_live(self) -> bool:
        """Whether the role is held today."""
        return self.until is None

    @property
    def post(self) -> str | None:
        """`unit/role` while it is held, for look-ups."""
        return post(self.unit, self.role) if self.is_live else None


def post(unit: UnitId, role: Role) -> str:
    """The role in the unit, whoever holds it."""
    return f"{unit}/{role.value}"


def appointment_id(person: PersonId, unit: UnitId, role: Role) -> str:
    """The id of the appointment of this person, in this unit, to this role."""
    return f"{person}/{unit}/{role.value}"
