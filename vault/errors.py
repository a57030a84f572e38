"""The one exception tree.

Every error that a person can meet descends from `VaultError` and says what failed and which object it was about;
`hint` is the next command. A message never holds a secret, a seed, a code, a passphrase or ciphertext. Exceptions of
other packages stop at `vault.sealing` and `vault.store`, which raise one of these `from` them.

`code` is for scripts and never changes; `exit_status` is the process's, as `custody help exit-codes` lists them.
"""

from __future__ import annotations

from typing import ClassVar


class VaultError(Exception):
    """Anything that went wrong in a way the vault knows.

    Args:
        message: What failed, and which object; lower case, no full stop.
        hint: The next step, usually a command; shown on a line of its own.
        faults: One line per failed part, where there are several.
    """

    code: ClassVar[str] = "unexpected"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None, faults: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.faults = faults


# -- 2: usage or invalid input ------------------------------------------------------------------------------------


class InvalidInput(VaultError):
    """Something typed, pasted, piped or restored is not what it should be."""

    code = "invalid-input"
    exit_status = 2


class MissingInput(InvalidInput):
    """Nothing may be asked here, and a needed value was not given."""

    code = "missing-input"


# -- 3: declined --------------------------------------------------------------------------------------------------


class Declined(VaultError):
    """The person was asked to go on and said no."""

    code = "declined"
    exit_status = 3


class Interrupted(VaultError):
    """The person stopped the command, with Ctrl-C or by closing what it asked on."""

    code = "interrupted"
    exit_status = 130


# -- 4: locked, wrong passphrase or not enrolled ------------------------------------------------------------------


class Locked(VaultError):
    """The person's key is needed and is not open."""

    code = "locked"
    exit_status = 4


class WrongPassphrase(Locked):
    """The passphrase does not open the person's key."""

    code = "wrong-passphrase"


class NotEnrolled(Locked):
    """The person has no key in this vault, or no longer."""

    code = "not-enrolled"


# -- 5: not permitted, or refused by policy -----------------------------------------------------------------------


class NotPermitted(VaultError):
    """The person's roles do not carry this act, whatever its content."""

    code = "not-permitted"
    exit_status = 5


class PolicyRefusal(VaultError):
    """A clause of the Board's policy refuses it.

    Args:
        message: What the clause wants, in the user's words.
        clause: The clause's number as the policy prints it, such as `2` or `7i`.
        hint: The next step.
        faults: One line per failed part.
    """

    code = "policy"
    exit_status = 5

    def __init__(self, message: str, *, clause: str, hint: str | None = None, faults: tuple[str, ...] = ()) -> None:
        super().__init__(f"rule {clause}: {message}", hint=hint, faults=faults)
        self.clause = clause


# -- 6: not found, ambiguous --------------------------------------------------------------------------------------


class NotFound(VaultError):
    """Nothing by that name or id."""

    code = "not-found"
    exit_status = 6


class Ambiguous(NotFound):
    """More than one thing by that name."""

    code = "ambiguous"


# -- 7: wrong state -----------------------------------------------------------------------------------------------


class WrongState(VaultError):
    """The object is in a state that does not allow it: held, owed, staged, already decided."""

    code = "wrong-state"
    exit_status = 7


class Held(WrongState):
    """Somebody else has the account checked out."""

    code = "held"


# -- 8: waiting ---------------------------------------------------------------------------------------------------


class Waiting(VaultError):
    """Somebody's decision has to come first."""

    code = "waiting"
    exit_status = 8


# -- 9: integrity -------------------------------------------------------------------------------------------------


class IntegrityError(VaultError):
    """Stored bytes are not what was signed and sealed."""

    code = "integrity"
    exit_status = 9


class Broken(IntegrityError):
    """A ledger entry whose bytes, chain, signature or key do not verify; reading stops before it."""

    code = "broken-entry"


class RolledBack(IntegrityError):
    """The store is older than what this machine has already seen."""

    code = "rolled-back"


class Forked(IntegrityError):
    """The store holds another history than the one this machine has already seen."""

    code = "forked"


class ForeignVault(IntegrityError):
    """The store belongs to another founding than the one this machine trusts."""

    code = "foreign-vault"


class AlteredRecord(IntegrityError):
    """A sealed record is missing, or its bytes are not those that a signed entry names."""

    code = "altered-record"


class CannotOpen(IntegrityError):
    """A sealed thing does not open with the key that should open it."""

    code = "cannot-open"


class BadSignature(IntegrityError):
    """A signature is not that of the key over these bytes."""

    code = "bad-signature"


class UnsafeKey(IntegrityError):
    """A public key is malformed, or of a kind that must not be used: low order, or not in its one canonical form."""

    code = "unsafe-key"


class UnsafeParameters(IntegrityError):
    """What a passphrase is to be stretched with is below the floor or above the ceiling that are code."""

    code = "unsafe-parameters"


class AlteredSchema(IntegrityError):
    """The database holds a table, trigger, view or column that is not ours, or lacks one that is."""

    code = "altered-schema"


class WitnessUnusable(IntegrityError):
    """This machine's witness cannot be read or trusted; it is made again from the ledger."""

    code = "witness-unusable"


# -- 10: a check found something ----------------------------------------------------------------------------------


class CheckFound(VaultError):
    """A check ran to its end and found something to act on."""

    code = "check-found"
    exit_status = 10


# -- 11: store, disk or another system ----------------------------------------------------------------------------


class StoreError(VaultError):
    """The store, the disk or another system failed."""

    code = "store"
    exit_status = 11


class StoreBusy(StoreError):
    """Another process holds the store longer than is sensible."""

    code = "store-busy"


class HeadMoved(StoreBusy):
    """Another writer appended first; the caller follows, judges again and retries."""

    code = "head-moved"


class StoreTooOld(StoreError):
    """An older version of the program made this store, and it has not been upgraded."""

    code = "store-too-old"


class StoreTooNew(StoreError):
    """A newer version of the program has written this store."""

    code = "store-too-new"


class UnsafePermissions(StoreError):
    """A file that only its owner may read or write is open to others, or is a link."""

    code = "unsafe-permissions"


class ClockUnsure(StoreError):
    """This machine's clock and the store's differ too much to write."""

    code = "clock"
