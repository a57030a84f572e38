"""What waits for a person."""

from __future__ import annotations

from dataclasses import dataclass

from vault.desk.accounts import accounts_of
from vault.desk.escrow import unverified
from vault.desk.office import Office
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout
from vault.domain.notices import Void
from vault.domain.permissions import Permission, PermissionState
from vault.domain.persons import Person, Role
from vault.domain.rotations import Rotation
from vault.ledger.rules.authority import is_over, may_rotate
from vault.ledger.rules.standing import missing
from vault.ledger.view import get


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What one person has to do, and what they should know.

    Attributes:
        to_decide: Requests that they may decide.
        to_register: Their own granted requests, not yet used.
        to_verify: Accounts whose escrow copy they may verify.
        checked_out: Their open leases.
        pending: Accounts that they hold and that are not active, with what is missing.
        to_rotate: Accounts with an open rotation that they may carry out.
        voids: Entries that every reader holds void.
    """

    to_decide: tuple[Permission, ...]
    to_register: tuple[Permission, ...]
    to_verify: tuple[Account, ...]
    checked_out: tuple[Checkout, ...]
    pending: tuple[tuple[Account, tuple[str, ...]], ...]
    to_rotate: tuple[Account, ...]
    voids: tuple[Void, ...]


def agenda(office: Office, person: Person) -> Agenda:
    """What waits for this person now."""
    view, now, key = office.view, office.now(), person.id
    requested = view.where(Permission, "state_value", PermissionState.REQUESTED.value)
    own = view.where(Permission, "requester", key)
    held = list(accounts_of(view, key))
    lacking = ((account, missing(view, account, now)) for account in held)
    owed = (get(view, Account, each.account) for each in view.where(Rotation, "open_mark", "open"))
    return Agenda(
        to_decide=tuple(
            each for each in requested if each.requester != key and is_over(view, key, each.unit, Role.SUPERVISOR)
        ),
        to_register=tuple(each for each in own if each.is_live(now)),
        to_verify=tuple(unverified(office, person)),
        checked_out=tuple(each for each in view.where(Checkout, "person", key) if each.is_open(now)),
        pending=tuple((account, lacks) for account, lacks in lacking if lacks),
        to_rotate=tuple(each for each in owed if may_rotate(view, key, each)),
        voids=tuple(view.every(Void)),
    )
