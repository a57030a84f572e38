"""Exposures: what is proposed before a part is shown, and who was shown what."""

from __future__ import annotations

from vault.desk.contents import Contents
from vault.desk.finding import find_account
from vault.desk.office import Office
from vault.domain.credentials import Exposure, Part, Road
from vault.domain.ids import AccountId, CredentialId, ExposureId
from vault.ledger.events import ExposureRecorded


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
