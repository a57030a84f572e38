"""The home folder: what this machine keeps, where, and who may read it."""

from __future__ import annotations

import os
import shlex
import subprocess
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vault.domain.ids import PersonId, VaultId
from vault.errors import InvalidInput, NotFound, StoreError, WrongState
from vault.sealing.atrest import StorageKeyring
from vault.store import files

KEY_COMMAND_SECONDS: Final = 30
_ID_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a command is told: by its flags, then by `CUSTODY_…`, then by the configuration.

    Attributes:
        home: The home folder; None for the platform's own place.
        db: Another store than the one in the configuration.
        username: Who works, on a shared machine.
        session: What `custody unlock` printed.
    """

    home: Path | None = None
    db: str | None = None
    username: str | None = None
    session: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The files of one vault on this machine.

    Attributes:
        folder: Where they are; only its owner may look in.
        is_given: It was named, so that sessions are kept in it too rather than in the system's runtime folder.
    """

    folder: Path
    is_given: bool

    @classmethod
    def of(cls, settings: Settings) -> Home:
        """The home that the settings name, or the platform's own place for such files."""
        if settings.home is not None:
            return cls(folder=settings.home.expanduser().absolute(), is_given=True)
        import platformdirs

        return cls(folder=platformdirs.user_data_path("custody"), is_given=False)

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.folder / "config.toml"

    @property
    def storage_key(self) -> Path:
        """The storage-key file."""
        return self.folder / "storage.key"

    @property
    def witness(self) -> Path:
        """This machine's verified copy."""
        return self.folder / "witness.db"

    @property
    def backup_marks(self) -> Path:
        """What this machine remembers of backups."""
        return self.folder / "backups.json"

    @property
    def default_db(self) -> str:
        """The address of the shared store when it is SQLite in this folder."""
        return f"sqlite:///{self.folder / 'vault.db'}"

    @property
    def sessions(self) -> Path:
        """Where open sessions are kept."""
        if self.is_given:
            return self.folder / "sessions"
        import platformdirs

        return platformdirs.user_runtime_path("custody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the configuration says.

    Attributes:
        vault: The vault's id: the root of trust, put here at founding or by hand, and never read from the store.
        db: The address of the shared store.
        username: Who works on this machine, or None.
        key_command: Prints the storage key, for a KMS or a keyring; None for the file.
    """

    vault: VaultId
    db: str
    username: str | None = None
    key_command: str | None = None


def read_config(home: Home, settings: Settings) -> Config:
    """The configuration, with the settings laid over it.

    Raises:
        NotFound: This machine has none.
        InvalidInput: It cannot be read as one.
    """
    if not home.config.exists():
        raise NotFound(
            f"there is no vault in {home.folder}",
            hint="found one with custody init, or name its folder with --home",
        )
    files.require_private_file(home.config)
    try:
        table = tomllib.loads(home.config.read_text(encoding="utf-8"))
        vault = bytes.fromhex(table["vault"])
        db, username, command = table.get("db", home.default_db), table.get("username"), table.get("key_command")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"{home.config} is not a configuration of custody") from error
    texts = (db, username or "", command or "")
    if len(vault) != _ID_BYTES or not all(isinstance(each, str) for each in texts):
        raise InvalidInput(f"{home.config} is not a configuration of custody")
    return Config(
        vault=VaultId(vault), db=settings.db or db, username=settings.username or username, key_command=command
    )


def write_config(home: Home, config: Config) -> None:
    """Write the configuration, whole or not at all.

    Raises:
        StoreError: It cannot be written.
    """
    lines = [f'vault = "{config.vault.hex()}"', f"db = {_quoted(config.db)}"]
    if config.username is not None:
        lines.append(f"username = {_quoted(config.username)}")
    if config.key_command is not None:
        lines.append(f"key_command = {_quoted(config.key_command)}")
    write_private(home.config, "\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    """A TOML basic string."""
    import json

    return json.dumps(text, ensure_ascii=True)


def write_private(path: Path, text: str, *, is_new: bool = False) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Args:
        path: Where.
        text: What.
        is_new: Refuse to replace a file that is there.

    Raises:
        WrongState: It is there, and must not be replaced.
        StoreError: It cannot be written.
    """
    if is_new and (path.exists() or path.is_symlink()):
        raise WrongState(f"{path} is there already, and is not replaced", hint="choose another --home")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error


def read_keyring(home: Home, key_command: str | None) -> StorageKeyring:
    """The storage key, from its file or from the command that prints it.

    Raises:
        NotFound: There is no file.
        UnsafePermissions: Others may read it.
        StoreError: The command failed.
        InvalidInput: It is not a storage key.
    """
    if key_command is not None:
        return StorageKeyring.parse(_run(key_command))
    if not home.storage_key.exists():
        raise NotFound(
            f"the storage key is missing: {home.storage_key}",
            hint="restore it from where IT keeps its copy; without it the store cannot be read",
        )
    files.require_private_file(home.storage_key)
    try:
        return StorageKeyring.parse(home.storage_key.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{home.storage_key} cannot be read") from error


def child_environment() -> dict[str, str]:
    """The environment for a process that this one starts: all but the session, which is nobody else's."""
    return {name: value for name, value in os.environ.items() if name != "CUSTODY_SESSION"}


def _run(command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the command is IT's own, from a file that only they may write
            shlex.split(command),
            check=True,
            capture_output=True,
            text=True,
            timeout=KEY_COMMAND_SECONDS,
            env=child_environment(),
        )
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        # What the command printed may be a key: nothing of it goes into the error.
        raise StoreError("the command that prints the storage key failed", hint="run key_command by hand") from None
    return done.stdout


def last_told(home: Home, person: PersonId) -> int:
    """The number of the newest entry that this person has been told of on this machine; 0 for none."""
    try:
        return int((home.folder / f"told-{person}").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def remember_told(home: Home, person: PersonId, seq: int) -> None:
    """This person has been told of everything up to that entry."""
    write_private(home.folder / f"told-{person}", f"{seq}\n")
