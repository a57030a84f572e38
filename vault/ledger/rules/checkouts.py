"""Rules of checkouts: one holder at a time, for a time, with a reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout, Ending
from vault.domain.credentials import Road
from vault.domain.ids import PersonId
from vault.domain.notices import Notice, Subject
from vault.domain.persons import Person, Role
from vault.domain.rotations import Cause
from vault.errors import Held, InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import CheckoutEnded, CheckoutExtended, CheckoutOpened
from vault.ledger.rules.authority import require_author, require_over, roles_over
from vault.ledger.rules.base import Changes, require_end, require_new, require_reason, require_text, rule
from vault.ledger.rules.owing import owe
from vault.ledger.rules.standing import require_active
from vault.ledger.view import View, get, the_vault


def open_checkout(view: View, account: Account, at: datetime) -> Checkout | None:
    """The checkout that holds the account at that time, or None."""
    newest = None if account.checkout is None else view.find(Checkout, account.checkout)
    return newest if newest is not None and newest.is_open(at) else None


def require_free(view: View, account: Account, at: datetime) -> None:
    """Refuse an account that is checked out, telling by whom and until when.

    Raises:
        Held: Somebody has it; or the asker has it already.
    """
    held = open_checkout(view, account, at)
    if held is not None:
        name = get(view, Person, held.person).name
        raise Held(
            f"{account.key} is checked out by {name} until {held.until:%Y-%m-%d %H:%M} UTC",
            hint=f"custody checkout list --account {account.key}",
        )


def require_term(view: View, at: datetime, until: datetime) -> None:
    """Refuse a lease that has no length, or is longer than the policy's most.

    Raises:
        InvalidInput: Naming the most.
    """
    most = the_vault(view).policy.checkout_minutes
    what = f"a checkout lasts more than nothing and at most {most} minutes"
    require_end(what, at, until, timedelta(minutes=most), hint="use --for 2h")


def require_ticket(ticket: str) -> None:
    """Refuse a ticket number that is not plain text."""
    if ticket:
        require_text("the ticket", ticket, 60)


@rule(CheckoutOpened)
def opened(view: View, entry: Entry, event: CheckoutOpened) -> Changes:
    """A holder takes an active account's current credential, alone, for a time, with a reason."""
    author = require_author(view, entry)
    account = get(view, Account, event.account)
    if author.id not in account.holders or not roles_over(view, author.id, account.unit):
        raise NotPermitted(
            f"{author.username} does not hold {account.key}",
            hint=f"its holders: custody account show {account.key}; a supervisor: custody escrow open {account.key}",
        )
    require_new(view, Checkout, event.checkout)
    require_active(view, account, entry.time)
    require_free(view, account, entry.time)
    if account.staged is not None:
        raise WrongState(f"{account.key} is being rotated", hint=f"custody rotate show {account.rotation}")
    if event.credential != account.current:
        raise WrongState(f"{account.key} has a newer credential", hint="run the command again")
    require_term(view, entry.time, event.until)
    require_reason(event.reason)
    require_ticket(event.ticket)
    yield Checkout(
        id=event.checkout,
        account=account.id,
        credential=event.credential,
        person=author.id,
        road=Road.CHECKOUT,
        reason=event.reason,
        ticket=event.ticket,
        opened_at=entry.time,
        until=event.until,
    )
    yield replace(account, checkout=event.checkout)


def _require_open(checkout: Checkout, at: datetime) -> None:
    if not checkout.is_open(at):
        raise WrongState(f"{checkout.id} is over already")


@rule(CheckoutExtended)
def extended(view: View, entry: Entry, event: CheckoutExtended) -> Changes:
    """Its holder, who works there still, keeps it longer, from now at most the policy's most."""
    checkout = get(view, Checkout, event.checkout)
    author = require_author(view, entry)
    if author.id != checkout.person:
        raise NotPermitted(f"{checkout.id} is somebody else's")
    require_over(view, author.id, get(view, Account, checkout.account).unit, *Role)
    _require_open(checkout, entry.time)
    require_term(view, entry.time, event.until)
    if event.until <= checkout.until:
        raise InvalidInput(f"{checkout.id} already lasts until {checkout.until:%Y-%m-%d %H:%M} UTC")
    return (replace(checkout, until=event.until),)


@rule(CheckoutEnded)
def ended(view: View, entry: Entry, event: CheckoutEnded) -> Changes:
    """Its holder returns it; or a supervisor ends somebody else's, with a reason, which owes a rotation."""
    checkout = get(view, Checkout, event.checkout)
    account = get(view, Account, checkout.account)
    author = require_author(view, entry)
    _require_open(checkout, entry.time)
    own = author.id == checkout.person
    if own == event.is_forced:
        raise NotPermitted(
            "return your own checkout without --force" if own else f"{checkout.id} is somebody else's",
            hint=None if own else "a supervisor ends it with --force --reason",
        )
    if own:
        yield close(checkout, Ending.RETURNED, author.id, entry.time)
        return
    require_over(view, author.id, account.unit, Role.SUPERVISOR)
    require_reason(event.reason)
    if event.rotation is None:
        raise InvalidInput("a forced end owes a rotation, and names it")
    yield close(checkout, Ending.FORCED, author.id, entry.time)
    rotation = owe(view, account, event.rotation, Cause.FORCED_CHECKIN, entry.time)
    yield rotation
    yield replace(account, rotation=rotation.id)
    yield tell(entry, checkout.person, Subject.FORCED_CHECKIN, account, event.reason)


def close(checkout: Checkout, ending: Ending, by: PersonId, at: datetime) -> Checkout:
    """The checkout, ended."""
    return replace(checkout, ended_at=at, ending=ending, ended_by=by)


def tell(entry: Entry, person: PersonId, subject: Subject, account: Account, detail: str = "") -> Notice:
    """What this person has to be told of this account at their next command."""
    return Notice(
        seq=entry.seq,
        person=person,
        subject=subject,
        by=entry.author,
        at=entry.time,
        object=account.id,
        detail=detail,
    )
