"""Backups as IT sees them: who may make one, what proves it, when one is due again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vault.desk.keychain import Keychain, unit_binding
from vault.desk.locks import require_passphrase
from vault.desk.office import Member, Office
from vault.domain.backups import STALE_AFTER, Backup
from vault.domain.ids import Digest, VaultId
from vault.domain.persons import Role
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import CannotOpen, WrongState
from vault.ledger.backups import Canary, Manifest
from vault.ledger.entry import read
from vault.ledger.events import BackupCreated, BackupRestored, Event
from vault.ledger.ledger import Draft
from vault.ledger.ports import Head, LedgerStore
from vault.ledger.rules.authority import is_over, require_over
from vault.ledger.rules.keys import fingerprint
from vault.ledger.view import View, get, the_vault
from vault.sealing.bindings import RECOVERY, Binding, canary_info
from vault.sealing.frames import Random, digest, same
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.keypairs import SealingKey, SealingPublicKey, open_seed, seal_seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A backup file that was made.

    Attributes:
        path: Where.
        made_at: When.
        head_seq: The newest entry in it.
        head_hash: That entry's hash.
        digest: SHA-256 of the file.
        size: Its length in bytes.
    """

    path: str
    made_at: datetime
    head_seq: int
    head_hash: bytes
    digest: Digest
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A store that came back from a backup.

    Attributes:
        head_seq: The newest entry that came back.
        head_hash: That entry's hash.
        lost_until: The newest entry that is known to be lost, or None.
    """

    head_seq: int
    head_hash: bytes
    lost_until: int | None


class Backups:
    """What IT does about backups.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def require_may(self, member: Member) -> None:
        """Refuse somebody whose backup the rules would not record, before a file is made.

        Raises:
            NotPermitted: They are not IT of the district.
        """
        require_over(self._office.view, member.person.id, the_vault(self._office.view).unit, Role.IT)

    def may(self, member: Member) -> bool:
        """Whether the rules let them record a backup."""
        return is_over(self._office.view, member.person.id, the_vault(self._office.view).unit, Role.IT)

    def require_passphrase(self, passphrase: Secret) -> None:
        """Refuse a backup passphrase that is too short, too long or too easy to guess.

        Raises:
            InvalidInput: One line for each fault.
        """
        policy = self._office.policy
        require_passphrase(passphrase, (policy.district, *policy.words, "backup"))

    def make_manifest(self, head: Head, at: datetime) -> Manifest:
        """What a backup of that head says of itself, with a canary of its own."""
        view = self._office.view
        return Manifest(
            vault=self._office.ledger.witness.vault,
            made_at=at,
            head_seq=head.seq,
            head_hash=head.hash,
            canary=make_canary(view, self._office.ledger.witness.vault, self._office.random),
        )

    def record(self, member: Member, made: Made) -> None:
        """Record a backup that was made.

        Raises:
            NotPermitted: The member is not IT of the district.
            WrongState: A newer one is recorded already.
        """
        self._write(
            member,
            BackupCreated(
                made_at=made.made_at,
                head_seq=made.head_seq,
                head_hash=made.head_hash,
                digest=made.digest,
                size=made.size,
            ),
        )

    def record_return(self, member: Member, returned: Returned) -> None:
        """Record that the store came back from a backup.

        Raises:
            NotPermitted: The member is not IT of the district.
        """
        self._write(
            member,
            BackupRestored(head_seq=returned.head_seq, head_hash=returned.head_hash, lost_until=returned.lost_until),
        )

    def _write(self, member: Member, event: Event) -> None:
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))


def make_canary(view: View, vault: bytes, random: Random) -> Canary:
    """32 random bytes, sealed to the district unit's key alone."""
    unit = get(view, Unit, the_vault(view).unit)
    seed = random(SEED_BYTES)
    sealed = seal_seed(SealingPublicKey.from_bytes(unit.public), seed, _binding(unit, vault))
    return Canary(unit=unit.id, epoch=unit.epoch, sealed=sealed, check=digest(seed))


def open_canary(view: View, manifest: Manifest, key: SealingKey) -> None:
    """Open a backup's canary with the district unit's key, out of the backup's own state.

    Raises:
        WrongState: The unit has another key than the canary was sealed to.
        CannotOpen: It does not open, or holds something else.
    """
    unit, canary = get(view, Unit, manifest.canary.unit), manifest.canary
    if unit.epoch != canary.epoch:
        raise WrongState(
            f"the canary is sealed to key {canary.epoch} of {unit.path}, whose current one is {unit.epoch}"
        )
    if not same(digest(open_seed(key, canary.sealed, _binding(unit, manifest.vault))), canary.check):
        raise CannotOpen("the canary of the backup holds something else")


def district_key_of_member(office: Office, member: Member) -> SealingKey:
    """The district unit's key, by a keyholder's own copy.

    Raises:
        NotPermitted: They hold none.
    """
    return Keychain(office, member).unit_key(get(office.view, Unit, the_vault(office.view).unit))


def district_key_of_recovery(view: View, store: LedgerStore, recovery: SealingKey) -> SealingKey:
    """The district unit's key, by the recovery key's copy.

    Raises:
        CannotOpen: There is no copy, it does not open, or opens to another key than the ledger's.
    """
    unit = get(view, Unit, the_vault(view).unit)
    copy = next((each for each in unit.copies if each.recipient == RECOVERY), None)
    if copy is None:
        raise CannotOpen("the district unit's key was never sealed to the recovery key")
    binding = unit_binding(unit.id, unit.epoch, RECOVERY, recovery.public.to_bytes())
    key = SealingKey.from_seed(open_seed(recovery, store.record(copy.record), binding))
    if key.public.to_bytes() != unit.public:
        raise CannotOpen(f"the recovery key opens another key of {unit.path} than the ledger's")
    return key


def last_made(office: Office, here: Made | None) -> datetime | None:
    """When the newest backup was made: the one that is recorded, or one of this machine's that is not yet."""
    recorded = office.view.find(Backup, Backup.ID)
    known = [each.made_at for each in (recorded, here) if each is not None]
    return max(known, default=None)


def complaint(office: Office, here: Made | None, failed: str | None) -> str | None:
    """What is wrong with the vault's backups, in the user's words; None when nothing is.

    Args:
        office: The office.
        here: The newest that was made on this machine.
        failed: Why the last attempt on this machine failed, or None.
    """
    if failed is not None:
        return f"the last backup failed: {failed}"
    made, now = last_made(office, here), office.now()
    if made is None:
        founded = read(office.store.after(0, 1)[0]).time
        return "no backup was ever made" if now - founded > STALE_AFTER else None
    if now - made > STALE_AFTER:
        return f"the newest backup is {(now - made).days} days old"
    return None


def _binding(unit: Unit, vault: bytes) -> Binding:
    return canary_info(
        vault=VaultId(vault), unit=unit.id, epoch=unit.epoch, recipient_fingerprint=fingerprint(unit.public)
    )
