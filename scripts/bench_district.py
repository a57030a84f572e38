"""A district to measure on: real files, real keys, the stores that `custody` itself uses.

Passphrases are stretched as little as the vault allows, unless a figure is about them: Argon2 is made to take long, and
would hide everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.desk.accounts import Accounts, Registration
from vault.desk.escrow import Escrow
from vault.desk.finding import find_person
from vault.desk.founding import Founder
from vault.desk.locks import unlock
from vault.desk.permissions import Permissions
from vault.desk.persons import Persons
from vault.desk.units import Units, share_unit_keys
from vault.domain.accounts import Account, Mailbox
from vault.domain.permissions import AccountKind, Permission
from vault.domain.persons import Role
from vault.domain.secret import Secret
from vault.domain.units import UnitKind
from vault.policy.defaults import default_policy
from vault.sealing.codes import parse_seed
from vault.sealing.passphrase import FLOOR, KdfProfile
from vault.wiring.assembly import Opened, Surroundings, found_home, open_vault
from vault.wiring.home import Settings

if TYPE_CHECKING:
    from vault.desk.office import Member, Office

DOMAIN: Final = "ridge.k12.example"
SCHOOL: Final = "district/high-school"
PASSPHRASE: Final = Secret("copper lantern drifts over nine harbours")
SEED: Final = Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
"""The seed of RFC 6238's appendix B."""
CODES: Final = Secret("7kq29fhd\n3xwm6trb\nw8pn2vsc")
REASON: Final = "posting the results of the game"
ACCOUNTS_EACH: Final = 5
"""How many accounts a person holds: a new password is compared with those of all of them."""


@dataclass(slots=True, kw_only=True)
class District:
    """A founded vault with one school, its principal and some coaches.

    Attributes:
        opened: The vault, as a command has it.
        founder: IT.
        principal: Supervises the school.
        coaches: Work there; they hold the accounts.
    """

    opened: Opened
    founder: Member
    principal: Member
    coaches: list[Member] = field(default_factory=list)

    @classmethod
    def found(cls, home: Path, *, coaches: int, profile: KdfProfile = FLOOR) -> District:
        """Found it in a new folder.

        Args:
            home: The folder.
            coaches: How many.
            profile: How passphrases are stretched.
        """
        around = Surroundings(default=profile, officer=profile)
        settings = Settings(home=home)
        founder = Founder(username="i.moreau", name="Ines Moreau", email=f"i.moreau@{DOMAIN}", passphrase=PASSPHRASE)
        found_home(settings, around, founder, default_policy("Ridge Public Schools", [DOMAIN]), threshold=3, shares=5)
        opened = open_vault(settings, around)
        office = opened.office
        first = unlock(office, find_person(office.view, founder.username), PASSPHRASE)
        Units(office).add(first, SCHOOL, kind=UnitKind.SCHOOL, name="Ridge High School")
        principal = _enrol(office, first, "p.lind", Role.SUPERVISOR)
        made = cls(opened=opened, founder=first, principal=principal)
        made.coaches = [_enrol(office, first, f"coach{number}", Role.EMPLOYEE) for number in range(1, coaches + 1)]
        share_unit_keys(office, first)
        return made

    @property
    def office(self) -> Office:
        """For the desk."""
        return self.opened.office

    def close(self) -> None:
        """Let its stores go."""
        self.opened.close()

    def allow(self, member: Member, handle: str) -> Permission:
        """A coach asks for an account, and the principal grants it."""
        desk = Permissions(self.office)
        asked = desk.request(
            member,
            platform="x",
            handle=handle,
            display_name=f"Ridge High {handle}",
            unit=SCHOOL,
            kind=AccountKind.PUBLIC,
            purpose="telling families of games and results",
            audience="families and the town",
            is_official=True,
            is_existing=False,
        )
        return desk.grant(self.principal, asked.id)

    def registration(self, handle: str) -> Registration:
        """What the coach brings: a seed, backup codes, and the wish for a password."""
        return Registration(
            username=handle,
            email=f"{handle}@{DOMAIN}",
            mailbox=Mailbox(opened_by="the athletics office", mfa=("totp",)),
            seed=SEED,
            seed_code=parse_seed(SEED).code(self.office.now()).code,
            backup_codes=CODES,
        )

    def activate(self, member: Member, handle: str) -> Account:
        """An active account: allowed, registered, its escrow copy verified."""
        permission = self.allow(member, handle)
        account = Accounts(self.office).register(member, permission.id, self.registration(handle)).account
        self.verify(account.key)
        return account

    def verify(self, name: str) -> None:
        """The principal opens the escrow copy and judges it."""
        faults = Escrow(self.office).verify(self.principal, name).faults
        if faults:
            raise AssertionError(f"{name}: {faults}")


def _enrol(office: Office, founder: Member, username: str, role: Role) -> Member:
    desk = Persons(office)
    invited = desk.invite(
        founder, username, name=f"Person {username}", email=f"{username}@{DOMAIN}", unit=SCHOOL, roles=[role]
    )
    return desk.enrol(username, invited.code, PASSPHRASE, acknowledged=1)
