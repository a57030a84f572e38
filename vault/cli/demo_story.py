"""The story that `custody demo` plays. Everybody and everything in it is invented."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from vault.cli.demo import Stage

ACCOUNT: Final = "instagram:shs_drama"
DISTRICT: Final = "Ridge Public Schools"
DOMAIN: Final = "ridge.k12.example"
SEED: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CODES: Final = ("4817-2093", "5566-1082", "9034-7719", "2750-6648")
PASSPHRASES: Final = {
    "lee": "seven quiet otters paint the harbour",
    "osei": "my lantern argues with the old piano",
    "silva": "copper kettles dream of distant snow",
    "diaz": "a velvet compass under nine umbrellas",
    "kim": "pickled thunder sleeps behind the gym",
}
PEOPLE: Final = (
    ("osei", "Ama Osei", "district", "supervisor"),
    ("silva", "Maria Silva", "district/high-school", "supervisor"),
    ("diaz", "Jo Diaz", "district/high-school/drama", "employee"),
    ("kim", "Robin Kim", "district/high-school/drama", "employee"),
)

OPENING: Final = """\
A day in the custody vault of Ridge Public Schools, a district that does not exist.

  Lee    keeps the computers running (IT)         Diaz   directs the drama club (custodian of its account)
  Osei   is the superintendent (supervisor)       Kim    teaches, and helps with the club (second holder)
  Silva  is the high school's principal (supervisor)

Every command below is really run, with real keys, in a folder of its own. "custody" is this program: scripts/custody
in its checkout. Passphrases and codes come from files here so that nobody has to type; at your own desk leave those
options out and you are asked. These are the files:
"""
CLOSING: Final = "That was the whole road. The folder is deleted now; custody demo --keep DIR keeps one to go on with."


def play(stage: Stage, folder: Path) -> None:
    """Play all of it.

    Args:
        stage: Where.
        folder: An empty folder, which is the working directory and holds the vault's home.

    Raises:
        VaultError: A command ended otherwise than the story expects.
    """
    _prepare(stage, folder)
    _found(stage)
    _add_units(stage)
    _enrol(stage)
    permission = _request(stage)
    _grant(stage, permission)
    _register(stage, permission)
    _verify_escrow(stage)
    _check_out(stage)
    _open_escrow(stage)
    _rotate(stage)
    _look_back(stage)


def _as(username: str, *words: str) -> tuple[str, ...]:
    """A person's command, with their passphrase from its file."""
    return ("--as", username, *words, "--passphrase-file", f"{username}.txt")


def _prepare(stage: Stage, folder: Path) -> None:
    stage.tell(OPENING)
    stage.tell(f"$ mkdir -p -m 700 {folder} && cd {folder} && umask 077\n$ export CUSTODY_HOME={folder / 'vault'}")
    for username, passphrase in PASSPHRASES.items():
        stage.write(f"{username}.txt", passphrase)


def _found(stage: Stage) -> None:
    from vault.policy.defaults import monitoring_notice

    stage.step(
        "Lee founds the vault",
        "Lee makes the district's vault and becomes its first IT member. Five officers each get a share on paper:\n"
        "any three together open everything, should all else be lost. The fingerprint is the vault's name for ever.",
    )
    stage.run(
        *("init", "--district", DISTRICT, "--domain", DOMAIN, "--username", "lee", "--name", "Jordan Lee"),
        *("--shares-dir", "shares", "--acknowledge-notice", "--passphrase-file", "lee.txt"),
    )
    stage.elide(monitoring_notice(DISTRICT), "[the monitoring notice, as in step 1]")


def _add_units(stage: Stage) -> None:
    stage.step(
        "Lee adds the school and its club",
        "Each has a key of its own, which its supervisor and the one above can open.",
    )
    for path, kind, name in (
        ("district/high-school", "school", "High School"),
        ("district/high-school/drama", "programme", "Drama Club"),
    ):
        stage.run(*_as("lee", "unit", "add", path, "--kind", kind, "--name", name))


def _enrol(stage: Stage) -> None:
    stage.step(
        "Four people enrol",
        "Lee gives each a one-time code by hand. Each makes their own key with it, behind a passphrase that only they\n"
        "know, after reading what the vault writes down about them.",
    )
    for username, name, unit, role in PEOPLE:
        email, code = f"{username}@{DOMAIN}", f"{username}.code"
        about = ("--name", name, "--email", email, "--unit", unit, "--role", role, "--field", "code")
        stage.run(*_as("lee", "person", "invite", username, *about), into=code)
        stage.run(*_as(username, "person", "enrol", username, "--code-file", code, "--acknowledge-notice"))


def _request(stage: Stage) -> str:
    stage.step(
        "Diaz asks for permission",
        "Before there is an account, Diaz says in writing what it is for. Without a yes the vault takes no\n"
        "password. Silva, the principal, finds the request among what waits for a decision.",
    )
    asked = stage.run(
        *("--as", "diaz", "permission", "request", "--platform", "instagram", "--handle", "shs_drama"),
        *("--display-name", "SHS Drama Club", "--unit", "district/high-school/drama", "--kind", "public", "--official"),
        *("--purpose", "Show dates, rehearsals and cast news", "--audience", "Students and families"),
        *("--passphrase-file", "diaz.txt"),
    )
    stage.run("--as", "silva", "status")
    return asked.partition("(")[2].partition(")")[0]


def _grant(stage: Stage, permission: str) -> None:
    stage.step(
        "Silva says yes, in writing",
        "Nobody decides on their own request: Diaz tries it and is refused. Silva's yes is signed and stays on record.",
    )
    stage.run(*_as("diaz", "permission", "grant", permission), ends=5)
    stage.run(*_as("silva", "permission", "grant", permission, "--note", "Good idea. Keep it to the club."))


def _register(stage: Stage, permission: str) -> None:
    stage.step(
        "Diaz registers the account",
        "Diaz has opened the account on the platform, with a code app and four backup codes. The vault draws a strong\n"
        "password, judges e-mail, password and second factor against the Board's rules, and seals all of it.",
    )
    stage.write("seed.txt", SEED)
    stage.write("codes.txt", *CODES)
    stage.tell("This is what the code app shows now:")
    stage.write("now.txt", _current_code(stage.now()))
    stage.run(
        *("--as", "diaz", "account", "register", permission, "--username", "shs_drama", "--email", f"drama@{DOMAIN}"),
        *("--mailbox-opened-by", "Drama office", "--mailbox-mfa", "push", "--second", "kim", "--generate", "--reveal"),
        *("--totp-uri-file", "seed.txt", "--totp-code-file", "now.txt", "--backup-codes-file", "codes.txt"),
        *("--passphrase-file", "diaz.txt"),
    )


def _current_code(at: datetime) -> str:
    from vault.domain.secret import Secret
    from vault.sealing.codes import parse_seed

    return parse_seed(Secret(SEED)).code(at).code.reveal()


def _verify_escrow(stage: Stage) -> None:
    stage.step(
        "Silva verifies the copy in escrow",
        "A second person's program opens the supervisor's copy, unseen, and judges it all again. Now it is active.",
    )
    stage.run(*_as("silva", "escrow", "verify", ACCOUNT))
    stage.run("account", "show", ACCOUNT)


def _check_out(stage: Stage) -> None:
    stage.step(
        "Diaz checks it out to post",
        "With a reason and for two hours. Each thing that is shown is written down before it is shown; the code\n"
        "app's seed never is. Kim, who holds the account too, is told who has it.",
    )
    reason = ("--reason", "Posting the spring show dates")
    stage.run(*_as("diaz", "checkout", ACCOUNT, "--for", "2h", *reason, "--reveal"))
    stage.run(*_as("diaz", "totp", ACCOUNT))
    stage.run(*_as("diaz", "backup-code", ACCOUNT))
    stage.run(*_as("kim", "checkout", ACCOUNT, "--for", "1h", "--reason", "Answering a parent"), ends=7)


def _open_escrow(stage: Stage) -> None:
    stage.step(
        "Silva opens it without Diaz",
        "A wrong date is out, and Diaz is on a bus. The supervisor can always open what the unit keeps. Diaz's\n"
        "checkout ends, Diaz is told by the next command, and the password is to be changed.",
    )
    stage.run(*_as("silva", "escrow", "open", ACCOUNT, "--reason", "A wrong show date has to come down", "--reveal"))
    stage.run(*_as("diaz", "totp", ACCOUNT), ends=7)


def _rotate(stage: Stage) -> None:
    stage.step(
        "Lee changes the password",
        "The new one is staged beside the old one, which stays until Lee has changed it on the platform and says so.\n"
        "Silva verifies the new copy; Diaz is told and checks it out again.",
    )
    stage.run("rotate", "due")
    stage.run(*_as("lee", "rotate", "start", ACCOUNT, "--reveal"))
    stage.run(*_as("lee", "rotate", "confirm", ACCOUNT))
    stage.run(*_as("silva", "escrow", "verify", ACCOUNT))
    stage.run(*_as("diaz", "checkout", ACCOUNT, "--for", "1h", "--reason", "Posting the right date", "--reveal"))
    stage.run(*_as("diaz", "checkin", ACCOUNT))


def _look_back(stage: Stage) -> None:
    stage.step(
        "Anybody can check the history",
        "Who saw what, on which authority; and every entry's signature and rules, replayed from the first one.",
    )
    stage.run("account", "who", ACCOUNT)
    stage.run("ledger", "verify")
