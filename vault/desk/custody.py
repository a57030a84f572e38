"""Custody: a holder offers a place and the other accepts, or a supervisor decides alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vault.desk.contents import Safe
from vault.desk.finding import find_account, find_person
from vault.desk.keychain import Keychain
from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.credentials import Credential
from vault.domain.custody import HolderCopy
from vault.domain.ids import Digest, PersonId
from vault.domain.keys import SealedKey
from vault.domain.persons import Person, Role
from vault.errors import NotPermitted
from vault.ledger.events import AccountTransferred, TransferAccepted, TransferOffered
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import is_over
from vault.ledger.rules.custody import holder_of, not_sealed_to, outdated_copies
from vault.ledger.rules.keys import fingerprint, public_key_of
from vault.ledger.view import View, get
from vault.policy.naming import require_plain_text
from vault.sealing.bindings import data_key_info
from vault.sealing.frames import digest
from vault.sealing.keypairs import SealingPublicKey, seal_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What became of a handover.

    Attributes:
        account: The account as it stands.
        to: Who has or is offered the place; None when the second's is left empty.
        is_done: It has passed; otherwise it waits for that person, or for a supervisor.
    """

    account: Account
    to: Person | None
    is_done: bool


class Custody:
    """What holders and supervisors do about who holds an account.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def hand_over(
        self, member: Member, name: str, to: str | None, *, is_second: bool = False, reason: str = ""
    ) -> Handover:
        """Give a place to somebody as a supervisor, or offer it to them as a holder.

        Args:
            member: A supervisor of the unit who does not hold the account, or a holder.
            name: The account.
            to: Who is to have the place; None to leave the second's empty.
            is_second: The second holder's place; otherwise the custodian's.
            reason: Why, or "".

        Raises:
            NotPermitted: The member is neither, or names themselves.
            WrongState: That person has the place already.
        """
        office = self._office
        account = find_account(office.view, name)
        person = None if to is None else find_person(office.view, to)
        self._require_road(member, account)
        text = reason and require_plain_text("the reason", reason, 300)
        decides = member.person.id not in account.holders

        def build(view: View, _at: datetime) -> Draft:
            now = get(view, Account, account.id)
            copies, records = ((), {}) if person is None else self._copies(member, now, person.id)
            if decides:
                return self._decision(now, copies, records, person=person, is_second=is_second, reason=text)
            if person is None:
                raise NotPermitted("a supervisor leaves a second holder's place empty", hint="offer it to somebody")
            offer = TransferOffered(
                account=now.id,
                is_second=is_second,
                to=person.id,
                copies=copies,
                replaced=() if now.offer is None else now.offer.records,
                reason=text,
            )
            return Draft(events=(offer,), records=records)

        office.write(member, build)
        return Handover(account=find_account(office.view, account.id), to=person, is_done=decides)

    def _require_road(self, member: Member, account: Account) -> None:
        """What the rules will refuse, before a key is opened."""
        supervises = is_over(self._office.view, member.person.id, account.unit, Role.SUPERVISOR)
        if member.person.id not in account.holders and not supervises:
            raise NotPermitted(
                f"{member.person.username} neither holds {account.key} nor supervises its unit",
                hint=f"its holders: custody account show {account.key}",
            )

    def _decision(
        self,
        account: Account,
        copies: tuple[HolderCopy, ...],
        records: dict[Digest, bytes],
        *,
        person: Person | None,
        is_second: bool,
        reason: str,
    ) -> Draft:
        to = None if person is None else person.id
        unused = () if account.offer is None else account.offer.records
        event = AccountTransferred(
            account=account.id,
            is_second=is_second,
            to=to,
            copies=copies,
            replaced=(*_ending(self._office.view, account, to, is_second=is_second), *unused),
            reason=reason,
        )
        return Draft(events=(event,), records=records)

    def accept(self, member: Member, name: str) -> Account:
        """Take the place that a holder has offered.

        Raises:
            NotPermitted: Nobody has offered it to the member.
            WrongState: The account has another credential than when it was offered.
        """
        office, account = self._office, find_account(self._office.view, name)

        def build(view: View, _at: datetime) -> Draft:
            now = get(view, Account, account.id)
            is_second = now.offer is not None and now.offer.is_second
            replaced = tuple(_ending(view, now, member.person.id, is_second=is_second))
            return Draft(events=(TransferAccepted(account=now.id, replaced=replaced),))

        office.write(member, build)
        return find_account(office.view, account.id)

    def _copies(
        self, member: Member, account: Account, to: PersonId
    ) -> tuple[tuple[HolderCopy, ...], dict[Digest, bytes]]:
        """The data keys of the versions in use that the person does not open yet, sealed to them."""
        public = public_key_of(self._office.view, to)
        copies, records = [], {}
        for credential in not_sealed_to(self._office.view, account, to):
            copy, record = self._copy(member, account, credential, to, public)
            copies.append(HolderCopy(credential=credential.id, copy=copy))
            records[copy.record] = record
        return tuple(copies), records

    def _copy(
        self, member: Member, account: Account, credential: Credential, to: PersonId, public: bytes
    ) -> tuple[SealedKey, bytes]:
        # Opening the marks of former passwords proves the data key to be the one that the entry commits to.
        _ = Safe(self._office, member).open(account, credential).former
        binding = data_key_info(
            vault=self._office.ledger.witness.vault,
            account=account.id,
            credential=credential.id,
            version=credential.sealed.version,
            sealer=credential.sealer,
            recipient=to,
            recipient_fingerprint=fingerprint(public),
        )
        data_key = Keychain(self._office, member).data_key(account, credential)
        record = seal_to(SealingPublicKey.from_bytes(public), data_key, binding)
        return SealedKey(recipient=to, fingerprint=fingerprint(public), record=digest(record)), record


def _ending(view: View, account: Account, to: PersonId | None, *, is_second: bool) -> Iterable[Digest]:
    """The copies that end when the place passes."""
    gone = holder_of(account, is_second=is_second)
    return (copy.record for _, copy in outdated_copies(view, account, gone=gone, to=to))
