"""Who knows what: every part that somebody was shown, and whether it has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vault.desk.finding import find_person
from vault.desk.listing import list_accounts
from vault.desk.office import Office
from vault.domain.accounts import Account
from vault.domain.credentials import Exposure
from vault.domain.persons import Person
from vault.ledger.rules.authority import may_rotate
from vault.ledger.rules.knowing import is_changed
from vault.ledger.view import get


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One part that somebody was shown.

    Attributes:
        exposure: What was shown, when, on which authority.
        account: Whose.
        person: Who was shown it.
        is_changed: The part is of no use any more: replaced, spent, or run out.
        is_outside: The person may not be shown it today.
    """

    exposure: Exposure
    account: Account
    person: Person
    is_changed: bool
    is_outside: bool

    @property
    def is_alarming(self) -> bool:
        """Somebody who may not be shown it knows it."""
        return self.is_outside and not self.is_changed


def access(office: Office, *, person: str | None = None, unit: str | None = None) -> Iterator[Access]:
    """Everything that was shown, by account and time.

    Args:
        office: The office.
        person: Only to this person.
        unit: Only of accounts of this unit and those below it.

    Raises:
        NotFound: There is no such person or unit.
    """
    view = office.view
    who = None if person is None else find_person(view, person)
    for account in list_accounts(office, unit=unit):
        found = view.where(Exposure, "account", account.id)
        for each in sorted(found, key=lambda each: (each.at, each.id)):
            if who is None or each.person == who.id:
                yield Access(
                    exposure=each,
                    account=account,
                    person=get(view, Person, each.person),
                    is_changed=is_changed(view, account, each),
                    is_outside=not may_rotate(view, each.person, account),
                )
