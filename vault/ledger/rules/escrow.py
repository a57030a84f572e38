"""Rules of escrow: a supervisor can always open, and is always seen to."""

from __future__ import annotations

from dataclasses import replace

from vault.domain.accounts import Account, EscrowProof
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Credential, Road
from vault.domain.notices import Subject
from vault.domain.persons import Role
from vault.domain.rotations import Cause
from vault.errors import Held, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import EscrowOpened, EscrowVerified
from vault.ledger.rules.authority import is_over, require_author, require_over
from vault.ledger.rules.base import Changes, require_new, require_reason, rule
from vault.ledger.rules.checkouts import close, open_checkout, require_term, require_ticket, tell
from vault.ledger.rules.owing import owe
from vault.ledger.view import View, get


@rule(EscrowOpened)
def opened(view: View, entry: Entry, event: EscrowOpened) -> Changes:
    """A supervisor of the unit or above takes the account over; its holders are told and a rotation is owed."""
    author = require_author(view, entry)
    account = get(view, Account, event.account)
    require_over(view, author.id, account.unit, Role.SUPERVISOR)
    require_new(view, Checkout, event.checkout)
    if event.credential != account.current:
        raise WrongState(f"{account.key} has a newer credential", hint="run the command again")
    require_term(view, entry.time, event.until)
    require_reason(event.reason)
    require_ticket(event.ticket)
    tellable = set(account.holders)
    held = open_checkout(view, account, entry.time)
    if held is not None:
        supervises = is_over(view, held.person, account.unit, Role.SUPERVISOR)
        if held.road is Road.ESCROW and held.person != author.id and supervises:
            raise Held(
                f"{account.key} is open to another supervisor until {held.until:%Y-%m-%d %H:%M} UTC",
                hint=f"custody checkout list --account {account.key}",
            )
        yield close(held, Ending.TAKEN_OVER, author.id, entry.time)
        tellable.add(held.person)
    yield Checkout(
        id=event.checkout,
        account=account.id,
        credential=event.credential,
        person=author.id,
        road=Road.ESCROW,
        reason=event.reason,
        ticket=event.ticket,
        opened_at=entry.time,
        until=event.until,
    )
    rotation = owe(view, account, event.rotation, Cause.ESCROW_OPENED, entry.time)
    yield rotation
    yield replace(account, checkout=event.checkout, rotation=rotation.id)
    for person in sorted(tellable - {author.id}):
        yield tell(entry, person, Subject.ESCROW_OPENED, account, event.reason)


@rule(EscrowVerified)
def verified(view: View, entry: Entry, event: EscrowVerified) -> Changes:
    """A supervisor who neither holds the account nor sealed it has judged the escrow copy; a failure unproves it."""
    author = require_author(view, entry)
    account = get(view, Account, event.account)
    require_over(view, author.id, account.unit, Role.SUPERVISOR)
    if event.credential != account.current:
        raise WrongState(f"{account.key} has a newer credential", hint="run the command again")
    if author.id in account.holders or author.id == get(view, Credential, event.credential).sealer:
        raise NotPermitted("nobody verifies what they hold or sealed themselves", hint="another supervisor verifies it")
    passed = event.password.passed and event.email.passed and event.mfa.passed
    proof = EscrowProof(credential=event.credential, by=author.id, at=entry.time)
    return (replace(account, proof=proof if passed else None),)
