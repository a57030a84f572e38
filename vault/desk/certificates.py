"""The certificate of a departure: what personnel keeps on paper as the proof."""

from __future__ import annotations

from collections.abc import Iterator

from vault.desk.departures import Progress
from vault.desk.ledgers import entries_of
from vault.desk.office import Office
from vault.domain.departures import Departure
from vault.domain.persons import Person
from vault.domain.units import Unit
from vault.errors import WrongState
from vault.ledger.entry import Entry
from vault.ledger.view import get


def certificate_of(office: Office, progress: Progress) -> str:
    """The certificate of a completed departure, as plain text.

    It names the vault, the entry that completed it, that entry's hash and its signer's key: whoever has the ledger
    finds the same there, signed.

    Raises:
        WrongState: The departure is not completed.
    """
    departure = progress.departure
    if departure.proof is None or departure.completed_at is None or departure.completed_by is None:
        raise WrongState(f"{departure.id} is open still", hint=f"custody depart complete {departure.id}")
    proof = next(entry for entry in entries_of(office) if entry.hash == departure.proof)
    return "\n".join((*_head(office, departure), "", *_changed(office, progress), "", *_proof(office, proof)))


def _head(office: Office, departure: Departure) -> Iterator[str]:
    view = office.view
    person = get(view, Person, departure.person)
    yield f"{office.policy.district}: certificate of departure"
    yield ""
    yield f"Person      {person.name} ({person.username})"
    yield f"From        {get(view, Unit, departure.unit).path}, and the units below it"
    yield f"Effective   {departure.effective_at:%Y-%m-%d %H:%M} UTC"
    yield f"Reason      {departure.reason}"
    yield f"Started     {departure.started_at:%Y-%m-%d %H:%M} UTC by {get(view, Person, departure.started_by).name}"
    yield f"Departure   {departure.id}"


def _changed(office: Office, progress: Progress) -> Iterator[str]:
    yield "Their roles there have ended, and they are the custodian of no account there. Of what they had been shown,"
    yield "and nobody had changed by then, every credential has been replaced by somebody else:"
    for account, rotation in progress.changed:
        by = "" if rotation.ended_by is None else get(office.view, Person, rotation.ended_by).name
        at = "" if rotation.ended_at is None else f"{rotation.ended_at:%Y-%m-%d %H:%M} UTC"
        yield f"  {account.key}  replaced {at} by {by} ({rotation.id})"
    if not progress.changed:
        yield "  (there was none)"


def _proof(office: Office, proof: Entry) -> Iterator[str]:
    pin = office.ledger.witness.pin
    yield f"Completed   {proof.time:%Y-%m-%d %H:%M} UTC by {get(office.view, Person, proof.author).name}"
    yield f"Vault       {office.ledger.witness.vault.hex()}"
    yield f"Entry       {proof.seq}, hash {proof.hash.hex()}"
    yield f"Signed by   key {proof.envelope.key.hex()}"
    head = "" if pin is None else f"verified to entry {pin.seq}, hash {pin.hash.hex()}"
    yield f"Ledger      {head}"
