"""Making a backup file of a live store, and what this machine remembers of it until a member can sign."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from vault.desk.backups import Backups, Made, Returned, complaint
from vault.domain.ids import Digest
from vault.errors import InvalidInput, StoreError, VaultError, WrongState
from vault.ledger import codec
from vault.ledger.backups import write_content
from vault.ledger.view import the_vault
from vault.sealing.archive import ArchiveHeader, ArchiveKey, make_archive_key
from vault.sealing.archive_stream import ArchiveWriter
from vault.wiring.home import Home, write_private

if TYPE_CHECKING:
    from vault.desk.office import Member
    from vault.domain.secret import Secret
    from vault.ledger.ports import Head, LedgerSnapshot
    from vault.wiring.assembly import Opened, Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What this machine remembers of backups; it is no authority, only a reminder.

    Attributes:
        made: The newest that was made here.
        is_recorded: It stands in the ledger.
        failed: Why the last attempt failed, or None.
        returned: The store came back from a backup here, and nobody has signed that yet.
    """

    made: Made | None = None
    is_recorded: bool = True
    failed: str | None = None
    returned: Returned | None = None


def read_marks(home: Home) -> Marks:
    """What this machine remembers; nothing when that cannot be read."""
    try:
        return codec.decode(home.backup_marks.read_bytes(), Marks)
    except (OSError, ValueError):
        return Marks()


def remember(home: Home, marks: Marks) -> None:
    """Keep this for later commands.

    Raises:
        StoreError: It cannot be written.
    """
    write_private(home.backup_marks, codec.encode(marks).decode())


@contextmanager
def noting_failure(home: Home) -> Iterator[None]:
    """Remember why a backup failed, for `status` and `doctor`: nobody may be there to read it."""
    try:
        yield
    except VaultError as error:
        with suppress(StoreError):
            remember(home, replace(read_marks(home), failed=error.message))
        raise


def create_backup(
    opened: Opened, around: Surroundings, file: Path, passphrase: Secret, *, is_replacing: bool = False
) -> Made:
    """Make a backup file, whole or not at all; writers go on meanwhile.

    Args:
        opened: The vault.
        around: The clock, the randomness, the strength.
        file: Where; readable by its owner alone.
        passphrase: The backup passphrase, from now on one of the two ways to open it.
        is_replacing: A file that is there is replaced, once the new one is whole.

    Raises:
        InvalidInput: The passphrase will not do.
        WrongState: The file is there.
        IntegrityError: The store is altered; a backup of it would hide that.
        StoreError: The disk or the store failed.
    """
    backups = Backups(opened.office)
    backups.require_passphrase(passphrase)
    _require_place(file, is_replacing=is_replacing)
    recovery = the_vault(opened.office.view).recovery
    header, key = make_archive_key(
        passphrase,
        vault=opened.config.vault,
        parameters=around.officer.make_parameters(around.random),
        recovery=recovery.public,
        commitments=recovery.commitments,
        random=around.random,
    )
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        made = opened.store.snapshot(lambda snapshot: _write(opened, around, snapshot, beside, (header, key)))
        _require_place(file, is_replacing=is_replacing)
        beside.replace(file)
        _settle(file.parent)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {(error.strerror or type(error).__name__).lower()}") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    made = replace(made, path=str(file))
    remember(opened.home, replace(read_marks(opened.home), made=made, is_recorded=False, failed=None))
    return made


def _require_place(file: Path, *, is_replacing: bool) -> None:
    if file.is_dir():
        raise InvalidInput(f"{file} is a directory", hint="name the file itself")
    if not is_replacing and (file.exists() or file.is_symlink()):
        raise WrongState(f"{file} is there already, and is not replaced", hint="name another file, or give --replace")


def _write(
    opened: Opened, around: Surroundings, snapshot: LedgerSnapshot, path: Path, sealed: tuple[ArchiveHeader, ArchiveKey]
) -> Made:
    """Write one moment of the store to a new file."""
    head, at = _head_of(snapshot), opened.office.now()
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        sink = _Sink(file)
        writer = ArchiveWriter(sink.write, *sealed, random=around.random)
        write_content(
            writer.write,
            snapshot,
            Backups(opened.office).make_manifest(head, at),
            opened.keyring.to_text(),
            pin=opened.office.ledger.witness.pin,
            progress=around.progress,
        )
        writer.close()
        file.flush()
        os.fsync(file.fileno())
    return Made(
        path=str(path), made_at=at, head_seq=head.seq, head_hash=head.hash, digest=sink.digest(), size=sink.size
    )


def _head_of(snapshot: LedgerSnapshot) -> Head:
    head = snapshot.head()
    if head is None:
        raise StoreError("the store holds no ledger", hint="check --db")
    return head


def _settle(folder: Path) -> None:
    """Have the disk keep the new name as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Sink:
    """Writes to a file, and reckons its digest and size meanwhile."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def digest(self) -> Digest:
        return Digest(self._hash.digest())


def sign_marks(opened: Opened, member: Member) -> None:
    """Have IT of the district record what was done here when nobody was there to sign.

    Raises:
        VaultError: It could not be recorded.
    """
    marks = read_marks(opened.home)
    if marks.is_recorded and marks.returned is None:
        return
    backups = Backups(opened.office)
    if not backups.may(member):
        return
    # What the rules refuse today they refuse tomorrow: it must not stand in the way of every command from now on.
    if marks.returned is not None:
        with suppress(InvalidInput):
            backups.record_return(member, marks.returned)
        marks = replace(marks, returned=None)
        remember(opened.home, marks)
    if marks.made is not None and not marks.is_recorded:
        # Somebody may have recorded a newer one meanwhile: then there is nothing to say.
        with suppress(WrongState, InvalidInput):
            backups.record(member, marks.made)
        remember(opened.home, replace(marks, is_recorded=True))


def complaint_of(opened: Opened) -> str | None:
    """What is wrong with the vault's backups, as seen from this machine; None when nothing is."""
    marks = read_marks(opened.home)
    return complaint(opened.office, marks.made, marks.failed)
