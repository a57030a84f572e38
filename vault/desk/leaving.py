"""What somebody leaves behind, before anything is done about it: what others cannot undo comes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vault.desk.accounts import accounts_of
from vault.desk.finding import find_person
from vault.desk.office import Office
from vault.domain.accounts import Account
from vault.domain.credentials import Exposure
from vault.domain.permissions import Permission, PermissionState
from vault.domain.persons import Appointment, Person
from vault.domain.units import Unit
from vault.ledger.view import View, get
from vault.policy.catalogue import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing that a person leaves behind.

    Attributes:
        kind: `platform`, `custody`, `mailbox`, `factor`, `known`, `role` or `permission`.
        subject: The account, unit or permission.
        detail: What there is, and what to do.
        is_first: Only they can undo it: it is done before their last day.
    """

    kind: str
    subject: str
    detail: str
    is_first: bool = False


def traces(office: Office, username: str) -> tuple[Trace, ...]:
    """Everything of a person: what only they can undo first, then as it stands in `Trace`. Reads only.

    Args:
        office: The office.
        username: Who.
    """
    view, person = office.view, find_person(office.view, username)
    held = {account.id: account for account in accounts_of(view, person.id)}
    shown = _shown(view, person)
    touched = held | {account.id: account for account, _ in shown}
    found = (
        *_platforms(office, touched.values()),
        *_held(person, held.values()),
        *_named(view, person),
        *(Trace(kind="known", subject=each.key, detail=f"knows the {parts}: rotate it") for each, parts in shown),
        *_posts(view, person),
    )
    return tuple(sorted(found, key=lambda each: not each.is_first))


def _platforms(office: Office, accounts: Iterable[Account]) -> Iterator[Trace]:
    catalogue = Catalogue.load().with_overrides(office.policy.overrides)
    for account in sorted(accounts, key=lambda each: each.key):
        delegated = catalogue.get(account.statement.platform).delegated
        if delegated.gotcha is not None:
            yield Trace(
                kind="platform",
                subject=account.key,
                detail=delegated.gotcha,
                is_first=delegated.leaver_acts_first,
            )


def _shown(view: View, person: Person) -> list[tuple[Account, str]]:
    """The accounts of whose current version they were shown something, and which parts."""
    parts: dict[str, set[str]] = {}
    for each in view.where(Exposure, "person", person.id):
        if get(view, Account, each.account).current == each.credential:
            parts.setdefault(each.account, set()).add(each.part.value.replace("-", " "))
    return [(get(view, Account, key), ", ".join(sorted(parts[key]))) for key in sorted(parts)]


def _held(person: Person, accounts: Iterable[Account]) -> Iterator[Trace]:
    for account in sorted(accounts, key=lambda each: each.key):
        place = "the custodian" if account.custodian == person.id else "the second holder"
        yield Trace(
            kind="custody",
            subject=account.key,
            detail=f"is {place}: custody account transfer {account.key}",
        )


def _named(view: View, person: Person) -> Iterator[Trace]:
    """Mailboxes that they open and second factors that they have, as far as these name them."""
    names = tuple(name.casefold() for name in (person.name, person.username, person.email))
    for account in sorted(view.every(Account), key=lambda each: each.key):
        if any(name in account.mailbox.opened_by.casefold() for name in names):
            detail = f"the mailbox behind it is opened by {account.mailbox.opened_by}"
            yield Trace(kind="mailbox", subject=account.key, detail=detail)
        for method in account.mfa:
            if any(name in method.holder.casefold() for name in names):
                detail = f"a second factor ({method.method}) is held by {method.holder}"
                yield Trace(kind="factor", subject=account.key, detail=detail)


def _posts(view: View, person: Person) -> Iterator[Trace]:
    for held in view.where(Appointment, "person", person.id):
        if held.is_live:
            yield Trace(kind="role", subject=get(view, Unit, held.unit).path, detail=f"is {held.role.value}")
    for asked in view.where(Permission, "requester", person.id):
        if asked.state in {PermissionState.REQUESTED, PermissionState.GRANTED}:
            yield Trace(kind="permission", subject=asked.key, detail=f"{asked.id} is {asked.state.value}, not used")
