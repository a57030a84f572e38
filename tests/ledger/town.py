"""A small real district over the stores in memory: real keys, real signatures, a clock that is set by hand.

Its verbs write through the ledger as the desk does. `force` is what a modified client does: it signs whatever it likes
with a key that is really somebody's, and puts it into the store past the rules.
"""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.ledger.forms import Forms
from tests.sealing.stream import Stream
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.domain.ids import PersonId, VaultId
from vault.domain.notices import Void
from vault.domain.persons import Person, Role
from vault.domain.units import Unit, UnitKind
from vault.ledger.entry import NO_HASH, RULES_VERSION, Envelope, key_fingerprint, write
from vault.ledger.events import (
    AccountRegistered,
    CheckoutOpened,
    EscrowOpened,
    PermissionRequested,
    RotationStaged,
    VaultFounded,
)
from vault.ledger.ledger import Author, Draft, Ledger, found
from vault.ledger.view import get
from vault.ledger.witness import Witness
from vault.sealing.identity import Identity
from vault.sealing.invitation import make_invitation_code

if TYPE_CHECKING:
    from vault.domain.documents import Document
    from vault.domain.ids import AccountId, CheckoutId, PermissionId, RotationId
    from vault.errors import VaultError
    from vault.ledger.entry import Entry
    from vault.ledger.events import Event
    from vault.ledger.ports import StoredEntry
    from vault.ledger.view import View
    from vault.sealing.recovery import OpenRecoveryKey
    from vault.sealing.signatures import SigningKey

D = TypeVar("D", bound="Document")

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)

CAST = (
    ("sue", "district", Role.SUPERVISOR),
    ("hal", "district/high", Role.SUPERVISOR),
    ("ivy", "district/high", Role.IT),
    ("dora", "district/high/drama", Role.SUPERVISOR),
    ("emma", "district/high/drama", Role.EMPLOYEE),
    ("ben", "district/high/drama", Role.EMPLOYEE),
    ("max", "district/middle", Role.SUPERVISOR),
    ("mia", "district/middle", Role.EMPLOYEE),
    ("rex", "district", Role.RECORDS),
    ("ann", "district", Role.AUDITOR),
)
"""Who lives there besides ada, the founder and the district's IT."""


class Town:
    """One vault, with everybody's keys at hand.

    Args:
        label: Names the stream that all its keys and ids come from.
    """

    def __init__(self, label: str = "town") -> None:
        self.random = Stream(label)
        self.now = START
        self.store = MemoryLedgerStore()
        self.state = MemoryStateStore()
        self.keys: dict[str, Identity] = {}
        self.officers: OpenRecoveryKey
        self.persons: dict[str, PersonId] = {}
        self.codes: dict[str, SigningKey] = {}
        self.spent: dict[str, SigningKey] = {}
        self.warnings: list[str] = []
        self.forms = Forms(self)
        self.vault = VaultId(NO_HASH)

    def copy(self, label: str = "copy") -> Town:
        """The town as it is now; what happens in one is not seen in the other."""
        twin = Town(f"{label} at {len(self.store.entries)}")
        twin.now, twin.vault, twin.officers = self.now, self.vault, self.officers
        twin.store, twin.state = self.store.copy(), copy.deepcopy(self.state)
        twin.keys, twin.persons, twin.codes = dict(self.keys), dict(self.persons), dict(self.codes)
        twin.open()
        return twin

    def open(self) -> None:
        """Start the client anew on what the stores hold."""
        self.witness = Witness(self.store, self.state, self.vault)
        self.ledger = Ledger(self.store, self.witness, lambda: self.now, self.warnings.append)

    # -- looking --------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        return self.witness.view

    def get(self, noun: type[D], key: str) -> D:
        return get(self.view, noun, key)

    def person(self, username: str) -> Person:
        return next(iter(self.view.where(Person, "username", username)))

    def unit(self, path: str) -> Unit:
        return next(iter(self.view.where(Unit, "path", path)))

    @property
    def voids(self) -> list[Void]:
        return list(self.view.every(Void))

    def documents(self) -> dict[tuple[str, str], bytes]:
        """The whole state, as it is stored, but for what is void."""
        return {at: body for at, body in self.state.documents.items() if at[0] != Void.NOUN}

    def rebuilt(self) -> Town:
        """Another machine, that has seen nothing yet and follows the same store from its first entry."""
        twin = self.copy("second machine")
        twin.store, twin.state = self.store, MemoryStateStore()
        twin.open()
        twin.witness.follow()
        return twin

    # -- writing --------------------------------------------------------------------------------------------------

    def author(self, username: str) -> Author:
        return Author(person=self.persons[username], signing=self.keys[username].signing, code=self.codes.get(username))

    def write(self, username: str, draft: Draft) -> Entry:
        """Propose a draft in that person's name."""
        return self.ledger.write(self.author(username), lambda _view, _at: draft)[-1]

    def sign(
        self,
        username: str,
        event: Event,
        *,
        time: datetime | None = None,
        rules: int = RULES_VERSION,
        prev: bytes | None = None,
        seq: int | None = None,
        kind: str | None = None,
        author: PersonId | None = None,
        vault: bytes | None = None,
    ) -> StoredEntry:
        """An entry on top of the newest, truly signed by that person, whatever it says."""
        newest, who = self.store.entries[-1], self.author(username)
        envelope = Envelope(
            vault=self.vault if vault is None else vault,
            seq=newest.seq + 1 if seq is None else seq,
            prev=newest.hash if prev is None else prev,
            rules=rules,
            time=time or self.now,
            author=author or who.person,
            key=key_fingerprint(who.signing.public),
            kind=kind or event.KIND,
            event=event,
        )
        return write(envelope, who.signing, who.code)

    def force(self, username: str, event: Event, **alterations: object) -> StoredEntry:
        """Sign and put into the store past the rules."""
        stored = self.sign(username, event, **alterations)  # type: ignore[arg-type]
        self.store.force(stored)
        return stored

    def pass_time(self, **length: float) -> None:
        self.now += timedelta(**length)

    # -- being refused --------------------------------------------------------------------------------------------

    def refuses(self, username: str, draft: Draft, error: type[VaultError], words: str) -> VaultError:
        """Have a draft refused, for these words; and when it is forced in, held void by everybody for the same reason.

        Whatever is tried, the town is left as it was.
        """
        before, entries = self.documents(), list(self.store.entries)
        with pytest.raises(error, match=re.escape(words)) as caught:
            self.write(username, draft)
        assert type(caught.value) is error
        assert (self.documents(), self.store.entries) == (before, entries)
        self.holds_void(username, draft.events[-1], caught.value.message)
        return caught.value

    def holds_void(self, username: str, event: Event, reason: str) -> None:
        """Force an event into a copy of the town: every reader names it, its signer and why, and changes nothing."""
        twin = self.copy("forced")
        seq = twin.force(username, event).seq
        twin.witness.follow()
        reader = twin.rebuilt()
        for each in (twin, reader):
            void = each.get(Void, f"{seq:012d}")
            assert (void.author, void.kind, void.reason) == (self.persons[username], event.KIND, reason)
        assert twin.documents() == reader.documents() == self.documents()
        assert reader.write("sue", reader.forms.request("after.void", "district")).seq == seq + 1

    # -- verbs ----------------------------------------------------------------------------------------------------

    def found(self) -> None:
        """Found the vault in ada's name."""
        ada, draft = self.forms.founding()
        event = draft.events[0]
        assert isinstance(event, VaultFounded)
        self.persons["ada"], self.keys["ada"] = event.person, ada
        self.vault = found(self.store, self.author("ada"), draft, self.now)
        self.open()
        self.witness.follow()

    def invite(self, username: str, unit: str, *roles: Role, by: str = "ada") -> None:
        code = make_invitation_code(self.random)
        self.write(by, self.forms.invite(username, unit, *roles, code_key=code.public))
        self.persons[username] = self.person(username).id
        self.codes[username] = code.signing_key
        self.keys[username] = Identity.make(self.random)

    def enrol(self, username: str) -> None:
        self.write(username, self.forms.enrol(self.keys[username]))
        self.spent[username] = self.codes.pop(username)

    def settle(self) -> None:
        """Everybody of the cast moves in."""
        self.found()
        self.write("ada", self.forms.add_unit("district/high"))
        self.write("ada", self.forms.add_unit("district/high/drama", UnitKind.PROGRAMME))
        self.write("ada", self.forms.add_unit("district/middle"))
        for username, unit, role in CAST:
            self.invite(username, unit, role)
            self.enrol(username)

    def request(self, username: str = "emma", handle: str = "shs.drama", **changes: object) -> PermissionId:
        event = self.write(username, self.forms.request(handle, **changes)).event  # type: ignore[arg-type]
        assert isinstance(event, PermissionRequested)
        return event.permission

    def grant(self, permission: PermissionId, by: str = "dora") -> PermissionId:
        self.write(by, self.forms.grant(permission))
        return permission

    def register(self, permission: PermissionId, second: str | None = None, **changes: object) -> AccountId:
        requester = self.get_requester(permission)
        event = self.write(requester, self.forms.register(permission, second, **changes)).event  # type: ignore[arg-type]
        assert isinstance(event, AccountRegistered)
        return event.account

    def get_requester(self, permission: PermissionId) -> str:
        from vault.domain.permissions import Permission

        return self.get(Person, self.get(Permission, permission).requester).username

    def checkout(self, account: AccountId, by: str = "emma", minutes: int = 60) -> CheckoutId:
        event = self.write(by, self.forms.checkout(account, minutes)).event
        assert isinstance(event, CheckoutOpened)
        return event.checkout

    def open_escrow(self, account: AccountId, by: str = "dora") -> EscrowOpened:
        event = self.write(by, self.forms.open_escrow(account)).event
        assert isinstance(event, EscrowOpened)
        return event

    def stage(self, account: AccountId, by: str = "emma", **changes: object) -> RotationId:
        event = self.write(by, self.forms.stage(account, **changes)).event
        assert isinstance(event, RotationStaged)
        return event.rotation

    def rotate(self, account: AccountId, by: str = "emma") -> None:
        """Stage and confirm."""
        self.write(by, self.forms.confirm(self.stage(account, by)))

    def activate(self, handle: str = "shs.drama", second: str | None = "ben") -> AccountId:
        """An account of emma's in the drama programme with everything that an active one needs."""
        account = self.register(self.grant(self.request("emma", handle)), second)
        self.write("dora", self.forms.verify(account))
        return account
