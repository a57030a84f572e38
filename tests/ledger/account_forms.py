"""What can be proposed about accounts in the town: registration, leases, escrow, exposure, rotation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from vault.domain.accounts import Account, Mailbox, MfaMethod
from vault.domain.checkouts import Checkout
from vault.domain.credentials import Credential, Part, Road, SealedCredential
from vault.domain.ids import (
    AccountId,
    CheckoutId,
    CredentialId,
    Digest,
    ExceptionId,
    ExposureId,
    PermissionId,
    PersonId,
    RotationId,
    UnitId,
    make_id,
)
from vault.domain.keys import SealedKey
from vault.domain.permissions import Permission
from vault.domain.policies import Policy
from vault.domain.units import Unit
from vault.domain.verdicts import Check, Verdict
from vault.ledger import events as ev
from vault.ledger.ledger import Draft
from vault.ledger.rules.keys import fingerprint, recipients_of
from vault.ledger.view import get, the_vault
from vault.sealing.frames import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.ledger.town import Town

T = TypeVar("T", bound=str)

PASSED = Verdict(checker="town/1", checks=(Check(name="town.good", passed=True),))
FAILED = Verdict(checker="town/1", checks=(Check(name="town.good", passed=False, clause="3", message="mend it"),))
MAILBOX = Mailbox(opened_by="the school office", mfa=("totp",))
TOTP = MfaMethod(method="totp", is_proved=True)
REASON = "spring concert announcement"


class AccountForms:
    """Makes drafts about accounts for one town.

    Args:
        town: Whose state and randomness they are made from.
    """

    def __init__(self, town: Town) -> None:
        self._town = town

    def id(self, kind: Callable[[str], T], prefix: str) -> T:
        return kind(make_id(prefix, self._town.random(16)))

    @property
    def policy(self) -> Policy:
        return the_vault(self._town.view).policy

    def seal_copies(self, recipients: Mapping[str, bytes]) -> tuple[tuple[SealedKey, ...], dict[Digest, bytes]]:
        """A copy for each recipient, to the recipient's true key."""
        records = {recipient: self._town.random(48) for recipient in recipients}
        copies = tuple(
            SealedKey(recipient=recipient, fingerprint=fingerprint(public), record=digest(records[recipient]))
            for recipient, public in recipients.items()
        )
        return copies, {digest(record): record for record in records.values()}

    def credential(
        self, holders: tuple[PersonId, ...], unit: UnitId, version: int = 1, *, codes: int = 3
    ) -> tuple[SealedCredential, dict[Digest, bytes]]:
        """A version sealed to exactly whom it must be, with its own backup codes."""
        copies, records = self.seal_copies(recipients_of(self._town.view, holders, unit))
        envelope = self._town.random(64)
        key = self.id(CredentialId, "cre")
        sealed = SealedCredential(
            id=key,
            version=version,
            envelope=digest(envelope),
            commitment=self._town.random(32),
            copies=copies,
            unit_epoch=get(self._town.view, Unit, unit).epoch,
            backup_codes=codes,
            codes_of=key,
            seed_of=key,
            password=PASSED,
            email=PASSED,
            mfa=PASSED,
        )
        return sealed, records | {digest(envelope): envelope}

    def register(
        self,
        permission: PermissionId,
        second: str | None = None,
        mfa: tuple[MfaMethod, ...] = (TOTP,),
        **changes: object,
    ) -> Draft:
        granted = get(self._town.view, Permission, permission)
        other = None if second is None else self._town.person(second).id
        holders = (granted.requester,) if other is None else (granted.requester, other)
        sealed, records = self.credential(holders, granted.unit)
        event = ev.AccountRegistered(
            account=self.id(AccountId, "acc"),
            permission=permission,
            statement=granted.statement,
            policy=self.policy.version,
            second=other,
            mailbox=MAILBOX,
            designation=None,
            mfa=mfa,
            platform_has_mfa=True if mfa else None,
            credential=sealed,
        )
        return Draft(events=(replace(event, **changes),), records=records)  # type: ignore[arg-type]

    def exempt(self, account: AccountId, days: int = 90) -> Draft:
        event = ev.ExceptionGranted(
            exception=self.id(ExceptionId, "exc"),
            account=account,
            clause="4",
            until=self._town.now + timedelta(days=days),
            reason="the platform has no second factor",
        )
        return Draft(events=(event,))

    def verify(self, account: AccountId, **changes: object) -> Draft:
        event = ev.EscrowVerified(
            account=account,
            credential=get(self._town.view, Account, account).current,
            password=PASSED,
            email=PASSED,
            mfa=PASSED,
        )
        return Draft(events=(replace(event, **changes),))  # type: ignore[arg-type]

    def checkout(self, account: AccountId, minutes: int = 60, **changes: object) -> Draft:
        event = ev.CheckoutOpened(
            checkout=self.id(CheckoutId, "chk"),
            account=account,
            credential=get(self._town.view, Account, account).current,
            until=self._town.now + timedelta(minutes=minutes),
            reason=REASON,
            ticket="",
        )
        return Draft(events=(replace(event, **changes),))  # type: ignore[arg-type]

    def extend(self, checkout: CheckoutId, minutes: int) -> Draft:
        return Draft(
            events=(ev.CheckoutExtended(checkout=checkout, until=self._town.now + timedelta(minutes=minutes)),)
        )

    def checkin(self, checkout: CheckoutId) -> Draft:
        return Draft(events=(ev.CheckoutEnded(checkout=checkout, is_forced=False, reason="", rotation=None),))

    def force_checkin(self, checkout: CheckoutId) -> Draft:
        rotation = self._owed(get(self._town.view, Checkout, checkout).account)
        return Draft(events=(ev.CheckoutEnded(checkout=checkout, is_forced=True, reason=REASON, rotation=rotation),))

    def open_escrow(self, account: AccountId, minutes: int = 30, **changes: object) -> Draft:
        event = ev.EscrowOpened(
            checkout=self.id(CheckoutId, "chk"),
            account=account,
            credential=get(self._town.view, Account, account).current,
            until=self._town.now + timedelta(minutes=minutes),
            reason=REASON,
            ticket="RIDGE-77",
            rotation=self._owed(account),
        )
        return Draft(events=(replace(event, **changes),))  # type: ignore[arg-type]

    def show(self, account: AccountId, part: Part, road: Road, **changes: object) -> Draft:
        event = ev.ExposureRecorded(
            exposure=self.id(ExposureId, "exp"),
            account=account,
            credential=get(self._town.view, Account, account).current,
            part=part,
            road=road,
            number=None,
        )
        return Draft(events=(replace(event, **changes),))  # type: ignore[arg-type]

    # -- rotations ------------------------------------------------------------------------------------------------

    def _owed(self, account: AccountId) -> RotationId:
        return get(self._town.view, Account, account).rotation or self.id(RotationId, "rot")

    def stage(self, account: AccountId, **changes: object) -> Draft:
        """A new version that carries the backup codes over; `changes` alter the sealed credential."""
        known = get(self._town.view, Account, account)
        old = get(self._town.view, Credential, known.current).sealed
        sealed, records = self.credential(known.holders, known.unit, known.versions + 1)
        carried: dict[str, object] = {"codes_of": old.codes_of, "backup_codes": old.backup_codes, **changes}
        event = ev.RotationStaged(
            rotation=self._owed(account),
            account=account,
            old=known.current,
            credential=replace(sealed, **carried),  # type: ignore[arg-type]
            reason="",
            policy=self.policy.version,
        )
        return Draft(events=(event,), records=records)

    def confirm(self, rotation: RotationId) -> Draft:
        return Draft(events=(ev.RotationConfirmed(rotation=rotation),))

    def abandon(self, rotation: RotationId, reason: str = "") -> Draft:
        return Draft(events=(ev.RotationAbandoned(rotation=rotation, reason=reason),))

    def destroy(self, account: AccountId, credential: CredentialId) -> Draft:
        digests = get(self._town.view, Credential, credential).records
        return Draft(events=(ev.CredentialDestroyed(account=account, credential=credential, digests=digests),))
