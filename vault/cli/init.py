"""`custody init`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.rendering import paragraphs
from vault.cli.shares import hand_out, qr_option, shares_dir_option, shares_folder
from vault.errors import Declined, MissingInput, WrongState

if TYPE_CHECKING:
    from vault.domain.policies import Policy


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
@shares_dir_option
@qr_option
@click.option("--acknowledge-notice", is_flag=True, help="You have read the monitoring notice.")
def init(app: App, /, *, domains: tuple[str, ...], shares_dir: str | None, qr: bool, **given: object) -> Reply:
    """Found a vault: the district, your key, the storage key and the recovery shares.

    You become its first IT member. The printed fingerprint is the vault's name for ever: keep it on paper, and compare
    it when another machine joins.
    """
    from vault.desk.founding import Founder
    from vault.policy.defaults import default_policy
    from vault.wiring.assembly import found_home

    _require_no_vault(app)
    policy = default_policy(str(given["district"]), domains)
    username, folder = str(given["username"]).lower(), shares_folder(app, shares_dir)
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
        hand_out=lambda shares: written.extend(hand_out(app, shares, folder, policy.district, with_qr=qr)),
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
    app.say(f"\n{paragraphs(policy.monitoring_notice)}\n")
    if is_given:
        return
    if not app.may_ask:
        raise MissingInput("the monitoring notice is not acknowledged", hint="read it, then give --acknowledge-notice")
    if not click.confirm("I have read this notice", err=True):
        raise Declined("without it nothing about you is recorded, and the vault cannot be used")


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
