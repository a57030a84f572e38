"""Recovery as officers and IT type it: from shares in files to accounts in the open, and to a new storage key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminal import on_terminal
from tests.cli.town import ACCOUNT, BACKUP_CODES, NEXT_PASSWORD, PASSWORD, PEOPLE, SEED, Town

if TYPE_CHECKING:
    from pathlib import Path

_WHY = "nobody who held it is left"


def share(town: Town, index: int, *, of: int = 5, folder: str = "shares") -> Path:
    return town.folder / folder / f"share-{index}-of-{of}.txt"


def share_files(town: Town, *indexes: int) -> str:
    return " ".join(f"--share-file {share(town, index)}" for index in indexes)


def ask(town: Town, scope: str = "--all", who: str = "jlee") -> str:
    return str(town.ask(f'custody recovery request {scope} --reason "{_WHY}"', who)["request"])


def open_command(town: Town, request: str, *indexes: int, who: str = "jlee") -> str:
    passphrase = f"--passphrase-file {town.passphrase_file(who)}"
    return f"custody --yes recovery open {request} --reveal {share_files(town, *indexes)} {passphrase}"


def reshare(town: Town, *indexes: int, more: str = "") -> Path:
    folder = town.folder / "new"
    town.does(
        f'custody --yes recovery reshare --reason "{_WHY}" --shares 3 --threshold 2 --shares-dir {folder} '
        f"{share_files(town, *indexes)} {more}",
        "jlee",
    )
    return folder


@pytest.mark.parametrize(
    ("indexes", "status", "words"),
    [((1, 2), 2, "2 shares were given; at least 3 are needed"), ((1, 2, 2), 2, "share 2 was given twice")],
)
def test_too_few_shares_and_one_twice_are_refused(
    active: Town, indexes: tuple[int, ...], status: int, words: str
) -> None:
    """B5"""
    request = ask(active)
    before, new = sorted(path.name for path in active.home.iterdir()), active.folder / "new"
    for command in (
        open_command(active, request, *indexes),
        f"custody recovery drill {share_files(active, *indexes)}",
        f'custody --yes recovery reshare --reason "{_WHY}" --shares-dir {new} {share_files(active, *indexes)}',
    ):
        error = active.fails(command, "jlee", status=status)
        assert words in error["message"]
    assert not new.exists()
    assert sorted(path.name for path in active.home.iterdir()) == before
    active.does("custody permission list", "coach")


def test_mistyped_share_is_named_by_its_group_and_a_foreign_one_by_its_number(
    active: Town, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """B5"""
    other = Town(folder=tmp_path_factory.mktemp("other"), label="other").found()
    lines = share(active, 3).read_text().splitlines()
    lines[-3] = ("Z" if lines[-3][0] != "Z" else "Y") + lines[-3][1:]
    bad = active.file("bad.txt", "\n".join(lines) + "\n")
    error = active.fails(f"custody recovery drill {share_files(active, 1, 2)} --share-file {bad}", "jlee", status=2)
    assert error["message"] == "group 1 of a recovery share is mistyped"
    foreign = active.file("foreign.txt", share(other, 2).read_text())
    error = active.fails(f"custody recovery drill {share_files(active, 1, 3)} --share-file {foreign}", "jlee", status=9)
    assert error["message"].startswith("share 2 is not the one that was handed out")


def test_opening_shows_everything_and_freezes_until_shares_are_new(active: Town) -> None:
    request = ask(active, f"--account {ACCOUNT}")
    waiting = active.request("waiting")
    answer = active.does(f"{open_command(active, request, 1, 3, 5)} --json").json
    (item,) = answer["items"]
    assert (item["key"], item["password"], item["totp_seed"]) == (ACCOUNT, PASSWORD, SEED)
    assert item["backup_codes"] == list(BACKUP_CODES)
    assert answer["failed"] == []
    error = active.fails(f'custody permission grant {waiting} --note "as we said"', "m.silva", status=7)
    assert error["hint"].endswith("custody recovery reshare")
    assert active.ask("custody status", "coach")["recovery"] == [
        f"the vault is frozen: its officers opened it for {request}; custody recovery reshare"
    ]
    assert active.run("custody doctor", "jlee").status == 10
    assert "owed: recovery opened" in active.does("custody rotate due --json", "jlee").stdout
    told = active.does("custody whoami", "coach").stderr + active.does("custody checkout list", "coach").stderr
    folder = reshare(active, 1, 2, 3)
    assert sorted(path.name for path in folder.iterdir()) == [f"share-{at}-of-3.txt" for at in (1, 2, 3)]
    assert list(active.home.glob("rec_*.key")) == []
    assert active.ask("custody status", "coach")["recovery"] == []
    assert PASSWORD not in told


def test_business_resumes_with_new_shares_and_new_keys(active: Town) -> None:
    """A13: from the opening to the next drill, nothing that the requester's machine had in hand opens what is new."""
    active.does(open_command(active, ask(active), 1, 2, 3))
    reshare(active, 3, 4, 5)
    units = active.ask("custody unit list", "jlee")["items"]
    assert [(unit["epoch"], unit["is_rekey_owed"]) for unit in units] == [(2, False)] * 3
    active.does(active.register_command(active.allow("shs_band"), password=NEXT_PASSWORD, handle="shs_band"), "coach")
    active.does("custody escrow verify instagram:shs_band", "m.silva")
    new = " ".join(f"--share-file {share(active, at, of=3, folder='new')}" for at in (1, 2))
    active.does(f"custody recovery drill {new}", "jlee")
    request = ask(active, "--account instagram:shs_band")
    passphrase = f"--passphrase-file {active.passphrase_file('jlee')}"
    said = active.does(f"custody --yes recovery open {request} --reveal {new} {passphrase}").stdout
    assert NEXT_PASSWORD in said
    assert active.does("custody ledger verify", "jlee").status == 0


def test_text_of_an_opening_shows_what_a_person_needs(active: Town) -> None:
    said = active.does(open_command(active, ask(active), 1, 2, 3)).stdout
    for word in (ACCOUNT, PASSWORD, SEED, BACKUP_CODES[0], "custody recovery reshare"):
        assert word in said


def test_nothing_is_opened_unless_it_is_to_be_shown(active: Town) -> None:
    request = ask(active)
    error = active.fails(f"custody --yes recovery open {request} {share_files(active, 1, 2, 3)}", "jlee", status=2)
    assert error["hint"] == "give --reveal"
    command = open_command(active, request, 1, 2, 3).replace("--yes ", "--no-input ")
    assert active.fails(command, "jlee", status=2)["hint"] == "custody --yes …"
    assert active.ask("custody recovery list", "jlee")["items"][0]["state"] == "asked"


def test_officers_elsewhere_give_their_shares(active: Town) -> None:
    request = ask(active)
    for who, index in (("m.silva", 2), ("a.abara", 4)):
        active.does(f"custody recovery give {request} --share-file {share(active, index)}", who)
    (item,) = active.ask("custody recovery list", "jlee")["items"]
    assert (item["given"], item["by"], item["reason"]) == ([2, 4], "jlee", _WHY)
    assert PASSWORD in active.does(open_command(active, request, 5)).stdout
    twice = f"custody recovery give {request} --share-file {share(active, 1)} --share-file {share(active, 2)}"
    assert active.fails(twice, "coach", status=2)["message"] == "an officer gives one share"
    assert "opened" in active.does("custody recovery list", "jlee").stdout


def test_request_key_is_this_users_alone(active: Town) -> None:
    """B4"""
    request = ask(active)
    path = active.home / f"{request}.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    active.fails(open_command(active, request, 1, 2, 3), "jlee", status=11)
    path.chmod(0o600)
    path.write_text("not hexadecimal")
    active.fails(open_command(active, request, 1, 2, 3), "jlee", status=9)
    path.unlink()
    assert PASSWORD in active.does(open_command(active, request, 1, 2, 3)).stdout


def test_drills_are_recorded_and_asked_for_every_year(active: Town) -> None:
    """F8"""
    assert active.ask("custody status", "jlee")["recovery"] == []
    active.clock.pass_by(timedelta(days=366))
    active.unlock(*PEOPLE)
    (due,) = active.ask("custody status", "jlee")["recovery"]
    assert due.startswith("the recovery drill has been due since")
    assert active.ask("custody status", "coach")["recovery"] == []
    made = active.ask(f"custody recovery drill {share_files(active, 2, 3, 4)}", "jlee")
    assert (made["shares"], made["supervisors_late"]) == ([2, 3, 4], ["a.abara", "m.silva"])
    said = active.does(f"custody recovery drill {share_files(active, 1, 2, 3)}", "a.abara").stdout
    assert "have not opened their escrow for a year: a.abara, m.silva" in said
    items = active.run("custody doctor --json", "jlee").json["items"]
    (check,) = [each for each in items if each["check"] == "recovery drill"]
    assert not check["holds"]
    assert "a.abara, m.silva" in check["message"]
    for who in ("a.abara", "m.silva"):
        assert active.ask("custody status", who)["recovery"] != []
        active.does("custody escrow drill", who)
        assert active.ask("custody status", who)["recovery"] == []
    items = active.run("custody doctor --json", "jlee").json["items"]
    assert [each["holds"] for each in items if each["check"] == "recovery drill"] == [True]
    assert active.fails("custody escrow drill", "coach", status=5)["message"] == "coach supervises no unit"


def test_failed_reshare_says_that_the_new_shares_are_worthless(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from vault.desk.resharing import Resharing
    from vault.errors import StoreError

    def fail(*_given: object, **_more: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Resharing, "reshare", fail)
        answer = active.run(
            f'custody --yes recovery reshare --reason "{_WHY}" --shares-dir {active.folder / "new"} '
            f"{share_files(active, 1, 2, 3)}",
            "jlee",
        )
    assert answer.status == 11
    assert "the new shares open nothing; destroy them, and keep the old ones" in answer.stderr
    active.does(f"custody recovery drill {share_files(active, 1, 2, 3)}", "jlee")


def test_shares_come_as_qr_codes_too(active: Town) -> None:
    folder = reshare(active, 1, 2, 3, more="--qr")
    for at in (1, 2, 3):
        drawn = folder / f"share-{at}-of-3.svg"
        assert drawn.stat().st_mode & 0o777 == 0o600
        assert "<svg" in drawn.read_text()
    new = " ".join(f"--share-file {share(active, at, of=3, folder='new')}" for at in (1, 3))
    active.does(f"custody recovery drill {new}", "jlee")


def test_share_on_the_screen_has_its_qr_code_above_it() -> None:
    from vault.cli.shares import _blocks
    from vault.sealing.shares import Share

    one, other = (Share(set_id=bytes(8), index=at, threshold=2, data=bytes(32)) for at in (1, 2))
    rows = _blocks(one).splitlines()
    assert len(rows) > 20
    assert "\u2588" in _blocks(one)
    assert _blocks(one) != _blocks(other)


def test_shares_are_typed_unseen_one_by_one(active: Town) -> None:
    texts = {at: " ".join(share(active, at).read_text().splitlines()[-3:]) for at in (1, 2, 4)}
    active.move_to_now("jlee")
    with on_terminal("custody recovery drill", active.environment("jlee")) as screen:
        screen.expect("Share of officer 1 of 3")
        screen.type("nonsense")
        screen.expect("type it again")
        for at in (1, 2, 4):
            screen.expect("Share of officer")
            screen.type(texts[at])
        screen.expect("The shares open the vault")
        assert screen.end() == 0
        assert texts[1].split("-")[0] not in screen.seen
