"""Passphrases: what is accepted, and locking a person's key under one."""

from __future__ import annotations

from collections.abc import Sequence

from vault.desk.office import Member, Office
from vault.domain.ids import Digest, PersonId
from vault.domain.persons import Lock, Person
from vault.domain.secret import Secret
from vault.errors import NotEnrolled
from vault.policy.passwords import judge_passphrase
from vault.policy.verdicts import require_passed
from vault.sealing.frames import Random, digest
from vault.sealing.identity import Identity
from vault.sealing.passphrase import KdfProfile, lock_identity, require_within_bounds, unlock_identity


def require_passphrase(passphrase: Secret, words: Sequence[str]) -> None:
    """Refuse a passphrase that is too short, too long or too easy to guess, with the reason.

    Args:
        passphrase: As typed.
        words: Names that a guesser knows: the district's, the person's.

    Raises:
        InvalidInput: One line for each fault.
    """
    require_passed(
        judge_passphrase(passphrase, words=words),
        subject="the passphrase",
        hint="several unrelated words make a good one, such as you would find by opening a book four times",
    )


def lock_for(
    identity: Identity, passphrase: Secret, person: PersonId, profile: KdfProfile, *, pepper: bytes, random: Random
) -> tuple[Lock, dict[Digest, bytes]]:
    """A person's key under a passphrase: what the entry says, and the record."""
    parameters = profile.make_parameters(random)
    locked = lock_identity(identity, passphrase, person=person, parameters=parameters, pepper=pepper, random=random)
    name = digest(locked.record)
    return Lock(kdf=parameters, record=name, commitment=locked.commitment), {name: locked.record}


def require_unlockable(person: Person) -> Lock:
    """A person's lock, its parameters within bounds: checked before anybody is asked for a passphrase (A8).

    Raises:
        NotEnrolled: They have no key here.
        UnsafeParameters: The lock's parameters are out of bounds.
    """
    if person.lock is None:
        raise NotEnrolled(f"{person.username} has not enrolled yet", hint=f"custody person enrol {person.username}")
    require_within_bounds(person.lock.kdf)
    return person.lock


def unlock(office: Office, person: Person, passphrase: Secret) -> Member:
    """Open a person's key by their passphrase.

    Raises:
        NotEnrolled: They have no key here.
        WrongPassphrase: It does not open it.
        IntegrityError: What opens is not the key that the ledger shows.
    """
    lock = require_unlockable(person)
    identity = unlock_identity(
        office.store.record(lock.record),
        passphrase,
        person=person.id,
        parameters=lock.kdf,
        pepper=office.locks.pepper,
        commitment=lock.commitment,
    )
    return office.admit(person, identity)
