"""One client of a vault, with every use case at hand, and a clock that stands where it is put."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from vault.desk.accounts import Accounts
from vault.desk.checkouts import Checkouts
from vault.desk.escrow import Escrow
from vault.desk.finding import find_account
from vault.desk.office import Locks, Member, Office
from vault.desk.permissions import Permissions
from vault.desk.persons import Persons
from vault.desk.policies import Policies
from vault.desk.rotations import Rotations
from vault.desk.units import Units
from vault.domain.accounts import Account
from vault.domain.ids import VaultId
from vault.domain.secret import Secret
from vault.ledger.ledger import Ledger
from vault.ledger.rules.standing import missing
from vault.ledger.witness import Witness
from vault.sealing.passphrase import FLOOR, KdfProfile

if TYPE_CHECKING:
    from vault.ledger.ports import LedgerStore, StateStore
    from vault.sealing.frames import Random


@dataclass(slots=True)
class Clock:
    """Tells the time that it was set to."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        """Move on, by so many `minutes`, `hours` or `days`."""
        self.at += timedelta(**by)


class Desk:
    """One client of the vault: an office, and every use case at it."""

    def __init__(
        self,
        store: LedgerStore,
        state: StateStore,
        vault: VaultId,
        *,
        clock: Clock,
        random: Random,
        pepper: bytes,
        profile: KdfProfile = FLOOR,
    ) -> None:
        self.warnings: list[str] = []
        witness = Witness(store, state, vault)
        self.office = Office(
            ledger=Ledger(store, witness, clock, self.warnings.append),
            store=store,
            locks=Locks(pepper=pepper, default=profile, officer=profile),
            random=random,
            progress=lambda _done, _total: None,
        )
        self.accounts = Accounts(self.office)
        self.checkouts = Checkouts(self.office)
        self.escrow = Escrow(self.office)
        self.permissions = Permissions(self.office)
        self.persons = Persons(self.office)
        self.policies = Policies(self.office)
        self.rotations = Rotations(self.office)
        self.units = Units(self.office)
        witness.follow()

    def account(self, name: str) -> Account:
        """The account as it stands."""
        return find_account(self.office.view, name)

    def missing(self, name: str) -> tuple[str, ...]:
        """What the account still lacks."""
        return missing(self.office.view, self.account(name), self.office.now())

    def password(self, member: Member, name: str) -> Secret | None:
        """The password of the member's own open lease."""
        return self.checkouts.take_again(member, name, reveal=True).password
