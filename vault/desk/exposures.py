"""Exposures: what is proposed before a part is shown, and who was shown what."""

from __future__ import annotations

from vault.desk.contents import Contents
from vault.desk.finding import find_account
from vault.desk.office import Office
from vault.domain.accounts import Account
from vault.domain.credentials import Credential, Exposure, Part, Road
from vault.domain.ids import AccountId, CredentialId, ExposureId
from vault.ledger.events import ExposureRecorded
from vault.ledger.view import View, get


def shown(office: Office, account: AccountId, credential: CredentialId, part: Part, road: Road) -> ExposureRecorded:
    """The exposure of one part, ready to be proposed."""
    return ExposureRecorded(
        exposure=office.make_id(ExposureId, "exp"),
        account=account,
        credential=credential,
        part=part,
        road=road,
        number=None,
    )


def typed_parts(contents: Contents) -> tuple[Part, ...]:
    """What the person who brought these contents knows of them."""
    parts = [Part.PASSWORD, Part.CONTACTS]
    if contents.seed is not None:
        parts.append(Part.MFA_SEED)
    if contents.codes:
        parts.append(Part.BACKUP_CODES)
    return tuple(parts)


def exposures_of(office: Office, name: str) -> tuple[Exposure, ...]:
    """Who was shown which part of which version of an account, oldest first."""
    account = find_account(office.view, name)
    found = office.view.where(Exposure, "account", account.id)
    return tuple(sorted(found, key=lambda each: (each.at, each.id)))


def has_changed(view: View, exposure: Exposure) -> bool:
    """Whether what somebody was shown no longer opens anything: it was spent, or a later version brought another.

    A rotation carries the authenticator seed and the backup codes over unless new ones are given: who knew them knows
    them still. Usernames and linked addresses stay what they are.
    """
    if exposure.part in {Part.MFA_CODE, Part.BACKUP_CODE}:
        return True
    if exposure.part is Part.CONTACTS:
        return False
    then = get(view, Credential, exposure.credential).sealed
    now = get(view, Credential, get(view, Account, exposure.account).current).sealed
    return then.origin_of(exposure.part) != now.origin_of(exposure.part)
