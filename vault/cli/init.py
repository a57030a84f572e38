"""`custody init`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.errors import Declined, InvalidInput, MissingInput, WrongState

if TYPE_CHECKING:
    from vault.domain.policies import Policy
    from vault.sealing.shares import Share


@leaf(
    None,
    "init",
    examples=(
        'custody init --district "Ridge Public Schools" --domain ridge.k12.example --username jlee --name "J. Lee"',
    ),
    signs=True,
)
@click.option("--district", required=True, metavar="NAME", help="The district's name as its people write it.")
@click.option("--domain", "domains", required=True, multiple=True, metavar="DOMAIN", help="An e-mail domain of staff.")
@click.option("--username", required=True, help="Yours, as the first IT member.")
@click.option("--name", required=True, help="Yours, as people write it.")
@click.option("--email", metavar="ADDRESS", help="Yours; USERNAME@DOMAIN if not given.")
@click.option("--shares", default=5, show_default=True, metavar="N", help="How many officers get a recovery share.")
@click.option(
    "--threshold", default=3, show_default=True, metavar="M", help="How many of them open the vault together."
)
@click.option(
    "--shares-dir", metavar="DIR", help="Write the shares to files there, one an officer, readable by you alone."
)
@click.option("--acknowledge-notice", is_flag=True, help="You have read the monitoring notice.")
def init(app: App, /, *, domains: tuple[str, ...], shares_dir: str | None, **given: object) -> Reply:
    """Found a vault: the district, your key, the storage key and the recovery shares.

    You become its first IT member. The printed fingerprint is the vault's name for ever: keep it on paper, and compare
    it when another machine joins.
    """
    from vault.desk.founding import Founder
    from vault.policy.defaults import default_policy
    from vault.wiring.assembly import found_home

    _require_no_vault(app)
    policy = default_policy(str(given["district"]), domains)
    username = str(given["username"]).lower()
    folder = _shares_folder(app, shares_dir)
    acknowledge_notice(app, policy, is_given=bool(given["acknowledge_notice"]))
    founder = Founder(
        username=username,
        name=str(given["name"]),
        email=str(given["email"] or f"{username}@{policy.domains[0]}").lower(),
        passphrase=app.secret(
            app.passphrase_file, "Passphrase (15 characters or more)", "--passphrase-file", is_new=True
        ),
    )
    written: list[str] = []
    founding, home, config = found_home(
        app.settings,
        app.surroundings,
        founder,
        policy,
        threshold=int(str(given["threshold"])),
        shares=int(str(given["shares"])),
        hand_out=lambda shares: written.extend(_hand_out(app, shares, folder, policy.district)),
    )
    data = {
        "vault": founding.vault.hex(),
        "fingerprint": grouped(founding.vault.hex()),
        "home": str(home.folder),
        "db": config.db,
        "person": founding.person,
        "unit": founding.unit,
        "shares": written,
    }
    return Reply(data=data, text=lambda: _story(data, policy, founder.username))


def _require_no_vault(app: App) -> None:
    """Say so before anything is asked."""
    from vault.wiring.home import Home

    home = Home.of(app.settings)
    if home.config.exists():
        raise WrongState(f"{home.folder} holds a vault already", hint="choose another folder with --home")


def grouped(text: str) -> str:
    """Hexadecimal digits in groups of eight, to be read aloud."""
    return " ".join(text[at : at + 8] for at in range(0, len(text), 8))


def acknowledge_notice(app: App, policy: Policy, *, is_given: bool) -> None:
    """Show the monitoring notice, and have it acknowledged before anything about the person is recorded.

    Raises:
        Declined: The person does not acknowledge it.
        MissingInput: Nobody may be asked, and the option was not given.
    """
    app.say(f"\n{policy.monitoring_notice}\n")
    if is_given:
        return
    if not app.may_ask:
        raise MissingInput("the monitoring notice is not acknowledged", hint="read it, then give --acknowledge-notice")
    if not click.confirm("I have read this notice", err=True):
        raise Declined("without it nothing about you is recorded, and the vault cannot be used")


def _shares_folder(app: App, given: str | None) -> Path | None:
    """Where the shares go: a folder, or one screen each."""
    if given is None:
        if not app.may_ask:
            raise MissingInput("nobody is there to write the recovery shares down", hint="give --shares-dir DIR")
        return None
    folder = Path(given).expanduser().absolute()
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(f"{folder} is not empty", hint="give an empty or new folder for --shares-dir")
    return folder


def _hand_out(app: App, shares: tuple[Share, ...], folder: Path | None, district: str) -> list[str]:
    """Each share to its file, or on one screen until the officer has copied it; the vault keeps none."""
    from vault.store import files
    from vault.wiring.home import write_private

    if folder is None:
        for share in shares:
            app.say(_sheet(share, len(shares), district))
            click.prompt("Copy it, then press Enter", default="", show_default=False, err=True, hide_input=True)
            _clear()
        return []
    files.make_private_directory(folder)
    written = []
    for share in shares:
        path = folder / f"share-{share.index}-of-{len(shares)}.txt"
        write_private(path, _sheet(share, len(shares), district), is_new=True)
        written.append(str(path))
    return written


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


def _story(data: Mapping[str, object], policy: Policy, username: str) -> str:
    shares = data["shares"]
    lines = [
        f"The vault of {policy.district} is founded.",
        "",
        f"fingerprint  {data['fingerprint']}",
        f"home         {data['home']}",
        f"store        {data['db']}",
        "",
        "Write the fingerprint down. Keep a copy of storage.key away from the database: it is needed to read it.",
    ]
    if isinstance(shares, list) and shares:
        lines += [
            f"Hand out the {len(shares)} recovery shares, then delete their files:",
            *(f"  {each}" for each in shares),
        ]
    lines += [
        "",
        f'Next: custody --as {username} unit add district/high-school --kind school --name "High School"',
    ]
    return "\n".join(lines)


COMMANDS = {"init": init}
