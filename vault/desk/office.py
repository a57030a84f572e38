"""The office: what every use case works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from vault.domain.ids import make_id
from vault.domain.persons import Person
from vault.domain.policies import Policy
from vault.errors import IntegrityError, NotEnrolled
from vault.ledger.entry import Entry
from vault.ledger.ledger import Author, Build, Ledger
from vault.ledger.ports import LedgerStore
from vault.ledger.view import View, the_vault
from vault.sealing.frames import Random
from vault.sealing.identity import Identity
from vault.sealing.passphrase import KdfProfile

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locks:
    """How passphrases are stretched.

    Attributes:
        pepper: 32 bytes from the storage-key file.
        default: For employees.
        officer: For supervisors, IT and officers.
    """

    pepper: bytes
    default: KdfProfile
    officer: KdfProfile

    def __repr__(self) -> str:
        return f"Locks(default={self.default}, officer={self.officer})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person at the desk, with their key open.

    Attributes:
        person: Who.
        identity: Their key.
    """

    person: Person
    identity: Identity

    @property
    def author(self) -> Author:
        """They, as an entry's signer."""
        return Author(person=self.person.id, signing=self.identity.signing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One client of one vault.

    Attributes:
        ledger: Writes entries.
        store: Gives sealed records by digest.
        locks: How passphrases are stretched.
        random: Source of keys and ids.
        progress: Told of long work: done, of how many.
    """

    ledger: Ledger
    store: LedgerStore
    locks: Locks
    random: Random
    progress: Callable[[int, int], None]

    @property
    def view(self) -> View:
        """The verified state."""
        return self.ledger.witness.view

    @property
    def policy(self) -> Policy:
        """The settings in force."""
        return the_vault(self.view).policy

    def now(self) -> datetime:
        """The time that an entry written now would carry."""
        return self.ledger.now()

    def clock(self) -> datetime:
        """This machine's own time: a platform's one-time code does not wait for another machine's entries."""
        return self.ledger.clock()

    def make_id(self, kind: Callable[[str], T], prefix: str) -> T:
        """A new id of that kind."""
        return kind(make_id(prefix, self.random(16)))

    def write(self, member: Member, build: Build) -> tuple[Entry, ...]:
        """Propose in the member's name; see `Ledger.write`."""
        return self.ledger.write(member.author, build)

    def admit(self, person: Person, identity: Identity) -> Member:
        """Take an opened key for this person's, if the ledger says so.

        Raises:
            NotEnrolled: The person has no key in this vault.
            IntegrityError: It is not the key that the ledger shows.
        """
        if person.keys is None:
            raise NotEnrolled(f"{person.username} has not enrolled yet", hint=f"custody person enrol {person.username}")
        public = identity.public
        if (public.sealing, public.signing) != (person.keys.sealing, person.keys.signing):
            raise IntegrityError(f"the opened key is not the one that the ledger shows for {person.username}")
        return Member(person=person, identity=identity)
