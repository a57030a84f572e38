"""Commands that the transcripts do not type."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, BACKUP_CODES, DOMAIN, DRAMA, NEXT_PASSWORD, REASON, SEED, Town

if TYPE_CHECKING:
    from pathlib import Path

NEW_CODES = ("aa11bb22", "cc33dd44", "ee55ff66")


def test_a_request_is_refused_in_writing_and_cannot_be_granted_after(staffed: Town) -> None:
    permission = staffed.request()
    assert staffed.fails(f"custody permission refuse {permission}", "m.silva", status=2)["message"].startswith(
        "missing"
    )
    refused = staffed.ask(
        f"custody permission refuse {permission} --note 'use the own account of the school'", "m.silva"
    )
    assert (refused["state"], refused["permission"]) == ("refused", permission)
    assert staffed.fails(f"custody permission grant {permission}", "m.silva", status=7)["code"] == "wrong-state"
    answer = staffed.does("custody status", "coach")
    assert "registered" not in answer.stdout
    told = staffed.run("custody checkout list", "coach").stderr + staffed.run("custody unit reseal", "coach").stderr
    assert "refused your request for instagram:shs_drama: use the own account of the school" in told


def test_a_request_is_taken_back_by_its_author(staffed: Town) -> None:
    permission = staffed.request()
    assert staffed.fails(f"custody permission withdraw {permission}", "teacher", status=5)["exit"] == 5
    assert staffed.ask(f"custody permission withdraw {permission}", "coach")["state"] == "withdrawn"


def test_a_policy_goes_out_as_a_file_and_comes_back_as_the_next_version(staffed: Town) -> None:
    text = staffed.does("custody policy show").stdout
    file = staffed.file("policy.toml", text.replace("rotation_days = 180", "rotation_days = 90"))
    assert (
        staffed.does(f"custody policy set {file} --dry-run", "jlee").stdout
        == "The file is good; nothing was changed.\n"
    )
    assert staffed.ask("custody policy show")["rotation_days"] == 180
    assert staffed.fails(f"custody policy set {file}", "coach", status=5)["exit"] == 5
    assert staffed.ask(f"custody policy set {file}", "jlee")["rotation_days"] == 90
    assert staffed.ask("custody policy show")["version"] == 2


def test_a_platform_without_a_second_factor_is_excepted_until_a_day(staffed: Town) -> None:
    permission = staffed.allow("shs_photo", platform="flickr")
    registered = staffed.ask(
        f"custody account register {permission} --username shs_photo --email photo@{DOMAIN} --generate "
        "--mailbox-opened-by 'Photo office' --mailbox-mfa push",
        "coach",
    )
    assert registered["state"] == "pending"
    command = f"custody exception grant 4 flickr:shs_photo --until 2026-06-30 --reason '{REASON}'"
    assert staffed.fails(command, "coach", status=5)["exit"] == 5
    granted = staffed.ask(command, "m.silva")
    assert (granted["clause"], granted["until"]) == ("4", "2026-07-01T00:00:00Z")
    staffed.does("custody escrow verify flickr:shs_photo", "m.silva")
    assert staffed.ask("custody account show flickr:shs_photo")["state"] == "active"


@pytest.mark.parametrize("command", ["register", "rotate"])
def test_a_password_is_drawn_or_read_and_not_both(active: Town, command: str) -> None:
    given = f"--generate --password-file {active.file('next', NEXT_PASSWORD)}"
    if command == "register":
        typed = f"{active.register_command(active.allow('shs_second'))} {given.partition(' ')[0]}"
    else:
        typed = f"custody rotate start {ACCOUNT} --reason '{REASON}' {given}"
    who = "coach" if command == "register" else "jlee"
    assert active.fails(typed, who, status=2)["message"] == "give --generate or --password-file, not both"


def test_a_rotation_can_replace_seed_and_codes_as_well(active: Town) -> None:
    seed = SEED[::-1]
    files = (
        f"--totp-uri-file {active.file('seed2', seed)} --totp-code-file {active.file('t2', active.code(seed))} "
        f"--backup-codes-file {active.file('codes2', chr(10).join(NEW_CODES))}"
    )
    active.does(f"custody rotate start {ACCOUNT} --reason '{REASON}' --generate {files}", "jlee")
    active.does(f"custody rotate confirm {ACCOUNT}", "jlee")
    active.does(f"custody escrow verify {ACCOUNT}", "m.silva")
    active.check_out()
    assert active.ask(f"custody totp {ACCOUNT}", "coach")["code"] == active.code(seed)
    code = active.ask(f"custody backup-code {ACCOUNT}", "coach")
    assert code["code"] in NEW_CODES
    assert code["code"] not in BACKUP_CODES
    assert code["left"] == 2


def test_the_platforms_page_is_opened_without_the_session(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """B1: the environment of a child process."""
    opened: list[tuple[str, bool]] = []
    monkeypatch.setattr("click.launch", lambda address: opened.append((address, "CUSTODY_SESSION" in os.environ)))
    made = active.ask(f"custody rotate start {ACCOUNT} --reason '{REASON}' --open", "jlee")
    assert opened == [(made["change_url"], False)]


def test_nothing_left_to_verify_is_no_failure(staffed: Town) -> None:
    assert staffed.ask("custody escrow verify --all", "m.silva") == {"checked": 0, "failed": []}


@pytest.mark.parametrize("text", ["0h", "h", "", "2", "2 h", "-1h", "1h2d", "99999h"])
def test_a_length_of_time_that_is_none_is_refused(active: Town, text: str) -> None:
    assert (
        active.fails(f"custody checkout {ACCOUNT} --for '{text}' --reason '{REASON}'", "coach", status=2)["exit"] == 2
    )


@pytest.mark.parametrize("text", ["90m", "1h30m", "2H", " 2h "])
def test_a_length_of_time_is_taken_as_people_write_it(active: Town, text: str) -> None:
    active.does(f"custody checkout {ACCOUNT} --for '{text}' --reason '{REASON}'", "coach")
    (lease,) = active.ask("custody checkout list --open")["items"]
    assert lease["expires_at"] in {"2026-01-05T09:30:00Z", "2026-01-05T10:00:00Z"}


def test_a_person_is_who_the_flag_says_before_the_variable_and_the_session(staffed: Town) -> None:
    assert staffed.ask("custody whoami")["username"] == "jlee"
    assert staffed.run("custody whoami --json", CUSTODY_AS="coach").json["username"] == "coach"
    assert staffed.run("custody --as m.silva whoami --json", CUSTODY_AS="coach").json["username"] == "m.silva"
    assert staffed.run("custody whoami --json", "teacher").json["username"] == "teacher"


def test_lists_can_be_narrowed(active: Town) -> None:
    for narrow, count in (
        (f"--unit {DRAMA}", 1),
        ("--state pending", 0),
        ("--search drama", 1),
        ("--search hockey", 0),
    ):
        assert len(active.ask(f"custody account list {narrow}")["items"]) == count
    kinds = {each["kind"] for each in active.ask("custody ledger list --kind permission")["items"]}
    assert kinds == {"permission.requested", "permission.granted"}
    assert {each["username"] for each in active.ask("custody ledger list --author m.silva")["items"]} == {"m.silva"}
    assert len(active.ask("custody ledger list --last 3")["items"]) == 3
    about = active.ask(f"custody ledger list --about {ACCOUNT}")["items"]
    assert 0 < len(about) < active.ask("custody status")["head"]


def test_the_catalogue_is_there_before_any_vault(empty: Town, tmp_path: Path) -> None:
    assert len(empty.ask("custody platform list")["items"]) == 38
    assert empty.ask("custody platform show twitter")["id"] == "x"
    assert list(tmp_path.iterdir()) == []
