"""Backups are recorded by IT of the district, and the newest one counts."""

from __future__ import annotations

from datetime import timedelta, timezone

import pytest

from tests.ledger.backup_forms import backed_up, restored
from tests.ledger.forms import altered
from tests.ledger.town import Town
from vault.domain.backups import Backup, Restoration
from vault.domain.ids import Digest
from vault.errors import InvalidInput, NotPermitted, WrongState


@pytest.mark.parametrize("username", ["sue", "hal", "ivy", "emma", "rex", "ann"])
def test_only_it_of_the_district_records_a_backup_or_a_restoration(town: Town, username: str) -> None:
    """A3."""
    town.refuses(username, backed_up(town), NotPermitted, "this needs the role it in district or above")
    town.refuses(username, restored(town, 3), NotPermitted, "this needs the role it in district or above")


def test_newest_backup_is_the_one_that_counts(town: Town) -> None:
    first, second = backed_up(town, 5), backed_up(town)
    town.write("ada", first)
    town.write("ada", second)
    found = town.get(Backup, Backup.ID)
    event = second.events[0]
    assert (found.head_seq, found.head_hash, found.size) == (event.head_seq, event.head_hash, 4096)  # type: ignore[attr-defined]
    assert (found.by, found.made_at) == (town.persons["ada"], town.now)
    assert [each.id for each in town.view.every(Backup)] == ["newest"]
    town.refuses("ada", first, WrongState, f"a backup up to entry {found.head_seq} is recorded already")
    town.write("ada", second)


def test_backup_holds_only_what_was_there_before_it_is_recorded(town: Town) -> None:
    next_seq = len(town.store.entries) + 1
    for seq in (0, -1, next_seq, next_seq + 7):
        draft = altered(backed_up(town), head_seq=seq)
        town.refuses("ada", draft, InvalidInput, f"entry {seq} is not one before entry {next_seq}")
    town.refuses("ada", altered(backed_up(town), head_hash=b"short"), InvalidInput, "is not one before")
    town.refuses("ada", altered(restored(town, 3), head_seq=next_seq), InvalidInput, "is not one before")


def test_backup_was_made_in_the_past(town: Town) -> None:
    words = "a backup was made before it is recorded"
    late = town.now + timedelta(seconds=1)
    elsewhere = town.now.astimezone(timezone(timedelta(hours=5)))
    for at in (late, elsewhere, town.now.replace(tzinfo=None)):
        town.refuses("ada", altered(backed_up(town), made_at=at), InvalidInput, words)


def test_backup_has_a_digest_and_a_size(town: Town) -> None:
    words = "a backup has a digest of 32 bytes and a size"
    town.refuses("ada", altered(backed_up(town), digest=Digest(b"short")), InvalidInput, words)
    town.refuses("ada", altered(backed_up(town), size=0), InvalidInput, words)


def test_restoration_says_what_is_lost(town: Town) -> None:
    seq = town.write("ada", restored(town, 7, 11)).seq
    found = town.get(Restoration, f"{seq:012d}")
    assert (found.by, found.at, found.head_seq, found.lost_until) == (town.persons["ada"], town.now, 7, 11)
    unknown = town.write("ada", restored(town, 7)).seq
    assert town.get(Restoration, f"{unknown:012d}").lost_until is None
    for until in (7, 6, -1):
        town.refuses("ada", restored(town, 7, until), InvalidInput, "what is lost comes after what came back")
