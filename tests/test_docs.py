from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from vault.cli.root import root
from vault.errors import VaultError

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ATTACKS = [f"A{n}" for n in range(1, 18)] + [f"B{n}" for n in range(1, 8)] + [f"F{n}" for n in range(1, 9)]
GLOBAL = {"--home": 1, "--db": 1, "--as": 1, "--json": 0, "--no-input": 0, "--yes": 0}
WIDTH = 120


def commands_of(page: Path) -> Iterator[str]:
    """Every `custody …` that the page prints: in code blocks, with continuation lines, and between backticks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for block in blocks:
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"(?:\$ )?(?:scripts/)?custody (.+)", line)
            if found:
                yield found.group(1)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"`(?:scripts/)?custody ([^`]+)`", prose)


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words name, and what is left of them."""
    while words and words[0] in GLOBAL:
        words = words[1 + GLOBAL[words[0]] :]
    command: click.Command = root
    context = click.Context(root, **root.context_settings)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        below = command.get_command(context, words[0])
        if below is None and "take" in getattr(command, "commands", {}):
            return command.commands["take"], words
        if below is None:
            raise VaultError(f"there is no command {words[0]}")
        command, words = below, words[1:]
    return command, words


def words_of(text: str) -> list[str]:
    """The words of a command, without what a shell does with its answer."""
    command = re.split(r" [|>] ", text)[0]
    return shlex.split(command.rstrip(')"') if command.count('"') % 2 else command)


def is_whole(text: str) -> bool:
    """Whether it names a command; not `custody COMMAND --help` and its like."""
    return not re.search(r"^(--as \S+ )?(COMMAND|…)", text)


PRINTED = [(page, text) for page in PAGES for text in commands_of(page) if is_whole(text)]


@pytest.mark.parametrize(("page", "text"), PRINTED, ids=[f"{page.stem}-{n}" for n, (page, _) in enumerate(PRINTED)])
def test_every_command_that_a_page_prints_exists_with_its_options(page: Path, text: str) -> None:
    words = words_of(text)
    command, rest = command_of(words)
    known = {"--help"} | {name for each in command.params for name in each.opts}
    given = [word.partition("=")[0] for word in rest if word.startswith("--")]
    assert [option for option in given if option not in known] == [], f"{page.name}: custody {text}"


def test_the_pages_print_many_commands() -> None:
    assert len(PRINTED) > 80


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if path.startswith("https://"):
            continue
        found = page if not path else (page.parent / path).resolve()
        if not found.exists() or (anchor and anchor not in anchors_of(found)):
            missing.append(target)
    assert missing == []


def anchors_of(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[page.relative_to(ROOT).as_posix() for page in PAGES])
def test_prose_keeps_to_the_width(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    assert [line for line in text.splitlines() if len(line) > WIDTH and not line.startswith("|")] == []


def test_the_threat_model_has_every_attack_once() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| ([ABF]\d+) \|", text, re.MULTILINE) == ATTACKS


def test_the_tests_that_the_threat_model_names_are_there_and_name_the_attack() -> None:
    text = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    wrong = []
    for attack, row in re.findall(r"^\| ([ABF]\d+) \|(.+)$", text, re.MULTILINE):
        for name in re.findall(
            r"`((?:cli|desk|ledger|policy|sealing|store)/[\w/]*(?:\.py)?)`", row.rpartition(" | ")[2]
        ):
            path = ROOT / "tests" / name
            files = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
            if not any(re.search(rf"\b{attack}\b", each.read_text(encoding="utf-8")) for each in files):
                wrong.append((attack, name))
    assert wrong == []


def test_the_glossary_has_every_word_that_the_commands_are_named_after() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    words = {word.lower() for word in re.findall(r"^\| ([A-Z][a-z ]+) \|", readme, re.MULTILINE)}
    assert {"vault", "unit", "person", "permission", "account", "checkout", "escrow", "rotation", "ledger"} <= words
