"""Which keys a member can open, and the roads to them."""

from __future__ import annotations

from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.credentials import Credential
from vault.domain.ids import PersonId, UnitId
from vault.domain.keys import SealedKey, UnitKey
from vault.domain.persons import Person
from vault.domain.units import Unit
from vault.errors import CannotOpen, NotPermitted, WrongState
from vault.ledger.rules.keys import fingerprint
from vault.ledger.view import get
from vault.sealing.bindings import FOUNDING, Binding, data_key_info, unit_key_info
from vault.sealing.frames import digest
from vault.sealing.keypairs import SealingKey, SealingPublicKey, open_seed, seal_seed


def unit_binding(unit: UnitId, epoch: int, recipient: str, public: bytes) -> Binding:
    """What a copy of a unit's key is bound to.

    The vault's id is left out of it: the district's own key is sealed before there is one, and a unit's id is 128
    random bits that no other vault has.
    """
    return unit_key_info(
        vault=FOUNDING, unit=unit, epoch=epoch, recipient=recipient, recipient_fingerprint=fingerprint(public)
    )


def seal_unit_key(seed: bytes, unit: UnitId, epoch: int, recipient: str, public: bytes) -> tuple[SealedKey, bytes]:
    """A unit's private half, sealed to one recipient: what the entry says, and the record."""
    record = seal_seed(SealingPublicKey.from_bytes(public), seed, unit_binding(unit, epoch, recipient, public))
    return SealedKey(recipient=recipient, fingerprint=fingerprint(public), record=digest(record)), record


class Keychain:
    """What one member can open.

    Args:
        office: Where the sealed copies are.
        member: Whose key opens them.
    """

    def __init__(self, office: Office, member: Member) -> None:
        self._office = office
        self._member = member
        self._opened: dict[tuple[UnitId, int], SealingKey] = {}

    def unit_seed(self, unit: Unit, epoch: int | None = None) -> bytes:
        """A unit's private half, by the member's own copy or from the unit above.

        Args:
            unit: Whose.
            epoch: Which of its keys; the newest if not given.

        Raises:
            NotPermitted: No copy on the way up is the member's.
            CannotOpen: A copy does not open, or opens to another key than the ledger's; or that epoch is not kept.
        """
        wanted = next((key for key in unit.keys if epoch in {None, key.epoch}), None)
        if wanted is None:
            raise CannotOpen(f"epoch {epoch} of the key of {unit.path} is not kept any more")
        try:
            copy, opener = self._road(unit, wanted)
        except NotPermitted as error:
            if wanted.epoch == unit.epoch:
                raise
            raise NotPermitted(
                f"you hold no copy of the former key of {unit.path}, epoch {wanted.epoch}, nor of one above it",
                hint="somebody who held it runs custody unit reseal",
            ) from error
        binding = unit_binding(unit.id, wanted.epoch, copy.recipient, opener.public.to_bytes())
        seed = open_seed(opener, self._office.store.record(copy.record), binding)
        if SealingKey.from_seed(seed).public.to_bytes() != wanted.public:
            raise CannotOpen(f"the copy of the key of {unit.path} opens to another key than the ledger's")
        return seed

    def _road(self, unit: Unit, key: UnitKey) -> tuple[SealedKey, SealingKey]:
        """The copy of a unit's key that this member can open, and with what: their own key, or one of the parent's."""
        own = _copy_for(key.copies, self._member.person.id)
        if own is not None:
            return own, self._member.identity.sealing
        parent = None if unit.parent is None else get(self._office.view, Unit, unit.parent)
        copy = None if parent is None else _copy_for(key.copies, parent.id)
        if parent is not None and copy is not None:
            for above in parent.keys:
                if fingerprint(above.public) == copy.fingerprint:
                    return copy, self.unit_key(parent, above.epoch)
        raise NotPermitted(
            f"you hold no key of {unit.path} or of a unit above it",
            hint="if you should: anybody who holds it runs custody unit reseal",
        )

    def unit_key(self, unit: Unit, epoch: int | None = None) -> SealingKey:
        """A unit's private key, opened once; see `unit_seed`."""
        at = unit.id, unit.epoch if epoch is None else epoch
        if at not in self._opened:
            self._opened[at] = SealingKey.from_seed(self.unit_seed(unit, epoch))
        return self._opened[at]

    def data_key(self, account: Account, credential: Credential) -> bytes:
        """The data key of one credential version: by the member's own copy, or by the unit's.

        Raises:
            NotPermitted: The member has no road to it.
            CannotOpen: The copy does not open.
        """
        sealed = credential.sealed
        own = _copy_for(sealed.copies, self._member.person.id)
        if own is not None:
            key = self._member.identity.sealing
        else:
            own = _copy_for(sealed.copies, account.unit)
            if own is None:
                raise CannotOpen(f"version {sealed.version} of {account.key} was never sealed to its unit")
            key = self.unit_key(get(self._office.view, Unit, account.unit), sealed.unit_epoch)
        return key.open(self._office.store.record(own.record), self._binding(account, credential, own))

    def _binding(self, account: Account, credential: Credential, copy: SealedKey) -> Binding:
        return data_key_info(
            vault=self._office.ledger.witness.vault,
            account=account.id,
            credential=credential.id,
            version=credential.sealed.version,
            sealer=credential.sealer,
            recipient=copy.recipient,
            recipient_fingerprint=copy.fingerprint,
        )


def is_sealed_to(credential: Credential, person: PersonId) -> bool:
    """Whether a version was sealed to the person themselves: not while they did not work there (A13)."""
    return _copy_for(credential.sealed.copies, person) is not None


def require_own_copy(person: Person, account: Account, credential: Credential) -> None:
    """Refuse a holder to whom the version is not sealed, before anything is recorded as shown to them.

    Raises:
        WrongState: They came back after it was sealed; the next rotation seals to them again.
    """
    if person.id in account.holders and not is_sealed_to(credential, person.id):
        raise WrongState(
            f"{account.key} was last rotated while you did not work there, so it is not sealed to you",
            hint=f"a supervisor or IT: custody rotate start {account.key}",
        )


def _copy_for(copies: tuple[SealedKey, ...], recipient: str) -> SealedKey | None:
    return next((copy for copy in copies if copy.recipient == recipient), None)
