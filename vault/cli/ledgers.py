"""`custody ledger`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import local, table, utc
from vault.domain.notices import Void
from vault.domain.persons import Person
from vault.ledger.view import View

if TYPE_CHECKING:
    from vault.desk.ledgers import Verification
    from vault.ledger.entry import Entry


@click.group()
def ledger() -> None:
    """The signed, chained history: read it, verify all of it."""


@leaf(
    ledger,
    "list",
    examples=("custody ledger list --last 20", "custody ledger list --author m.silva --kind exposure.recorded"),
)
@click.option("--last", type=click.IntRange(1), metavar="N", help="Only the newest N that match.")
@click.option("--author", metavar="USERNAME", help="Only by this person.")
@click.option("--kind", help="Only of this kind, such as permission.granted, or of this noun, such as permission.")
@click.option("--about", metavar="ID", help="Only those that name this id or ACCOUNT.")
def list_entries(app: App, /, *, last: int | None, author: str | None, kind: str | None, about: str | None) -> Reply:
    """Entries, oldest first."""
    from vault.desk.finding import find_account, find_person
    from vault.desk.ledgers import entries_of, matches

    view = app.office.view
    person = None if author is None else find_person(view, author).id
    wanted = find_account(view, about).id if about is not None and ":" in about else about
    found = [each for each in entries_of(app.office) if matches(each, author=person, kind=kind, about=wanted)]
    found = found[-last:] if last is not None else found
    voids = {each.seq: each.reason for each in view.every(Void)}
    return Reply(
        data={"items": [_object(view, each, voids) for each in found]},
        text=lambda: table(
            ("entry", "when", "who", "what", ""),
            (
                (
                    str(each.seq),
                    local(each.time),
                    _name(view, each),
                    each.envelope.kind,
                    f"void: {voids[each.seq]}" if each.seq in voids else "",
                )
                for each in found
            ),
            empty="no entry matches",
        ),
    )


def _name(view: View, entry: Entry) -> str:
    person = view.find(Person, entry.author)
    return entry.author if person is None else person.username


def _object(view: View, entry: Entry, voids: dict[int, str]) -> dict[str, object]:
    body = json.loads(entry.body)
    return {
        "seq": entry.seq,
        "time": utc(entry.time),
        "author": entry.author,
        "username": _name(view, entry),
        "kind": entry.envelope.kind,
        "rules": entry.envelope.rules,
        "hash": entry.hash.hex(),
        "void": voids.get(entry.seq),
        "event": body["event"],
    }


@leaf(ledger, "verify", examples=("custody ledger verify", "custody ledger verify --json"))
@click.option("--full", is_flag=True, help="As it is always done: from the first entry.")
def verify(app: App, /, *, full: bool) -> Reply:
    """Replay everything with the rules, from the first entry, and check every sealed record that it names."""
    from vault.wiring.verifying import verify_vault

    _ = full
    found = verify_vault(app.settings, app.surroundings)
    broken = None if found.broken is None else {"code": found.broken.code, "message": found.broken.message}
    data = {
        "whole": found.is_whole,
        "head": None if found.head is None else {"seq": found.head.seq, "hash": found.head.hash.hex()},
        "entries": found.entries,
        "voids": [
            {
                "seq": each.seq,
                "kind": each.kind,
                "author": each.author,
                "username": found.names[each.author],
                "reason": each.reason,
            }
            for each in found.voids
        ],
        "broken": broken,
        "missing_records": [each.hex() for each in found.missing],
        "altered_records": [each.hex() for each in found.altered],
        "unnamed_records": [each.hex() for each in found.unnamed],
        "witness_differs": found.stale,
    }
    return Reply(data=data, text=lambda: _text(found), exit_status=0 if found.is_whole else 9)


def _text(found: Verification) -> str:
    lines = [f"{found.entries} entries verify."]
    if found.head is not None:
        lines.append(f"head     entry {found.head.seq}, {found.head.hash.hex()}")
    lines += [
        f"void     entry {each.seq} ({each.kind}) by {found.names[each.author]}: {each.reason}" for each in found.voids
    ]
    if found.broken is not None:
        lines.append(f"BROKEN   {found.broken.message}")
    lines += [f"MISSING  the sealed record {each.hex()} that an entry names" for each in found.missing]
    lines += [f"ALTERED  the sealed record {each.hex()}" for each in found.altered]
    lines += [f"unnamed  the sealed record {each.hex()}: no entry names it" for each in found.unnamed]
    lines += [f"STALE    this machine's own copy differs at {each}" for each in found.stale]
    lines.append(
        "The history is whole." if found.is_whole else "The history is NOT whole. Tell IT, and keep the store."
    )
    return "\n".join(lines)


COMMANDS = {"ledger": ledger}
