"""`custody recovery`: what the officers open when nobody else can, and how it is known beforehand that they could."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from vault.cli.app import App
from vault.cli.commands import Reply, leaf
from vault.cli.recovered import as_item, as_text, gather
from vault.cli.rendering import local, table, utc
from vault.cli.shares import hand_out, qr_option, share_file_option, shares_dir_option, shares_folder, take_shares
from vault.cli.typing_in import Term
from vault.errors import InvalidInput, MissingInput, VaultError

if TYPE_CHECKING:
    from vault.domain.ids import VaultId
    from vault.domain.recovery import RecoveryRequest


@click.group()
def recovery() -> None:
    """The recovery officers: what their shares open, and drills that prove it."""


@leaf(
    recovery,
    "request",
    examples=(
        'custody recovery request --account instagram:shs_drama --reason "Everybody who held it has left"',
        'custody recovery request --all --for 1d --reason "The district office has burnt down"',
    ),
    signs=True,
)
@click.option("--account", "accounts", multiple=True, metavar="ACCOUNT", help="An account to open; may be repeated.")
@click.option("--unit", "units", multiple=True, metavar="UNIT", help="A unit with all below it; may be repeated.")
@click.option("--all", "everything", is_flag=True, help="The whole vault.")
@click.option("--reason", required=True, help="Why; 10 characters or more. The accounts' holders are told.")
@click.option("--for", "term", type=Term(), default="2d", show_default=True, help="How long the request lasts.")
def request(
    app: App,
    /,
    *,
    accounts: tuple[str, ...],
    units: tuple[str, ...],
    everything: bool,
    reason: str,
    term: timedelta,
) -> Reply:
    """Ask the recovery officers to open accounts, units or the whole vault. You alone will be shown what they open."""
    from vault.desk.recovery import Recoveries
    from vault.wiring.recovering import keep_request_key

    home = app.vault.home
    made = Recoveries(app.office).request(
        app.member(),
        accounts=accounts,
        units=units,
        everything=everything,
        reason=reason,
        term=term,
        keep=lambda key, locked: keep_request_key(home, key, locked),
    )
    return Reply(
        data={"request": made.id, "expires_at": utc(made.until)},
        text=lambda: (
            f"{made.id} stands until {local(made.until)}.\n"
            f"Officers here: custody recovery open {made.id} --reveal. Elsewhere: custody recovery give {made.id}"
        ),
    )


@leaf(recovery, "list", examples=("custody recovery list",))
def list_requests(app: App, /) -> Reply:
    """Requests, and how many shares were given for each from elsewhere."""
    from vault.domain.persons import Person
    from vault.domain.recovery import GivenShare, RecoveryRequest
    from vault.ledger.view import get

    view, now = app.office.view, app.office.now()
    items = [
        {
            "id": each.id,
            "by": get(view, Person, each.by).username,
            "reason": each.reason,
            "expires_at": utc(each.until),
            "opened_at": utc(each.opened_at),
            "given": sorted(given.index for given in view.where(GivenShare, "request", each.id)),
            "state": _state(each, is_over=now >= each.until),
        }
        for each in view.every(RecoveryRequest)
    ]
    rows = [(str(each["id"]), str(each["state"]), str(each["by"]), str(each["reason"])) for each in items]
    headings = ("request", "state", "by", "reason")
    return Reply(data={"items": items}, text=lambda: table(headings, rows, empty="nobody has asked the officers"))


def _state(request: RecoveryRequest, *, is_over: bool) -> str:
    if request.opened_at is not None:
        return "opened"
    return "ended" if is_over else "asked"


@leaf(
    recovery,
    "give",
    examples=("custody recovery give rec_… --share-file share-2-of-5.txt",),
    signs=True,
)
@click.argument("name", metavar="REQUEST")
@share_file_option
def give(app: App, /, name: str, *, share_files: tuple[str, ...]) -> Reply:
    """Give your share for a request from your own machine, sealed so that the requester's machine alone opens it."""
    from vault.desk.recovery import Recoveries

    if len(share_files) > 1:
        raise InvalidInput("an officer gives one share", hint="give --share-file once")
    member = app.member()
    (share,) = take_shares(app, share_files, 1)
    made = Recoveries(app.office).give(member, name, share)
    return Reply(
        data={"request": made.request, "share": made.index},
        text=lambda: f"Share {made.index} is given for {made.request}.",
    )


@leaf(
    recovery,
    "open",
    examples=("custody recovery open rec_… --reveal", "custody recovery open rec_… --reveal --json > opened.json"),
    signs=True,
)
@click.argument("name", metavar="REQUEST")
@share_file_option
@click.option("--reveal", is_flag=True, help="Show what is opened; without it nothing is opened.")
def open_request(app: App, /, name: str, *, share_files: tuple[str, ...], reveal: bool) -> Reply:
    """Open what your request names, with the officers' shares. Freezes the vault until keys and shares are made anew.

    Every part that is shown is recorded first, and a rotation of every account is owed. Shares are read from
    --share-file, or asked for one by one; those that officers gave from elsewhere are counted in.
    """
    from vault.desk.recovery import Recoveries

    if not reveal:
        raise MissingInput("nothing is opened unless it is to be shown", hint="give --reveal")
    app.require_yes("This freezes the vault until keys and shares are made anew. Are the officers agreed?")
    member = app.member(is_fresh=True)
    shares = gather(app, member, name, share_files)
    found = list(Recoveries(app.office).open(member, name, shares))
    items = [as_item(each) for each in found]
    failed = [each for each in found if each.fault]
    return Reply(
        data={"request": name, "items": items, "failed": [each.account.key for each in failed]},
        text=lambda: "\n\n".join([*(as_text(each) for each in found), _NEXT]),
        exit_status=10 if failed else 0,
    )


_NEXT = "The vault is frozen. IT of the district, with the officers: custody recovery reshare"


@leaf(
    recovery,
    "drill",
    examples=(
        "custody recovery drill",
        "custody recovery drill --share-file a.txt --share-file b.txt --share-file c.txt",
    ),
    signs=True,
)
@share_file_option
def drill(app: App, /, *, share_files: tuple[str, ...]) -> Reply:
    """Prove, without opening a credential, that the officers' shares open every unit's key and the storage key."""
    from vault.desk.drills import Drills, undrilled
    from vault.ledger.view import the_vault

    member = app.member()
    shares = take_shares(app, share_files, the_vault(app.office.view).recovery.threshold)
    made = Drills(app.office).recovery(member, shares)
    late = [each.username for each in undrilled(app.office.view, app.office.now())]
    said = f"\nThese supervisors have not opened their escrow for a year: {', '.join(late)}: custody escrow drill"
    return Reply(
        data={"shares": list(made.shares), "at": utc(made.at), "supervisors_late": late},
        text=lambda: "The shares open the vault: proved and recorded." + (said if late else ""),
    )


@leaf(
    recovery,
    "reshare",
    examples=('custody recovery reshare --reason "An officer has moved away" --shares-dir /media/usb/shares',),
    signs=True,
)
@click.option("--reason", required=True, help="Why; 10 characters or more.")
@click.option("--shares", default=5, show_default=True, metavar="N", help="How many officers get a recovery share.")
@click.option(
    "--threshold", default=3, show_default=True, metavar="M", help="How many of them open the vault together."
)
@shares_dir_option
@qr_option
@share_file_option
def reshare(
    app: App, /, *, reason: str, shares_dir: str | None, qr: bool, share_files: tuple[str, ...], **given: int
) -> Reply:
    """Make a new recovery key and new shares, with the old officers' shares. The old shares open nothing afterwards.

    After an opening this ends the vault's freeze, and makes the key of every unit anew.
    """
    from vault.desk.epochs import Epochs
    from vault.desk.resharing import Resharing
    from vault.ledger.view import the_vault
    from vault.sealing.recovery import make_recovery_key
    from vault.wiring.recovering import forget_request_keys

    folder, member, vault = shares_folder(app, shares_dir), app.member(), the_vault(app.office.view)
    app.require_yes("The old shares will open nothing. Are the new officers here?")
    old = take_shares(app, share_files, vault.recovery.threshold)
    Resharing(app.office).require_possible(member, old, reason)
    new = make_recovery_key(app.office.random, threshold=given["threshold"], shares=given["shares"])
    # Handed out first: what is sealed to a key whose shares nobody has is lost.
    written = hand_out(app, new.shares, folder, app.office.policy.district, with_qr=qr)
    try:
        Resharing(app.office).reshare(
            member, old, new, threshold=given["threshold"], keyring=app.vault.keyring, reason=reason
        )
    except VaultError:
        app.warn("nothing was recorded: the new shares open nothing; destroy them, and keep the old ones")
        raise
    forget_request_keys(app.vault.home)
    epochs = Epochs(app.office)
    remade = epochs.mend(member) if vault.opened is not None else ()
    resealed = epochs.reseal(member) if remade else 0
    return Reply(
        data={"shares": written, "threshold": given["threshold"], "remade": list(remade), "resealed": resealed},
        text=lambda: "\n".join(
            [
                f"New shares are in force, {given['threshold']} of {given['shares']}; the old ones open nothing.",
                *([f"New keys: {', '.join(remade)}. Escrow copies sealed to them: {resealed}."] if remade else []),
                "Try them now: custody recovery drill",
            ]
        ),
    )


@leaf(
    recovery,
    "storage-key",
    examples=(
        "custody recovery storage-key --share-file a.txt --share-file b.txt --share-file c.txt",
        "custody --db postgresql+psycopg://db.example.org/custody recovery storage-key --vault 3f0c…",
    ),
)
@share_file_option
@click.option("--vault", "fingerprint", metavar="HEX", help="The fingerprint on paper, when the configuration is lost.")
def storage_key(app: App, /, *, share_files: tuple[str, ...], fingerprint: str | None) -> Reply:
    """Bring back a lost storage key from nothing but the database and the officers' shares."""
    from vault.wiring.recovering import restore_storage_key

    shares = take_shares(app, share_files[:1], 1)
    shares += take_shares(app, share_files[1:], shares[0].threshold - 1) if len(share_files) != 1 else []
    made = restore_storage_key(app.settings, app.surroundings, shares, _vault_id(fingerprint))
    return Reply(
        data={"file": str(made.file), "term": made.term, "vault": made.vault.hex()},
        text=lambda: f"The storage key is back: {made.file}. Keep a copy away from the database.",
    )


def _vault_id(text: str | None) -> VaultId | None:
    from vault.domain.ids import VaultId

    if text is None:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != _ID_BYTES:
        raise InvalidInput("a fingerprint has 64 hexadecimal digits", hint="--vault, as it was printed at the founding")
    return VaultId(found)


_ID_BYTES = 32

COMMANDS = {"recovery": recovery}
