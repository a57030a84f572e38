"""Makes a ledger of the rules version in force, and an entry of every kind: run once for each new version.

    python -m tests.ledger.vectors.make rules-v1.json entries.json

A file that is there is not written over: what is stored must come out the same, not be made to.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

from tests.ledger.account_forms import FAILED
from tests.ledger.backup_forms import backed_up, restored
from tests.ledger.departure_forms import live_through_departure
from tests.ledger.epoch_forms import end_keyholder
from tests.ledger.recovery_forms import live_through_recovery
from tests.ledger.reference import digest_state
from tests.ledger.town import Town
from vault.domain.accounts import Account
from vault.domain.credentials import Part, Road
from vault.domain.notices import Void
from vault.domain.persons import Role
from vault.ledger import codec
from vault.ledger.entry import read
from vault.ledger.events import KINDS

DRAMA = "district/high/drama"


def live(town: Town) -> None:
    """A year in the town: every kind of event at least once."""
    write, forms = town.write, town.forms
    write("ada", forms.share_key(DRAMA, "dora"))
    write("ada", forms.set_policy(retired_kept=0, checkout_minutes=240))
    write("emma", forms.acknowledge(2))
    write("ben", forms.relock("ben"))
    write("dora", forms.refuse(town.request("ben", "shs.band")))
    write("ben", forms.withdraw(town.request("ben", "shs.choir")))
    town.pass_time(days=3)
    account = town.activate()
    bare = town.grant(town.request("ben", "shs.stage"))
    write("dora", forms.designate(bare))
    plain = town.register(bare, mfa=())
    write("dora", forms.exempt(plain))
    write("dora", forms.verify(plain, mfa=FAILED))
    lease = town.checkout(account)
    write("emma", forms.extend(lease, 90))
    for part in (Part.CONTACTS, Part.PASSWORD):
        write("emma", forms.show(account, part, Road.CHECKOUT))
    write("emma", forms.show(account, Part.BACKUP_CODE, Road.CHECKOUT, number=2))
    write("emma", forms.checkin(lease))
    write("dora", forms.force_checkin(town.checkout(account, "ben")))
    town.pass_time(hours=1)
    town.open_escrow(account, "hal")
    write("emma", forms.abandon(town.stage(account)))
    town.pass_time(days=1)
    first = town.get(Account, account).current
    town.rotate(account, "ivy")
    write("ivy", forms.destroy(account, first))
    write("sue", forms.verify(account))
    write("ada", forms.assign("mia", DRAMA, Role.EMPLOYEE))
    write("dora", forms.end_role("ben", DRAMA, Role.EMPLOYEE))
    write("ada", backed_up(town))
    write("ada", restored(town, 7, 11))
    end_keyholder(town, "hal", "district/high", Role.SUPERVISOR)
    write("dora", forms.reseal(town.get(Account, account).current))
    live_through_departure(town, account)
    live_through_recovery(town, account)


def lie(town: Town) -> None:
    """What a modified client forces in."""
    account = next(iter(town.view.every(Account))).id
    own = town.request("dora", "shs.own")
    for username, draft in (
        ("dora", town.forms.grant(own)),
        ("mia", town.forms.assign("mia", "district", Role.IT)),
        ("ben", town.forms.checkout(account)),
        ("emma", town.forms.set_policy(domains=("example.org",))),
        ("ada", town.forms.show(account, Part.MFA_SEED, Road.ROTATION)),
    ):
        town.force(username, draft.events[0])
    town.force("sue", town.forms.withdraw(own).events[0], rules=1, time=town.now.replace(year=2020))
    town.force("sue", town.forms.withdraw(own).events[0], kind="vault.erased")
    town.witness.follow()
    town.write("dora", town.forms.withdraw(own))


def make_ledger() -> dict[str, Any]:
    town = Town("rules version 1")
    town.settle()
    live(town)
    lie(town)
    counts: dict[str, int] = {}
    for noun, _ in town.state.documents:
        counts[noun] = counts.get(noun, 0) + 1
    return {
        "frames": [base64.b64encode(entry.frame).decode() for entry in town.store.entries],
        "head": town.store.entries[-1].hash.hex(),
        "voids": [[void.seq, void.kind, void.author] for void in town.view.every(Void)],
        "documents": counts,
        "state": digest_state(town.state.documents),
    }


def make_entries() -> list[dict[str, Any]]:
    """One entry of each kind, with the seeds of the keys that signed it."""
    town = Town("an entry of every kind")
    town.settle()
    live(town)
    cases: dict[str, dict[str, Any]] = {}
    names = {town.persons[username]: username for username in town.persons}
    for stored in town.store.entries:
        entry = read(stored)
        author = names[entry.author]
        code = town.spent[author]._seed.hex() if entry.countersignature else ""
        cases.setdefault(
            entry.envelope.kind,
            {
                "kind": entry.envelope.kind,
                "seq": stored.seq,
                "seed": town.keys[author].reveal_seeds()[1].hex(),
                "code_seed": code,
                "event": codec.encode(entry.event).decode(),
                "hash": stored.hash.hex(),
                "frame": stored.frame.hex(),
            },
        )
    assert set(cases) == set(KINDS)
    return list(cases.values())


def main() -> None:
    made: dict[str, Any] = {"rules": make_ledger, "entries": make_entries}
    for name in sys.argv[1:]:
        path = Path(__file__).parent / name
        with path.open("x", encoding="utf-8") as file:
            json.dump(made[name.partition("-")[0].partition(".")[0]](), file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
