"""Rule 4 where a platform offers no second factor: a supervisor's dated exception, never a silent pass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.district import REASON, District, bring
from vault.errors import InvalidInput, NotPermitted, PolicyRefusal, VaultError, Waiting

_KEY = "flickr:ridgevolley"
_WHY = "the site offers no second factor"


@pytest.fixture
def bare(district: District) -> District:
    """An account on a platform without second factors, escrow verified."""
    permission = district.allow(platform="flickr")
    district.register(permission, bring(seed=None, code=None, codes=None))
    assert district.desk.escrow.verify(district.principal, _KEY).faults == ()
    return district


def _take(district: District) -> None:
    district.desk.checkouts.take(district.coach, _KEY, term=timedelta(hours=1), reason=REASON)


def test_account_without_second_factor_is_not_active(bare: District) -> None:
    assert len(bare.desk.missing(_KEY)) == 1
    with pytest.raises(Waiting) as caught:
        _take(bare)
    assert any("rule 4" in fault for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("post", "clause", "days", "reason", "error"),
    [
        ("coach", "4", 30, _WHY, NotPermitted),
        ("teacher", "4", 30, _WHY, NotPermitted),
        ("other_principal", "4", 30, _WHY, NotPermitted),
        ("founder", "4", 30, _WHY, NotPermitted),
        ("principal", "3", 30, _WHY, NotPermitted),
        ("principal", "4", 0, _WHY, InvalidInput),
        ("principal", "4", 367, _WHY, InvalidInput),
        ("principal", "4", 30, "short", InvalidInput),
    ],
)
def test_exception_that_may_not_be_is_refused(
    bare: District, *, post: str, clause: str, days: int, reason: str, error: type[VaultError]
) -> None:
    """A14."""
    until = bare.clock() + timedelta(days=days)
    with pytest.raises(error):
        bare.desk.accounts.grant_exception(bare.members[post], _KEY, clause=clause, until=until, reason=reason)
    assert len(bare.desk.missing(_KEY)) == 1


def test_platform_with_second_factors_is_never_excepted(active: District) -> None:
    with pytest.raises(PolicyRefusal, match="rule 4"):
        active.desk.accounts.grant_exception(
            active.principal, "x:ridgevolley", clause="4", until=active.clock() + timedelta(days=30), reason=_WHY
        )


def test_exception_makes_active_until_it_ends(bare: District) -> None:
    bare.desk.accounts.grant_exception(
        bare.principal, _KEY, clause="4", until=bare.clock() + timedelta(days=30), reason=_WHY
    )
    assert bare.desk.missing(_KEY) == ()
    _take(bare)
    bare.desk.checkouts.check_in(bare.coach, _KEY)
    bare.clock.advance(days=30)
    with pytest.raises(Waiting):
        _take(bare)


def test_supervisor_does_not_except_their_own_account(district: District) -> None:
    """A14."""
    permission = district.allow(platform="flickr", member=district.principal)
    district.register(permission, bring(seed=None, code=None, codes=None), district.principal)
    until = district.clock() + timedelta(days=30)
    with pytest.raises(NotPermitted, match="own account"):
        district.desk.accounts.grant_exception(district.principal, _KEY, clause="4", until=until, reason=_WHY)
    granted = district.desk.accounts.grant_exception(
        district.superintendent, _KEY, clause="4", until=until, reason=_WHY
    )
    assert (granted.by, granted.until) == (district.superintendent.person.id, until)
    assert district.desk.account(_KEY).custodian == district.principal.person.id
