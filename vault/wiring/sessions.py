"""Sessions: a person's key, open for a while, in a file that only a key in their shell opens."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from vault.domain.ids import PersonId, VaultId, is_id
from vault.domain.secret import Secret
from vault.errors import Locked, VaultError
from vault.sealing.session import unwrap_identity, wrap_identity
from vault.store import files
from vault.wiring.home import Home, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vault.sealing.frames import Random
    from vault.sealing.identity import Identity

IDLE: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=8)
_AGAIN: Final = "custody unlock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open session.

    Attributes:
        token: What the shell keeps in `CUSTODY_SESSION`: the person's id and the random session key.
        ends_at: When it ends at the latest.
    """

    token: Secret = field(repr=False)
    ends_at: datetime


def _path(home: Home, vault: VaultId, person: PersonId) -> Path:
    return home.sessions / f"{vault.hex()[:16]}-{person}.session"


def open_session(
    home: Home, vault: VaultId, person: PersonId, identity: Identity, *, at: datetime, random: Random
) -> Session:
    """Keep a person's open key in a file, wrapped under a random key; an earlier session of theirs ends."""
    files.make_private_directory(home.sessions)
    wrapped = wrap_identity(identity, vault=vault, person=person, random=random)
    content = {"opened_at": at.isoformat(), "blob": wrapped.blob.hex()}
    path = _path(home, vault, person)
    write_private(path, json.dumps(content))
    _touch(path, at)
    return Session(token=Secret(f"{person}.{wrapped.session_key.reveal()}"), ends_at=at + LONGEST)


def person_of(token: str) -> PersonId:
    """Whose session it is.

    Raises:
        Locked: It is not what `custody unlock` prints.
    """
    person, _, key = token.partition(".")
    if not is_id(person) or not key:
        raise Locked("CUSTODY_SESSION is not what custody unlock printed", hint=_AGAIN)
    return PersonId(person)


def resume_session(home: Home, vault: VaultId, token: str, *, at: datetime) -> Identity:
    """The key of an open session; the idle time starts anew.

    Raises:
        Locked: It has ended, was locked, or is another's.
    """
    person, _, key = token.partition(".")
    path = _path(home, vault, person_of(token))
    if not path.exists():
        raise Locked("the session is locked", hint=_AGAIN)
    files.require_private_file(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        opened, blob = datetime.fromisoformat(content["opened_at"]).astimezone(UTC), bytes.fromhex(content["blob"])
        used = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Locked("the session's file cannot be read", hint=_AGAIN) from error
    if at >= opened + LONGEST or at >= used + IDLE:
        path.unlink(missing_ok=True)
        raise Locked("the session has ended", hint=_AGAIN)
    try:
        identity = unwrap_identity(blob, Secret(key), vault=vault, person=PersonId(person))
    except VaultError as error:
        raise Locked("CUSTODY_SESSION does not open the session", hint=_AGAIN) from error
    _touch(path, at)
    return identity


def _touch(path: Path, at: datetime) -> None:
    seconds = at.timestamp()
    os.utime(path, (seconds, seconds))


def end_sessions(home: Home, vault: VaultId, person: PersonId | None = None) -> int:
    """Destroy the session of one person, or every one of this vault on this machine; how many there were."""
    ended = 0
    for path in _paths(home, vault, person):
        path.unlink(missing_ok=True)
        ended += 1
    return ended


def _paths(home: Home, vault: VaultId, person: PersonId | None) -> Iterator[Path]:
    if not home.sessions.is_dir():
        return
    pattern = f"{vault.hex()[:16]}-{person or '*'}.session"
    yield from sorted(home.sessions.glob(pattern))
