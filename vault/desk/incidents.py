"""First aid: freezing an account that somebody else may be in, and what is needed to win it back, in that order."""

from __future__ import annotations

from collections.abc import Iterator

from vault.desk.finding import find_account
from vault.desk.ledgers import entries_of, matches
from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.incidents import Suspicion
from vault.domain.permissions import Permission
from vault.domain.persons import Person
from vault.domain.units import Unit
from vault.ledger.events import AccountResumed, AccountSuspended
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import supervisors_over
from vault.ledger.view import get
from vault.policy.catalogue import Catalogue
from vault.policy.naming import require_plain_text

MOST_TOLD = 20
"""How many of the newest entries about an account are listed."""


class Incidents:
    """What holders, supervisors and IT do when an account is in other hands.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def suspend(self, member: Member, name: str, *, why: Suspicion, detail: str = "") -> Account:
        """Freeze an account: nobody checks it out, and a rotation is owed. Escrow stays open to supervisors.

        Raises:
            NotPermitted: The member neither holds it nor is a supervisor or IT over its unit.
            WrongState: It is suspended already.
        """
        account = find_account(self._office.view, name)
        event = AccountSuspended(account=account.id, why=why, detail=_plain(detail))
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))
        return find_account(self._office.view, account.id)

    def resume(self, member: Member, name: str, *, detail: str = "") -> Account:
        """Let an account be checked out again.

        Raises:
            NotPermitted: The member holds it, or does not supervise its unit.
            WrongState: It is not suspended, or its credential has not been replaced since.
        """
        account = find_account(self._office.view, name)
        event = AccountResumed(account=account.id, detail=_plain(detail))
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))
        return find_account(self._office.view, account.id)


def _plain(detail: str) -> str:
    return detail and require_plain_text("the detail", detail, 300)


def first_aid(office: Office, account: Account) -> tuple[str, ...]:
    """What to do and what to show, in the order in which it is needed; no secret and no address is in it.

    Args:
        office: The office.
        account: Which account.
    """
    return (*_report_it(office, account), "", *_prove_it(office, account), "", *_win_it_back(office, account))


def _report_it(office: Office, account: Account) -> Iterator[str]:
    platform = Catalogue.load().with_overrides(office.policy.overrides).get(account.statement.platform)
    yield f"1. Report it to {platform.name}, from a machine of the district:"
    yield f"   site      {', '.join(platform.domains) or 'not known'} (its help pages: an account that was taken over)"
    yield f"   password  {platform.change_password_url or 'its page for changing a password is not known'}"


def _prove_it(office: Office, account: Account) -> Iterator[str]:
    view = office.view
    permission = get(view, Permission, account.permission)
    decider = "" if permission.decider is None else f" by {get(view, Person, permission.decider).name}"
    decided = "" if permission.decided_at is None else f", granted {permission.decided_at:%Y-%m-%d}{decider}"
    yield "2. What proves that it is the district's:"
    yield f"   account     {account.key}, shown as {account.statement.display_name}"
    yield f"   owner       {office.policy.district}, {get(view, Unit, account.unit).name}"
    yield f"   permission  {permission.id}, asked {permission.requested_at:%Y-%m-%d}{decided}"
    yield f"   registered  {account.registered_at:%Y-%m-%d} by {get(view, Person, permission.requester).name}"
    yield f"   mailbox     the linked e-mail is opened by {account.mailbox.opened_by}"
    yield "   timeline    the newest entries about it:"
    about = [entry for entry in entries_of(office) if matches(entry, author=None, kind=None, about=account.id)]
    for entry in about[-MOST_TOLD:]:
        by = get(view, Person, entry.author).name
        yield f"     {entry.seq:>6}  {entry.time:%Y-%m-%d %H:%M} UTC  {entry.envelope.kind}  {by}"


def _win_it_back(office: Office, account: Account) -> Iterator[str]:
    names = [get(office.view, Person, each).name for each in dict.fromkeys(supervisors_over(office.view, account.unit))]
    yield "3. Win it back:"
    yield f"   a supervisor ({', '.join(names)}) opens what is in escrow, with the linked e-mail and recovery contacts:"
    yield f'     custody escrow open {account.key} --reason "…" --reveal'
    yield f"   replace the password, the authenticator and the backup codes: custody rotate start {account.key}"
    yield "   end every session and every connected app on the platform, then: custody rotate confirm"
    yield f"   a supervisor who does not hold it: custody account resume {account.key}"
