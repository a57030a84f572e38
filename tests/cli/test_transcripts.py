"""Whole sessions, word for word.

`CUSTODY_UPDATE_TRANSCRIPTS=1` writes them anew: read the difference before committing.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.cli.transcript import TYPED, Player

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.town import Town

FOLDER: Final = Path(__file__).parent / "transcripts"
NAMES: Final = sorted(path.stem for path in FOLDER.glob("*.txt"))


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("name", NAMES)
def test_a_session_reads_as_it_was_written_down(name: str, request: pytest.FixtureRequest) -> None:
    path = FOLDER / f"{name}.txt"
    written = path.read_text(encoding="utf-8")
    town: Town = request.getfixturevalue(written.partition("# from: ")[2].partition("\n")[0])
    player = Player(town=town)
    player.prepare()
    played = player.play(written)
    if os.environ.get("CUSTODY_UPDATE_TRANSCRIPTS") == "1":
        path.write_text(played, encoding="utf-8")
    assert played == written


def test_the_transcripts_are_there_and_say_something() -> None:
    assert {"founding", "account", "use", "rotation", "refusals"} <= set(NAMES)
    for name in NAMES:
        lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        assert sum(TYPED.fullmatch(line) is not None for line in lines) >= 10
