"""What a recovery takes and shows: the officers' shares, and accounts in the open."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from vault.cli.app import App
from vault.cli.rendering import facts
from vault.cli.shares import take_shares

if TYPE_CHECKING:
    from vault.desk.office import Member
    from vault.desk.recovery import Recovered
    from vault.sealing.shares import Share


def gather(app: App, member: Member, name: str, share_files: tuple[str, ...]) -> list[Share]:
    """The shares that were given from elsewhere, and as many more as are wanted from the officers here."""
    from vault.desk.finding import find_request
    from vault.desk.recovery import Recoveries
    from vault.ledger.view import the_vault
    from vault.wiring.recovering import find_request_key

    request = find_request(app.office.view, name)
    locked = find_request_key(app.vault.home, request.id)
    given, faults = ([], []) if locked is None else Recoveries(app.office).given(member, name, locked)
    for fault in faults:
        app.warn(fault)
    missing = the_vault(app.office.view).recovery.threshold - len(given)
    here = take_shares(app, share_files, max(missing, 0)) if share_files or missing > 0 else []
    known = {share.index for share in here}
    return [*here, *(share for share in given if share.index not in known)]


def as_item(found: Recovered) -> dict[str, object]:
    """One account for scripts, in the open."""
    item: dict[str, object] = {
        "account": found.account.id,
        "key": found.account.key,
        "version": found.version,
        "staged": found.is_staged,
        "fault": found.fault or None,
    }
    contents = found.contents
    if contents is not None:
        item |= {
            "username": contents.contacts.username,
            "password": contents.password.reveal(),
            "linked_email": contents.contacts.email,
            "recovery": list(contents.contacts.recovery),
            "totp_seed": None if contents.seed is None else base64.b32encode(contents.seed.key).decode().rstrip("="),
            "backup_codes": [code.reveal() for code in contents.codes],
        }
    return item


def as_text(found: Recovered) -> str:
    """One account for people, in the open."""
    item = as_item(found)
    codes, others = item.get("backup_codes"), item.get("recovery")
    return facts(
        (
            ("account", f"{found.account.key}, version {found.version}{', staged' if found.is_staged else ''}"),
            ("does not open", found.fault or None),
            ("username", _word(item.get("username"))),
            ("password", _word(item.get("password"))),
            ("linked e-mail", _word(item.get("linked_email"))),
            ("recovery", ", ".join(others) if isinstance(others, list) and others else None),
            ("TOTP seed", _word(item.get("totp_seed"))),
            ("backup codes", " ".join(codes) if isinstance(codes, list) and codes else None),
        )
    )


def _word(value: object) -> str | None:
    return None if value is None else str(value)
