"""Recovery shares: handing them out, and taking them from officers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault.errors import InvalidInput, MissingInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.cli.app import App
    from vault.sealing.shares import Share

shares_dir_option = click.option(
    "--shares-dir", metavar="DIR", help="Write the shares to files there, one an officer, readable by you alone."
)
qr_option = click.option("--qr", is_flag=True, help="Each share as a QR code as well: on screen, or an SVG file.")
share_file_option = click.option(
    "--share-file",
    "share_files",
    multiple=True,
    metavar="PATH",
    help="Read an officer's share from a file, instead of asking; once for each.",
)


def shares_folder(app: App, given: str | None) -> Path | None:
    """Where new shares go: a folder, or one screen each.

    Raises:
        MissingInput: Nobody is there to write them down.
        InvalidInput: The folder holds something already.
    """
    if given is None:
        if not app.may_ask:
            raise MissingInput("nobody is there to write the recovery shares down", hint="give --shares-dir DIR")
        return None
    folder = Path(given).expanduser().absolute()
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(f"{folder} is not empty", hint="give an empty or new folder for --shares-dir")
    return folder


def hand_out(app: App, shares: Sequence[Share], folder: Path | None, district: str, *, with_qr: bool) -> list[str]:
    """Each share to its file, or on one screen until the officer has copied it; the vault keeps none.

    Returns:
        The files that were written.
    """
    from vault.store import files
    from vault.wiring.home import write_private

    if folder is None:
        for share in shares:
            app.say((_blocks(share) if with_qr else "") + _sheet(share, len(shares), district))
            click.prompt("Copy it, then press Enter", default="", show_default=False, err=True, hide_input=True)
            _clear()
        return []
    files.make_private_directory(folder)
    written = []
    for share in shares:
        path = folder / f"share-{share.index}-of-{len(shares)}.txt"
        write_private(path, _sheet(share, len(shares), district), is_new=True)
        written.append(str(path))
        if with_qr:
            write_private(path.with_suffix(".svg"), _svg(share), is_new=True)
            written.append(str(path.with_suffix(".svg")))
    return written


def _line(share: Share) -> str:
    """The share in one line, of characters that a QR code holds best."""
    return share.to_text().reveal().replace("\n", "-")


def _blocks(share: Share) -> str:
    import io

    import segno

    drawn = io.StringIO()
    segno.make_qr(_line(share), error="m").terminal(drawn, compact=True)
    return drawn.getvalue()


def _svg(share: Share) -> str:
    import io

    import segno

    drawn = io.BytesIO()
    segno.make_qr(_line(share), error="m").save(drawn, kind="svg", scale=6, border=4)
    return drawn.getvalue().decode()


def _clear() -> None:
    """Wipe the screen that a share stood on, and what can be scrolled back to; the share was never on stdout."""
    click.echo("\033[H\033[2J\033[3J", err=True, nl=False)


def _sheet(share: Share, count: int, district: str) -> str:
    return (
        f"Recovery share {share.index} of {count} of the custody vault of {district}\n"
        f"Any {share.threshold} of them together open every credential. Keep it on paper, in a safe place of\n"
        "your own; no copy is kept anywhere else. Each group ends with a check character.\n\n"
        f"{share.to_text().reveal()}\n"
    )


def take_shares(app: App, sources: Sequence[str], needed: int) -> list[Share]:
    """What officers give at this machine: from files, or by hidden prompts one by one.

    Args:
        app: The run.
        sources: Paths, or `-`.
        needed: How many are wanted in all; with files, whatever they hold is taken.

    Raises:
        MissingInput: There is none, and nobody may be asked.
        InvalidInput: A file holds no share.
    """
    from vault.domain.secret import Secret
    from vault.sealing.shares import Share

    if sources:
        texts = (app.text(each, "--share-file") for each in sources)
        return [Share.parse(Secret(re.split(r"\n\s*\n", text.strip())[-1])) for text in texts]
    return [_asked(app, at, needed) for at in range(1, needed + 1)]


def _asked(app: App, at: int, needed: int) -> Share:
    """One officer's share, asked for until it is well typed."""
    from vault.sealing.shares import Share

    while True:
        typed = app.secret(None, f"Share of officer {at} of {needed}, in one line", "--share-file")
        try:
            return Share.parse(typed)
        except InvalidInput as error:
            app.say(f"{error.message}: type it again")
