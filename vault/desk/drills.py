"""Drills: proof, without opening a credential, that the officers could open the vault and supervisors their escrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from vault.desk.keychain import Keychain
from vault.desk.office import Member, Office
from vault.desk.quorum import QuorumKeychain, numbers, open_quorum
from vault.domain.persons import KEYHOLDERS, Appointment, Person, Role, appointment_id
from vault.domain.recovery import DRILL_EVERY, Drill, EscrowDrill
from vault.domain.units import Unit
from vault.errors import CannotOpen
from vault.ledger.events import EscrowDrilled, RecoveryDrilled
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import is_over
from vault.ledger.rules.epochs import subtree
from vault.ledger.rules.recovery import supervised
from vault.ledger.view import View, get, the_vault
from vault.sealing.recovery import Act
from vault.sealing.shares import Share


class Drills:
    """What is tried before it is needed.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def recovery(self, member: Member, shares: Sequence[Share]) -> Drill:
        """Prove that the shares give the recorded key, and that it opens every unit's key and the storage key.

        Raises:
            CannotOpen: A share that was not handed out, named by its number; or a key that does not open.
            InvalidInput: Too few shares, or one twice.
            NotPermitted: The member is neither supervisor, IT nor auditor of the district.
        """
        office, used = self._office, numbers(shares)
        key = open_quorum(office, shares)
        keychain = QuorumKeychain(office, key)
        for unit in office.view.every(Unit):
            for each in unit.keys:
                keychain.seed(unit, each)
        if keychain.storage_key().pepper != office.locks.pepper:
            raise CannotOpen("the storage key that is sealed to the recovery key is not this machine's")
        vault = office.ledger.witness.vault

        def build(_view: View, at: datetime) -> Draft:
            return Draft(events=(RecoveryDrilled(shares=used, consent=key.consent(vault, Act.DRILL, b"", at)),))

        office.write(member, build)
        return get(office.view, Drill, Drill.ID)

    def escrow(self, member: Member) -> tuple[EscrowDrill, int]:
        """Prove that a supervisor can open the key of every unit that they supervise, and of all below.

        Returns:
            What is recorded, and how many unit keys were opened.

        Raises:
            NotPermitted: The member supervises nothing, or holds no copy of a key that is theirs to open.
            CannotOpen: A copy does not open.
        """
        office, units = self._office, supervised(self._office.view, member.person.id)
        keychain, opened = Keychain(office, member), set()
        for unit in units:
            for each in subtree(office.view, unit):
                keychain.unit_key(each)
                opened.add(each.id)
        office.write(member, lambda _view, _at: Draft(events=(EscrowDrilled(units=units),)))
        return get(office.view, EscrowDrill, member.person.id), len(opened)


def recovery_due(view: View) -> datetime:
    """When the next drill of the officers is due: a year after the last, or after the founding."""
    vault, last = the_vault(view), view.find(Drill, Drill.ID)
    founded = get(view, Appointment, appointment_id(vault.founder, vault.unit, Role.IT)).since
    return (founded if last is None else last.at) + DRILL_EVERY


def undrilled(view: View, at: datetime) -> Iterator[Person]:
    """The supervisors who have not opened their escrow within a year, nor been appointed within one."""
    for person in view.every(Person):
        held = view.where(Appointment, "person", person.id)
        since = [each.since for each in held if each.is_live and each.role is Role.SUPERVISOR]
        last = view.find(EscrowDrill, person.id)
        if since and max(min(since), last.at if last is not None else min(since)) + DRILL_EVERY <= at:
            yield person


def complaint_of(view: View, at: datetime) -> str | None:
    """What keeps the officers from being relied on, or None: they opened the vault, or their drill is due."""
    opened = the_vault(view).opened
    if opened is not None:
        return f"the vault is frozen: its officers opened it for {opened}; custody recovery reshare"
    due = recovery_due(view)
    return f"the recovery drill has been due since {due:%Y-%m-%d}; custody recovery drill" if due <= at else None


def reminders(view: View, person: Person, at: datetime) -> Iterator[str]:
    """What this person should do about recovery: a frozen vault is everybody's news, a drill theirs who may hold it."""
    complaint = complaint_of(view, at)
    if complaint and (the_vault(view).opened or is_over(view, person.id, the_vault(view).unit, *KEYHOLDERS)):
        yield complaint
    if any(each.id == person.id for each in undrilled(view, at)):
        yield "prove that you can open your escrow, as every year: custody escrow drill"
