"""A founded home, its people, and the commands that they type.

A town is made once a run and its folder is copied for each test. Commands run in this process through click's runner,
with a clock that stands where it is put; `spawn` runs the real program where a process of its own is the point.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from click.testing import CliRunner

from tests.cli.answer import Answer
from tests.sealing.stream import Stream
from vault.cli.app import App
from vault.cli.root import root
from vault.domain.secret import Secret
from vault.sealing.codes import parse_seed
from vault.sealing.passphrase import FLOOR
from vault.wiring.assembly import Surroundings

START: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""Before any day on which the tests are run: the real program, with the real clock, can take a town over."""
ROOT: Final = Path(__file__).resolve().parents[2]
DOMAIN: Final = "ridge.k12.example"
ACCOUNT: Final = "instagram:shs_drama"
SEED: Final = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The seed of RFC 6238's appendix B."""
PASSWORD: Final = "Tq7!mzWv#4rKd9Lp"
NEXT_PASSWORD: Final = "hN3?xRf8$Yc2Bq6w"
BACKUP_CODES: Final = ("7kq29fhd", "3xwm6trb", "w8pn2vsc", "m4dz8qkf")
REASON: Final = "posting the dates of the show"
HIGH_SCHOOL: Final = "district/high-school"
DRAMA: Final = "district/high-school/drama"

PEOPLE: Final = {
    "jlee": "Jin Lee",
    "a.abara": "Ada Abara",
    "m.silva": "Maria Silva",
    "coach": "Jo Diaz",
    "teacher": "Tess Weiss",
}
"""IT, the superintendent, the principal, the custodian, and somebody who holds nothing."""
PASSPHRASES: Final = {name: f"plum kettle orbit {name} {at} velvet harbour" for at, name in enumerate(PEOPLE, 41)}

_VARIABLES: Final = ("CUSTODY_DB", "CUSTODY_AS", "CUSTODY_NO_INPUT", "CUSTODY_DEBUG", "CUSTODY_SESSION")


@dataclass(slots=True)
class Clock:
    """Stands where it is put."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, term: timedelta) -> None:
        """Let time go on."""
        self.at += term


@dataclass(slots=True, kw_only=True)
class Town:
    """One home, and its people at their shells.

    Attributes:
        folder: Holds the home and, beside it, the files with what people type.
        clock: This process's.
        label: Which ids and keys are drawn here.
        sessions: What `unlock` gave each person.
        said: Every answer so far.
        db: Another store than the home's own, or None.
    """

    folder: Path
    clock: Clock = field(default_factory=Clock)
    label: str = "town"
    random: Stream = field(init=False)
    sessions: dict[str, str] = field(default_factory=dict)
    said: list[Answer] = field(default_factory=list)
    db: str | None = None

    def __post_init__(self) -> None:
        self.random = Stream(self.label)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def around(self) -> Surroundings:
        return Surroundings(clock=self.clock, random=self.random, default=FLOOR, officer=FLOOR)

    def file(self, name: str, text: str) -> Path:
        """A file with something that a person keeps to themselves."""
        path = self.folder / "files" / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def passphrase_file(self, who: str) -> Path:
        """A file with somebody's passphrase."""
        return self.file(f"{who}.passphrase", PASSPHRASES[who] + "\n")

    def code(self, seed: str = SEED) -> str:
        """A current code of a seed, by the town's clock."""
        return parse_seed(Secret(seed)).code(self.clock()).code.reveal()

    # -- typing ----------------------------------------------------------------------------------------------------

    def environment(self, who: str | None) -> dict[str, str]:
        """What the commands see: the home, and somebody's session."""
        made = {"CUSTODY_HOME": str(self.home)}
        if self.db is not None:
            made["CUSTODY_DB"] = self.db
        if who is not None:
            made["CUSTODY_SESSION"] = self.sessions[who]
        return made

    def run(self, command: str, who: str | None = None, *, stdin: str | bytes = "", **more: str) -> Answer:
        """Type a command, as `custody …`, in somebody's unlocked shell or, for None, in a fresh one.

        Args:
            command: As typed.
            who: Whose session is in the environment.
            stdin: What is piped in.
            more: Further environment variables.
        """
        words = shlex.split(command)
        assert words[0] == "custody"
        env: dict[str, str | None] = dict.fromkeys(_VARIABLES)
        env.update(self.environment(who), **more)
        app = App(around=self.around)
        done = CliRunner().invoke(root, words[1:], input=stdin, obj=app, env=env)
        answer = Answer(command=command, stdout=done.stdout, stderr=done.stderr, status=done.exit_code)
        self.said.append(answer)
        return answer

    def does(self, command: str, who: str | None = None, *, stdin: str = "") -> Answer:
        """As `run`, for what has to go well."""
        answer = self.run(command, who, stdin=stdin)
        assert answer.status == 0, f"{command}: {answer.stderr}"
        return answer

    def ask(self, command: str, who: str | None = None) -> dict[str, Any]:
        """As `does`, for the object that `--json` gives."""
        return self.does(f"{command} --json", who).json

    def fails(self, command: str, who: str | None = None, *, status: int, stdin: str = "") -> dict[str, Any]:
        """As `run --json`, for what has to fail with that exit status; gives the error."""
        answer = self.run(command if " --json" in command else f"{command} --json", who, stdin=stdin)
        assert answer.status == status, f"{command}: {answer.status} {answer.stdout} {answer.stderr}"
        error = answer.error
        assert set(error) >= {"code", "message", "hint", "exit"}
        assert error["exit"] == status
        return error

    def spawn(self, command: str, who: str | None = None, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401
        """Start the real program."""
        words = shlex.split(command)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CUSTODY_")}
        env = inherited | self.environment(who) | options.pop("env", {})
        return subprocess.Popen(
            [sys.executable, *options.pop("flags", ()), "-m", "vault", *words[1:]],
            cwd=ROOT,
            env=env,
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def process(self, command: str, who: str | None = None, **options: Any) -> Answer:  # noqa: ANN401
        """Run the real program to its end."""
        running = self.spawn(command, who, **options)
        stdout, stderr = running.communicate(timeout=120)
        answer = Answer(command=command, stdout=stdout, stderr=stderr, status=running.returncode)
        self.said.append(answer)
        return answer

    # -- what they do ----------------------------------------------------------------------------------------------

    def found(self, *, more: str = "") -> Town:
        """Jin Lee founds the vault."""
        self.does(
            f'custody init --district "Ridge Public Schools" --domain {DOMAIN} --username jlee --name "Jin Lee" '
            f"--passphrase-file {self.passphrase_file('jlee')} --shares-dir {self.folder / 'shares'} "
            f"--acknowledge-notice {more}"
        )
        self.unlock("jlee")
        return self

    def unlock(self, *names: str) -> None:
        """Open people's keys in shells of their own."""
        for name in names:
            answer = self.does(f"custody --as {name} unlock --raw --passphrase-file {self.passphrase_file(name)}")
            self.sessions[name] = answer.stdout.strip()

    def enrol(self, name: str, unit: str, role: str) -> None:
        """Jin Lee invites; the person enrols and unlocks."""
        command = f'custody person invite {name} --name "{PEOPLE[name]}" --email {name}@{DOMAIN} --unit {unit}'
        code = self.ask(f"{command} --role {role}", "jlee")["code"]
        files = f"--code-file {self.file(f'{name}.code', code)} --passphrase-file {self.passphrase_file(name)}"
        self.does(f"custody --as {name} person enrol {name} {files} --acknowledge-notice")
        self.unlock(name)

    def staff(self) -> Town:
        """A school, its drama club, and everybody enrolled."""
        self.does(f"custody unit add {HIGH_SCHOOL} --kind school", "jlee")
        self.does(f"custody unit add {DRAMA} --kind programme", "jlee")
        self.enrol("a.abara", "district", "supervisor")
        self.enrol("m.silva", HIGH_SCHOOL, "supervisor")
        self.enrol("coach", DRAMA, "employee")
        self.enrol("teacher", DRAMA, "employee")
        self.does("custody unit reseal", "jlee")
        return self

    def request(self, handle: str = "shs_drama", *, platform: str = "instagram", who: str = "coach") -> str:
        """Ask for an account; the request's id."""
        answer = self.ask(
            f'custody permission request --platform {platform} --handle {handle} --display-name "SHS Drama Club" '
            f'--unit {DRAMA} --kind public --purpose "Show dates of the drama club" --audience Families --official',
            who,
        )
        return str(answer["permission"])

    def register_command(self, permission: str, *, password: str = PASSWORD, handle: str = "shs_drama") -> str:
        """How somebody registers what they bring."""
        return (
            f"custody account register {permission} --username {handle} --email drama@{DOMAIN} "
            f'--mailbox-opened-by "Drama office" --mailbox-mfa push '
            f"--password-file {self.file('password', password)} "
            f"--totp-uri-file {self.file('seed', SEED)} --totp-code-file {self.file('totp', self.code())} "
            f"--backup-codes-file {self.file('codes', chr(10).join(BACKUP_CODES))}"
        )

    def allow(self, handle: str = "shs_drama", *, platform: str = "instagram") -> str:
        """Ask for an account and have it granted; the permission's id."""
        permission = self.request(handle, platform=platform)
        self.does(f'custody permission grant {permission} --note "as we said"', "m.silva")
        return permission

    def activate(self) -> Town:
        """An active account of the coach's."""
        self.does(self.register_command(self.allow()), "coach")
        self.does(f"custody escrow verify {ACCOUNT}", "m.silva")
        return self

    def check_out(self, who: str = "coach") -> str:
        """Take the account out for two hours; the checkout's id."""
        return str(self.ask(f'custody checkout {ACCOUNT} --for 2h --reason "{REASON}"', who)["checkout"])

    # -- what is done to them --------------------------------------------------------------------------------------

    def copy_to(self, folder: Path) -> Town:
        """The same town in another folder, to do with as a test likes."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        folder.chmod(0o700)
        # Another label: what a copy draws must not be what its original drew.
        made = Town(folder=folder, clock=Clock(self.clock.at), label=f"{self.label}'", sessions=dict(self.sessions))
        made.said = list(self.said)
        config = made.home / "config.toml"
        config.write_text(config.read_text().replace(str(self.home), str(made.home)))
        return made

    def move_to_now(self, *names: str) -> None:
        """Put the clock where the real program's is, and unlock for these people."""
        self.clock.at = datetime.now(UTC)
        self.unlock(*names)
