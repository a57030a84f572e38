"""What `custody doctor` looks at on this machine. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vault.errors import CheckFound, ClockUnsure, VaultError
from vault.ledger.ledger import CLOCK_TOLERANCE
from vault.store import files, store_status
from vault.wiring.assembly import Opened, Surroundings, open_vault
from vault.wiring.home import Home, Settings, read_config, read_keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One check.

    Attributes:
        name: What was looked at.
        holds: Whether it is as it should be.
        message: What was found, and the next step where it does not hold.
    """

    name: str
    holds: bool
    message: str


def examine(settings: Settings, around: Surroundings) -> list[Examined]:
    """Every check in order; one that fails does not stop the others."""
    home = Home.of(settings)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("configuration", lambda: _configuration(home, settings)),
        ("home folder", lambda: _folder(home)),
        ("storage key", lambda: _storage_key(home, settings)),
        ("store", lambda: _store(home, settings)),
        ("ledger and witness", lambda: _ledger(settings, around)),
        ("clock", lambda: _clock(settings, around)),
        ("recovery drill", lambda: _drill(settings, around)),
        ("backup", lambda: _backup(settings, around)),
    )
    return [_examined(name, check) for name, check in checks]


def _examined(name: str, check: Callable[[], str]) -> Examined:
    try:
        return Examined(name=name, holds=True, message=check())
    except VaultError as error:
        hint = f"; {error.hint}" if error.hint else ""
        return Examined(name=name, holds=False, message=f"{error.message}{hint}")


def _configuration(home: Home, settings: Settings) -> str:
    config = read_config(home, settings)
    return f"{home.config}, vault {config.vault.hex()[:16]}"


def _folder(home: Home) -> str:
    files.require_safe_directory(home.folder)
    return f"{home.folder} is yours alone"


def _storage_key(home: Home, settings: Settings) -> str:
    keyring = read_keyring(home, read_config(home, settings).key_command)
    return f"term {keyring.newest} encrypts; keep a copy away from the database"


def _store(home: Home, settings: Settings) -> str:
    found = store_status(read_config(home, settings).db)
    return f"{found.engine}, revision {found.revision}, {found.entries} entries, {found.records} sealed records"


def _opened(settings: Settings, around: Surroundings, look: Callable[[Opened], str]) -> str:
    opened = open_vault(settings, around)
    try:
        return look(opened)
    finally:
        opened.close()


def _ledger(settings: Settings, around: Surroundings) -> str:
    def look(opened: Opened) -> str:
        pin = opened.office.ledger.witness.pin
        return f"verified up to entry {0 if pin is None else pin.seq}"

    return _opened(settings, around, look)


def _clock(settings: Settings, around: Surroundings) -> str:
    def look(opened: Opened) -> str:
        here, there = around.clock(), opened.store.clock()
        if there is None:
            return "the store has no clock of its own; this machine's is used"
        apart = abs(here - there)
        if apart > CLOCK_TOLERANCE:
            raise ClockUnsure(f"differs from the database server's by {apart}", hint="set the clock")
        return "agrees with the database server's"

    return _opened(settings, around, look)


def _backup(settings: Settings, around: Surroundings) -> str:
    from vault.desk.backups import last_made
    from vault.wiring.backups import complaint_of, read_marks

    def look(opened: Opened) -> str:
        found = complaint_of(opened)
        if found is not None:
            raise CheckFound(found, hint="custody backup create FILE")
        made = last_made(opened.office, read_marks(opened.home).made)
        return "none yet" if made is None else f"the newest is of {made:%Y-%m-%d %H:%M} UTC"

    return _opened(settings, around, look)


def _drill(settings: Settings, around: Surroundings) -> str:
    def look(opened: Opened) -> str:
        from vault.desk.drills import complaint_of, recovery_due, undrilled

        view, now = opened.office.view, opened.office.now()
        complaint = complaint_of(view, now)
        if complaint is not None:
            what, _, command = complaint.rpartition("; ")
            raise CheckFound(what, hint=command)
        late = ", ".join(each.username for each in undrilled(view, now))
        if late:
            raise CheckFound(
                f"not every supervisor has opened their escrow within a year: {late}", hint="custody escrow drill"
            )
        return f"the next is due on {recovery_due(view):%Y-%m-%d}: custody recovery drill"

    return _opened(settings, around, look)
