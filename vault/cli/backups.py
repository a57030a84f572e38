"""`custody backup`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.backup_files import open_file
from vault.cli.commands import Reply, leaf
from vault.cli.init import grouped
from vault.cli.rendering import facts, utc
from vault.errors import InvalidInput

if TYPE_CHECKING:
    from vault.desk.backups import Made
    from vault.desk.office import Member, Office
    from vault.wiring.restoring import BackupFile, Checked
    from vault.wiring.returning import Restored

NOT_IN_IT = (
    "Not in it: anybody's passphrase, the recovery shares, the backup passphrase, open sessions, this machine's "
    "configuration and its own verified copy, and what is recorded from now on."
)
_RANGE = re.compile(r"([1-9][0-9]{0,17})-([1-9][0-9]{0,17})")

_passphrase_option = click.option(
    "--backup-passphrase-file",
    metavar="PATH",
    help="Read the backup's own passphrase from a file, or - for standard input, instead of asking.",
)
_share_option = click.option(
    "--share-file",
    "shares",
    multiple=True,
    metavar="PATH",
    help="A recovery share, as many as the quorum has: opens the backup in the passphrase's place.",
)
_fingerprint_option = click.option(
    "--fingerprint", metavar="HEX", help="The vault's fingerprint from paper: another vault's backup is refused."
)


@click.group()
def backup() -> None:
    """One sealed file of everything that is stored: make it, prove it, make a lost store again from it."""


@leaf(
    backup,
    "create",
    examples=(
        "custody backup create /media/usb/ridge.backup",
        "custody backup create /srv/ridge.backup --replace --unattended --backup-passphrase-file /etc/custody/backup",
    ),
    signs=True,
)
@click.argument("file", metavar="FILE")
@_passphrase_option
@click.option("--replace", "is_replacing", is_flag=True, help="Replace the file, once the new one is whole.")
@click.option("--unattended", is_flag=True, help="Nobody is there to sign: IT's next command records it.")
def create(
    app: App, /, file: str, *, backup_passphrase_file: str | None, is_replacing: bool, unattended: bool
) -> Reply:
    """Copy the live store into one file; others go on working.

    The backup's passphrase opens it, and so do the recovery shares.
    """
    from vault.desk.backups import Backups
    from vault.wiring.backups import create_backup, noting_failure, sign_marks

    path = Path(file).expanduser().absolute()
    member = None if unattended else app.member()
    if member is not None:
        Backups(app.office).require_may(member)
    opened = app.vault
    with noting_failure(opened.home):
        passphrase = app.secret(
            backup_passphrase_file, "Passphrase of the backup", "--backup-passphrase-file", is_new=True
        )
        made = create_backup(opened, app.surroundings, path, passphrase, is_replacing=is_replacing)
    if member is not None:
        sign_marks(opened, member)
    app.say(NOT_IN_IT)
    return Reply(data=_made(made, is_recorded=member is not None), text=lambda: _told(made))


def _made(made: Made, *, is_recorded: bool) -> dict[str, object]:
    return {
        "file": made.path,
        "made_at": utc(made.made_at),
        "head": {"seq": made.head_seq, "hash": made.head_hash.hex()},
        "digest": made.digest.hex(),
        "bytes": made.size,
        "recorded": is_recorded,
    }


def _told(made: Made) -> str:
    return facts(
        (
            ("backup", made.path),
            ("up to", f"entry {made.head_seq}"),
            ("size", f"{made.size / 1024:.0f} KiB"),
            ("SHA-256", made.digest.hex()),
        )
    )


@leaf(
    backup,
    "verify",
    examples=(
        "custody backup verify ridge.backup",
        "custody backup verify ridge.backup --share-file share-1.txt --share-file share-2.txt --share-file share-4.txt",
    ),
    signs=True,
)
@click.argument("file", metavar="FILE")
@_passphrase_option
@_share_option
@_fingerprint_option
def verify(app: App, /, file: str, **given: object) -> Reply:
    """Restore it in a scratch place, replay it with the rules, and open its canary. Changes nothing here.

    The canary is opened by the recovery shares, or by your own passphrase if you hold the district's key: name yourself
    with --as, and give --passphrase-file.
    """
    from vault.wiring.restoring import verify_backup

    opened = open_file(app, file, given)
    unlock = None if app.passphrase_file is None else lambda office: _member(app, office)
    checked = verify_backup(opened, app.surroundings, unlock)
    return Reply(
        data=_checked(checked), text=lambda: _verdict(opened, checked), exit_status=0 if checked.is_whole else 9
    )


def _member(app: App, office: Office) -> Member:
    """The person whose name is given, their key opened out of the backup."""
    from vault.desk.finding import find_person
    from vault.desk.locks import require_unlockable, unlock
    from vault.errors import MissingInput

    if app.username is None:
        raise MissingInput("whose passphrase is it?", hint="custody --as USERNAME backup verify …")
    person = find_person(office.view, app.username)
    require_unlockable(person)
    return unlock(
        office, person, app.secret(app.passphrase_file, f"Passphrase of {person.username}", "--passphrase-file")
    )


def _checked(checked: Checked) -> dict[str, object]:
    found, manifest = checked.found, checked.manifest
    return {
        "whole": checked.is_whole,
        "vault": manifest.vault.hex(),
        "made_at": utc(manifest.made_at),
        "head": {"seq": manifest.head_seq, "hash": manifest.head_hash.hex()},
        "entries": found.entries,
        "voids": [each.seq for each in found.voids],
        "broken": None if found.broken is None else found.broken.message,
        "missing_records": [each.hex() for each in found.missing],
        "altered_records": [each.hex() for each in found.altered],
        "faults": list(checked.faults),
        "canary": checked.canary,
    }


def _verdict(opened: BackupFile, checked: Checked) -> str:
    found, manifest = checked.found, checked.manifest
    lines = [
        facts(
            (
                ("vault", grouped(opened.header.vault.hex())),
                ("made", utc(manifest.made_at)),
                ("up to", f"entry {manifest.head_seq}, {manifest.head_hash.hex()}"),
                ("verified", f"{found.entries} entries, {len(found.voids)} of them void"),
                ("canary", f"opened by {checked.canary}" if checked.canary else "closed: see custody backup verify -h"),
            )
        )
    ]
    lines += [f"FAULT    {each}" for each in checked.faults]
    if found.broken is not None:
        lines.append(f"BROKEN   {found.broken.message}")
    lines += [f"MISSING  the sealed record {each.hex()}" for each in found.missing]
    lines += [f"ALTERED  the sealed record {each.hex()}" for each in found.altered]
    lines.append("The backup is whole." if checked.is_whole else "The backup is NOT whole. Make another.")
    return "\n".join(lines)


@leaf(
    backup,
    "restore",
    examples=(
        "custody --home /srv/custody backup restore ridge.backup",
        "custody --home /srv/custody backup restore ridge.backup --accept-loss 120-131",
    ),
)
@click.argument("file", metavar="FILE")
@_passphrase_option
@_share_option
@_fingerprint_option
@click.option("--accept-loss", "loss", metavar="FIRST-LAST", help="The entries that this machine has seen and loses.")
def restore(app: App, /, file: str, *, loss: str | None, **given: object) -> Reply:
    """Make the store, the storage key and the configuration again, on a new machine or where the store is lost.

    The backup is verified first, and nothing is written unless it is whole. Compare the printed fingerprint with the
    one on paper. IT's next command records that the store came back.
    """
    from vault.wiring.returning import restore_backup

    accepted = None if loss is None else _range(loss)
    opened = open_file(app, file, given)
    found = restore_backup(app.settings, app.surroundings, opened, accepted=accepted)
    data = {
        **_checked(found.checked),
        "fingerprint": grouped(opened.header.vault.hex()),
        "home": str(found.home.folder),
        "db": found.config.db,
        "lost_until": found.lost_until,
    }
    return Reply(data=data, text=lambda: _story(opened, found))


def _story(opened: BackupFile, found: Restored) -> str:
    head = found.checked.manifest.head_seq
    lost = None if found.lost_until is None else f"entries {head + 1}-{found.lost_until}: what they recorded is undone"
    return "\n".join(
        (
            facts(
                (
                    ("restored", f"up to entry {head}"),
                    ("lost", lost),
                    ("fingerprint", grouped(opened.header.vault.hex())),
                    ("home", str(found.home.folder)),
                    ("store", found.config.db),
                )
            ),
            "",
            "Compare the fingerprint with the one on paper: if it differs, this is not your vault.",
            "Every machine that has seen a later entry refuses this store until its witness.db is removed.",
            "Next: custody --as USERNAME unlock, as IT: it records that the store came back.",
        )
    )


def _range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text.strip().replace("\N{EN DASH}", "-"))
    if found is None:
        raise InvalidInput(f"{text!r} is not a range of entries", hint="give the first and the last, such as 120-131")
    return int(found[1]), int(found[2])


COMMANDS = {"backup": backup}
