"""What makes a rotation owed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from vault.domain.accounts import Account
from vault.domain.credentials import Exposure
from vault.domain.ids import ID_BYTES, AccountId, PersonId, RotationId, make_id
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.errors import WrongState
from vault.ledger.entry import Entry
from vault.ledger.rules.authority import may_rotate, roles_over
from vault.ledger.rules.base import Changes, require_new
from vault.ledger.view import View, get
from vault.sealing.frames import frame, sha256


def owe(view: View, account: Account, rotation: RotationId, cause: Cause, at: datetime) -> Rotation:
    """The account's open rotation with one more cause, or a new owed one of that id.

    Raises:
        WrongState: Another rotation of the account is open, so that id cannot be used.
    """
    if account.rotation is not None:
        if rotation != account.rotation:
            raise WrongState(f"{account.key} has an open rotation already: {account.rotation}", hint="run it again")
        known = get(view, Rotation, account.rotation)
        return known if cause in known.causes else replace(known, causes=(*known.causes, cause))
    require_new(view, Rotation, rotation)
    return Rotation(id=rotation, account=account.id, state=RotationState.OWED, causes=(cause,), opened_at=at)


def derive_rotation_id(entry: Entry, account: AccountId) -> RotationId:
    """The id of a rotation that an entry owes without naming it.

    From the entry's hash, which nobody knows before it is written: no id can be taken beforehand to have it refused.
    """
    drawn = sha256(frame("custody-vault/owed-rotation/1", entry.hash, account.encode()))
    return RotationId(make_id("rot", drawn[:ID_BYTES]))


def known_accounts(view: View, person: PersonId) -> Iterator[Account]:
    """The accounts of whose current version the person was shown a part, by id."""
    shown = {(each.account, each.credential) for each in view.where(Exposure, "person", person)}
    for key, credential in sorted(shown):
        account = get(view, Account, key)
        if account.current == credential:
            yield account


def owe_what_is_known(view: View, entry: Entry, person: PersonId, cause: Cause) -> Changes:
    """A rotation of every account whose current version the person knows and may not be shown any more.

    Args:
        view: The state in which they have ended already.
        entry: What ended them; the ids of the rotations come from it.
        person: Who.
        cause: Why it is owed.
    """
    for account in known_accounts(view, person):
        if not may_rotate(view, person, account):
            fresh = derive_rotation_id(entry, account.id)
            rotation = owe(view, account, account.rotation or fresh, cause, entry.time)
            yield rotation
            yield replace(account, rotation=rotation.id)


def owe_again(view: View, entry: Entry, account: Account) -> Changes:
    """An account with a version that is newly current: with one more rotation, if somebody who may not knows it.

    Who stages or is shown the new version, and ends or hands the account over before it is confirmed, knows what is
    current from then on.
    """
    found = view.where(Exposure, "account", account.id)
    knowing = {each.person for each in found if each.credential == account.current}
    outside = [person for person in knowing if not may_rotate(view, person, account)]
    if not outside:
        yield account
        return
    stayed = all(roles_over(view, person, account.unit) for person in outside)
    cause = Cause.CUSTODY_CHANGED if stayed else Cause.ROLE_ENDED
    rotation = owe(view, account, derive_rotation_id(entry, account.id), cause, entry.time)
    yield rotation
    yield replace(account, rotation=rotation.id)
