"""Everything that can be proposed: typed, versioned events, one file a noun.

An event says what somebody proposes to have happened. It carries no time and no author (its entry does), and no secret
(a sealed record does; the event names it by digest). A file is imported when one of its events is asked for, by its
class's name or by its stored kind: a command that meets three kinds pays for three files.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from vault.ledger.events.base import KINDS as _KNOWN
from vault.ledger.events.base import Event

if TYPE_CHECKING:
    from vault.ledger.events.accounts import AccountRegistered, ExceptionGranted
    from vault.ledger.events.backups import BackupCreated, BackupRestored
    from vault.ledger.events.base import KINDS
    from vault.ledger.events.checkouts import (
        CheckoutEnded,
        CheckoutExtended,
        CheckoutOpened,
        EscrowOpened,
        EscrowVerified,
        ExposureRecorded,
    )
    from vault.ledger.events.custody import AccountTransferred, TransferAccepted, TransferOffered
    from vault.ledger.events.departures import DepartureCompleted, DepartureStarted, DepartureTookEffect
    from vault.ledger.events.epochs import CredentialResealed, UnitRekeyed
    from vault.ledger.events.incidents import AccountResumed, AccountSuspended
    from vault.ledger.events.permissions import (
        EmailDesignated,
        PermissionGranted,
        PermissionRefused,
        PermissionRequested,
        PermissionWithdrawn,
    )
    from vault.ledger.events.persons import PersonEnrolled, PersonInvited, PersonRelocked, RoleAssigned, RoleEnded
    from vault.ledger.events.recovery import (
        EscrowDrilled,
        RecoveryDrilled,
        RecoveryOpened,
        RecoveryRequested,
        RecoveryReshared,
        RecoveryShareGiven,
        StorageKeySealed,
    )
    from vault.ledger.events.rotations import CredentialDestroyed, RotationAbandoned, RotationConfirmed, RotationStaged
    from vault.ledger.events.units import UnitAdded, UnitKeyShared
    from vault.ledger.events.vault import NoticeAcknowledged, PolicySet, VaultFounded

__all__ = [
    "KINDS",
    "AccountRegistered",
    "AccountResumed",
    "AccountSuspended",
    "AccountTransferred",
    "BackupCreated",
    "BackupRestored",
    "CheckoutEnded",
    "CheckoutExtended",
    "CheckoutOpened",
    "CredentialDestroyed",
    "CredentialResealed",
    "DepartureCompleted",
    "DepartureStarted",
    "DepartureTookEffect",
    "EmailDesignated",
    "EscrowDrilled",
    "EscrowOpened",
    "EscrowVerified",
    "Event",
    "ExceptionGranted",
    "ExposureRecorded",
    "NoticeAcknowledged",
    "PermissionGranted",
    "PermissionRefused",
    "PermissionRequested",
    "PermissionWithdrawn",
    "PersonEnrolled",
    "PersonInvited",
    "PersonRelocked",
    "PolicySet",
    "RecoveryDrilled",
    "RecoveryOpened",
    "RecoveryRequested",
    "RecoveryReshared",
    "RecoveryShareGiven",
    "RoleAssigned",
    "RoleEnded",
    "RotationAbandoned",
    "RotationConfirmed",
    "RotationStaged",
    "StorageKeySealed",
    "TransferAccepted",
    "TransferOffered",
    "UnitAdded",
    "UnitKeyShared",
    "UnitRekeyed",
    "VaultFounded",
]

_HOMES: Final = {
    "AccountRegistered": "accounts",
    "AccountResumed": "incidents",
    "AccountSuspended": "incidents",
    "AccountTransferred": "custody",
    "BackupCreated": "backups",
    "BackupRestored": "backups",
    "CheckoutEnded": "checkouts",
    "CheckoutExtended": "checkouts",
    "CheckoutOpened": "checkouts",
    "CredentialDestroyed": "rotations",
    "CredentialResealed": "epochs",
    "DepartureCompleted": "departures",
    "DepartureStarted": "departures",
    "DepartureTookEffect": "departures",
    "EmailDesignated": "permissions",
    "EscrowDrilled": "recovery",
    "EscrowOpened": "checkouts",
    "EscrowVerified": "checkouts",
    "ExceptionGranted": "accounts",
    "ExposureRecorded": "checkouts",
    "NoticeAcknowledged": "vault",
    "PermissionGranted": "permissions",
    "PermissionRefused": "permissions",
    "PermissionRequested": "permissions",
    "PermissionWithdrawn": "permissions",
    "PersonEnrolled": "persons",
    "PersonInvited": "persons",
    "PersonRelocked": "persons",
    "PolicySet": "vault",
    "RecoveryDrilled": "recovery",
    "RecoveryOpened": "recovery",
    "RecoveryRequested": "recovery",
    "RecoveryReshared": "recovery",
    "RecoveryShareGiven": "recovery",
    "RoleAssigned": "persons",
    "RoleEnded": "persons",
    "RotationAbandoned": "rotations",
    "RotationConfirmed": "rotations",
    "RotationStaged": "rotations",
    "StorageKeySealed": "recovery",
    "TransferAccepted": "custody",
    "TransferOffered": "custody",
    "UnitAdded": "units",
    "UnitKeyShared": "units",
    "UnitRekeyed": "epochs",
    "VaultFounded": "vault",
}
"""Where each event is defined."""

_NOUNS: Final = {
    "vault": "vault",
    "policy": "vault",
    "notice": "vault",
    "person": "persons",
    "role": "persons",
    "unit": "units",
    "permission": "permissions",
    "email": "permissions",
    "account": "accounts",
    "exception": "accounts",
    "checkout": "checkouts",
    "exposure": "checkouts",
    "escrow": "checkouts",
    "rotation": "rotations",
    "credential": "rotations",
}
"""Where the kinds of a noun most likely are; a kind that is not there is looked for everywhere."""


def _load(home: str) -> Any:  # noqa: ANN401 - a module
    return import_module(f"vault.ledger.events.{home}")


def _load_all() -> None:
    for home in dict.fromkeys(_HOMES.values()):
        _load(home)


def find_kind(kind: str) -> type[Event] | None:
    """The event class of a stored kind, or None for one that this program does not know."""
    found = _KNOWN.get(kind)
    if found is None:
        home = _NOUNS.get(kind.partition(".")[0])
        if home is not None:
            _load(home)
            found = _KNOWN.get(kind)
    if found is None:
        _load_all()
        found = _KNOWN.get(kind)
    return found


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a class, or the register of all
    if name == "KINDS":
        _load_all()
        return _KNOWN
    if name in _HOMES:
        return getattr(_load(_HOMES[name]), name)
    raise AttributeError(name)
