"""A person's two seeds, locked under their passphrase.

Argon2id (RFC 9106) stretches the passphrase; HKDF mixes in the pepper of the storage key file, so that a stolen
database gives nothing to guess against; half of the result is a commitment that is checked first, because AES-GCM alone
would let one record open under two keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vault.domain.keys import KdfParameters
from vault.domain.secret import Secret
from vault.errors import CannotOpen, InvalidInput, StoreError, UnsafeParameters, WrongPassphrase
from vault.sealing.derivation import derive_key
from vault.sealing.frames import Random, frame, number, same
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.identity import Identity

SALT_BYTES: Final = 16
PEPPER_BYTES: Final = 32
NONCE_BYTES: Final = 12
RECORD_BYTES: Final = 1 + NONCE_BYTES + 2 * SEED_BYTES + 16
VERSION: Final = b"\x01"

_KEYS: Final = "custody-vault/identity-lock/1"
_SEALED: Final = "custody-vault/identity/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class KdfProfile:
    """A strength, before it has a salt.

    Attributes:
        memory_kib: Memory in KiB.
        passes: Iterations over it.
        lanes: Degree of parallelism.
    """

    memory_kib: int
    passes: int
    lanes: int

    def make_parameters(self, random: Random) -> KdfParameters:
        """Parameters of this strength with a new salt."""
        return KdfParameters(memory_kib=self.memory_kib, passes=self.passes, lanes=self.lanes, salt=random(SALT_BYTES))


FLOOR: Final = KdfProfile(memory_kib=19 * 1024, passes=2, lanes=1)
"""The least that is ever accepted (OWASP's minimum for Argon2id)."""
CEILING: Final = KdfProfile(memory_kib=1024 * 1024, passes=10, lanes=8)
"""The most that is ever accepted: four times an officer's memory; 5.3 s where it was measured (two cores). More would
be a way to stop a person's work with an entry, not a way to protect them."""
DEFAULT: Final = KdfProfile(memory_kib=64 * 1024, passes=3, lanes=4)
"""RFC 9106's second recommended option."""
OFFICER: Final = KdfProfile(memory_kib=256 * 1024, passes=3, lanes=4)
"""For supervisors and officers, whose keys open other people's accounts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedIdentity:
    """A locked identity, ready for an entry.

    Attributes:
        record: 93 bytes, sealed.
        commitment: 32 bytes for the signed entry; they tell whether a passphrase is right, given the pepper.
    """

    record: bytes
    commitment: bytes


def require_within_bounds(parameters: KdfParameters) -> None:
    """Refuse parameters below the floor or above the ceiling, before anything is asked or allocated.

    Raises:
        UnsafeParameters: A value is out of bounds, or the salt is not 16 bytes.
    """
    for name in ("memory_kib", "passes", "lanes"):
        value, least, most = (getattr(where, name) for where in (parameters, FLOOR, CEILING))
        if not least <= value <= most:
            raise UnsafeParameters(f"the passphrase's {name} is {value}; it must be from {least} to {most}")
    if len(parameters.salt) != SALT_BYTES:
        raise UnsafeParameters(f"the passphrase's salt has {len(parameters.salt)} bytes, not {SALT_BYTES}")


def lock_identity(
    identity: Identity, passphrase: Secret, *, person: str, parameters: KdfParameters, pepper: bytes, random: Random
) -> LockedIdentity:
    """Lock both seeds under a passphrase.

    Args:
        identity: Whose seeds.
        passphrase: Already accepted by policy; used in Unicode NFC.
        person: The person's id, bound to the record.
        parameters: Within bounds, with a new salt.
        pepper: 32 bytes from the storage key file.
        random: Source of the nonce.

    Raises:
        UnsafeParameters: The parameters are out of bounds.
        InvalidInput: The passphrase is empty, or not Unicode text.
        StoreError: This machine has not the memory.
    """
    require_within_bounds(parameters)
    commitment, key = _derive_keys(passphrase, person, parameters, pepper)
    nonce = random(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, b"".join(identity.reveal_seeds()), _bound(_SEALED, person, parameters))
    return LockedIdentity(record=VERSION + nonce + sealed, commitment=commitment)


def unlock_identity(
    record: bytes, passphrase: Secret, *, person: str, parameters: KdfParameters, pepper: bytes, commitment: bytes
) -> Identity:
    """Open what `lock_identity` locked. The caller compares `Identity.public` with the ledger's.

    Args:
        record: The sealed record that the person's entry names.
        passphrase: As typed.
        person: The person's id.
        parameters: From the entry.
        pepper: 32 bytes from the storage key file.
        commitment: From the entry.

    Raises:
        UnsafeParameters: The parameters are out of bounds; nothing was allocated.
        WrongPassphrase: It is not the passphrase, or not the storage key that was in use.
        CannotOpen: The passphrase is right and the record is altered or of an unknown form.
        InvalidInput: The passphrase is empty, or not Unicode text.
        StoreError: This machine has not the memory.
    """
    require_within_bounds(parameters)
    if record[:1] != VERSION or len(record) != RECORD_BYTES:
        raise CannotOpen(f"the locked key of {person} is not in a form that this program knows")
    derived, key = _derive_keys(passphrase, person, parameters, pepper)
    if not same(derived, commitment):
        raise WrongPassphrase(f"the passphrase does not open the key of {person}")
    nonce, sealed = record[1 : 1 + NONCE_BYTES], record[1 + NONCE_BYTES :]
    try:
        seeds = AESGCM(key).decrypt(nonce, sealed, _bound(_SEALED, person, parameters))
    except InvalidTag as error:
        raise CannotOpen(f"the locked key of {person} is altered") from error
    return Identity.from_seeds(seeds[:SEED_BYTES], seeds[SEED_BYTES:])


def _derive_keys(passphrase: Secret, person: str, parameters: KdfParameters, pepper: bytes) -> tuple[bytes, bytes]:
    """The commitment and the AES key, 32 bytes each."""
    if len(pepper) != PEPPER_BYTES:
        raise ValueError(f"a pepper has {PEPPER_BYTES} bytes")
    stretched = stretch(passphrase, parameters)
    both = derive_key(stretched, _bound(_KEYS, person, parameters), salt=pepper, length=64)
    return both[:32], both[32:]


def stretch(passphrase: Secret, parameters: KdfParameters) -> bytes:
    """Argon2id of a passphrase in Unicode NFC, 32 bytes.

    Args:
        passphrase: As typed.
        parameters: Already found within bounds.

    Raises:
        InvalidInput: The passphrase is empty, or not Unicode text.
        StoreError: This machine has not the memory.
    """
    return _stretch(_typed(passphrase), parameters)


def _bound(context: str, person: str, parameters: KdfParameters) -> bytes:
    sizes = (number(value) for value in (parameters.memory_kib, parameters.passes, parameters.lanes))
    return frame(context, person.encode(), *sizes, parameters.salt)


def _typed(passphrase: Secret) -> bytes:
    try:
        typed = passphrase.nfc()
    except UnicodeEncodeError:
        # The exception holds the text, so it is not chained.
        raise InvalidInput("the passphrase is not valid Unicode text") from None
    if not typed:
        raise InvalidInput("the passphrase is empty")
    return typed


def _stretch(typed: bytes, parameters: KdfParameters) -> bytes:
    # Late: a command in an unlocked session never stretches anything.
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    try:
        return hash_secret_raw(
            secret=typed,
            salt=parameters.salt,
            time_cost=parameters.passes,
            memory_cost=parameters.memory_kib,
            parallelism=parameters.lanes,
            hash_len=32,
            type=Type.ID,
        )
    except HashingError as error:
        raise StoreError(f"this machine cannot give the passphrase {parameters.memory_kib} KiB of memory") from error
