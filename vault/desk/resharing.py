"""Making the recovery key anew, and sealing the storage key to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from vault.desk.keychain import seal_unit_key
from vault.desk.office import Member, Office
from vault.desk.quorum import QuorumKeychain, numbers, open_quorum, recovery_of, seal_storage_key
from vault.domain.ids import Digest
from vault.domain.keys import SealedKey
from vault.domain.persons import Role
from vault.domain.units import Unit
from vault.ledger.events import RecoveryReshared, StorageKeySealed
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import require_over
from vault.ledger.rules.keys import fingerprint
from vault.ledger.rules.recovery import sealed_to_recovery
from vault.ledger.view import View, get, the_vault
from vault.policy.naming import require_reason
from vault.sealing.atrest import StorageKeyring
from vault.sealing.bindings import RECOVERY
from vault.sealing.recovery import Act, RecoveryKey
from vault.sealing.shares import Share


class Resharing:
    """What IT of the district does with the old officers and the new ones.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def require_possible(self, member: Member, shares: Sequence[Share], reason: str) -> None:
        """Refuse what the rules would refuse, before new shares are handed out.

        Raises:
            NotPermitted: The member is not IT of the district.
            InvalidInput: The reason will not do, or there are too few shares, or one twice.
            CannotOpen: A share was not handed out, or the old key does not open what is sealed to it.
        """
        office, vault = self._office, the_vault(self._office.view)
        require_over(office.view, member.person.id, vault.unit, Role.IT)
        require_reason(reason)
        keychain, district = QuorumKeychain(office, open_quorum(office, shares)), get(office.view, Unit, vault.unit)
        for key in district.keys:
            keychain.seed(district, key)

    def reshare(
        self,
        member: Member,
        shares: Sequence[Share],
        new: RecoveryKey,
        *,
        threshold: int,
        keyring: StorageKeyring,
        reason: str,
    ) -> None:
        """Put a new recovery key in the old one's place, and seal to it what was sealed to the old one.

        The new shares must be handed out before: once this is recorded the old ones open nothing.

        Args:
            member: IT of the district.
            shares: Enough of the old ones.
            new: From `make_recovery_key`.
            threshold: How many of the new shares open it.
            keyring: The storage key, as it stands on this machine.
            reason: Why; 10 characters or more.

        Raises:
            CannotOpen: A share that was not handed out; or something does not open with the old key.
            NotPermitted: The member is not IT of the district.
        """
        office, text = self._office, require_reason(reason)
        key = open_quorum(office, shares)
        keychain, used, vault = QuorumKeychain(office, key), numbers(shares), office.ledger.witness.vault
        public = new.public.to_bytes()

        def build(view: View, at: datetime) -> Draft:
            records: dict[Digest, bytes] = {}
            recovery = recovery_of(new, threshold, keyring, records)
            event = RecoveryReshared(
                recovery=recovery,
                copies=tuple(self._sealed_anew(view, keychain, public, records)),
                reason=text,
                shares=used,
                consent=key.consent(vault, Act.RESHARE, fingerprint(public), at),
                retired=tuple(sealed_to_recovery(view)),
            )
            return Draft(events=(event,), records=records)

        office.write(member, build)

    def _sealed_anew(
        self, view: View, keychain: QuorumKeychain, public: bytes, records: dict[Digest, bytes]
    ) -> Iterator[SealedKey]:
        district = get(view, Unit, the_vault(view).unit)
        for each in district.keys:
            copy, record = seal_unit_key(keychain.seed(district, each), district.id, each.epoch, RECOVERY, public)
            records[copy.record] = record
            yield copy

    def seal_storage_key(self, member: Member, keyring: StorageKeyring) -> None:
        """Seal the storage key's newest file to the recovery key.

        Raises:
            NotPermitted: The member is not IT of the district.
        """
        office = self._office

        def build(view: View, _at: datetime) -> Draft:
            recovery = the_vault(view).recovery
            name, record = seal_storage_key(recovery.public, keyring)
            event = StorageKeySealed(record=name, replaced=recovery.storage_key, term=keyring.newest)
            return Draft(events=(event,), records={name: record})

        office.write(member, build)
