"""Listing and searching accounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vault.desk.finding import find_unit
from vault.desk.office import Office
from vault.domain.accounts import Account, Standing
from vault.domain.ids import UnitId
from vault.domain.units import Unit
from vault.ledger.rules.standing import standing


def list_accounts(
    office: Office, *, unit: str | None = None, state: Standing | None = None, search: str | None = None
) -> Iterator[Account]:
    """Accounts by name.

    Args:
        office: The office.
        unit: Only those of this unit and of the units below it.
        state: Only those that are pending, or active.
        search: Only those whose platform, handle or display name has this text, in any case.
    """
    wanted = None if search is None else search.casefold()
    now = office.now()
    for account in sorted(_accounts(office, unit), key=lambda each: each.key):
        text = f"{account.key}\n{account.statement.display_name}".casefold()
        if wanted is not None and wanted not in text:
            continue
        if state is not None and standing(office.view, account, now) is not state:
            continue
        yield account


def _accounts(office: Office, unit: str | None) -> Iterable[Account]:
    if unit is None:
        yield from office.view.every(Account)
        return
    top = find_unit(office.view, unit)
    for each in _below(office, top.id):
        yield from office.view.where(Account, "unit", each)


def _below(office: Office, unit: UnitId) -> Iterator[UnitId]:
    """The unit and every unit below it."""
    yield unit
    for child in office.view.where(Unit, "parent", unit):
        yield from _below(office, child.id)
