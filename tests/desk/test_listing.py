"""Listing and searching accounts."""

from __future__ import annotations

import pytest

from tests.desk.district import HIGH_SCHOOL, MIDDLE_SCHOOL, NEXT_PASSWORD, District, bring
from vault.desk.listing import list_accounts
from vault.domain.accounts import Standing
from vault.errors import NotFound


@pytest.fixture
def listed(active: District) -> District:
    """One active account, and one that waits for its verification."""
    active.register(active.allow("ridgesoccer"), bring(code=active.code(), password=NEXT_PASSWORD))
    return active


@pytest.mark.parametrize(
    ("unit", "state", "search", "expected"),
    [
        (None, None, None, ["x:ridgesoccer", "x:ridgevolley"]),
        ("district", None, None, ["x:ridgesoccer", "x:ridgevolley"]),
        (HIGH_SCHOOL, None, None, ["x:ridgesoccer", "x:ridgevolley"]),
        (MIDDLE_SCHOOL, None, None, []),
        (None, Standing.ACTIVE, None, ["x:ridgevolley"]),
        (None, Standing.PENDING, None, ["x:ridgesoccer"]),
        (None, None, "SOCCER", ["x:ridgesoccer"]),
        (None, None, "volleyball at", ["x:ridgesoccer", "x:ridgevolley"]),
        (None, None, "x:ridgev", ["x:ridgevolley"]),
        (None, None, "nothing", []),
        (HIGH_SCHOOL, Standing.PENDING, "volley\n", []),
    ],
)
def test_accounts_are_listed_by_unit_state_and_text(
    listed: District, *, unit: str | None, state: Standing | None, search: str | None, expected: list[str]
) -> None:
    found = list_accounts(listed.desk.office, unit=unit, state=state, search=search)
    assert [each.key for each in found] == expected


def test_unknown_unit_is_not_an_empty_list(listed: District) -> None:
    with pytest.raises(NotFound):
        list(list_accounts(listed.desk.office, unit="district/nowhere"))
