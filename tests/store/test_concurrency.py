from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from tests.store.chain import append_text, fill, read_verified
from vault.store import create_store

if TYPE_CHECKING:
    from tests.store.places import SqlLedgerPlace

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = int(os.environ.get("CUSTODY_KILL_ROUNDS", "12"))
"""How often a writer is killed on each engine; 200 is what the threat list asks for before a release."""


def start_writer(place: SqlLedgerPlace, tag: str, count: int, **environment: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.writer", place.url, tag, str(count)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(place.keyring.to_text())
    process.stdin.close()
    process.stdin = None
    return process


def output(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def parse(lines: list[str]) -> list[tuple[int, bytes]]:
    """The acknowledged entries; a line that the kill cut in two acknowledges nothing."""
    pairs = [line.split() for line in lines if line.endswith("\n")]
    return [(int(seq), bytes.fromhex(digest)) for seq, digest in pairs]


def test_two_processes_that_append_at_once_both_finish_without_a_gap(sql_place: SqlLedgerPlace) -> None:
    """F5"""
    writers = [start_writer(sql_place, tag, 40) for tag in ("one", "other")]
    answers = [writer.communicate()[0] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    entries, records = read_verified(sql_place.open())
    acknowledged = [pair for answer in answers for pair in parse(answer.splitlines(keepends=True))]
    assert sorted(acknowledged) == [(entry.seq, entry.hash) for entry in entries]
    assert len(entries) == len(records) == 80


def test_sixteen_writers_all_win_in_the_end_and_leave_one_chain(sql_place: SqlLedgerPlace) -> None:
    """F5"""
    stores = [sql_place.open() for _ in range(16)]
    start = threading.Barrier(16)
    made: list[tuple[int, bytes]] = []
    failures: list[BaseException] = []

    def write(number: int) -> None:
        start.wait()
        try:
            for turn in range(4):
                entry = append_text(stores[number], b"writer %d turn %d" % (number, turn))
                made.append((entry.seq, entry.hash))
        except BaseException as exc:  # noqa: BLE001 - a thread's failure would be lost
            failures.append(exc)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    entries, _ = read_verified(sql_place.open())
    assert sorted(made) == [(entry.seq, entry.hash) for entry in entries]
    assert len(entries) == 64


def test_a_writer_that_is_killed_loses_nothing_that_it_acknowledged(sql_place: SqlLedgerPlace) -> None:
    """F2"""
    acknowledged: list[tuple[int, bytes]] = []
    for number in range(ROUNDS):
        process = start_writer(sql_place, f"round {number}", 1_000_000)
        lines = [output(process).readline() for _ in range(1 + os.urandom(1)[0] % 24)]
        process.kill()
        lines += output(process).readlines()
        process.wait()
        output(process).close()
        acknowledged += parse(lines)
        store = sql_place.open()
        entries, _ = read_verified(store)
        sql_place.close()
        assert set(acknowledged) <= {(entry.seq, entry.hash) for entry in entries}
    assert len(acknowledged) >= ROUNDS
    assert append_text(sql_place.open(), b"after the last kill").seq > max(acknowledged)[0]


def test_a_full_disk_in_another_process_ends_in_a_store_error_and_a_whole_store(
    sqlite_place: SqlLedgerPlace, sqlite_path: Path
) -> None:
    """F3"""
    sqlite_place.open()
    fill(sqlite_place.open(), 3)
    limit = sqlite_path.with_name("vault.db-wal").stat().st_size + 200_000
    process = start_writer(sqlite_place, "until it is full", 1_000_000, FILE_LIMIT=str(limit))
    answer, _ = process.communicate()
    *lines, last = answer.splitlines(keepends=True)
    assert process.returncode == 11
    assert last.startswith("store ")
    entries, _ = read_verified(sqlite_place.open())
    assert {(entry.seq, entry.hash) for entry in entries} >= set(parse(lines))
    assert append_text(sqlite_place.open(), b"with space again").seq == len(entries) + 1


@pytest.mark.parametrize("count", [2])
def test_two_may_make_the_same_store_at_once(url: str, count: int) -> None:
    """F5"""
    failures: list[BaseException] = []
    start = threading.Barrier(count)

    def make() -> None:
        start.wait()
        try:
            create_store(url)
        except BaseException as exc:  # noqa: BLE001 - a thread's failure would be lost
            failures.append(exc)

    threads = [threading.Thread(target=make) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
