"""Founding a home and opening it, interrupted anywhere; and what the doctor finds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.sealing.stream import Stream
from vault.desk.founding import Founder
from vault.domain.secret import Secret
from vault.errors import InvalidInput, NotFound, StoreError, WrongState
from vault.policy.defaults import default_policy
from vault.sealing.atrest import StorageKeyring
from vault.sealing.passphrase import FLOOR
from vault.wiring import assembly
from vault.wiring import home as homes
from vault.wiring.assembly import Surroundings, found_home, open_vault, scratch_state
from vault.wiring.checks import examine
from vault.wiring.home import Config, Settings
from vault.wiring.verifying import verify_vault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vault.sealing.shares import Share

AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
POLICY = default_policy("Ridge Public Schools", ["ridge.k12.example"])
FOUNDER = Founder(
    username="jlee",
    name="Jin Lee",
    email="jlee@ridge.k12.example",
    passphrase=Secret("plum kettle orbit velvet harbour"),
)
STEPS = (
    "write_private",
    "create_store",
    "open_ledger_store",
    "discard_state_store",
    "open_state_store",
    "write_config",
)


AFTER_THE_ENTRY = {"discard_state_store", "open_state_store", "write_config"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def surroundings(label: str = "assembly", told: list[str] | None = None) -> Surroundings:
    warn: Callable[[str], None] = (lambda _message: None) if told is None else told.append
    return Surroundings(clock=lambda: AT, random=Stream(label), default=FLOOR, officer=FLOOR, warn=warn)


def found(settings: Settings, label: str = "assembly") -> Config:
    _, _, config = found_home(settings, surroundings(label), FOUNDER, POLICY, threshold=2, shares=3)
    return config


def test_a_founded_home_opens_and_verifies(settings: Settings) -> None:
    config = found(settings)
    told: list[str] = []
    opened = open_vault(settings, surroundings(told=told))
    try:
        assert opened.config == config
        assert opened.office.policy.district == "Ridge Public Schools"
    finally:
        opened.close()
    assert told == []
    verified = verify_vault(settings, surroundings())
    assert verified.is_whole
    assert verified.head is not None
    assert verified.head.hash == config.vault
    assert all(each.holds for each in examine(settings, surroundings()))


@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_founding_leaves_no_half_a_vault_and_can_be_done_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """F1: until the configuration is written the home holds no vault; to found again works or says why not."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr(assembly, step, stop)
        with pytest.raises(KeyboardInterrupt):
            found(settings)
    with pytest.raises(NotFound, match="there is no vault"):
        open_vault(settings, surroundings())
    if step in AFTER_THE_ENTRY:
        # The entry is there already: it is never overwritten, and the refusal says what to do.
        with pytest.raises(StoreError, match=r"vault\.db holds a vault already") as caught:
            found(settings, "again")
        assert "move that file away" in (caught.value.hint or "")
        assert settings.home is not None
        (settings.home / "vault.db").rename(settings.home / "half.db")
    config = found(settings, "again")
    assert verify_vault(settings, surroundings()).is_whole
    assert homes.read_config(homes.Home.of(settings), settings) == config


def test_a_vault_whose_shares_were_not_handed_out_is_not_founded(settings: Settings) -> None:
    """F1: shares that nobody has seen would be lost for ever."""

    def stop(_shares: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found_home(settings, surroundings(), FOUNDER, POLICY, threshold=2, shares=3, hand_out=stop)
    with pytest.raises(NotFound, match="there is no vault"):
        open_vault(settings, surroundings())


def test_the_shares_are_handed_out_once_and_whole(settings: Settings) -> None:
    given: list[tuple[Share, ...]] = []
    found_home(settings, surroundings(), FOUNDER, POLICY, threshold=2, shares=3, hand_out=given.append)
    assert [len(each) for each in given] == [3]


def test_a_founding_that_is_refused_can_be_tried_again(settings: Settings) -> None:
    weak = Founder(username="jlee", name="Jin Lee", email="jlee@ridge.k12.example", passphrase=Secret("short"))
    with pytest.raises(InvalidInput, match="the passphrase is refused"):
        found_home(settings, surroundings(), weak, POLICY, threshold=2, shares=3)
    assert found(settings).username == "jlee"


def test_a_home_is_founded_once(settings: Settings) -> None:
    config = found(settings)
    with pytest.raises(WrongState, match="holds a vault already"):
        found(settings)
    assert homes.read_config(homes.Home.of(settings), settings) == config


def test_a_storage_key_that_is_there_already_is_used_and_kept(settings: Settings) -> None:
    assert settings.home is not None
    settings.home.mkdir(mode=0o700)
    made = StorageKeyring.make(Stream("kept"))
    homes.write_private(settings.home / "storage.key", made.to_text())
    before = (settings.home / "storage.key").read_bytes()
    found(settings)
    assert (settings.home / "storage.key").read_bytes() == before


def test_an_unusable_witness_is_made_again_and_the_person_is_told(settings: Settings) -> None:
    """F7."""
    found(settings)
    assert settings.home is not None
    (settings.home / "witness.db").write_bytes(b"SQLite format 3\x00" + bytes(500))
    told: list[str] = []
    open_vault(settings, surroundings(told=told)).close()
    assert len(told) == 1
    assert "is made again from the ledger" in told[0]
    assert verify_vault(settings, surroundings()).stale == []


def test_a_scratch_state_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with scratch_state(StorageKeyring.make(Stream("scratch"))) as state:
        assert state.pin() is None
        assert list(tmp_path.rglob("scratch.db"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "check"), [("storage.key", "storage key"), ("vault.db", "store"), ("config.toml", "configuration")]
)
def test_the_doctor_goes_on_past_what_is_missing(settings: Settings, name: str, check: str) -> None:
    found(settings)
    assert settings.home is not None
    (settings.home / name).unlink()
    results = {each.name: each for each in examine(settings, surroundings())}
    assert not results[check].holds
    assert results["home folder"].holds
    assert len(results) == 8
    assert name in results[check].message or "there is no vault" in results[check].message


def test_a_store_of_another_vault_is_never_verified_as_this_one(settings: Settings, tmp_path: Path) -> None:
    """A2."""
    config = found(settings)
    other = Settings(home=tmp_path / "other")
    assert settings.home is not None
    assert other.home is not None
    other.home.mkdir(mode=0o700)
    key = (settings.home / "storage.key").read_text()
    homes.write_private(other.home / "storage.key", key)
    theirs = found(other, "other")
    assert theirs.vault != config.vault
    verified = verify_vault(Settings(home=settings.home, db=theirs.db), surroundings())
    assert not verified.is_whole
    assert verified.broken is not None
    assert verified.broken.code == "foreign-vault"
