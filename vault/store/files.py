"""Files that only their owner may read or write, from birth.

SQLite gives `-wal`, `-shm` and `-journal` the mode of the database file, so the database is made 0600 before SQLite
sees it. The directory has to be safe as well: whoever may write there can put another file in ours' place.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from vault.errors import StoreError, UnsafePermissions

if TYPE_CHECKING:
    from pathlib import Path

SIDECARS: Final = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database file, as suffixes of its name."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def make_private_directory(path: Path) -> None:
    """Make the directory with mode 0700 where it is missing, and check it where it is there.

    Raises:
        UnsafePermissions: Somebody else owns it or may write in it.
        StoreError: It cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise _failure("make", path, exc) from exc
    require_safe_directory(path)


def require_safe_directory(path: Path) -> None:
    """Refuse a directory in which somebody else could put another file in ours' place.

    Raises:
        UnsafePermissions: Somebody else owns it or may write in it.
        StoreError: It is not there.
    """
    try:
        found = path.stat()
    except OSError as exc:
        raise _failure("open", path, exc) from exc
    if not stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path} is not a directory")
    # Root's own directories are as safe as root is; a sticky one (/tmp) still lets others make our names first.
    if found.st_uid not in {os.geteuid(), 0}:
        raise UnsafePermissions(f"directory {path} belongs to somebody else", hint=f"chown $(id -un) {path}")
    if found.st_mode & _OTHERS_WRITE:
        raise UnsafePermissions(f"others may write in directory {path}", hint=f"chmod 700 {path}")


def make_private_file(path: Path) -> bool:
    """Make an empty file with mode 0600, whatever the umask, or check the one that is there.

    Returns:
        Whether the file is new.

    Raises:
        UnsafePermissions: It is a link, somebody else's, or open to others.
        StoreError: It cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        require_private_file(path)
        return False
    except OSError as exc:
        raise _failure("make", path, exc) from exc
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
    return True


def require_private_file(path: Path) -> None:
    """Refuse a file, or one of its SQLite sidecars, that anybody else may read, write or redirect.

    Raises:
        UnsafePermissions: It is a link, somebody else's, or open to others.
        StoreError: It is not there, or not a file.
    """
    _require_private(path)
    for suffix in SIDECARS:
        sidecar = path.with_name(path.name + suffix)
        if os.path.lexists(sidecar):
            _require_private(sidecar)


def discard(path: Path) -> None:
    """Remove a SQLite database with its sidecars; nothing happens where there is none.

    The database goes first: SQLite deletes a journal that it finds beside an empty or new database, but would replay
    one that it finds beside an old one.

    Raises:
        StoreError: A file cannot be removed.
    """
    for suffix in ("", *SIDECARS):
        name = path.with_name(path.name + suffix)
        try:
            name.unlink(missing_ok=True)
        except OSError as exc:
            raise _failure("remove", name, exc) from exc


def _require_private(path: Path) -> None:
    try:
        found = path.lstat()
    except OSError as exc:
        raise _failure("open", path, exc) from exc
    if stat.S_ISLNK(found.st_mode):
        raise UnsafePermissions(f"{path} is a link", hint="name the file itself")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path} is not a file")
    if found.st_uid != os.geteuid():
        raise UnsafePermissions(f"{path} belongs to somebody else", hint=f"chown $(id -un) {path}")
    if found.st_mode & _OTHERS:
        raise UnsafePermissions(f"others may open {path}", hint=f"chmod 600 {path}")


def _failure(verb: str, path: Path, exc: OSError) -> StoreError:
    return StoreError(f"cannot {verb} {path}: {(exc.strerror or type(exc).__name__).lower()}")
