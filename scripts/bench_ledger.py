"""A ledger written fast: real signed entries, many to a transaction, not judged by their writer.

Whoever follows it judges each entry as any other. What takes long and is not what is measured is left out: the writer
does not run the rules first, and the sealed records of stand-in accounts are 48 random bytes that no key opens.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from vault.domain.credentials import Part, Road
from vault.domain.ids import AccountId, CheckoutId, CredentialId, Digest, ExposureId, PermissionId, make_id
from vault.ledger.entry import RULES_VERSION, Envelope, key_fingerprint, read, write
from vault.ledger.events import (
    AccountRegistered,
    CheckoutEnded,
    CheckoutOpened,
    Event,
    ExposureRecorded,
    PermissionGranted,
    PermissionRequested,
)
from vault.ledger.ports import Pin
from vault.sealing.frames import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scripts.bench_district import District
    from vault.desk.office import Member
    from vault.domain.accounts import Account
    from vault.domain.keys import SealedKey
    from vault.ledger.entry import Entry
    from vault.ledger.ports import StoredEntry

T = TypeVar("T", bound=str)
E = TypeVar("E", bound=Event)

AT_ONCE: Final = 2_000
"""Entries to a transaction."""
DAILY: Final = 5
"""Entries of one `use`."""


class Scribe:
    """Signs events in members' names and chains them on to a district's ledger.

    Args:
        district: Whose ledger; its witness has followed it to the end.
    """

    def __init__(self, district: District) -> None:
        self._store = district.opened.store
        self._vault = district.office.ledger.witness.vault
        self._head = _require(district.office.ledger.witness.pin)
        self._fingerprints: dict[str, bytes] = {}
        self._entries: list[StoredEntry] = []
        self._records: dict[Digest, bytes] = {}

    def add(self, member: Member, event: Event) -> None:
        """Sign an event; it is stored with the others."""
        author = member.author
        fingerprint = self._fingerprints.get(author.person)
        if fingerprint is None:
            fingerprint = self._fingerprints[author.person] = key_fingerprint(author.signing.public)
        at = max(self._head.time, datetime.now(UTC))
        envelope = Envelope(
            vault=self._vault,
            seq=self._head.seq + 1,
            prev=self._head.hash,
            rules=RULES_VERSION,
            time=at,
            author=author.person,
            key=fingerprint,
            kind=event.KIND,
            event=event,
        )
        stored = write(envelope, author.signing)
        self._head = Pin(seq=stored.seq, hash=stored.hash, time=at, rules=RULES_VERSION)
        self._entries.append(stored)
        if len(self._entries) >= AT_ONCE:
            self.store()

    def stand_in(self) -> Digest:
        """A record that stands in for a sealed one; its name."""
        body = os.urandom(48)
        self._records[digest(body)] = body
        return digest(body)

    def store(self) -> None:
        """Commit what was signed."""
        if self._entries:
            self._store.append(self._entries, self._records)
            self._entries, self._records = [], {}


def use(scribe: Scribe, member: Member, account: Account) -> None:
    """A checkout from beginning to end, in `DAILY` entries: opened, three parts shown, returned."""
    checkout = _id(CheckoutId, "chk")
    scribe.add(
        member,
        CheckoutOpened(
            checkout=checkout,
            account=account.id,
            credential=account.current,
            until=datetime.now(UTC) + timedelta(hours=1),
            reason="posting the results of the game",
            ticket="",
        ),
    )
    for part in (Part.CONTACTS, Part.PASSWORD, Part.MFA_CODE):
        scribe.add(
            member,
            ExposureRecorded(
                exposure=_id(ExposureId, "exp"),
                account=account.id,
                credential=account.current,
                part=part,
                road=Road.CHECKOUT,
                number=None,
            ),
        )
    scribe.add(member, CheckoutEnded(checkout=checkout, is_forced=False, reason="", rotation=None))


class Stand:
    """Makes stand-in accounts after the model of one that was really registered.

    Args:
        district: Where.
        member: Who holds the model, and will hold the others.
        account: The model.
    """

    def __init__(self, district: District, member: Member, account: Account) -> None:
        self._member = member
        self._supervisor = district.principal
        entries = [entry for entry in _entries(district) if _concerns(entry, account)]
        self._requested = _first(entries, PermissionRequested)
        self._granted = _first(entries, PermissionGranted)
        self._registered = _first(entries, AccountRegistered)

    def add(self, scribe: Scribe, handle: str) -> None:
        """Ask for it, grant it, register it: three entries."""
        permission, credential = _id(PermissionId, "prm"), _id(CredentialId, "cre")
        statement = replace(self._requested.statement, handle=handle, display_name=f"Ridge {handle}")
        scribe.add(self._member, replace(self._requested, permission=permission, statement=statement))
        scribe.add(self._supervisor, replace(self._granted, permission=permission, statement=statement))
        model = self._registered.credential
        sealed = replace(
            model,
            id=credential,
            codes_of=credential,
            seed_of=None if model.seed_of is None else credential,
            envelope=scribe.stand_in(),
            copies=tuple(_copied(copy, scribe) for copy in model.copies),
        )
        registered = replace(
            self._registered,
            account=_id(AccountId, "acc"),
            permission=permission,
            statement=statement,
            credential=sealed,
        )
        scribe.add(self._member, registered)


def _copied(copy: SealedKey, scribe: Scribe) -> SealedKey:
    return replace(copy, record=scribe.stand_in())


def _entries(district: District) -> Iterator[Entry]:
    for stored in district.opened.store.after(0, 1_000_000):
        yield read(stored)


def _concerns(entry: Entry, account: Account) -> bool:
    return getattr(entry.event, "permission", None) == account.permission


def _first(entries: list[Entry], kind: type[E]) -> E:
    return next(entry.event for entry in entries if isinstance(entry.event, kind))


def _id(kind: Callable[[str], T], prefix: str) -> T:
    return kind(make_id(prefix, os.urandom(16)))


def _require(pin: Pin | None) -> Pin:
    if pin is None:
        raise ValueError("the district's witness has followed nothing")
    return pin
