"""What can be proposed about epochs in the town: a key made anew, and an escrow copy that follows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.ledger.account_forms import AccountForms
from vault.domain.accounts import Account
from vault.domain.credentials import Credential
from vault.domain.ids import CredentialId, UnitId
from vault.domain.units import Unit
from vault.ledger import events as ev
from vault.ledger.ledger import Draft
from vault.ledger.rules.epochs import recipients_of_key, subtree
from vault.ledger.view import get
from vault.sealing.keypairs import SealingKey

if TYPE_CHECKING:
    from tests.ledger.town import Town
    from vault.domain.persons import Role

WHY = "the office was broken into"


class EpochForms(AccountForms):
    """Makes drafts about epochs for one town."""

    def rekey(self, path: str, *, reason: str = WHY, **changes: object) -> Draft:
        """The next key of one unit, sealed to exactly whom it must be."""
        unit = self._town.unit(path)
        copies, records = self.seal_copies(recipients_of_key(self._town.view, unit))
        public = SealingKey.from_seed(self._town.random(32)).public.to_bytes()
        event = ev.UnitRekeyed(unit=unit.id, epoch=unit.epoch + 1, public=public, copies=copies, reason=reason)
        return Draft(events=(replace(event, **changes),), records=records)  # type: ignore[arg-type]

    def reseal(self, credential: CredentialId, **changes: object) -> Draft:
        """The escrow copy of a version, sealed to the newest key of its account's unit."""
        known = get(self._town.view, Credential, credential)
        unit = get(self._town.view, Unit, get(self._town.view, Account, known.account).unit)
        (copy,), records = self.seal_copies({unit.id: unit.public})
        event = ev.CredentialResealed(
            account=known.account,
            credential=credential,
            copy=copy,
            unit_epoch=unit.epoch,
            replaced=next(each.record for each in known.sealed.copies if each.recipient == unit.id),
        )
        return Draft(events=(replace(event, **changes),), records=records)  # type: ignore[arg-type]


def remake(town: Town, path: str, by: str = "ada") -> None:
    """The keys of a unit and of all below it, made anew."""
    below: list[UnitId] = [each.id for each in subtree(town.view, town.unit(path).id)]
    for key in below:
        town.write(by, town.forms.rekey(town.get(Unit, key).path))


def end_keyholder(town: Town, username: str, path: str, role: Role, by: str = "ada") -> None:
    """A keyholder's role ends and the keys are made anew."""
    town.write(by, town.forms.end_role(username, path, role))
    remake(town, path, by)
