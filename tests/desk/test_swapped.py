"""Ciphertext moved between accounts, versions and copies is refused, twice over: by its digest, and by its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.district import NEXT_PASSWORD, REASON, District
from tests.support.memory import MemoryLedgerStore
from vault.desk.contents import Safe
from vault.desk.rotations import Replacement
from vault.domain.credentials import Credential
from vault.domain.secret import Secret
from vault.errors import AlteredRecord, CannotOpen
from vault.ledger.view import get

_KEY = "x:ridgevolley"
_COACHS = 1
"""Where the custodian's copy stands among a version's records."""


@pytest.fixture
def two(active: District) -> District:
    """Two active accounts of one custodian, the first with two versions."""
    active.desk.rotations.start(active.coach, _KEY, Replacement(password=Secret("vD6-mKs4=Jt9Pz3x")))
    active.desk.rotations.confirm(active.coach, _KEY)
    active.activate("ridgesoccer", password=NEXT_PASSWORD)
    return active


@pytest.mark.parametrize("place", range(3), ids=["envelope", "custodian's copy", "unit's copy"])
@pytest.mark.parametrize("other", ["another account", "an older version"])
def test_swapped_record_is_refused_by_its_digest(two: District, place: int, other: str) -> None:
    """A4, A5."""
    assert isinstance(two.store, MemoryLedgerStore)
    view, account = two.desk.office.view, two.desk.account(_KEY)
    source = two.desk.account("x:ridgesoccer").current if other == "another account" else account.retired[0]
    mine = get(view, Credential, account.current).records[place]
    theirs = get(view, Credential, source).records[place]
    two.store.replace_record(mine, two.store.records[theirs])
    with pytest.raises(AlteredRecord, match=mine.hex()):
        _show(two, place)


def _show(district: District, place: int) -> object:
    """By the road that needs the record at that place."""
    if place == _COACHS:
        return district.desk.checkouts.take(district.coach, _KEY, term=timedelta(hours=1), reason=REASON, reveal=True)
    return district.desk.escrow.open(district.superintendent, _KEY, reason="the coach is on leave today")


def test_copy_that_names_the_right_digest_but_another_place_does_not_open(two: District) -> None:
    """A5: were both the record and the entry's digest swapped, the bound header would still refuse."""
    view, office = two.desk.office.view, two.desk.office
    account, other = two.desk.account(_KEY), two.desk.account("x:ridgesoccer")
    mine, theirs = get(view, Credential, account.current), get(view, Credential, other.current)
    safe = Safe(office, two.coach)
    for sealed in (
        replace(mine.sealed, envelope=theirs.sealed.envelope),
        replace(mine.sealed, copies=theirs.sealed.copies),
        replace(mine.sealed, commitment=theirs.sealed.commitment),
        replace(mine.sealed, envelope=theirs.sealed.envelope, copies=theirs.sealed.copies),
        replace(mine.sealed, version=mine.sealed.version + 1),
        replace(theirs.sealed, id=mine.sealed.id),
    ):
        with pytest.raises(CannotOpen):
            _ = safe.open(account, replace(mine, sealed=sealed)).password
    assert safe.open(account, mine).password == Secret("vD6-mKs4=Jt9Pz3x")
