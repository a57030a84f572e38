from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts import bench_main, bench_measure
from scripts.bench_district import District
from scripts.bench_ledger import DAILY, Scribe, Stand, use
from vault.domain.accounts import Account
from vault.domain.notices import Void
from vault.ledger.ports import Pin

if TYPE_CHECKING:
    from pathlib import Path


def seq(pin: Pin | None) -> int:
    assert pin is not None
    return pin.seq


def test_what_the_bench_writes_fast_is_judged_and_accepted_as_any_entry(tmp_path: Path) -> None:
    district = District.found(tmp_path / "home", coaches=1)
    try:
        coach = district.coaches[0]
        account = district.activate(coach, "team0")
        witness = district.office.ledger.witness
        before = seq(witness.pin)
        scribe, stand = Scribe(district), Stand(district, coach, account)
        stand.add(scribe, "stand0")
        stand.add(scribe, "stand1")
        use(scribe, coach, account)
        scribe.store()
        witness.follow()
        view = district.office.view
        assert seq(witness.pin) == before + 2 * 3 + DAILY
        assert not list(view.every(Void))
        assert sorted(each.key for each in view.every(Account)) == ["x:stand0", "x:stand1", "x:team0"]
    finally:
        district.close()


def test_a_figure_is_a_ratio_that_says_whether_its_reach_is_reached() -> None:
    reached = bench_measure.Figure(name="it", taken=0.002, floor=0.001, against="the other", reach=2)
    missed = bench_measure.Figure(name="it", taken=0.0021, floor=0.001, against="the other", reach=2)
    assert "2.00 x  reach 2: reached" in str(reached)
    assert "2.10 x  reach 2: MISSED" in str(missed)


def test_a_figure_that_is_not_there_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        bench_main.main(["speed"])
    assert left.value.code == 2
    assert "there is no figure speed" in capsys.readouterr().err
