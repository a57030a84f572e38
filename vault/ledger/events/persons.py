"""Persons, their keys and roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.domain.ids import Digest, PersonId, UnitId
from vault.domain.keys import PublicKeys
from vault.domain.persons import Lock, Role
from vault.ledger.events.base import Event, register


@register("person.invited")
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInvited(Event):
    """Somebody is asked to enrol. Inviting an invited person again replaces the code.

    Attributes:
        person: The invited person's id.
        username: Unique in the vault, lower case.
        name: As people write it.
        email: Their district address.
        unit: Where they belong.
        roles: What they will be in that unit.
        code_key: The public half of the one-time code, 32 bytes.
        expires_at: When the code ends.
    """

    person: PersonId
    username: str
    name: str
    email: str
    unit: UnitId
    roles: tuple[Role, ...]
    code_key: bytes
    expires_at: datetime


@register("person.enrolled")
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEnrolled(Event):
    """The author has made their keys. Signed by the new key, countersigned by the one-time code's.

    Attributes:
        keys: The new public keys.
        lock: The private halves, locked.
        policy: The version of the policy whose monitoring notice was read and acknowledged.
    """

    keys: PublicKeys
    lock: Lock
    policy: int

    @property
    def records(self) -> tuple[Digest, ...]:
        """The locked keys."""
        return (self.lock.record,)


@register("person.relocked")
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRelocked(Event):
    """The author has a new passphrase; the keys are the same.

    Attributes:
        lock: The private keys under the new passphrase.
        replaced: The record of the old lock, which is destroyed.
    """

    lock: Lock
    replaced: Digest

    @property
    def records(self) -> tuple[Digest, ...]:
        """The new lock."""
        return (self.lock.record,)

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The old lock."""
        return (self.replaced,)


@register("role.assigned")
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAssigned(Event):
    """A person holds a role in a unit from now on."""

    person: PersonId
    unit: UnitId
    role: Role


@register("role.ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEnded(Event):
    """A person no longer holds a role in a unit."""

    person: PersonId
    unit: UnitId
    role: Role
