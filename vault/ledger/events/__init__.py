"""Everything that can be proposed: typed, versioned events, one file a noun.

An event says what somebody proposes to have happened. It carries no time and no author (its entry does), and no secret
(a sealed record does; the event names it by digest). Importing this package fills the register.
"""

from vault.ledger.events.accounts import AccountRegistered, ExceptionGranted
from vault.ledger.events.backups import BackupCreated, BackupRestored
from vault.ledger.events.base import KINDS, Event
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
