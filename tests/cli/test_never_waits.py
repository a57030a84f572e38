"""Without a terminal nothing is asked: the command fails and names the option; standard input is read for one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.town import ACCOUNT, DOMAIN, HIGH_SCHOOL, PASSPHRASES, PASSWORD, REASON, Town

if TYPE_CHECKING:
    from pathlib import Path

INIT = f'custody init --district "Ridge Public Schools" --domain {DOMAIN} --username jlee --name "Jin Lee"'

SIGNERS = (
    f"custody unit add {HIGH_SCHOOL}/music --kind programme",
    "custody unit reseal",
    f"custody unit rekey {HIGH_SCHOOL} --reason 'a laptop was stolen'",
    f"custody person invite new --name New --email n@{DOMAIN} --unit district",
    "custody person passphrase",
    "custody role assign coach employee district",
    "custody role end coach employee district/high-school/drama",
    "custody policy set {file}",
    (
        f"custody permission request --platform x --handle h_drama --display-name D --unit {HIGH_SCHOOL} --kind public "
        "--purpose 'Show dates of the club' --audience Families --official"
    ),
    "custody permission grant prm_0123456789abcdefghjkmnpqrs",
    "custody permission refuse prm_0123456789abcdefghjkmnpqrs --note no",
    "custody permission withdraw prm_0123456789abcdefghjkmnpqrs",
    f"custody email designate a@b.example --permission prm_0123456789abcdefghjkmnpqrs --reason '{REASON}'",
    (
        "custody account register prm_0123456789abcdefghjkmnpqrs --username u --email e@ridge.k12.example "
        "--mailbox-opened-by o --mailbox-mfa push --generate"
    ),
    f"custody exception grant 4 {ACCOUNT} --until 2026-06-30 --reason '{REASON}'",
    f"custody checkout {ACCOUNT} --for 1h --reason '{REASON}'",
    f"custody checkout {ACCOUNT}",
    "custody checkout extend chk_0123456789abcdefghjkmnpqrs --for 1h",
    f"custody totp {ACCOUNT}",
    f"custody backup-code {ACCOUNT}",
    f"custody checkin {ACCOUNT}",
    f"custody escrow open {ACCOUNT} --reason '{REASON}'",
    "custody escrow verify --all",
    f"custody rotate start {ACCOUNT}",
    f"custody rotate reveal {ACCOUNT} --which old",
    f"custody rotate confirm {ACCOUNT}",
    f"custody rotate abandon {ACCOUNT}",
    f"custody rotate resolve {ACCOUNT} --keep old",
    "custody unlock",
)


@pytest.mark.parametrize("command", SIGNERS)
def test_a_signer_without_session_or_terminal_is_told_the_option(active: Town, command: str) -> None:
    made = command.format(file=active.file("policy.toml", "words = []\n")).removeprefix("custody ")
    error = active.fails(f"custody --as coach --yes {made}", status=2)
    assert error["code"] == "missing-input"
    assert "--passphrase-file" in error["hint"]


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (INIT, "--shares-dir"),
        (f"{INIT} --shares-dir {{folder}}/s", "--acknowledge-notice"),
        (f"{INIT} --shares-dir {{folder}}/s --acknowledge-notice", "--passphrase-file"),
    ],
)
def test_founding_names_what_is_missing_and_founds_nothing(empty: Town, command: str, option: str) -> None:
    error = empty.fails(command.format(folder=empty.folder), status=2)
    assert error["code"] == "missing-input"
    assert option in error["hint"]
    assert not empty.home.exists()


def test_enrolment_names_what_is_missing(staffed: Town) -> None:
    code = staffed.ask(f"custody person invite new --name New --email n@{DOMAIN} --unit district", "jlee")["code"]
    file = staffed.file("new.code", code)
    for given, option in (
        ("", "--acknowledge-notice"),
        ("--acknowledge-notice", "--code-file"),
        (f"--acknowledge-notice --code-file {file}", "--passphrase-file"),
    ):
        error = staffed.fails(f"custody person enrol new {given}", status=2)
        assert error["code"] == "missing-input"
        assert option in error["hint"]


def test_registration_names_what_is_missing(staffed: Town) -> None:
    command = (
        f"custody account register {staffed.allow()} --username u --email drama@{DOMAIN} --mailbox-opened-by office "
        "--mailbox-mfa push"
    )
    assert "--generate or --password-file" in staffed.fails(command, "coach", status=2)["hint"]
    seed = staffed.file("seed", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    error = staffed.fails(f"{command} --generate --totp-uri-file {seed}", "coach", status=2)
    assert "--totp-code-file" in error["hint"]


def test_new_passphrase_names_what_is_missing(staffed: Town) -> None:
    command = f"custody --as coach person passphrase --passphrase-file {staffed.passphrase_file('coach')}"
    assert "--new-passphrase-file" in staffed.fails(command, status=2)["hint"]


@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("jlee", "custody role end coach employee district/high-school/drama"),
        ("m.silva", f"custody email designate shs@mail.example --permission {{permission}} --reason '{REASON}'"),
    ],
)
def test_what_needs_a_yes_fails_without_one_and_goes_with_it(staffed: Town, who: str, command: str) -> None:
    made = command.format(permission=staffed.request())
    assert staffed.fails(made, who, status=2)["code"] == "missing-input"
    staffed.does(f"custody --yes {made.removeprefix('custody ')}", who)


def test_no_input_holds_on_a_terminal_too(active: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.testing._NamedTextIOWrapper.isatty", lambda _self: True, raising=False)
    typed = PASSPHRASES["coach"] + "\n"
    assert active.fails("custody --no-input --as coach unlock", status=2, stdin=typed)["code"] == "missing-input"
    assert active.run("custody --as coach unlock", stdin=typed, CUSTODY_NO_INPUT="1").status == 2
    assert active.run("custody --as coach unlock", stdin=typed).status == 0


def test_standard_input_is_read_for_one_secret_alone(active: Town) -> None:
    command = "custody --as coach person passphrase --passphrase-file - --new-passphrase-file -"
    error = active.fails(command, status=2, stdin=PASSPHRASES["coach"] + "\n")
    assert error["message"] == "standard input is already read for --passphrase-file"


def test_a_secret_comes_from_standard_input(staffed: Town) -> None:
    stdin = PASSPHRASES["coach"] + "\r\n"
    staffed.sessions["coach"] = staffed.does(
        "custody --as coach unlock --raw --passphrase-file -", stdin=stdin
    ).stdout.strip()
    assert staffed.ask("custody whoami", "coach")["unlocked"]
    command = staffed.register_command(staffed.allow())
    given = command.replace(str(staffed.folder / "files" / "password"), "-")
    assert given != command
    staffed.does(given, "coach", stdin=PASSWORD + "\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"", "is empty"), (b"\n", "is empty"), (b"\xff\xfe\xfa", "is not text in UTF-8")],
)
def test_a_secret_file_that_will_not_do_is_named(
    active: Town, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "given"
    if content is not None:
        file.write_bytes(content)
    error = active.fails(f"custody --as coach unlock --passphrase-file {file}", status=2)
    assert error["message"].startswith(f"{file} ")
    assert words in error["message"]


def test_a_folder_in_place_of_a_secret_file_is_refused(active: Town, tmp_path: Path) -> None:
    error = active.fails(f"custody --as coach unlock --passphrase-file {tmp_path}", status=2)
    assert "cannot be read" in error["message"]


def test_standard_input_that_is_no_text_is_refused(active: Town) -> None:
    answer = active.run("custody --as coach unlock --passphrase-file -", stdin=b"\xff\xfe\xfa\n")
    assert answer.status == 2
    assert "error: standard input is not text in UTF-8" in answer.stderr
