"""What the person at the terminal sees when the store is not what it was."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.intruder import execute, force, opened, replace_store
from tests.cli.town import ACCOUNT, DOMAIN, DRAMA, PASSWORD, REASON, Town
from vault.desk.finding import find_person, find_unit
from vault.domain.ids import Digest
from vault.domain.keys import KdfParameters
from vault.domain.persons import Lock, Role
from vault.ledger.events import PersonRelocked, RoleAssigned

if TYPE_CHECKING:
    from pathlib import Path

    from vault.ledger.events import Event

OUT = f'custody checkout {ACCOUNT} --for 1h --reason "{REASON}"'
ASK = (
    f"custody permission request --platform x --unit {DRAMA} --kind public --purpose 'Show dates of the club' "
    "--audience Families --official"
)
COMMANDS = ("custody status", "custody account list", OUT, "custody whoami", "custody permission list --mine")


def make_oneself_supervisor(town: Town) -> Event:
    with opened(town) as vault:
        view = vault.office.view
        return RoleAssigned(person=find_person(view, "coach").id, unit=find_unit(view, DRAMA).id, role=Role.SUPERVISOR)


def test_a_signed_lie_is_void_named_and_stops_nobody(active: Town) -> None:
    """A3."""
    seq = force(active, "coach", make_oneself_supervisor(active))
    for command in COMMANDS:
        assert active.run(command, "coach").status == 0
    assert "employee" in active.does("custody whoami", "coach").stdout
    assert "supervisor" not in active.does("custody whoami", "coach").stdout
    void = f"entry {seq} (role.assigned) by coach is void: "
    assert void in active.does("custody status", "m.silva").stdout
    verified = active.does("custody ledger verify")
    assert re.search(rf"void +entry {seq} \(role\.assigned\) by coach", verified.stdout)
    assert "The history is whole." in verified.stdout
    assert active.ask("custody ledger verify")["voids"][0]["seq"] == seq
    assert (
        f"void: {active.ask('custody ledger list --last 40')['items'][seq - 1]['void']}"
        in active.does("custody ledger list").stdout
    )


def test_weak_parameters_in_a_signed_entry_change_nothing_for_anybody(active: Town) -> None:
    """A8."""
    with opened(active) as vault:
        lock = find_person(vault.office.view, "coach").lock
        assert lock is not None
        weak = KdfParameters(memory_kib=8, passes=1, lanes=1, salt=lock.kdf.salt)
        event = PersonRelocked(
            lock=Lock(kdf=weak, record=Digest(b"\x01" * 32), commitment=lock.commitment), replaced=lock.record
        )
    seq = force(active, "coach", event)
    assert f"entry {seq} (person.relocked) by coach is void" in active.run("custody status", "m.silva").stdout
    active.unlock("coach")


@pytest.mark.parametrize("command", [*COMMANDS, f"custody totp {ACCOUNT}", f"custody checkin {ACCOUNT}"])
def test_a_broken_entry_stops_every_command_and_opens_nothing(active: Town, command: str) -> None:
    """A7."""
    with closing(sqlite3.connect(active.home / "vault.db")) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        (newest,) = connection.execute("SELECT max(seq) FROM ledger_entries").fetchone()
        (frame,) = connection.execute("SELECT frame FROM ledger_entries WHERE seq = ?", (newest,)).fetchone()
        altered = bytearray(frame)
        altered[len(frame) // 2] ^= 1
        connection.execute("UPDATE ledger_entries SET frame = ? WHERE seq = ?", (bytes(altered), newest))
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
    (active.home / "witness.db").unlink()
    answer = active.run(command, "coach")
    assert (answer.status, answer.stdout) == (9, "")
    assert f"entry {newest}" in answer.stderr
    found = active.run("custody ledger verify")
    assert found.status == 9
    assert "The history is NOT whole" in found.stdout


def test_another_vaults_store_is_refused_with_both_fingerprints(active: Town, tmp_path: Path) -> None:
    """A2: a whole, self-consistent vault under this configuration, encrypted under the same storage key."""
    other = Town(folder=tmp_path / "other")
    other.folder.mkdir(mode=0o700)
    other.home.mkdir(mode=0o700)
    shutil.copy2(active.home / "storage.key", other.home / "storage.key")
    other.random(7)
    other.found()
    ours, theirs = (
        re.findall(r'vault = "(\w+)"', (town.home / "config.toml").read_text())[0] for town in (active, other)
    )
    replace_store(active, other.home / "vault.db")
    (active.home / "witness.db").unlink()
    for command in COMMANDS:
        error = active.fails(command, "coach", status=9)
        assert error["code"] == "foreign-vault"
        told = error["message"].replace(" ", "")
        assert ours[:16] in told
        assert theirs[:16] in told


def test_last_months_store_is_refused_for_everybody(active: Town) -> None:
    """A11."""
    shutil.copy2(active.home / "vault.db", active.folder / "old.db")
    active.check_out()
    replace_store(active, active.folder / "old.db")
    for who in ("coach", "m.silva", "jlee"):
        assert active.fails("custody status", who, status=9)["code"] == "rolled-back"


def test_a_store_that_went_another_way_is_refused(active: Town) -> None:
    """A11: two branches of one history."""
    shutil.copy2(active.home / "vault.db", active.folder / "old.db")
    other = active.copy_to(active.folder.with_name("other"))
    active.check_out()
    other.clock.pass_by(timedelta(minutes=1))
    other.check_out()
    replace_store(active, other.home / "vault.db")
    assert active.fails("custody status", "coach", status=9)["code"] == "forked"


def test_a_planted_trigger_is_refused_before_anything_is_read(active: Town) -> None:
    """A15."""
    execute(active, "CREATE TRIGGER spy AFTER INSERT ON ledger_entries BEGIN SELECT 1; END")
    for command in COMMANDS:
        assert active.fails(command, "coach", status=9)["code"] == "altered-schema"


def test_a_stolen_database_without_the_storage_key_tells_no_name(active: Town) -> None:
    """A16."""
    active.check_out()
    told = (PASSWORD, "Maria Silva", "coach", DOMAIN, "shs_drama", "instagram", REASON)
    for path in (*active.home.glob("vault.db*"), *active.home.glob("witness.db*")):
        assert [text for text in told if text.encode() in path.read_bytes()] == []
    assert b"supervisor" not in (active.home / "vault.db").read_bytes()
    (active.home / "storage.key").unlink()
    error = active.fails("custody status", "coach", status=6)
    assert "the storage key is missing" in error["message"]


def test_another_storage_key_opens_nothing(active: Town) -> None:
    """A16."""
    stranger = Town(folder=active.folder / "stranger")
    stranger.folder.mkdir(mode=0o700)
    stranger.random(11)
    stranger.found()
    shutil.copy2(stranger.home / "storage.key", active.home / "storage.key")
    answer = active.run("custody status", "coach")
    assert answer.status == 9
    assert answer.stdout == ""


def test_a_lost_witness_is_made_again_with_a_warning(active: Town) -> None:
    """F7."""
    before = active.ask("custody account list")
    (active.home / "witness.db").unlink()
    answer = active.run("custody account list --json")
    assert answer.status == 0
    assert answer.stderr.startswith("warning: this machine's own verified copy is not there")
    assert answer.json == before
    assert active.run("custody account list").stderr == ""


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00" + b"\x00" * 4096])
def test_an_edited_witness_is_made_again_with_a_warning(active: Town, content: bytes) -> None:
    """F7."""
    before = active.ask("custody account list")
    (active.home / "witness.db").write_bytes(content)
    answer = active.run("custody account list --json")
    assert answer.status == 0
    assert answer.json == before


def test_another_vaults_witness_is_never_believed(active: Town) -> None:
    """F7: another person's witness, of another vault."""
    before = active.ask("custody account list")
    stranger = Town(folder=active.folder / "stranger")
    stranger.folder.mkdir(mode=0o700)
    stranger.random(13)
    stranger.found()
    shutil.copy2(stranger.home / "witness.db", active.home / "witness.db")
    answer = active.run("custody account list --json")
    assert answer.status == 0
    assert answer.json == before
    assert "warning: " in answer.stderr


@pytest.mark.parametrize(
    "name", ["two\nlines", "red\x1b[31mname", "back\u202ewards", "zero\u200bwidth", "tab\tbed", "nul\x07bell"]
)
@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("coach", "custody checkout instagram:shs_drama --for 1h --reason '{}, ten or more'"),
        ("jlee", "custody unit add district/other --kind school --name '{}'"),
        ("jlee", f"custody person invite new --name '{{}}' --email n@{DOMAIN} --unit district"),
        ("coach", f"{ASK} --display-name '{{}}' --handle h_drama"),
        ("coach", f"{ASK} --display-name Drama --handle '{{}}'"),
    ],
)
def test_hidden_characters_are_refused_in_words(active: Town, who: str, command: str, name: str) -> None:
    """B3."""
    answer = active.run(command.format(name), who)
    assert answer.status in {2, 5}
    assert answer.stdout == ""
    assert answer.stderr.startswith("error: ")
    for line in answer.stderr.splitlines():
        assert line.isprintable()
    assert not set(answer.stderr) & set("\x1b\u202e\u200b\t\x07")
