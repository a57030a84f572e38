"""F8: a backup, restored on a new machine without the old one, and everything that must stop it."""

from __future__ import annotations

import json
import shutil
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.town import ACCOUNT, PASSWORD, REASON, Town

WORDS = "saddle orchard brick evening lantern"


def phrase(town: Town, words: str = WORDS) -> str:
    return f"--backup-passphrase-file {town.file('backup.pass', words)}"


def shares(town: Town, *numbers: int) -> str:
    return " ".join(f"--share-file {town.folder / 'shares' / f'share-{each}-of-5.txt'}" for each in numbers)


def back_up(town: Town, more: str = "") -> Path:
    file = town.folder / "ridge.backup"
    town.does(f"custody backup create {file} {phrase(town)} {more}", "jlee")
    return file


def new_machine(town: Town, name: str = "new") -> Town:
    """Another machine: nothing of the old one's home, only what people know and keep on paper."""
    made = Town(folder=town.folder / name, clock=town.clock, label=f"{town.label}-{name}")
    made.folder.mkdir(mode=0o700)
    shutil.copytree(town.folder / "shares", made.folder / "shares")
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_backup_comes_back_on_a_new_machine_and_everything_opens(active: Town) -> None:
    """F8, promise 9."""
    file = back_up(active)
    fingerprint = active.ask("custody ledger list --last 1")["items"][0]["seq"]
    new = new_machine(active)
    told = new.ask(f"custody backup restore {file} {phrase(new)}")
    shutil.rmtree(active.home)
    assert told["head"]["seq"] == fingerprint - 1
    assert told["fingerprint"].replace(" ", "") == told["vault"]
    new.unlock("coach", "m.silva", "jlee")
    taken = new.does(
        f'custody checkout {ACCOUNT} --for 1h --reason "{REASON}" --field password', "coach"
    ).stdout.strip()
    assert taken == PASSWORD
    new.does(f"custody checkin {ACCOUNT}", "coach")
    supervisors = f"--passphrase-file {new.passphrase_file('m.silva')}"
    opened = f'custody escrow open {ACCOUNT} --reason "the coach has left" {supervisors} --field password'
    assert new.does(opened, "m.silva").stdout.strip() == PASSWORD
    assert new.ask("custody ledger verify")["whole"] is True
    assert new.ask("custody doctor")["healthy"] is True
    kinds = [each["kind"] for each in new.ask("custody ledger list --kind backup")["items"]]
    assert kinds == ["backup.restored"]


def test_officers_alone_bring_a_backup_back(active: Town) -> None:
    """F8: nobody knows the backup passphrase any more."""
    file = back_up(active)
    new = new_machine(active)
    checked = new.ask(f"custody backup verify {file} {shares(new, 1, 3, 5)}")
    assert (checked["whole"], checked["canary"]) == (True, "the recovery key")
    new.does(f"custody backup restore {file} {shares(new, 2, 3, 4)}")
    new.unlock("m.silva")
    assert new.ask("custody ledger verify")["whole"] is True


def test_verification_opens_the_canary_by_a_keyholder_out_of_the_backup(active: Town) -> None:
    file = back_up(active)
    new = new_machine(active)
    own = f"--passphrase-file {new.passphrase_file('a.abara')}"
    checked = new.ask(f"custody --as a.abara backup verify {file} {phrase(new)} {own}")
    assert (checked["whole"], checked["canary"]) == (True, "a.abara")
    closed = new.ask(f"custody backup verify {file} {phrase(new)}")
    assert (closed["whole"], closed["canary"]) == (True, None)
    text = new.does(f"custody backup verify {file} {phrase(new)}").stdout
    assert "The backup is whole." in text
    assert "canary    closed" in text
    other = f"--passphrase-file {new.passphrase_file('coach')}"
    assert (
        new.fails(f"custody --as coach backup verify {file} {phrase(new)} {other}", status=5)["code"] == "not-permitted"
    )
    assert new.fails(f"custody backup verify {file} {phrase(new)} {own}", status=2)["code"] == "missing-input"
    assert not new.home.exists()


def test_backup_says_what_is_not_in_it_and_is_its_owners_alone(active: Town) -> None:
    """B4."""
    file = active.folder / "ridge.backup"
    answer = active.does(f"custody backup create {file} {phrase(active)}", "jlee")
    assert "Not in it: anybody's passphrase, the recovery shares" in answer.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in active.folder.iterdir() if each.name.startswith(".")] == []
    whole = file.read_bytes()
    for secret in (PASSWORD, WORDS, (active.home / "storage.key").read_text().split()[3]):
        assert secret.encode() not in whole


def test_backup_is_recorded_and_shows_in_status_and_doctor(active: Town) -> None:
    active.clock.pass_by(timedelta(days=8))
    active.unlock("jlee", "coach")
    assert active.ask("custody status", "jlee")["backup"] == "no backup was ever made"
    assert active.ask("custody status", "coach")["backup"] is None
    sick = active.run("custody doctor --json", "jlee")
    assert sick.status == 10
    assert json.loads(sick.stdout)["items"][-1]["message"].startswith("no backup was ever made; custody backup create")
    back_up(active)
    assert active.ask("custody status", "jlee")["backup"] is None
    assert active.ask("custody doctor")["healthy"] is True
    active.clock.pass_by(timedelta(days=7, hours=25))
    active.unlock("jlee")
    assert active.ask("custody status", "jlee")["backup"] == "the newest backup is 8 days old"
    assert "the newest backup is 8 days old: custody backup create FILE" in active.does("custody status", "jlee").stdout


def test_backup_that_nobody_signed_is_recorded_by_its_next_command(active: Town) -> None:
    file = active.folder / "nightly.backup"
    before = active.ask("custody ledger list --last 1")["items"][0]["seq"]
    told = active.ask(f"custody --no-input backup create {file} --unattended {phrase(active)}")
    assert (told["recorded"], told["head"]["seq"]) == (False, before)
    assert active.ask("custody status", "jlee")["backup"] is None
    active.does("custody unit reseal", "m.silva")
    assert active.ask("custody ledger list --kind backup")["items"] == []
    active.does("custody unit reseal", "jlee")
    (entry,) = active.ask("custody ledger list --kind backup")["items"]
    assert (entry["username"], entry["event"]["head_seq"], entry["event"]["size"]) == ("jlee", before, told["bytes"])
    active.does("custody unit reseal", "jlee")
    assert len(active.ask("custody ledger list --kind backup")["items"]) == 1


def test_failed_backup_shows_until_one_goes_well(active: Town) -> None:
    """F3."""
    nowhere = active.folder / "not-there" / "ridge.backup"
    error = active.fails(f"custody backup create {nowhere} --unattended {phrase(active)}", status=11)
    assert error["message"] == f"{nowhere} cannot be written: no such file or directory"
    assert active.ask("custody status", "jlee")["backup"] == f"the last backup failed: {error['message']}"
    active.fails(f"custody backup create {nowhere} --unattended {phrase(active, 'too short')}", status=2)
    assert str(active.ask("custody status", "jlee")["backup"]).startswith("the last backup failed: the passphrase")
    back_up(active)
    assert active.ask("custody status", "jlee")["backup"] is None


@pytest.mark.parametrize("who", ["coach", "m.silva", "a.abara"])
def test_only_it_makes_a_backup_in_their_name(active: Town, who: str) -> None:
    file = active.folder / "mine.backup"
    error = active.fails(f"custody backup create {file} {phrase(active)}", who, status=5)
    assert "needs the role it in district" in error["message"]
    assert not file.exists()


def test_file_that_is_there_is_not_replaced_unasked(active: Town) -> None:
    file = active.file("mine.txt", "keep me")
    error = active.fails(f"custody backup create {file} {phrase(active)}", "jlee", status=7)
    assert "is not replaced" in error["message"]
    assert file.read_text() == "keep me"
    active.fails(f"custody backup create {active.folder} {phrase(active)} --replace", "jlee", status=2)
    active.does(f"custody backup create {file} {phrase(active)} --replace", "jlee")
    assert active.ask(f"custody backup verify {file} {phrase(active)}")["whole"] is True


def test_wrong_passphrase_too_few_shares_and_no_backup_are_refused(active: Town) -> None:
    """B5."""
    file = back_up(active)
    new = new_machine(active)
    wrong = f"--backup-passphrase-file {new.file('wrong', 'another five words altogether here')}"
    for verb in ("verify", "restore"):
        command = f"custody backup {verb}"
        assert new.fails(f"{command} {file} {wrong}", status=4)["code"] == "wrong-passphrase"
        assert "at least 3 are needed" in new.fails(f"{command} {file} {shares(new, 1, 2)}", status=2)["message"]
        assert "given twice" in new.fails(f"{command} {file} {shares(new, 1, 2, 2)}", status=2)["message"]
        assert "is not a backup" in new.fails(f"{command} {new.file('a', 'b' * 99)} {wrong}", status=2)["message"]
        assert "no backup file" in new.fails(f"{command} {new.folder / 'nothing'} {wrong}", status=2)["message"]
    assert not new.home.exists()


def test_backup_of_another_vault_is_refused(active: Town, empty: Town) -> None:
    """A2: by this machine's configuration, and by the fingerprint from paper."""
    file = back_up(active)
    other = Town(folder=empty.folder / "other")
    other.folder.mkdir(mode=0o700)
    other.random(7)
    other.found()
    for verb in ("verify", "restore"):
        assert other.fails(f"custody backup {verb} {file} {phrase(active)}", status=9)["code"] == "foreign-vault"
    new = new_machine(active)
    command = f"custody backup restore {file} {phrase(new)} --fingerprint"
    assert new.fails(f"{command} {'00' * 32}", status=9)["code"] == "foreign-vault"
    vault = active.ask(f"custody backup verify {file} {phrase(active)}")["vault"]
    new.does(f"{command} '{vault[:8].upper()} {vault[8:]}'")


def test_altered_backup_leaves_nothing(active: Town) -> None:
    """A10, F6: bytes all over the file flipped, the file cut short, or gone on with."""
    whole = back_up(active).read_bytes()
    new = new_machine(active)
    file = new.file("bad.backup", "")
    start = 15 + 1369 + 5 * 32 + 1169 + 32 + 16
    places = [0, 14, 15, 50, 60, 70, 100, 140, 200, 1300, 1400, 1600, 2700, 2750, start, start + 9, len(whole) - 1]
    bad = [whole[:at] + bytes((whole[at] ^ 1,)) + whole[at + 1 :] for at in places]
    bad += [whole[:at] for at in (0, 10, 100, 2000, start - 1, start, start + 99, len(whole) - 1)]
    bad += [whole + b"\0", whole + whole[start:]]
    for each in bad:
        file.write_bytes(each)
        for verb in ("verify", "restore"):
            answer = new.run(f"custody backup {verb} {file} {phrase(new)} --json")
            assert answer.status in {2, 4, 9}, answer
            assert answer.error["code"] in {"invalid-input", "wrong-passphrase", "cannot-open", "unsafe-parameters"}
    assert not new.home.exists() or list(new.home.iterdir()) == []


def test_machine_that_has_seen_more_says_what_would_be_lost(active: Town) -> None:
    """A11: and the loss that is accepted is written down."""
    file = back_up(active)
    active.request("shs_later")
    head = active.ask("custody ledger list --last 1")["items"][0]["seq"]
    for name in ("vault.db", "vault.db-wal", "vault.db-shm"):
        (active.home / name).unlink(missing_ok=True)
    command = f"custody backup restore {file} {phrase(active)}"
    error = active.fails(command, status=9)
    first = head - 1
    assert error["code"] == "rolled-back"
    assert f"entries {first}-{head} would be lost" in error["message"]
    assert error["hint"].endswith(f"give --accept-loss {first}-{head}")
    assert active.fails(f"{command} --accept-loss {first}-{head + 1}", status=9)["code"] == "rolled-back"
    assert active.fails(f"{command} --accept-loss all", status=2)["code"] == "invalid-input"
    assert active.ask(f"{command} --accept-loss {first}-{head}")["lost_until"] == head
    active.unlock("jlee")
    active.does("custody unit reseal", "jlee")
    (entry,) = active.ask("custody ledger list --kind backup.restored")["items"]
    assert (entry["event"]["head_seq"], entry["event"]["lost_until"]) == (first - 1, head)
    assert active.ask("custody ledger verify")["whole"] is True


def test_store_that_is_lost_comes_back_in_its_own_home(active: Town) -> None:
    file = back_up(active, "--unattended")
    (active.home / "vault.db").unlink()
    for name in ("vault.db-wal", "vault.db-shm"):
        (active.home / name).unlink(missing_ok=True)
    error = active.fails(f"custody backup restore {file} {phrase(active)} --accept-loss 1-2", status=2)
    assert "nothing that this machine has seen is lost" in error["message"]
    active.does(f"custody backup restore {file} {phrase(active)}")
    active.check_out()
    assert active.ask("custody ledger verify")["whole"] is True


def test_restore_leaves_alone_what_is_there(active: Town) -> None:
    file = back_up(active)
    active.request("shs_later")
    before = contents(active.home)
    (active.home / "witness.db").unlink()
    error = active.fails(f"custody backup restore {file} {phrase(active)}", status=11)
    assert "holds a vault already" in error["message"]
    assert contents(active.home)["config.toml"] == before["config.toml"]
    assert contents(active.home)["vault.db"] == before["vault.db"]
    new = new_machine(active)
    new.home.mkdir(mode=0o700)
    (new.home / "storage.key").write_text(other_key(), encoding="utf-8")
    (new.home / "storage.key").chmod(0o600)
    error = new.fails(f"custody backup restore {file} {phrase(new)}", status=7)
    assert "has a storage key that is not the backup's" in error["message"]
    assert [each.name for each in new.home.iterdir()] == ["storage.key"]


def other_key() -> str:
    from tests.sealing.stream import Stream
    from vault.sealing.atrest import StorageKeyring

    return StorageKeyring.make(Stream("another key")).to_text()
