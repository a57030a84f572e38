"""What can be proposed about custody in the town."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vault.domain.accounts import Account
from vault.domain.custody import HolderCopy
from vault.domain.persons import Role
from vault.ledger.events import AccountTransferred, TransferAccepted, TransferOffered
from vault.ledger.ledger import Draft
from vault.ledger.rules.custody import holder_of, not_sealed_to, outdated_copies
from vault.ledger.rules.keys import public_key_of

if TYPE_CHECKING:
    from tests.ledger.town import Town
    from vault.domain.ids import AccountId, Digest, PersonId

WHY = "the season is over"


def copies_for(town: Town, account: Account, to: PersonId) -> tuple[tuple[HolderCopy, ...], dict[Digest, bytes]]:
    """What is sealed to somebody who is to hold the account."""
    made: list[HolderCopy] = []
    records: dict[Digest, bytes] = {}
    for credential in not_sealed_to(town.view, account, to):
        (copy,), sealed = town.forms.seal_copies({to: public_key_of(town.view, to)})
        made.append(HolderCopy(credential=credential.id, copy=copy))
        records |= sealed
    return tuple(made), records


def ending(town: Town, account: Account, to: PersonId | None, *, is_second: bool) -> tuple[Digest, ...]:
    """What ends when a place of the account passes."""
    gone = holder_of(account, is_second=is_second)
    return tuple(copy.record for _, copy in outdated_copies(town.view, account, gone=gone, to=to))


def offer(town: Town, key: AccountId, to: str, *, is_second: bool = False, **changes: object) -> Draft:
    """A holder's offer."""
    account, person = town.get(Account, key), town.persons[to]
    copies, records = copies_for(town, account, person)
    event = TransferOffered(
        account=key,
        is_second=is_second,
        to=person,
        copies=copies,
        replaced=() if account.offer is None else account.offer.records,
        reason=WHY,
    )
    return Draft(events=(replace(event, **changes),), records=records)  # type: ignore[arg-type]


def accept(town: Town, key: AccountId, by: str, **changes: object) -> Draft:
    """The other's yes."""
    account = town.get(Account, key)
    is_second = account.offer is not None and account.offer.is_second
    event = TransferAccepted(account=key, replaced=ending(town, account, town.persons[by], is_second=is_second))
    return Draft(events=(replace(event, **changes),))  # type: ignore[arg-type]


def transfer(town: Town, key: AccountId, to: str | None, *, is_second: bool = False, **changes: object) -> Draft:
    """A supervisor's decision."""
    account = town.get(Account, key)
    person = None if to is None else town.persons[to]
    copies, records = ((), {}) if person is None else copies_for(town, account, person)
    unused = () if account.offer is None else account.offer.records
    event = AccountTransferred(
        account=key,
        is_second=is_second,
        to=person,
        copies=copies,
        replaced=(*ending(town, account, person, is_second=is_second), *unused),
        reason=WHY,
    )
    return Draft(events=(replace(event, **changes),), records=records)  # type: ignore[arg-type]


def hire(town: Town, username: str = "cleo") -> None:
    """One more employee of the drama programme."""
    town.invite(username, "district/high/drama", Role.EMPLOYEE)
    town.enrol(username)


def copies_of(draft: Draft) -> tuple[object, ...]:
    """What an offer or a decision seals to the new holder."""
    (event,) = draft.events
    assert isinstance(event, AccountTransferred | TransferOffered)
    return event.copies
