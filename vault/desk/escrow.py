"""Escrow: a supervisor opens what their unit keeps, or verifies it unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vault.desk.contents import Safe
from vault.desk.exposures import shown
from vault.desk.finding import find_account
from vault.desk.judging import Judge
from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout
from vault.domain.contents import Contacts
from vault.domain.credentials import BackupCodes, Credential, Part, Road
from vault.domain.ids import CheckoutId, RotationId
from vault.domain.persons import Appointment, Person, Role
from vault.domain.secret import Secret
from vault.domain.verdicts import Check, Verdict
from vault.errors import IntegrityError, InvalidInput, NotPermitted
from vault.ledger.events import EscrowOpened, EscrowVerified
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import is_over, require_over
from vault.ledger.view import View, get, the_vault
from vault.policy.naming import require_plain_text

LEASE_MINUTES = 120
"""How long an escrow opening holds the account, unless the policy's longest checkout is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a supervisor was shown.

    Attributes:
        account: Whose.
        checkout: The supervisor's lease.
        version: The credential's number.
        password: The password.
        contacts: Username, linked e-mail, recovery contacts.
        has_seed: Whether `custody totp` gives codes.
        codes_left: Unspent backup codes; `custody backup-code` gives them one by one.
        rotation: The rotation that is owed now.
    """

    account: Account
    checkout: Checkout
    version: int
    password: Secret = field(repr=False)
    contacts: Contacts
    has_seed: bool
    codes_left: int
    rotation: RotationId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an escrow verification found.

    Attributes:
        account: Whose.
        faults: One line for each thing that does not hold; empty when all does.
    """

    account: Account
    faults: tuple[str, ...]


class Escrow:
    """What supervisors do with escrow copies.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def open(self, member: Member, name: str, *, reason: str, ticket: str = "") -> Opened:
        """Open the escrow copy of the current credential; both exposures are recorded first, in the same commit.

        Raises:
            NotPermitted: The member does not supervise the unit.
            Held: Another supervisor has it open.
        """
        office, account = self._office, find_account(self._office.view, name)
        checkout, fresh = office.make_id(CheckoutId, "chk"), office.make_id(RotationId, "rot")
        text = require_plain_text("the reason", reason, 500, least=10)
        number = require_plain_text("the ticket", ticket, 60, least=0)

        def build(view: View, at: datetime) -> Draft:
            now = get(view, Account, account.id)
            minutes = min(LEASE_MINUTES, the_vault(view).policy.checkout_minutes)
            event = EscrowOpened(
                checkout=checkout,
                account=account.id,
                credential=now.current,
                until=at + timedelta(minutes=minutes),
                reason=text,
                ticket=number,
                rotation=now.rotation or fresh,
            )
            parts = (Part.PASSWORD, Part.CONTACTS)
            return Draft(events=(event, *(shown(office, account.id, now.current, part, Road.ESCROW) for part in parts)))

        office.write(member, build)
        return self._shown(member, get(office.view, Checkout, checkout))

    def _shown(self, member: Member, lease: Checkout) -> Opened:
        view = self._office.view
        account, credential = get(view, Account, lease.account), get(view, Credential, lease.credential)
        opened = Safe(self._office, member).open(account, credential)
        return Opened(
            account=account,
            checkout=lease,
            version=credential.sealed.version,
            password=opened.password,
            contacts=opened.contacts,
            has_seed=credential.sealed.has_seed,
            codes_left=get(view, BackupCodes, credential.sealed.codes_of).left,
            rotation=account.rotation,
        )

    def verify(self, member: Member, name: str) -> Found:
        """Open the escrow copy unseen and judge everything in it again; the finding is recorded.

        Raises:
            NotPermitted: The member does not supervise the unit, or holds the account or sealed it.
        """
        office, account = self._office, find_account(self._office.view, name)
        credential = get(office.view, Credential, account.current)
        self._require_verifier(member, account, credential)
        verdicts = self._judge(member, account, credential)

        def build(_view: View, _at: datetime) -> Draft:
            password, email, mfa = verdicts
            event = EscrowVerified(
                account=account.id, credential=credential.id, password=password, email=email, mfa=mfa
            )
            return Draft(events=(event,))

        office.write(member, build)
        faults = tuple(fault for verdict in verdicts for fault in verdict.faults)
        return Found(account=find_account(office.view, account.id), faults=faults)

    def _require_verifier(self, member: Member, account: Account, credential: Credential) -> None:
        """What the rules will refuse, before anything is opened."""
        require_over(self._office.view, member.person.id, account.unit, Role.SUPERVISOR)
        if member.person.id in {*account.holders, credential.sealer}:
            raise NotPermitted(
                "nobody verifies what they hold or sealed themselves", hint="another supervisor verifies it"
            )

    def _judge(self, member: Member, account: Account, credential: Credential) -> tuple[Verdict, Verdict, Verdict]:
        """What the escrow copy holds, judged; a copy that does not open fails as a whole."""
        judge = Judge(self._office, account.statement, account.permission, account.holders)
        try:
            contents = Safe(self._office, member).open(account, credential).contents
            found = judge.judge(contents, methods=account.mfa, mailbox=account.mailbox, is_new=False)
        except IntegrityError as error:
            failed = _failed("escrow.opens", f"the escrow copy does not open: {error.message}")
            return failed, failed, failed
        except InvalidInput:
            # Only a client that checked nothing seals that. The error might repeat what was sealed, so it is not kept.
            failed = _failed(
                "escrow.judged", "the escrow copy holds something that is no e-mail address or second factor"
            )
            return failed, failed, failed
        seed = _failed("mfa.seed", "the entry says that there is an authenticator seed, and there is none")
        lied = credential.sealed.has_seed and contents.seed is None
        return found.password, found.email, seed if lied else found.mfa


def unverified(office: Office, person: Person) -> Iterator[Account]:
    """Accounts whose current version this person may verify and nobody has."""
    view = office.view
    held = view.where(Appointment, "person", person.id)
    if not any(each.is_live and each.role is Role.SUPERVISOR for each in held):
        return
    for account in view.every(Account):
        if account.proof is not None and account.proof.credential == account.current:
            continue
        sealer = get(view, Credential, account.current).sealer
        if person.id not in {*account.holders, sealer} and is_over(view, person.id, account.unit, Role.SUPERVISOR):
            yield account


def _failed(name: str, message: str) -> Verdict:
    return Verdict(checker="escrow/1", checks=(Check(name=name, passed=False, clause="1", message=message),))
