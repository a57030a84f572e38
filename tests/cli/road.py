"""The whole job, as its people type it: nothing is revealed unless it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.cli.town import ACCOUNT, NEXT_PASSWORD, PASSPHRASES, REASON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.town import Town

NEW_PASSPHRASE: Final = "cedar lantern gravel ninety pelican tide"

LOOKS: Final = (
    "custody status",
    "custody whoami",
    "custody doctor",
    "custody unit list",
    "custody unit show district",
    "custody person list",
    "custody person show coach",
    "custody policy show",
    "custody platform list",
    "custody platform show instagram",
    "custody permission list",
    "custody account list",
    f"custody account show {ACCOUNT}",
    f"custody account who {ACCOUNT}",
    "custody checkout list",
    "custody rotate due --within 365d",
    "custody ledger list",
    "custody ledger verify",
    "custody store status",
    "custody store upgrade",
)


def walk(town: Town) -> Iterator[tuple[str | None, str]]:
    """Who types what, from a staffed town to a changed passphrase; each step follows from the answers before it."""
    permission = town.request()
    yield "m.silva", f"custody permission show {permission}"
    yield "m.silva", f"custody permission grant {permission} --note 'as we said'"
    yield "coach", town.register_command(permission)
    yield "m.silva", "custody escrow verify --all"
    yield "coach", f"custody checkout {ACCOUNT} --for 2h --reason '{REASON}'"
    yield "coach", f"custody checkout {ACCOUNT}"
    yield "coach", f"custody checkin {ACCOUNT}"
    fresh = town.passphrase_file("m.silva")
    yield "m.silva", f"custody escrow open {ACCOUNT} --reason '{REASON}' --passphrase-file {fresh}"
    yield "jlee", f"custody rotate start {ACCOUNT} --password-file {town.file('next', NEXT_PASSWORD)}"
    yield "jlee", f"custody rotate show {ACCOUNT}"
    yield "jlee", f"custody rotate abandon {ACCOUNT} --reason 'the platform was down'"
    yield "jlee", f"custody rotate start {ACCOUNT} --password-file {town.file('next', NEXT_PASSWORD)}"
    yield "jlee", f"custody rotate confirm {ACCOUNT}"
    yield "m.silva", f"custody escrow verify {ACCOUNT}"
    old, new = town.file("old", PASSPHRASES["coach"]), town.file("new", NEW_PASSPHRASE)
    yield "coach", f"custody person passphrase --passphrase-file {old} --new-passphrase-file {new}"
    for command in LOOKS:
        yield "jlee", command
