"""Rules of first aid: freezing is easy, and a supervisor alone resumes, once the credential is another one."""

from __future__ import annotations

from dataclasses import replace

from vault.domain.accounts import Account
from vault.domain.checkouts import Ending
from vault.domain.credentials import Road
from vault.domain.incidents import Suspension
from vault.domain.notices import Subject
from vault.domain.persons import Role
from vault.domain.rotations import Cause
from vault.errors import NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import AccountResumed, AccountSuspended
from vault.ledger.rules.authority import may_rotate, require_author, require_over
from vault.ledger.rules.base import Changes, require_text, rule
from vault.ledger.rules.checkouts import close, open_checkout, tell
from vault.ledger.rules.owing import derive_rotation_id, owe
from vault.ledger.view import View, get


@rule(AccountSuspended)
def suspended(view: View, entry: Entry, event: AccountSuspended) -> Changes:
    """A holder, a supervisor or IT freezes an account: a holder's checkout ends, and a rotation is owed.

    Escrow stays open to supervisors, who need it to win the account back.
    """
    account, author = get(view, Account, event.account), require_author(view, entry)
    if not may_rotate(view, author.id, account):
        raise NotPermitted(
            f"{author.username} does not suspend {account.key}",
            hint="its holders, a supervisor of the unit or IT do",
        )
    if account.suspension is not None:
        raise WrongState(f"{account.key} is suspended already", hint=f"custody account show {account.key}")
    if event.detail:
        require_text("the detail", event.detail, 300)
    lease = open_checkout(view, account, entry.time)
    if lease is not None and lease.road is Road.CHECKOUT:
        yield close(lease, Ending.FORCED, author.id, entry.time)
    fresh = derive_rotation_id(entry, account.id)
    rotation = owe(view, account, account.rotation or fresh, Cause.SUSPECTED, entry.time)
    yield rotation
    suspension = Suspension(by=author.id, at=entry.time, why=event.why, detail=event.detail, credential=account.current)
    yield replace(account, suspension=suspension, rotation=rotation.id)
    for person in account.holders:
        if person != author.id:
            yield tell(entry, person, Subject.SUSPENDED, account, event.detail)


@rule(AccountResumed)
def resumed(view: View, entry: Entry, event: AccountResumed) -> Changes:
    """A supervisor of the unit who does not hold it resumes an account whose credential has been replaced since."""
    account, author = get(view, Account, event.account), require_author(view, entry)
    require_over(view, author.id, account.unit, Role.SUPERVISOR)
    if author.id in account.holders:
        raise NotPermitted("nobody resumes what they hold themselves", hint="another supervisor does")
    if account.suspension is None:
        raise WrongState(f"{account.key} is not suspended")
    if account.current == account.suspension.credential:
        raise WrongState(
            f"the credential of {account.key} is the one that it was suspended with",
            hint=f"custody rotate start {account.key}",
        )
    if event.detail:
        require_text("the detail", event.detail, 300)
    yield replace(account, suspension=None)
    for person in account.holders:
        yield tell(entry, person, Subject.RESUMED, account, event.detail)
