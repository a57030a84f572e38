"""Everything that can be proposed in the town, each with the true keys and sealed records that it needs.

What sealed records hold is invented and short; that they open is for the suites of `sealing` and `desk`. Here it counts
that their names, recipients and fingerprints are those that the rules ask for.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.ledger.epoch_forms import EpochForms
from vault.domain.ids import DesignationId, Digest, PermissionId, PersonId, UnitId
from vault.domain.keys import KdfParameters, SealedKey
from vault.domain.permissions import Access, AccountKind, Permission, Statement
from vault.domain.persons import Lock, Role
from vault.domain.policies import Policy
from vault.domain.units import UnitKind
from vault.domain.vaults import Recovery
from vault.ledger import events as ev
from vault.ledger.ledger import Draft
from vault.ledger.rules.keys import fingerprint
from vault.ledger.view import get
from vault.sealing.bindings import FOUNDING, RECOVERY, unit_key_info
from vault.sealing.frames import digest
from vault.sealing.identity import Identity
from vault.sealing.keypairs import SealingKey, SealingPublicKey, seal_seed
from vault.sealing.recovery import OpenRecoveryKey


def altered(draft: Draft, **changes: object) -> Draft:
    """The draft with other words in its only event."""
    (event,) = draft.events
    return replace(draft, events=(replace(event, **changes),))


def make_policy() -> Policy:
    return Policy(
        version=1,
        district="Ridge Public Schools",
        domains=("ridge.k12.example",),
        monitoring_notice="What you do here is recorded.",
        words=("ridge", "falcons"),
    )


class Forms(EpochForms):
    """Makes drafts for one town."""

    def lock(self) -> tuple[Lock, dict[Digest, bytes]]:
        """A lock whose record is 32 bytes that nobody opens here."""
        record = self._town.random(32)
        kdf = KdfParameters(memory_kib=65536, passes=3, lanes=4, salt=self._town.random(16))
        return Lock(kdf=kdf, record=digest(record), commitment=self._town.random(32)), {digest(record): record}

    def seal_unit(self, seed: bytes, unit: UnitId, recipient: str, public: bytes) -> tuple[SealedKey, bytes]:
        print_ = fingerprint(public)
        info = unit_key_info(vault=FOUNDING, unit=unit, epoch=1, recipient=recipient, recipient_fingerprint=print_)
        record = seal_seed(SealingPublicKey.from_bytes(public), seed, info)
        return SealedKey(recipient=recipient, fingerprint=print_, record=digest(record)), record

    def founding(self) -> tuple[Identity, Draft]:
        """A new vault in ada's name."""
        ada, self._town.officers = Identity.make(self._town.random), OpenRecoveryKey(self._town.random(32))
        recovery = self._town.officers.sealing
        person, unit, seed = self.id(PersonId, "per"), self.id(UnitId, "uni"), self._town.random(32)
        lock, records = self.lock()
        own, own_record = self.seal_unit(seed, unit, person, ada.public.sealing)
        spare, spare_record = self.seal_unit(seed, unit, RECOVERY, recovery.public.to_bytes())
        storage = self._town.random(64)
        event = ev.VaultFounded(
            policy=make_policy(),
            person=person,
            username="ada",
            name="Ada",
            email="ada@ridge.k12.example",
            keys=ada.public,
            lock=lock,
            unit=unit,
            unit_public=SealingKey.from_seed(seed).public.to_bytes(),
            copies=(own, spare),
            recovery=Recovery(
                public=recovery.public.to_bytes(),
                threshold=3,
                set_id=self._town.random(8),
                commitments=tuple(self._town.random(32) for _ in range(5)),
                storage_key=digest(storage),
                storage_term=1,
                signing=self._town.officers.signing.public,
            ),
        )
        records |= {own.record: own_record, spare.record: spare_record, digest(storage): storage}
        return ada, Draft(events=(event,), records=records)

    # -- persons and units ----------------------------------------------------------------------------------------

    def invite(self, username: str, unit: str, *roles: Role, code_key: bytes) -> Draft:
        event = ev.PersonInvited(
            person=self.id(PersonId, "per"),
            username=username,
            name=username.title(),
            email=f"{username}@ridge.k12.example",
            unit=self._town.unit(unit).id,
            roles=roles,
            code_key=code_key,
            expires_at=self._town.now + timedelta(days=14),
        )
        return Draft(events=(event,))

    def enrol(self, identity: Identity) -> Draft:
        lock, records = self.lock()
        return Draft(
            events=(ev.PersonEnrolled(keys=identity.public, lock=lock, policy=self.policy.version),), records=records
        )

    def relock(self, username: str) -> Draft:
        lock, records = self.lock()
        known = self._town.person(username).lock
        assert known is not None
        return Draft(events=(ev.PersonRelocked(lock=lock, replaced=known.record),), records=records)

    def assign(self, username: str, unit: str, role: Role) -> Draft:
        person, where = self._town.person(username).id, self._town.unit(unit).id
        return Draft(events=(ev.RoleAssigned(person=person, unit=where, role=role),))

    def end_role(self, username: str, unit: str, role: Role) -> Draft:
        person, where = self._town.person(username).id, self._town.unit(unit).id
        return Draft(events=(ev.RoleEnded(person=person, unit=where, role=role),))

    def add_unit(self, path: str, kind: UnitKind = UnitKind.SCHOOL, *, parent: str | None = None) -> Draft:
        above = self._town.unit(parent or path.rpartition("/")[0])
        unit, seed = self.id(UnitId, "uni"), self._town.random(32)
        copy, record = self.seal_unit(seed, unit, above.id, above.public)
        event = ev.UnitAdded(
            unit=unit,
            path=path,
            name=path.rpartition("/")[2],
            kind=kind,
            parent=above.id,
            parent_epoch=above.epoch,
            public=SealingKey.from_seed(seed).public.to_bytes(),
            copies=(copy,),
        )
        return Draft(events=(event,), records={copy.record: record})

    def share_key(self, unit: str, username: str, *, public: bytes | None = None) -> Draft:
        """A unit's key for that person; `public` seals it to another key than theirs."""
        where, person = self._town.unit(unit), self._town.person(username)
        key = self._town.keys[username].public.sealing if public is None else public
        copy, record = self.seal_unit(self._town.random(32), where.id, person.id, key)
        event = ev.UnitKeyShared(unit=where.id, epoch=where.epoch, copy=copy)
        return Draft(events=(event,), records={copy.record: record})

    def set_policy(self, **changes: object) -> Draft:
        settings: dict[str, object] = {"version": self.policy.version + 1, **changes}
        return Draft(events=(ev.PolicySet(policy=replace(self.policy, **settings)),))  # type: ignore[arg-type]

    def acknowledge(self, version: int) -> Draft:
        return Draft(events=(ev.NoticeAcknowledged(policy=version),))

    # -- permissions ----------------------------------------------------------------------------------------------

    def statement(self, handle: str = "shs.drama", unit: str = "district/high/drama") -> Statement:
        return Statement(
            platform="instagram",
            handle=handle,
            display_name="Ridge High Drama Club",
            unit=self._town.unit(unit).id,
            kind=AccountKind.PUBLIC,
            access=Access.SHARED,
            purpose="to show the plays",
            audience="families and pupils",
            is_official=True,
            is_existing=False,
        )

    def request(self, handle: str = "shs.drama", unit: str = "district/high/drama", **changes: object) -> Draft:
        statement = replace(self.statement(handle, unit), **changes)  # type: ignore[arg-type]
        permission = self.id(PermissionId, "prm")
        event = ev.PermissionRequested(permission=permission, statement=statement, policy=self.policy.version)
        return Draft(events=(event,))

    def grant(self, permission: PermissionId, note: str = "") -> Draft:
        statement = get(self._town.view, Permission, permission).statement
        event = ev.PermissionGranted(permission=permission, statement=statement, note=note, policy=self.policy.version)
        return Draft(events=(event,))

    def refuse(self, permission: PermissionId, note: str = "there is one already") -> Draft:
        return Draft(events=(ev.PermissionRefused(permission=permission, note=note),))

    def withdraw(self, permission: PermissionId) -> Draft:
        return Draft(events=(ev.PermissionWithdrawn(permission=permission),))

    def designate(self, permission: PermissionId, address: str = "ridge.drama@example.org") -> Draft:
        event = ev.EmailDesignated(
            designation=self.id(DesignationId, "des"),
            permission=permission,
            address=address,
            reason="the club's own mailbox",
            is_not_personal=True,
        )
        return Draft(events=(event,))
