"""`custody demo`: the whole road in a throw-away home. The story itself stands in `demo_story`."""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.errors import InvalidInput, VaultError

if TYPE_CHECKING:
    from vault.wiring.assembly import Surroundings

_PREFIX: Final = "CUSTODY_"
_WIDTH: Final = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command of the story answered.

    Attributes:
        step: The number of the step that it belongs to; 0 before the first.
        command: As a reader could type it.
        told: Its messages.
        data: Its answer.
        exit_status: How it ended.
    """

    step: int
    command: str
    told: str
    data: str
    exit_status: int


@dataclass(slots=True, kw_only=True)
class Stage:
    """Where the story is played: real commands, run in this process, and printed with their answers.

    Attributes:
        around: The surroundings that every command is given.
        is_silent: Print nothing as it goes, because the whole is answered as JSON.
        answers: Every command so far.
        steps: The title of every step so far.
    """

    around: Surroundings
    is_silent: bool = False
    answers: list[Answer] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    _elided: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Say something in plain words."""
        if not self.is_silent:
            click.echo(text)

    def now(self) -> datetime:
        """The time, as the commands have it."""
        return self.around.clock()

    def step(self, title: str, text: str) -> None:
        """Begin a step."""
        self.steps.append(title)
        heading = f"{len(self.steps)}. {title}"
        self.tell(f"\n{heading}\n{'=' * len(heading)}\n{text}\n")

    def elide(self, text: str, mark: str) -> None:
        """Print a long text that every reader has seen once as a mark from now on."""
        self._elided.append((text, mark))

    def write(self, name: str, *lines: str) -> None:
        """Make a small file, as `printf` would."""
        self._show(shlex.join(["printf", "%s\\n", *lines]) + f" > {name}")
        Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def run(self, *words: str, into: str | None = None, ends: int = 0) -> str:
        """Run a command and print its answer.

        Args:
            words: The command's words, without `custody`.
            into: The file that its answer goes to instead of the screen.
            ends: The exit status that the story expects.

        Returns:
            Its answer.

        Raises:
            VaultError: It ended otherwise. What it said has been printed.
        """
        command = _typed(words) + (f" > {into}" if into else "")
        self._show(command)
        status, told, data = _run(words, self.around)
        answer = Answer(step=len(self.steps), command=command, told=told, data=data, exit_status=status)
        self.answers.append(answer)
        self._show_answer(told, "" if into else data, status)
        if status != ends:
            raise VaultError(f"{shlex.join(['custody', *words[:4]])} ended with {status} in step {len(self.steps)}")
        if into is not None:
            Path(into).write_text(data, encoding="utf-8")
        return data.rstrip("\n")

    def _show(self, command: str) -> None:
        self.tell(f"$ {command}")

    def _show_answer(self, told: str, data: str, status: int) -> None:
        for text, mark in self._elided:
            told = told.replace(text, mark)
        lines = (told + data).strip("\n").splitlines()
        lines += [f"(exit status {status})"] if status else []
        self.tell("".join(f"    {line}".rstrip() + "\n" for line in lines))


def _typed(words: tuple[str, ...]) -> str:
    """A command as a person types it, broken before an option where the line grows long."""
    lines = ["custody"]
    for option in _grouped(words):
        if len(lines[-1]) + len(option) > _WIDTH:
            lines.append("   ")
        lines[-1] += f" {option}"
    return " \\\n".join(lines)


def _grouped(words: tuple[str, ...]) -> Iterator[str]:
    """Each option with its value; other words alone."""
    group: list[str] = []
    for word in words:
        if group and not (group[0].startswith("--") and len(group) == 1 and not word.startswith("--")):
            yield shlex.join(group)
            group = []
        group.append(word)
    yield shlex.join(group)


def _run(words: tuple[str, ...], around: Surroundings) -> tuple[int, str, str]:
    from vault.cli.root import root

    data, told = io.StringIO(), io.StringIO()
    with redirect_stdout(data), redirect_stderr(told):
        status = root.run(words, obj=App(around=around))
    return status, told.getvalue(), data.getvalue()


@leaf(None, "demo", examples=("custody demo", "custody demo --keep ~/custody-demo"))
@click.option("--keep", metavar="DIR", help="Play it in this new folder and leave it there, to go on by hand.")
def demo(app: App, /, *, keep: str | None) -> Reply:
    """A whole district in a throw-away home: eleven steps, five people, real keys, every command with its answer."""
    from vault.cli.demo_story import CLOSING, play

    stage = Stage(around=app.surroundings, is_silent=app.as_json or app.wanted_field is not None)
    with _alone(keep) as folder:
        play(stage, folder)
    kept = None if keep is None else str(folder)
    end = f"It is all in {folder}: cd there and set CUSTODY_HOME as above, to go on." if keep else CLOSING
    return Reply(data={"home": kept, "steps": _steps(stage)}, text=lambda: f"\n{end}")


def _steps(stage: Stage) -> list[dict[str, Any]]:
    return [
        {
            "step": number,
            "title": title,
            "commands": [
                {"command": each.command, "stdout": each.data, "stderr": each.told, "exit": each.exit_status}
                for each in stage.answers
                if each.step == number
            ],
        }
        for number, title in enumerate(stage.steps, start=1)
    ]


@contextmanager
def _alone(keep: str | None) -> Iterator[Path]:
    """A private folder to play in, with nothing of the reader's own vault in reach.

    Raises:
        InvalidInput: The folder to keep is there and is not empty.
    """
    from tempfile import TemporaryDirectory

    from vault.store.files import make_private_directory

    with ExitStack() as stack:
        if keep is None:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="custody-demo-"))).resolve()
        else:
            folder = Path(keep).expanduser().absolute()
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise InvalidInput(f"{folder} is not empty", hint="give an empty or new folder for --keep")
            make_private_directory(folder)
        stack.enter_context(_variables(folder))
        stack.enter_context(chdir(folder))
        yield folder


@contextmanager
def _variables(folder: Path) -> Iterator[None]:
    """Only the story's own variables: the reader's could lead it into a real vault. Files it writes are private."""
    before = {name: value for name, value in os.environ.items() if name.startswith(_PREFIX)}
    mask = os.umask(0o077)
    try:
        for name in before:
            del os.environ[name]
        os.environ.update(CUSTODY_HOME=str(folder / "vault"), CUSTODY_NO_INPUT="1")
        yield
    finally:
        os.umask(mask)
        for name in ("CUSTODY_HOME", "CUSTODY_NO_INPUT"):
            os.environ.pop(name, None)
        os.environ.update(before)


COMMANDS = {"demo": demo}
