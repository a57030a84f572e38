"""What this machine keeps: the configuration, the storage key, and files that are written whole."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sealing.stream import Stream
from vault.domain.ids import PersonId, VaultId
from vault.errors import InvalidInput, NotFound, StoreError, UnsafePermissions, VaultError, WrongState
from vault.sealing.atrest import StorageKeyring
from vault.wiring.home import (
    KEY_COMMAND_SECONDS,
    Config,
    Home,
    Settings,
    child_environment,
    last_told,
    read_config,
    read_keyring,
    remember_told,
    write_config,
    write_private,
)

if TYPE_CHECKING:
    from pathlib import Path

VAULT = VaultId(bytes(range(32)))
GOOD = f'vault = "{VAULT.hex()}"\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return Home.of(Settings(home=folder))


def configure(home: Home, content: bytes | str) -> None:
    home.config.write_bytes(content if isinstance(content, bytes) else content.encode())
    home.config.chmod(0o600)


def test_the_platforms_own_place_is_used_unless_a_folder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/data")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/somewhere/run")
    found = Home.of(Settings())
    assert not found.is_given
    assert found.folder.name == "custody"
    assert found.sessions != found.folder / "sessions"


def test_a_named_folder_keeps_its_sessions_and_is_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from pathlib import Path

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = Home.of(Settings(home=Path("here")))
    assert found.folder == tmp_path / "here"
    assert found.sessions == tmp_path / "here" / "sessions"
    assert Home.of(Settings(home=Path("~/there"))).folder == tmp_path / "there"


def test_a_missing_configuration_says_how_to_get_one(home: Home) -> None:
    with pytest.raises(NotFound, match="there is no vault in") as caught:
        read_config(home, Settings())
    assert "custody init" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "vault = ",
        "vault = 7",
        'vault = "zz"',
        'vault = "00"',
        f'vault = "{VAULT.hex()}00"',
        f"vault = [{VAULT.hex()[:1]}1]",
        f"{GOOD}db = 7",
        f"{GOOD}db = true",
        f"{GOOD}username = 7",
        f"{GOOD}key_command = ['print', 'it']",
        f"{GOOD}vault = 'twice'",
        b"\xff\xfe",
        b"\x00",
    ],
)
def test_a_configuration_that_is_not_one_is_refused(home: Home, content: bytes | str) -> None:
    configure(home, content)
    with pytest.raises(InvalidInput, match="is not a configuration of custody"):
        read_config(home, Settings())


def test_what_is_not_said_has_a_value(home: Home) -> None:
    configure(home, GOOD)
    assert read_config(home, Settings()) == Config(vault=VAULT, db=home.default_db)


def test_settings_lie_over_the_configuration(home: Home) -> None:
    configure(home, f'{GOOD}db = "sqlite:////a"\nusername = "coach"\nkey_command = "print it"\n')
    assert read_config(home, Settings()) == Config(
        vault=VAULT, db="sqlite:////a", username="coach", key_command="print it"
    )
    found = read_config(home, Settings(db="sqlite:////b", username="jlee"))
    assert (found.db, found.username, found.key_command) == ("sqlite:////b", "jlee", "print it")


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "ä\u2028", "'", "\x7f"])
def test_what_is_written_is_what_is_read(home: Home, text: str) -> None:
    config = Config(vault=VAULT, db=f"sqlite:///{text}", username=text, key_command=text)
    write_config(home, config)
    assert read_config(home, Settings()) == config
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o600


def test_a_configuration_that_others_may_read_is_refused(home: Home) -> None:
    """B4."""
    configure(home, GOOD)
    home.config.chmod(0o604)
    with pytest.raises(UnsafePermissions):
        read_config(home, Settings())


# -- files that are written whole ---------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["open", "fsync"])
def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    home: Home, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """F1 and F3."""
    path = home.folder / "kept"
    write_private(path, "old")

    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail)
        with pytest.raises(StoreError, match="kept cannot be written: No space left on device"):
            write_private(path, "new")
    assert path.read_text() == "old"
    assert list(home.folder.iterdir()) == [path]


def test_a_new_file_never_replaces_one_that_is_there_nor_a_link(home: Home) -> None:
    path = home.folder / "share"
    write_private(path, "first", is_new=True)
    with pytest.raises(WrongState, match="is there already"):
        write_private(path, "second", is_new=True)
    assert path.read_text() == "first"
    link = home.folder / "link"
    link.symlink_to(home.folder / "nowhere")
    with pytest.raises(WrongState):
        write_private(link, "second", is_new=True)
    assert not (home.folder / "nowhere").exists()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_a_private_file_is_private_whatever_the_umask(home: Home, mask: int) -> None:
    """B4."""
    before = os.umask(mask)
    try:
        write_private(home.folder / "file", "text")
    finally:
        os.umask(before)
    assert stat.S_IMODE((home.folder / "file").stat().st_mode) == 0o600


def test_a_file_in_a_folder_that_is_gone_is_a_store_error(home: Home) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        write_private(home.folder / "gone" / "file", "text")


# -- the storage key ----------------------------------------------------------------------------------------------


def printing(text: str) -> str:
    """A command that prints a text."""
    return f"{sys.executable} -I -c \"print({text!r}, end='')\"".replace("\\n", "\\\\n")


def test_a_command_can_print_the_storage_key(home: Home) -> None:
    made = StorageKeyring.make(Stream("key"))
    file = home.folder / "elsewhere"
    write_private(file, made.to_text())
    found = read_keyring(home, f"cat {file}")
    assert found.pepper == made.pepper
    assert found.newest == made.newest


@pytest.mark.parametrize(
    "command",
    [
        "/no/such/program",
        "false",
        f"{sys.executable} -c \"import sys; print('canary'); sys.exit(3)\"",
        'an "open quote',
        "",
    ],
)
def test_a_command_that_fails_says_so_and_nothing_that_it_printed(home: Home, command: str) -> None:
    """B1."""
    with pytest.raises(VaultError) as caught:
        read_keyring(home, command)
    assert "canary" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__cause__ is None


def test_a_command_that_prints_something_else_is_no_key(home: Home) -> None:
    with pytest.raises(VaultError) as caught:
        read_keyring(home, printing("canary of a key"))
    assert "canary" not in str(caught.value)


def test_a_command_that_never_ends_is_given_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    def never(*_: object, **options: object) -> None:
        given.update(options)
        raise subprocess.TimeoutExpired("print it", KEY_COMMAND_SECONDS, output="canary")

    monkeypatch.setattr(subprocess, "run", never)
    with pytest.raises(StoreError, match="the command that prints the storage key failed"):
        read_keyring(home, "print it")
    assert given["timeout"] == KEY_COMMAND_SECONDS


def test_a_command_is_not_given_the_session(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """B1."""
    monkeypatch.setenv("CUSTODY_SESSION", "per_x.canary")
    assert "CUSTODY_SESSION" not in child_environment()
    assert child_environment()["PATH"] == os.environ["PATH"]
    write_private(home.folder / "key", StorageKeyring.make(Stream("key")).to_text())
    assert read_keyring(home, f"sh -c 'test -z \"$CUSTODY_SESSION\" && cat {home.folder / 'key'}'").newest == 1


def test_a_missing_storage_key_says_where_to_get_it(home: Home) -> None:
    with pytest.raises(NotFound, match="the storage key is missing") as caught:
        read_keyring(home, None)
    assert "IT keeps its copy" in (caught.value.hint or "")


@pytest.mark.parametrize("content", [b"", b"\xff", b"custody", b"\x00" * 64])
def test_a_storage_key_file_that_is_not_one_is_refused(home: Home, content: bytes) -> None:
    home.storage_key.write_bytes(content)
    home.storage_key.chmod(0o600)
    with pytest.raises(VaultError):
        read_keyring(home, None)


# -- news ---------------------------------------------------------------------------------------------------------


def test_what_was_told_is_remembered_for_each_person(home: Home) -> None:
    one, other = PersonId("per_1"), PersonId("per_2")
    assert last_told(home, one) == 0
    remember_told(home, one, 12)
    assert (last_told(home, one), last_told(home, other)) == (12, 0)
    (home.folder / "told-per_1").write_text("nonsense")
    assert last_told(home, one) == 0
