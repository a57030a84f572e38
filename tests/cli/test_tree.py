"""A walk of the whole command tree: what every command owes the person who types it."""

from __future__ import annotations

import re
from typing import Final

import click
import pytest

from tests.cli.town import ROOT
from tests.cli.tree import leaves, parse, walk, words_of
from vault.cli.commands import Leaf
from vault.cli.help import EXIT_CODES
from vault.cli.root import root

ALL: Final = dict(walk())
LEAVES: Final = leaves()
SECRET: Final = re.compile(r"pass(word|phrase)|secret|seed|totp-uri|code|token|pin\b|share\b")
CONTRACT: Final = """
init unlock lock status whoami doctor help completion demo
unit add|unit list|unit show|unit rekey|unit reseal|person invite|person enrol|person list|person show|person passphrase
role assign|role end|policy show|policy set|platform list|platform show
permission request|permission list|permission show|permission grant|permission refuse|permission withdraw
email designate|account register|account list|account show|account who|exception grant
checkout take|checkout list|checkout extend|totp|backup-code|checkin|escrow open|escrow verify
rotate due|rotate start|rotate show|rotate reveal|rotate confirm|rotate abandon|rotate resolve
ledger list|ledger verify|store upgrade|store status
"""


def test_tree_has_every_command_of_the_contract() -> None:
    one_word, _, rest = CONTRACT.strip().partition("\n")
    wanted = {f"custody {each}" for each in (*one_word.split(), *rest.replace("\n", "|").split("|"))}
    assert wanted <= set(LEAVES)


@pytest.mark.parametrize("path", sorted(ALL))
def test_every_command_has_help_that_renders(path: str) -> None:
    command = ALL[path]
    assert command.help, f"{path} has no docstring"
    text = command.get_help(click.Context(command, info_name=path, terminal_width=80, **root.context_settings))
    assert text.startswith("Usage: ")
    assert "Options:" in text


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_the_list_of_commands_gives_the_first_sentence_whole(path: str) -> None:
    text = LEAVES[path].get_short_help_str(20)
    assert text.endswith(".")
    assert not text.endswith("..")
    assert text.removesuffix(".") in " ".join((LEAVES[path].help or "").split())


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_every_command_has_an_example_that_parses(path: str) -> None:
    command = LEAVES[path]
    assert isinstance(command, Leaf)
    assert command.examples
    found = [parse(words).command for example in command.examples for words in words_of(example)]
    assert all(each is command for each in found)


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_every_command_answers_as_json_and_as_one_field(path: str) -> None:
    options = {name for param in LEAVES[path].params for name in param.opts}
    assert {"--json", "--field"} <= options


@pytest.mark.parametrize("path", sorted(ALL))
def test_no_option_and_no_argument_takes_the_value_of_a_secret(path: str) -> None:
    for param in ALL[path].params:
        takes_value = not (isinstance(param, click.Option) and param.is_flag)
        for name in param.opts:
            if takes_value and SECRET.search(name.lower().replace("_", "-")):
                assert name.endswith(("-file", "-dir", "--exit-code")) or name == "--shares", f"{path} {name}"


@pytest.mark.parametrize("path", sorted(ALL))
def test_every_option_says_what_it_is_for(path: str) -> None:
    for param in ALL[path].params:
        if isinstance(param, click.Option) and not param.hidden:
            assert param.help, f"{path} {param.opts}"


def test_the_written_contract_names_every_command_and_every_exit_status() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    tree = text.partition("## The tree")[2].replace("custody checkout ACCOUNT", "custody checkout take")
    rows = {row.split()[1]: row.split()[2:] for row in tree.splitlines() if row.startswith("custody ")}
    for path in LEAVES:
        words = path.split()[1:]
        assert any(set(words) <= {group, *rest} for group, rest in rows.items()), path
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning.partition(' (130')[0]} |" in text
