"""The district's settings: IT of the district sets the next version, whole, or nothing changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.district import REASON, District
from vault.domain.persons import Role
from vault.errors import InvalidInput, NotPermitted, VaultError, WrongState
from vault.policy.files import policy_to_toml


def _text(district: District, **changed: object) -> str:
    return policy_to_toml(replace(district.desk.office.policy, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("post", ["coach", "principal", "superintendent"])
def test_only_it_of_the_district_sets_the_policy(district: District, post: str) -> None:
    """A3."""
    with pytest.raises(NotPermitted):
        district.desk.policies.set(district.members[post], _text(district, checkout_minutes=60))
    assert district.desk.office.policy.version == 1


@pytest.mark.parametrize(
    "text",
    ["district = ", "[policy]\nversion = 7\n", "nonsense = true\n"],
    ids=["cut", "other", "unknown"],
)
def test_text_that_is_no_policy_changes_nothing(district: District, text: str) -> None:
    before = district.desk.office.policy
    with pytest.raises(VaultError):
        district.desk.policies.set(district.founder, text)
    assert district.desk.office.policy == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("domains", ()), ("checkout_minutes", 0), ("permission_days", 0), ("retired_kept", -1), ("rotation_days", 0)],
)
def test_setting_that_lets_everything_or_nothing_through_is_refused(
    district: District, field: str, value: object
) -> None:
    before = district.desk.office.policy
    with pytest.raises((InvalidInput, NotPermitted)):
        district.desk.policies.set(district.founder, _text(district, **{field: value}))
    assert district.desk.office.policy == before


def test_next_version_is_in_force_at_once(active: District) -> None:
    policy = active.desk.policies.set(active.founder, _text(active, checkout_minutes=30))
    assert (policy.version, policy.checkout_minutes) == (2, 30)
    with pytest.raises(InvalidInput, match="at most 30 minutes"):
        active.desk.checkouts.take(active.coach, "x:ridgevolley", term=timedelta(minutes=31), reason=REASON)
    opened = active.desk.escrow.open(active.principal, "x:ridgevolley", reason="the coach is on leave today")
    assert opened.checkout.until == active.clock() + timedelta(minutes=30)


def test_invited_person_reads_the_newest_notice(district: District) -> None:
    district.desk.policies.set(district.founder, _text(district, checkout_minutes=30))
    with pytest.raises(WrongState, match="monitoring notice"):
        district.enrol_as("v.pham", "district", Role.EMPLOYEE)
