"""A whole small district at its desks: real keys, real passphrases, a clock that stands where it is put.

`District.found` makes it on any pair of stores. What takes time is done once a run: `twin` gives a test a district of
its own by copying the store and following it anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tests.desk.client import Clock, Desk
from tests.sealing.stream import Stream
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.desk.accounts import Registered, Registration
from vault.desk.finding import find_person
from vault.desk.founding import Founder, Founding, found_vault
from vault.desk.locks import unlock
from vault.desk.office import Member
from vault.desk.units import share_unit_keys
from vault.domain.accounts import Account, Mailbox
from vault.domain.permissions import AccountKind, Permission
from vault.domain.persons import Person, Role
from vault.domain.secret import Secret
from vault.domain.units import UnitKind
from vault.ledger.entry import Entry, read
from vault.policy.defaults import default_policy
from vault.sealing.atrest import StorageKeyring
from vault.sealing.codes import parse_seed
from vault.sealing.passphrase import FLOOR, KdfProfile

if TYPE_CHECKING:
    from vault.ledger.ports import LedgerStore, StateStore

START: Final = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
DOMAIN: Final = "ridge.k12.example"
SEED: Final = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The seed of RFC 6238's appendix B."""
PASSWORD: Final = "Tq7!mzWv#4rKd9Lp"
NEXT_PASSWORD: Final = "hN3?xRf8$Yc2Bq6w"
BACKUP_CODES: Final = ("7kq29fhd", "3xwm6trb", "w8pn2vsc")
REASON: Final = "posting the results of the game"
HIGH_SCHOOL: Final = "district/high-school"
MIDDLE_SCHOOL: Final = "district/middle-school"
USERNAMES: Final = {
    "founder": "i.moreau",
    "second_it": "j.osei",
    "superintendent": "a.abara",
    "principal": "p.lind",
    "coach": "c.duarte",
    "teacher": "t.weiss",
    "other_principal": "m.roth",
}
_NAMES: Final = {
    "i.moreau": "Ines Moreau",
    "j.osei": "Jude Osei",
    "a.abara": "Ada Abara",
    "p.lind": "Per Lind",
    "c.duarte": "Carla Duarte",
    "t.weiss": "Tom Weiss",
    "m.roth": "Mina Roth",
}
_POSTS: Final = (
    ("second_it", "district", Role.IT),
    ("superintendent", "district", Role.SUPERVISOR),
    ("principal", HIGH_SCHOOL, Role.SUPERVISOR),
    ("coach", HIGH_SCHOOL, Role.EMPLOYEE),
    ("teacher", HIGH_SCHOOL, Role.EMPLOYEE),
    ("other_principal", MIDDLE_SCHOOL, Role.SUPERVISOR),
)


def passphrase_of(username: str) -> Secret:
    """What that person chose."""
    return Secret(f"copper lantern drifts {username[::-1]}")


@dataclass(slots=True, kw_only=True)
class District:
    """The district, its stores and its people."""

    store: LedgerStore
    founding: Founding
    keyring: StorageKeyring
    clock: Clock
    desk: Desk
    members: dict[str, Member] = field(default_factory=dict)
    code_given: Secret | None = field(default=None, repr=False)

    @classmethod
    def found(
        cls,
        store: LedgerStore,
        state: StateStore,
        *,
        keyring: StorageKeyring | None = None,
        start: datetime = START,
        profile: KdfProfile = FLOOR,
    ) -> District:
        """A vault with its founder alone, three shares of five."""
        clock, random = Clock(start), Stream("district")
        keyring = keyring or StorageKeyring.make(random)
        name = USERNAMES["founder"]
        founder = Founder(username=name, name=_NAMES[name], email=f"{name}@{DOMAIN}", passphrase=passphrase_of(name))
        policy = default_policy("Ridge Public Schools", [DOMAIN])
        founding = found_vault(
            store, founder, policy, keyring=keyring, profile=profile, threshold=3, shares=5, at=clock(), random=random
        )
        desk = Desk(store, state, founding.vault, clock=clock, random=random, pepper=keyring.pepper, profile=profile)
        made = cls(store=store, founding=founding, keyring=keyring, clock=clock, desk=desk)
        made.unlock("founder")
        return made

    def staff(self) -> District:
        """Two schools, and everybody enrolled with the keys that their roles open."""
        for path, name in ((HIGH_SCHOOL, "Ridge High School"), (MIDDLE_SCHOOL, "Ridge Middle School")):
            self.desk.units.add(self.founder, path, kind=UnitKind.SCHOOL, name=name)
        for post, unit, role in _POSTS:
            self.enrol(post, unit, role)
        share_unit_keys(self.desk.office, self.founder)
        return self

    def enrol(self, post: str, unit: str, role: Role) -> Member:
        """Invite and enrol one of the people whom every test knows."""
        self.members[post] = self.enrol_as(USERNAMES[post], unit, role)
        return self.members[post]

    def enrol_as(self, username: str, unit: str, role: Role) -> Member:
        """Invite and enrol somebody."""
        name = _NAMES.get(username, f"Newly {username[2:].title()}")
        invitation = self.desk.persons.invite(
            self.founder, username, name=name, email=f"{username}@{DOMAIN}", unit=unit, roles=[role]
        )
        return self.desk.persons.enrol(username, invitation.code, passphrase_of(username), acknowledged=1)

    def unlock(self, post: str) -> Member:
        """Open a person's key from the store, by their passphrase."""
        self.members[post] = self.unlock_with(post, passphrase_of(USERNAMES[post]))
        return self.members[post]

    def unlock_with(self, post: str, passphrase: Secret) -> Member:
        """The same by what is typed."""
        return unlock(self.desk.office, find_person(self.desk.office.view, USERNAMES[post]), passphrase)

    def open_desk(self, label: str, store: LedgerStore | None = None, state: StateStore | None = None) -> Desk:
        """One more client of the same store, with a witness of its own unless one is given."""
        return Desk(
            store or self.store,
            state or MemoryStateStore(),
            self.founding.vault,
            clock=self.clock,
            random=Stream(label),
            pepper=self.keyring.pepper,
        )

    def twin(self, label: str = "twin") -> District:
        """The same district once more, to do with as a test likes."""
        assert isinstance(self.store, MemoryLedgerStore)
        clock, store = Clock(self.clock.at), self.store.copy()
        made = District(
            store=store,
            founding=self.founding,
            keyring=self.keyring,
            clock=clock,
            desk=self.desk,
            members=dict(self.members),
        )
        made.desk = made.open_desk(label)
        return made

    def persons(self) -> list[Person]:
        """Everybody whom the vault knows."""
        return list(self.desk.office.view.every(Person))

    def entries(self) -> list[Entry]:
        """Every entry of the store, read."""
        return [read(stored) for stored in self.store.after(0, 10_000)]

    # -- people ----------------------------------------------------------------------------------------------------

    @property
    def founder(self) -> Member:
        return self.members["founder"]

    @property
    def second_it(self) -> Member:
        return self.members["second_it"]

    @property
    def superintendent(self) -> Member:
        return self.members["superintendent"]

    @property
    def principal(self) -> Member:
        return self.members["principal"]

    @property
    def coach(self) -> Member:
        return self.members["coach"]

    @property
    def teacher(self) -> Member:
        return self.members["teacher"]

    @property
    def other_principal(self) -> Member:
        return self.members["other_principal"]

    # -- what they do ----------------------------------------------------------------------------------------------

    def ask(
        self,
        handle: str = "ridgevolley",
        *,
        platform: str = "x",
        member: Member | None = None,
        unit: str = HIGH_SCHOOL,
        purpose: str = "telling families of games and results",
        is_official: bool = True,
    ) -> Permission:
        """Ask for an account; the coach does unless somebody else is named."""
        return self.desk.permissions.request(
            member or self.coach,
            platform=platform,
            handle=handle,
            display_name="Volleyball at Ridge High",
            unit=unit,
            kind=AccountKind.PUBLIC,
            purpose=purpose,
            audience="families and the town",
            is_official=is_official,
            is_existing=False,
        )

    def allow(self, handle: str = "ridgevolley", *, platform: str = "x", member: Member | None = None) -> Permission:
        """Ask for an account in the high school, and have the principal or, for hers, the superintendent grant it."""
        asked = self.ask(handle, platform=platform, member=member)
        decider = self.superintendent if member is self.principal else self.principal
        return self.desk.permissions.grant(decider, asked.id)

    def code(self, seed: str = SEED) -> Secret:
        """A current code of a seed."""
        return parse_seed(Secret(seed)).code(self.clock()).code

    def register(self, permission: Permission, registration: Registration, member: Member | None = None) -> Registered:
        """Register what a permission allows."""
        return self.desk.accounts.register(member or self.coach, permission.id, registration)

    def activate(self, handle: str = "ridgevolley", *, password: str = PASSWORD, second: str | None = None) -> Account:
        """An active account on x of the coach's, escrowed and verified by the superintendent."""
        given = bring(code=self.code(), password=password, second=second)
        account = self.register(self.allow(handle), given).account
        assert self.desk.escrow.verify(self.superintendent, account.key).faults == ()
        return self.desk.account(account.key)


def bring(
    *,
    code: Secret | None,
    password: str | None = PASSWORD,
    second: str | None = None,
    email: str = f"volleyball@{DOMAIN}",
    seed: str | None = SEED,
    codes: str | None = "\n".join(BACKUP_CODES),
    mailbox_mfa: tuple[str, ...] = ("totp",),
) -> Registration:
    """What an employee brings, whole unless told otherwise."""
    return Registration(
        username="ridgevolley",
        email=email,
        mailbox=Mailbox(opened_by="the athletics office", mfa=mailbox_mfa),
        second=second,
        password=None if password is None else Secret(password),
        seed=None if seed is None else Secret(seed),
        seed_code=code,
        backup_codes=None if codes is None else Secret(codes),
        recovery=(f"athletics@{DOMAIN}",),
    )
