"""Checkouts: taking a credential out, using it part by part, and returning it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vault.desk.contents import OpenCredential, Safe
from vault.desk.exposures import shown
from vault.desk.finding import find_account
from vault.desk.keychain import require_own_copy
from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout
from vault.domain.contents import Contacts
from vault.domain.credentials import BackupCodes, Credential, Part, Road
from vault.domain.ids import CheckoutId, RotationId
from vault.domain.secret import Secret
from vault.errors import NotFound, WrongState
from vault.ledger.events import CheckoutEnded, CheckoutExtended, CheckoutOpened
from vault.ledger.ledger import Draft
from vault.ledger.rules.checkouts import open_checkout
from vault.ledger.view import View, get
from vault.policy.naming import require_plain_text

LOW_ON_CODES = 2
"""Backup codes left at which the vault says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A checkout, and what was asked to be shown of it.

    Attributes:
        checkout: The lease.
        account: What is checked out.
        version: The credential's number.
        contacts: Username and linked e-mail, if asked for.
        password: The password, if asked for.
    """

    checkout: Checkout
    account: Account
    version: int
    contacts: Contacts | None = None
    password: Secret | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A one-time code of the account's second factor; never the seed.

    Attributes:
        account: Whose.
        code: Its digits.
        valid_seconds: How long it is still the current one.
    """

    account: Account
    code: Secret = field(repr=False)
    valid_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A backup code, spent by being shown.

    Attributes:
        account: Whose.
        code: The code.
        left: How many are left.
    """

    account: Account
    code: Secret = field(repr=False)
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """An ended checkout.

    Attributes:
        checkout: The lease, ended.
        rotation: The account's open rotation, or None.
    """

    checkout: Checkout
    rotation: RotationId | None


class Checkouts:
    """What holders do with their accounts' credentials.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def take(
        self, member: Member, name: str, *, term: timedelta, reason: str, ticket: str = "", reveal: bool = False
    ) -> Taken:
        """Check an account out.

        Args:
            member: A holder of the account.
            name: The account.
            term: How long.
            reason: Why; 10 characters or more.
            ticket: The help desk's number.
            reveal: Show the password too: its exposure is recorded first, in the same commit.

        Raises:
            Held: Somebody has it; by whom and until when.
            Waiting: The account is not active yet.
            NotPermitted: The member does not hold it.
        """
        office = self._office
        account = find_account(office.view, name)
        checkout = office.make_id(CheckoutId, "chk")
        text = require_plain_text("the reason", reason, 500, least=10)
        number = require_plain_text("the ticket", ticket, 60, least=0)
        parts = (Part.CONTACTS, Part.PASSWORD) if reveal else (Part.CONTACTS,)

        def build(view: View, at: datetime) -> Draft:
            current = get(view, Account, account.id).current
            require_own_copy(member.person, account, get(view, Credential, current))
            opened = CheckoutOpened(
                checkout=checkout,
                account=account.id,
                credential=current,
                until=at + term,
                reason=text,
                ticket=number,
            )
            return Draft(events=(opened, *(shown(office, account.id, current, part, Road.CHECKOUT) for part in parts)))

        office.write(member, build)
        lease = get(office.view, Checkout, checkout)
        opened = self._open(member, lease)
        return Taken(
            checkout=lease,
            account=find_account(office.view, account.id),
            version=get(office.view, Credential, lease.credential).sealed.version,
            contacts=opened.contacts,
            password=opened.password if reveal else None,
        )

    def _open(self, member: Member, lease: Checkout) -> OpenCredential:
        view = self._office.view
        account, credential = get(view, Account, lease.account), get(view, Credential, lease.credential)
        return Safe(self._office, member).open(account, credential)

    def _lease(self, member: Member, account: Account) -> Checkout:
        """The member's own open lease on the account, a checkout or an escrow opening.

        Raises:
            WrongState: There is none.
        """
        lease = open_checkout(self._office.view, account, self._office.now())
        if lease is None or lease.person != member.person.id:
            raise WrongState(
                f"you have not checked out {account.key}",
                hint=f'custody checkout {account.key} --for 2h --reason "…"',
            )
        return lease

    def take_again(self, member: Member, name: str, *, reveal: bool) -> Taken:
        """The member's own open lease once more; the exposure of what is shown is recorded first.

        Raises:
            WrongState: The member has no open lease on the account.
        """
        account = find_account(self._office.view, name)
        lease = self._lease(member, account)
        if reveal:
            self._record(member, lease, Part.PASSWORD)
        return Taken(
            checkout=lease,
            account=account,
            version=get(self._office.view, Credential, lease.credential).sealed.version,
            password=self._open(member, lease).password if reveal else None,
        )

    def totp(self, member: Member, name: str) -> Code:
        """A current code of the account's authenticator, once its exposure is recorded.

        Raises:
            WrongState: The member has no open lease on the account.
            NotFound: The vault holds no seed for it.
        """
        account = find_account(self._office.view, name)
        lease = self._lease(member, account)
        if not get(self._office.view, Credential, lease.credential).sealed.has_seed:
            raise NotFound(
                f"the vault holds no authenticator seed for {account.key}", hint=f"custody account show {account.key}"
            )
        self._record(member, lease, Part.MFA_CODE)
        seed = self._open(member, lease).seed
        if seed is None:
            raise NotFound(f"the sealed version of {account.key} holds no seed, though its entry says so")
        made = seed.code(self._office.clock())
        return Code(account=account, code=made.code, valid_seconds=made.valid_seconds)

    def _record(self, member: Member, lease: Checkout, part: Part) -> None:
        event = shown(self._office, lease.account, lease.credential, part, lease.road)
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))

    def backup_code(self, member: Member, name: str) -> Spent:
        """The next unspent backup code, spent by an entry before it is shown.

        Raises:
            WrongState: The member has no open lease on the account.
            NotFound: None is left.
        """
        account = find_account(self._office.view, name)
        lease = self._lease(member, account)
        drawn: list[int] = []

        def build(view: View, _at: datetime) -> Draft:
            codes = get(view, BackupCodes, get(view, Credential, lease.credential).sealed.codes_of)
            number = next((each for each in range(1, codes.total + 1) if each not in codes.spent), None)
            if number is None:
                raise NotFound(
                    f"no backup code of {account.key} is left",
                    hint=f"make new ones on the platform, then: custody rotate start {account.key} "
                    "--backup-codes-file FILE",
                )
            drawn[:] = [number]
            event = shown(self._office, lease.account, lease.credential, Part.BACKUP_CODE, lease.road)
            return Draft(events=(replace(event, number=number),))

        self._office.write(member, build)
        code = self._open(member, lease).codes[drawn[0] - 1]
        return Spent(account=account, code=code, left=self.codes_left(account))

    def codes_left(self, account: Account) -> int:
        """How many backup codes of the current version are unspent."""
        current = get(self._office.view, Credential, account.current)
        return get(self._office.view, BackupCodes, current.sealed.codes_of).left

    def extend(self, member: Member, checkout: str, term: timedelta) -> Checkout:
        """Keep an open checkout until `term` from now."""
        found = self._find(checkout)
        self._office.write(
            member,
            lambda _view, at: Draft(events=(CheckoutExtended(checkout=found.id, until=at + term),)),
        )
        return self._find(checkout)

    def _find(self, checkout: str) -> Checkout:
        found = self._office.view.find(Checkout, checkout)
        if found is None:
            raise NotFound(f"there is no checkout {checkout}", hint="custody checkout list")
        return found

    def check_in(self, member: Member, name: str, *, is_forced: bool = False, reason: str = "") -> Returned:
        """Return one's own lease; or, as a supervisor, end somebody else's, which owes a rotation.

        Raises:
            WrongState: The account is not checked out.
            NotPermitted: It is somebody else's, and the member does not supervise the unit or did not say `--force`.
        """
        office, account = self._office, find_account(self._office.view, name)
        fresh = office.make_id(RotationId, "rot")
        ended: list[CheckoutId] = []

        def build(view: View, at: datetime) -> Draft:
            now = get(view, Account, account.id)
            lease = open_checkout(view, now, at)
            if lease is None:
                raise WrongState(f"{account.key} is not checked out", hint="custody checkout list --open")
            ended[:] = [lease.id]
            owed = (now.rotation or fresh) if is_forced else None
            text = require_plain_text("the reason", reason, 500, least=10) if is_forced else ""
            return Draft(events=(CheckoutEnded(checkout=lease.id, is_forced=is_forced, reason=text, rotation=owed),))

        office.write(member, build)
        return Returned(
            checkout=get(office.view, Checkout, ended[0]), rotation=find_account(office.view, account.id).rotation
        )

    def every(self, *, account: str | None = None, is_open: bool = False) -> Iterator[Checkout]:
        """Checkouts, of one account or of all, newest first, open ones alone if asked."""
        view, now = self._office.view, self._office.now()
        if account is None:
            found = list(view.every(Checkout))
        else:
            found = list(view.where(Checkout, "account", find_account(view, account).id))
        for each in sorted(found, key=lambda one: (one.opened_at, one.id), reverse=True):
            if not is_open or each.is_open(now):
                yield each
