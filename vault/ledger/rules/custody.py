"""Rules of custody: a place passes with both holders' signatures, or with a supervisor's alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vault.domain.accounts import Account
from vault.domain.checkouts import Ending
from vault.domain.credentials import Credential, Exposure
from vault.domain.custody import HolderCopy, TransferOffer
from vault.domain.ids import Digest, PersonId
from vault.domain.keys import SealedKey
from vault.domain.notices import Subject
from vault.domain.persons import Person, Role
from vault.domain.rotations import Cause
from vault.errors import IntegrityError, InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry
from vault.ledger.events import AccountTransferred, TransferAccepted, TransferOffered
from vault.ledger.rules.authority import require_author, require_over, roles_over
from vault.ledger.rules.base import Changes, require_text, rule
from vault.ledger.rules.checkouts import close, open_checkout, tell
from vault.ledger.rules.keys import fingerprint, public_key_of, require_copies
from vault.ledger.rules.owing import derive_rotation_id, owe
from vault.ledger.view import View, get


def versions_in_use(view: View, account: Account) -> Iterator[Credential]:
    """The current version, and the staged one if there is one."""
    yield get(view, Credential, account.current)
    if account.staged is not None:
        yield get(view, Credential, account.staged)


def not_sealed_to(view: View, account: Account, person: PersonId) -> Iterator[Credential]:
    """The versions in use of which the person has no copy that today's key of theirs opens."""
    own = (person, fingerprint(public_key_of(view, person)))
    for credential in versions_in_use(view, account):
        if own not in {(copy.recipient, copy.fingerprint) for copy in credential.sealed.copies}:
            yield credential


def holder_of(account: Account, *, is_second: bool) -> PersonId | None:
    """Who has the place."""
    return account.second if is_second else account.custodian


def outdated_copies(
    view: View, account: Account, *, gone: PersonId | None, to: PersonId | None
) -> Iterator[tuple[Credential, SealedKey]]:
    """What is destroyed when a place passes: the leaving holder's copies, and any to an older key of who comes."""
    newest = None if to is None else fingerprint(public_key_of(view, to))
    for credential in versions_in_use(view, account):
        for copy in credential.sealed.copies:
            if copy.recipient == gone or (copy.recipient == to and copy.fingerprint != newest):
                yield credential, copy


def _require_incoming(view: View, account: Account, to: PersonId, *, is_second: bool) -> None:
    if to == holder_of(account, is_second=is_second):
        raise WrongState(f"{get(view, Person, to).username} already is its {'second' if is_second else 'custodian'}")
    if is_second and to == account.custodian:
        raise InvalidInput("the second holder is somebody else than the custodian")
    require_over(view, to, account.unit, *Role)


def _require_copies(view: View, account: Account, to: PersonId, copies: tuple[HolderCopy, ...]) -> None:
    """Exactly the versions in use that are not sealed to the person yet, to their true key (A1, A4)."""
    wanted = [credential.id for credential in not_sealed_to(view, account, to)]
    if sorted(each.credential for each in copies) != sorted(wanted):
        raise IntegrityError(f"not the versions of {account.key} that are in use", hint="run the command again")
    for each in copies:
        require_copies((each.copy,), {to: public_key_of(view, to)})


def _require_replaced(replaced: tuple[Digest, ...], outdated: set[Digest]) -> None:
    if len(replaced) != len(outdated) or set(replaced) != outdated:
        raise IntegrityError("not the copies that end with the transfer", hint="run the command again")


@rule(TransferOffered)
def offered(view: View, entry: Entry, event: TransferOffered) -> Changes:
    """The custodian offers either place, the second their own, to somebody who works in the unit."""
    account = get(view, Account, event.account)
    author = require_author(view, entry)
    may = account.holders if event.is_second else (account.custodian,)
    if author.id not in may or not roles_over(view, author.id, account.unit):
        raise NotPermitted(f"{author.username} does not hold that place of {account.key}")
    _require_incoming(view, account, event.to, is_second=event.is_second)
    if event.reason:
        require_text("the reason", event.reason, 300)
    _require_copies(view, account, event.to, event.copies)
    _require_replaced(event.replaced, set() if account.offer is None else set(account.offer.records))
    offer = TransferOffer(
        is_second=event.is_second,
        to=event.to,
        by=author.id,
        at=entry.time,
        copies=event.copies,
        reason=event.reason,
    )
    yield replace(account, offer=offer)
    yield tell(entry, event.to, Subject.CUSTODY_OFFERED, account, event.reason)


@rule(TransferAccepted)
def accepted(view: View, entry: Entry, event: TransferAccepted) -> Changes:
    """The person to whom a holder, who still holds it, has offered the place takes it."""
    account, author = get(view, Account, event.account), require_author(view, entry)
    offer = account.offer
    if offer is None or offer.to != author.id:
        raise NotPermitted(f"nobody has offered {author.username} custody of {account.key}")
    if offer.by not in account.holders or not roles_over(view, offer.by, account.unit):
        raise WrongState(f"who offered custody of {account.key} does not hold it any more")
    _require_incoming(view, account, author.id, is_second=offer.is_second)
    wanted = {credential.id for credential in not_sealed_to(view, account, author.id)}
    if wanted != {each.credential for each in offer.copies}:
        raise WrongState(
            f"{account.key} has another credential than when it was offered",
            hint=f"its holder offers it again: custody account transfer {account.key} --to {author.username}",
        )
    _require_copies(view, account, author.id, offer.copies)
    yield from _passed(view, entry, account, offer, event.replaced)


@rule(AccountTransferred)
def transferred(view: View, entry: Entry, event: AccountTransferred) -> Changes:
    """A supervisor of the unit who does not hold the account gives a place of it to somebody else than themselves."""
    account, author = get(view, Account, event.account), require_author(view, entry)
    require_over(view, author.id, account.unit, Role.SUPERVISOR)
    if author.id == event.to or author.id in account.holders:
        raise NotPermitted(
            "nobody decides on custody that they have or are given",
            hint="a holder offers it and the other accepts, or another supervisor decides",
        )
    if event.reason:
        require_text("the reason", event.reason, 300)
    if event.to is None:
        if not event.is_second or account.second is None:
            raise InvalidInput("only a second holder's place is left empty", hint="name the new custodian")
        if event.copies:
            raise IntegrityError("nothing is sealed to nobody")
    else:
        _require_incoming(view, account, event.to, is_second=event.is_second)
        _require_copies(view, account, event.to, event.copies)
    yield from _passed(view, entry, account, event, event.replaced)


def _passed(
    view: View,
    entry: Entry,
    account: Account,
    what: TransferOffer | AccountTransferred,
    replaced: tuple[Digest, ...],
) -> Changes:
    """The place is another's; what the one who leaves it was shown is owed."""
    gone = holder_of(account, is_second=what.is_second)
    outdated = {copy.record for _, copy in outdated_copies(view, account, gone=gone, to=what.to)}
    unused = account.offer.records if account.offer is not None and account.offer is not what else ()
    _require_replaced(replaced, outdated | set(unused))
    yield from _copied(view, account, what.copies, outdated)
    after = replace(_with_holder(account, what), offer=None)
    lease = open_checkout(view, account, entry.time)
    if lease is not None and lease.person == gone:
        yield close(lease, Ending.TAKEN_OVER, entry.author, entry.time)
    if gone is not None and _knows(view, account, gone):
        fresh = derive_rotation_id(entry, account.id)
        rotation = owe(view, account, account.rotation or fresh, Cause.CUSTODY_CHANGED, entry.time)
        yield rotation
        after = replace(after, rotation=rotation.id)
    yield after
    for person in sorted({each for each in (gone, what.to) if each is not None} - {entry.author}):
        yield tell(entry, person, Subject.CUSTODY_CHANGED, account, what.reason)


def _with_holder(account: Account, what: TransferOffer | AccountTransferred) -> Account:
    if what.is_second:
        return replace(account, second=what.to)
    custodian = account.custodian if what.to is None else what.to
    return replace(account, custodian=custodian, second=None if account.second == custodian else account.second)


def _knows(view: View, account: Account, person: PersonId) -> bool:
    shown = view.where(Exposure, "account", account.id)
    return any(each.person == person and each.credential == account.current for each in shown)


def _copied(
    view: View, account: Account, copies: tuple[HolderCopy, ...], outdated: set[Digest]
) -> Iterator[Credential]:
    for credential in versions_in_use(view, account):
        kept = tuple(copy for copy in credential.sealed.copies if copy.record not in outdated)
        new = tuple(each.copy for each in copies if each.credential == credential.id)
        yield replace(credential, sealed=replace(credential.sealed, copies=(*kept, *new)))
