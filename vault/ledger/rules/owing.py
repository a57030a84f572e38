"""What makes a rotation owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from vault.domain.accounts import Account
from vault.domain.ids import RotationId
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.errors import WrongState
from vault.ledger.rules.base import require_new
from vault.ledger.view import View, get


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
