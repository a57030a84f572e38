"""Opening the backup file that a person names, by what they can give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from vault.errors import ForeignVault, VaultError

if TYPE_CHECKING:
    from vault.cli.app import App
    from vault.wiring.restoring import BackupFile


def open_file(app: App, file: str, given: dict[str, object]) -> BackupFile:
    """Open a backup file by the shares or by the passphrase, once it is known to be of the right vault.

    Args:
        app: The run.
        file: The file's path as typed.
        given: `shares`, `fingerprint` and `backup_passphrase_file`, as the options gave them.

    Raises:
        ForeignVault: It is of another vault than the one that paper or this machine's configuration names.
        WrongPassphrase: The passphrase is not the file's.
        VaultError: The file or a share will not do.
    """
    from vault.domain.secret import Secret
    from vault.sealing.shares import Share
    from vault.wiring.restoring import open_by_passphrase, open_by_shares, read_header

    path, shares = Path(file).expanduser().absolute(), given["shares"]
    _require_vault(app, read_header(path).vault, given["fingerprint"])
    if isinstance(shares, tuple) and shares:
        texts = (app.text(each, "--share-file") for each in shares)
        return open_by_shares(path, [Share.parse(Secret(_last_paragraph(each))) for each in texts])
    source = given["backup_passphrase_file"]
    passphrase = app.secret(
        str(source) if source is not None else None, "Passphrase of the backup", "--backup-passphrase-file"
    )
    return open_by_passphrase(path, passphrase)


def _last_paragraph(text: str) -> str:
    """The share itself, below what is printed above it."""
    return re.split(r"\n\s*\n", text.strip())[-1]


def _require_vault(app: App, found: bytes, fingerprint: object) -> None:
    """Refuse a backup of another vault than the one that paper or this machine's configuration names (A2)."""
    wanted = "".join(fingerprint.split()).lower() if isinstance(fingerprint, str) else _configured(app)
    if wanted is not None and wanted != found.hex():
        raise ForeignVault(f"this backup is of the vault {found.hex()}, and not of {wanted}", hint="check FILE")


def _configured(app: App) -> str | None:
    from vault.wiring.home import Home, read_config

    try:
        return read_config(Home.of(app.settings), app.settings).vault.hex()
    except VaultError:
        return None
