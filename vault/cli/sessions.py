"""`custody unlock`, `lock`, `whoami`."""

from __future__ import annotations

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import facts, local, utc
from vault.domain.persons import Appointment
from vault.domain.units import Unit
from vault.ledger.view import get


@leaf(
    None, "unlock", examples=('eval "$(custody unlock)"', "export CUSTODY_SESSION=$(custody unlock --raw)"), signs=True
)
@click.option("--raw", is_flag=True, help="Print the session alone, without `export`.")
def unlock(app: App, /, *, raw: bool) -> Reply:
    """Open your key for this shell: 15 minutes idle, 8 hours at most."""
    from vault.wiring.sessions import open_session

    member, opened = app.member(is_fresh=True), app.vault
    session = open_session(
        opened.home,
        opened.config.vault,
        member.person.id,
        member.identity,
        at=app.surroundings.clock(),
        random=app.surroundings.random,
    )
    token = session.token.reveal()
    app.say(f"unlocked for {member.person.username}; custody lock closes it")
    data = {"session": token, "person": member.person.id, "ends_at": utc(session.ends_at)}
    return Reply(data=data, text=lambda: token if raw else f"export CUSTODY_SESSION={token}")


@leaf(None, "lock", examples=("custody lock",))
@click.option("--all", "everybody", is_flag=True, help="Close every session of this vault on this machine.")
def lock(app: App, /, *, everybody: bool) -> Reply:
    """Close your session: its file is destroyed."""
    from vault.wiring.sessions import end_sessions

    opened = app.vault
    ended = end_sessions(opened.home, opened.config.vault, None if everybody else app.person().id)
    return Reply(data={"ended": ended}, text=lambda: "Locked." if ended else "No session was open.")


@leaf(None, "whoami", examples=("custody whoami",))
def whoami(app: App, /) -> Reply:
    """Who works here, as what, and whether the key is open."""
    from vault.errors import Locked
    from vault.wiring.sessions import resume_session

    person, view = app.person(), app.office.view
    held = [each for each in view.where(Appointment, "person", person.id) if each.is_live]
    roles = [{"role": each.role.value, "unit": get(view, Unit, each.unit).path} for each in held]
    is_open = False
    if app.session is not None:
        try:
            resume_session(app.vault.home, app.vault.config.vault, app.session, at=app.surroundings.clock())
            is_open = True
        except Locked:
            is_open = False
    data = {"person": person.id, "username": person.username, "name": person.name, "roles": roles, "unlocked": is_open}
    return Reply(
        data=data,
        text=lambda: facts(
            (
                ("you are", f"{person.name} ({person.username})"),
                ("roles", ", ".join(f"{each['role']} in {each['unit']}" for each in roles) or "none"),
                ("your key", "open" if is_open else "locked"),
                ("now", local(app.surroundings.clock())),
            )
        ),
    )


COMMANDS = {"unlock": unlock, "lock": lock, "whoami": whoami}
