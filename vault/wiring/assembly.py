"""Putting an office together, and founding a vault in a home."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vault.desk.office import Locks, Office
from vault.domain.policies import Policy
from vault.errors import StoreError, WitnessUnusable, WrongState
from vault.ledger.ledger import Ledger
from vault.ledger.witness import Witness
from vault.sealing.atrest import StorageKeyring
from vault.sealing.passphrase import DEFAULT, OFFICER, KdfProfile
from vault.store import create_store, discard_state_store, files, open_ledger_store, open_state_store
from vault.wiring.home import Config, Home, Settings, read_config, read_keyring, write_config, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vault.desk.founding import Founder, Founding
    from vault.ledger.ports import StateStore
    from vault.sealing.frames import Random
    from vault.sealing.shares import Share
    from vault.store.ledger_store import SqlLedgerStore
    from vault.store.witness_store import SqlStateStore


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _silent_progress(done: int, total: int) -> None:
    """Tell nobody."""


def _silent_warn(message: str) -> None:
    """Tell nobody."""


def _keep_none(shares: tuple[Share, ...]) -> None:
    """Let the shares go: nobody will ever open the recovery key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a process is given from outside, and a test gives otherwise.

    Attributes:
        clock: Tells the time; aware, UTC.
        random: Source of keys and ids.
        default: How employees' passphrases are stretched.
        officer: How supervisors', IT's and officers' are.
        progress: Told of long work.
        warn: Told what the person should know and need not act on.
    """

    clock: Callable[[], datetime] = _utc_now
    random: Random = os.urandom
    default: KdfProfile = DEFAULT
    officer: KdfProfile = OFFICER
    progress: Callable[[int, int], None] = field(default=_silent_progress)
    warn: Callable[[str], None] = field(default=_silent_warn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A vault, open for one command.

    Attributes:
        home: Where its files are.
        config: What the configuration says.
        office: For the desk.
        store: The shared store.
        state: This machine's own.
        keyring: The storage key.
    """

    home: Home
    config: Config
    office: Office
    store: SqlLedgerStore
    state: SqlStateStore
    keyring: StorageKeyring

    def close(self) -> None:
        """Let the stores go."""
        self.state.close()
        self.store.close()


def open_vault(settings: Settings, around: Surroundings) -> Opened:
    """Open this machine's vault and let the witness follow the store.

    Raises:
        VaultError: Something is missing, unsafe, altered or not to be trusted.
    """
    home = Home.of(settings)
    config = read_config(home, settings)
    keyring = read_keyring(home, config.key_command)
    store = open_ledger_store(config.db, keyring)
    try:
        witness, state = _follow(store, home, config, keyring, around)
    except BaseException:
        store.close()
        raise
    office = Office(
        ledger=Ledger(store, witness, around.clock, around.warn),
        store=store,
        locks=Locks(pepper=keyring.pepper, default=around.default, officer=around.officer),
        random=around.random,
        progress=around.progress,
    )
    return Opened(home=home, config=config, office=office, store=store, state=state, keyring=keyring)


def _follow(
    store: SqlLedgerStore, home: Home, config: Config, keyring: StorageKeyring, around: Surroundings
) -> tuple[Witness, SqlStateStore]:
    """The witness, caught up; one that cannot be read is made again from the ledger."""
    if not home.witness.exists():
        around.warn(
            "this machine's own verified copy is not there: it is made again from the ledger, and cannot tell "
            "whether the store is older than what this machine has seen"
        )
    try:
        return _caught_up(store, home, config, keyring, around)
    except WitnessUnusable as error:
        around.warn(f"{error.message}: this machine's verified copy is made again from the ledger")
        discard_state_store(home.witness)
        return _caught_up(store, home, config, keyring, around)


def _caught_up(
    store: SqlLedgerStore, home: Home, config: Config, keyring: StorageKeyring, around: Surroundings
) -> tuple[Witness, SqlStateStore]:
    state = open_state_store(home.witness, keyring)
    try:
        witness = Witness(store, state, config.vault, progress=around.progress)
        witness.follow()
    except BaseException:
        state.close()
        raise
    return witness, state


@contextmanager
def scratch_state(keyring: StorageKeyring) -> Iterator[StateStore]:
    """An empty state store that is gone afterwards."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="custody-") as folder:
        state = open_state_store(Path(folder) / "scratch.db", keyring)
        try:
            yield state
        finally:
            state.close()


def found_home(
    settings: Settings,
    around: Surroundings,
    founder: Founder,
    policy: Policy,
    *,
    threshold: int,
    shares: int,
    hand_out: Callable[[tuple[Share, ...]], None] = _keep_none,
) -> tuple[Founding, Home, Config]:
    """Found a vault: the storage key, the store, the first entry, the recovery shares, the configuration.

    The configuration is written last, once the shares are handed out: until then the home holds no vault. A store that
    an interrupted founding leaves is never overwritten, as it cannot be told from one whose configuration was lost:
    the next founding asks for it to be moved away.

    Args:
        settings: Where.
        around: The clock, the randomness, the strength of passphrases.
        founder: The first person.
        policy: The first policy.
        threshold: How many shares open the recovery key.
        shares: How many there are.
        hand_out: Gives the shares to their officers; no copy is kept.

    Raises:
        WrongState: The home or the store holds a vault already.
        VaultError: Something will not do; nothing is kept but an empty store and an unused storage key.
    """
    from vault.desk.founding import found_vault

    home = Home.of(settings)
    if home.config.exists():
        raise WrongState(f"{home.folder} holds a vault already", hint="choose another folder with --home")
    files.make_private_directory(home.folder)
    keyring = _keyring_for_founding(home, around)
    db = settings.db or home.default_db
    _make_store(db, home)
    store = open_ledger_store(db, keyring)
    try:
        founding = found_vault(
            store,
            founder,
            policy,
            keyring=keyring,
            profile=around.officer,
            threshold=threshold,
            shares=shares,
            at=around.clock(),
            random=around.random,
        )
        config = Config(vault=founding.vault, db=db, username=founder.username)
        _begin_witness(store, home, config, keyring, around)
    finally:
        store.close()
    hand_out(founding.shares)
    write_config(home, config)
    return founding, home, config


def _begin_witness(
    store: SqlLedgerStore, home: Home, config: Config, keyring: StorageKeyring, around: Surroundings
) -> None:
    """A witness of the new vault; one of an earlier founding, interrupted, is of another."""
    discard_state_store(home.witness)
    _, state = _caught_up(store, home, config, keyring, around)
    state.close()


def _make_store(db: str, home: Home) -> None:
    try:
        create_store(db)
    except StoreError as error:
        if db != home.default_db:
            raise
        hint = "if a founding was interrupted here, move that file away, then found again"
        raise type(error)(error.message, hint=f"{error.hint}; {hint}" if error.hint else hint) from error


def _keyring_for_founding(home: Home, around: Surroundings) -> StorageKeyring:
    if home.storage_key.exists():
        return read_keyring(home, None)
    keyring = StorageKeyring.make(around.random)
    write_private(home.storage_key, keyring.to_text(), is_new=True)
    return keyring
