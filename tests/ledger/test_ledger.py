"""Writing: judged on the newest state, committed whole or not at all, and acknowledged only when the store shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.ledger.readers import reread
from tests.ledger.stage import Stage
from tests.ledger.town import START, Town
from vault.domain.credentials import Exposure, Part, Road
from vault.domain.ids import Digest
from vault.domain.notices import Void
from vault.domain.permissions import Permission, PermissionState
from vault.errors import (
    AlteredRecord,
    ClockUnsure,
    HeadMoved,
    Held,
    IntegrityError,
    NotPermitted,
    StoreBusy,
    StoreError,
    WrongState,
)
from vault.ledger import codec
from vault.ledger.ledger import TRIES, Draft
from vault.ledger.ports import StoredEntry

if TYPE_CHECKING:
    from vault.ledger.view import View


# -- others write meanwhile -----------------------------------------------------------------------------------------


def test_a_loser_is_judged_again_on_the_new_state(town: Town) -> None:
    """F5: of two who grant at once one wins, and the other is told that it is decided."""
    asked, other = town.request(), town.copy("hal's desk")
    other.store = town.store
    other.open()
    seen: list[PermissionState] = []

    def build(view: View, _at: datetime) -> Draft:
        found = view.find(Permission, asked)
        assert found is not None
        seen.append(found.state)
        if len(seen) == 1:
            other.grant(asked, by="hal")
        return town.forms.grant(asked)

    with pytest.raises(WrongState, match=f"{asked} is already granted"):
        town.ledger.write(town.author("dora"), build)
    assert seen == [PermissionState.REQUESTED, PermissionState.GRANTED]
    assert town.get(Permission, asked).decider == town.persons["hal"]


def test_a_loser_whose_proposal_still_holds_wins_on_the_new_head(town: Town) -> None:
    """F5."""
    other = town.copy("ben's desk")
    other.store = town.store
    other.open()
    tries = 0

    def build(_view: View, _at: datetime) -> Draft:
        nonlocal tries
        tries += 1
        if tries <= 3:
            other.write("ben", other.forms.request(f"shs.band{tries}"))
        return town.forms.request()

    first = len(town.store.entries)
    (entry,) = town.ledger.write(town.author("emma"), build)
    assert (tries, entry.seq) == (4, first + 4)
    assert [each.seq for each in town.store.entries] == list(range(1, first + 5))
    assert town.voids == []


def test_of_two_who_check_out_at_once_one_is_told_of_the_other(stage: Stage) -> None:
    """F5."""
    town, other = stage.town, stage.town.copy("ben's desk")
    other.store = town.store
    other.open()

    def build(_view: View, _at: datetime) -> Draft:
        if not taken:
            taken.append(other.checkout(stage.account, "ben"))
        return town.forms.checkout(stage.account)

    taken: list[str] = []
    with pytest.raises(Held, match="is checked out by Ben"):
        town.ledger.write(town.author("emma"), build)


def test_who_always_loses_gives_up_in_the_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def lose(*_: object) -> None:
        nonlocal calls
        calls += 1
        raise HeadMoved("somebody was faster")

    monkeypatch.setattr(town.store, "append", lose)
    with pytest.raises(StoreBusy, match="others are writing faster"):
        town.write("emma", town.forms.request())
    assert calls == TRIES


# -- whole or not at all --------------------------------------------------------------------------------------------


def test_events_of_one_draft_are_judged_on_top_of_each_other(stage: Stage) -> None:
    town = stage.town
    lease = town.forms.checkout(stage.account)
    shown = town.forms.show(stage.account, Part.PASSWORD, Road.CHECKOUT)
    entries = town.ledger.write(town.author("emma"), lambda _view, _at: Draft(events=(*lease.events, *shown.events)))
    assert [entry.event for entry in entries] == [*lease.events, *shown.events]
    assert entries[1].envelope.prev == entries[0].hash
    assert len(town.view.where(Exposure, "account", stage.account)) == 1


def test_when_one_event_is_refused_none_is_written(stage: Stage) -> None:
    """Promise 7."""
    town = stage.town
    before, entries = town.documents(), list(town.store.entries)
    lease = town.forms.checkout(stage.account)
    shown = town.forms.show(stage.account, Part.MFA_SEED, Road.CHECKOUT)
    with pytest.raises(NotPermitted, match="a checkout never shows the mfa seed"):
        town.ledger.write(town.author("emma"), lambda _view, _at: Draft(events=(*lease.events, *shown.events)))
    assert (town.documents(), town.store.entries) == (before, entries)


def test_what_cannot_be_recorded_is_not_acknowledged(stage: Stage) -> None:
    """F4; promise 2."""
    town = stage.town
    before = town.documents()
    town.store.fail_with(StoreError("the disk is full"))
    with pytest.raises(StoreError, match="the disk is full"):
        town.write("emma", town.forms.checkout(stage.account))
    town.store.fail_with(None)
    town.witness.follow()
    assert town.documents() == before


@pytest.mark.parametrize("what", ["missing", "strange"])
def test_a_draft_brings_exactly_the_records_that_it_names(town: Town, what: str) -> None:
    """A4."""
    draft = town.forms.register(town.grant(town.request()))
    records = dict(draft.records)
    if what == "missing":
        records.popitem()
    else:
        records[Digest(b"x" * 32)] = b"something else"
    entries = list(town.store.entries)
    with pytest.raises(AlteredRecord, match="the sealed records are not those that the entries name"):
        town.write("emma", replace(draft, records=records))
    assert town.store.entries == entries


# -- a store that lies ----------------------------------------------------------------------------------------------


def test_a_store_that_drops_what_it_took_is_found_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promises 2 and 7: such as a trigger that throws entries away."""
    monkeypatch.setattr(town.store, "append", lambda *_: None)
    with pytest.raises(IntegrityError, match=r"the store took ledger entry \d+ and does not show it"):
        town.write("emma", town.forms.request())


def test_a_store_that_shows_somebody_elses_entries_instead_is_found_out(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise 2."""
    other = town.copy("a branch")

    def divert(*_: object) -> None:
        for handle in ("one", "two"):
            other.write("ben", other.forms.request(handle))
        town.store.entries[:] = other.store.entries

    monkeypatch.setattr(town.store, "append", divert)
    with pytest.raises(IntegrityError, match="and does not show it"):
        town.write("emma", town.forms.request())


def test_others_may_have_written_on_top_before_the_writer_looks(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    other, append = town.copy("ben's desk"), town.store.append
    other.store = town.store
    other.open()

    def append_and_be_overtaken(*args: object) -> None:
        monkeypatch.setattr(town.store, "append", append)
        append(*args)  # type: ignore[arg-type]
        other.write("ben", other.forms.request("shs.band"))

    monkeypatch.setattr(town.store, "append", append_and_be_overtaken)
    entry = town.write("emma", town.forms.request())
    assert town.witness.pin is not None
    assert (entry.seq, town.witness.pin.seq) == (len(town.store.entries) - 1, len(town.store.entries))


def test_what_this_machines_own_witness_holds_void_is_not_acknowledged(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process of the machine, with another program, has followed first and judged otherwise."""
    append = town.store.append

    def append_and_hold_void(entries: list[StoredEntry], *rest: object) -> None:
        append(entries, *rest)  # type: ignore[arg-type]
        void = Void(
            seq=entries[0].seq, kind="permission.requested", author=town.persons["emma"], at=START, reason="because"
        )
        town.state.replace_document(Void.NOUN, void.id, codec.encode(void))

    monkeypatch.setattr(town.store, "append", append_and_hold_void)
    with pytest.raises(IntegrityError, match=r"ledger entry \d+, just written, was held void: because"):
        town.write("emma", town.forms.request())


# -- the clock ------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_behind_writes_the_newest_time_and_warns(town: Town) -> None:
    town.pass_time(days=1)
    newest = town.now
    town.request()
    town.now = newest - timedelta(hours=3)
    entry = town.write("ben", town.forms.request("shs.band"))
    assert (entry.time, town.ledger.now()) == (newest, newest)
    assert town.warnings == ["this machine's clock is behind the newest entry's time, 2026-09-02 08:00:00 UTC"]


def test_a_clock_that_is_behind_what_others_have_just_written_is_told_at_once(town: Town) -> None:
    other = town.copy("ben's desk")
    other.store = town.store
    other.open()
    other.pass_time(minutes=4)
    other.write("ben", other.forms.request("shs.band"))
    assert town.request() is not None
    assert len(town.warnings) == 1
    assert (town.ledger.now(), town.ledger.clock()) == (other.now, town.now)


def test_a_clock_that_is_right_warns_of_nothing(town: Town) -> None:
    town.request()
    town.pass_time(seconds=1)
    assert town.write("ben", town.forms.request("shs.band")).time == town.now
    assert town.warnings == []


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400 * 365])
def test_a_clock_that_is_far_off_the_stores_does_not_write(town: Town, seconds: int) -> None:
    """B2."""
    town.store.time = town.now + timedelta(seconds=seconds)
    entries = list(town.store.entries)
    with pytest.raises(ClockUnsure, match="differ by"):
        town.write("emma", town.forms.request())
    assert town.store.entries == entries


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_clock_within_five_minutes_of_the_stores_writes(town: Town, seconds: int) -> None:
    town.store.time = town.now + timedelta(seconds=seconds)
    assert town.write("emma", town.forms.request()).time == town.now


def test_a_ledger_is_read_through_its_own_witness(town: Town) -> None:
    town.request()
    assert town.ledger.witness.pin == town.state.pin()
    assert town.ledger.witness.vault == town.vault


def test_before_anything_is_followed_now_is_the_clocks(town: Town) -> None:
    fresh = reread(town)
    assert (fresh.ledger.now(), fresh.witness.pin) == (town.now, None)
    entry = fresh.ledger.write(fresh.author("emma"), lambda _view, _at: fresh.forms.request())[0]
    assert (entry.seq, fresh.warnings) == (len(town.store.entries), [])
