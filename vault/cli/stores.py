"""`custody store`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts


@click.group()
def store() -> None:
    """The database that the vault is kept in."""


@leaf(store, "status", examples=("custody store status",))
def status(app: App, /) -> Reply:
    """Which engine, which revision of the schema, how much is in it."""
    from vault.store import store_status
    from vault.wiring.home import Home, read_config

    found = store_status(read_config(Home.of(app.settings), app.settings).db)
    data = {
        "engine": found.engine,
        "revision": found.revision,
        "newest": found.newest,
        "current": found.revision == found.newest,
        "entries": found.entries,
        "records": found.records,
        "bytes": found.size,
    }
    return Reply(
        data=data,
        text=lambda: facts(
            (
                ("engine", found.engine),
                ("revision", f"{found.revision}, {'current' if data['current'] else f'newest is {found.newest}'}"),
                ("entries", str(found.entries)),
                ("sealed records", str(found.records)),
                ("size", f"{(found.size or 0) / 1024:.0f} KiB"),
            )
        ),
    )


@leaf(store, "upgrade", examples=("custody store upgrade",))
def upgrade(app: App, /) -> Reply:
    """Bring the schema up to this program's. A copy of a SQLite store is made beside it first."""
    from vault.store import upgrade_store
    from vault.wiring.home import Home, read_config

    home = Home.of(app.settings)
    db = read_config(home, app.settings).db
    if db.startswith("postgresql"):
        app.require_yes("This program makes no copy of a PostgreSQL database. Have you one (pg_dump)?")
    found = upgrade_store(db, home.folder / "backups")
    data = {
        "before": found.before,
        "after": found.after,
        "backup": None if found.backup is None else str(found.backup),
    }
    return Reply(
        data=data,
        text=lambda: (
            f"The store is at revision {found.after} already."
            if found.before == found.after
            else f"Upgraded from {found.before} to {found.after}; a copy is at {found.backup}."
        ),
    )


@leaf(store, "rotate-key", examples=("custody store rotate-key",), signs=True)
def rotate_key(app: App, /) -> Reply:
    """Give the storage key a new term, and encrypt the store anew under it; goes on where it was interrupted.

    Every other machine of the vault needs the new storage.key before its next command.
    """
    from vault.wiring.recovering import turn_storage_key

    app.require_yes("Every other machine needs the new storage.key afterwards. Go on?")
    member = app.member()
    made = turn_storage_key(app.settings, app.surroundings, app.vault, member)
    return Reply(
        data={"term": made.term, "entries": made.entries, "resumed": made.is_resumed},
        text=lambda: (
            f"Term {made.term} encrypts now; {made.entries} entries were encrypted anew.\n"
            "Copy storage.key to every other machine of the vault, and to where its copy is kept."
        ),
    )


COMMANDS = {"store": store}
