"""`custody status` and `custody doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.domain.notices import Void
from vault.domain.persons import Person

if TYPE_CHECKING:
    from vault.desk.office import Office


@leaf(None, "status", examples=("custody status", "custody --as m.silva status --json"))
def status(app: App, /) -> Reply:
    """What waits for you, what you have checked out, and whether the history is whole."""
    from vault.desk.agenda import agenda
    from vault.desk.drills import reminders

    person, office = app.person(), app.office
    found = agenda(office, person)
    pin = office.ledger.witness.pin
    data = {
        "username": person.username,
        "district": office.policy.district,
        "head": 0 if pin is None else pin.seq,
        "to_decide": [each.id for each in found.to_decide],
        "to_register": [each.id for each in found.to_register],
        "to_verify": [each.key for each in found.to_verify],
        "checked_out": [each.id for each in found.checked_out],
        "pending": [{"account": each.key, "missing": list(lacks)} for each, lacks in found.pending],
        "to_rotate": [each.key for each in found.to_rotate],
        "voids": [_void(each) for each in found.voids],
        "backup": _backup(app, person),
        "recovery": list(reminders(office.view, person, office.now())),
    }
    return Reply(data=data, text=lambda: _text(office, person, data, found.voids))


def _backup(app: App, person: Person) -> str | None:
    """What is wrong with the backups, for IT of the district alone: nobody else can mend it."""
    from vault.domain.persons import Role
    from vault.ledger.rules.authority import is_over
    from vault.ledger.view import the_vault
    from vault.wiring.backups import complaint_of

    view = app.office.view
    return complaint_of(app.vault) if is_over(view, person.id, the_vault(view).unit, Role.IT) else None


def _void(void: Void) -> dict[str, object]:
    return {"seq": void.seq, "kind": void.kind, "author": void.author, "reason": void.reason}


def _text(office: Office, person: Person, data: dict[str, object], voids: tuple[Void, ...]) -> str:
    lines = [f"{office.policy.district}, as {person.name}; entry {data['head']} of the ledger verified."]
    for key, sentence in _SENTENCES:
        found = data[key]
        if isinstance(found, list):
            lines += [sentence.format(each) for each in found if isinstance(each, str)]
    pending = data["pending"]
    if isinstance(pending, list):
        lines += [f"{each['account']} is not active yet; missing: {'; '.join(each['missing'])}" for each in pending]
    if data["backup"] is not None:
        lines.append(f"{data['backup']}: custody backup create FILE")
    for void in voids:
        author = office.view.find(Person, void.author)
        name = void.author if author is None else author.username
        lines.append(f"entry {void.seq} ({void.kind}) by {name} is void: {void.reason}")
    if len(lines) == 1:
        lines.append("Nothing waits for you.")
    return "\n".join(lines)


_SENTENCES = (
    ("to_decide", "a request waits for your decision: custody permission show {}"),
    ("to_register", "your request was granted: custody account register {}"),
    ("to_verify", "an escrow copy waits for your verification: custody escrow verify {}"),
    ("checked_out", "you have checked out {}: custody checkout list --open"),
    ("recovery", "{}"),
    ("to_rotate", "its password is to be changed: custody rotate start {}"),
)


@leaf(None, "doctor", examples=("custody doctor",))
def doctor(app: App, /) -> Reply:
    """Check this machine's part: files, permissions, clock, witness, storage key. Changes nothing."""
    from vault.wiring.checks import examine

    results = examine(app.settings, app.surroundings)
    failed = [each for each in results if not each.holds]
    items = [{"check": each.name, "holds": each.holds, "message": each.message} for each in results]
    return Reply(
        data={"items": items, "healthy": not failed},
        text=lambda: "\n".join(f"{'ok  ' if each.holds else 'FAIL'}  {each.name}: {each.message}" for each in results),
        exit_status=10 if failed else 0,
    )


COMMANDS = {"status": status, "doctor": doctor}
