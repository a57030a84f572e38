"""Recovery: asking the officers, giving shares, opening what a request names, and making the recovery key anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vault.desk.contents import Contents, open_version
from vault.desk.exposures import shown
from vault.desk.finding import find_account, find_request, find_unit
from vault.desk.office import Member, Office
from vault.desk.quorum import QuorumKeychain, numbers, open_quorum
from vault.domain.accounts import Account
from vault.domain.credentials import Credential, Part, Road
from vault.domain.ids import Digest, RequestId
from vault.domain.recovery import GivenShare, RecoveryRequest, Scope
from vault.domain.secret import Secret
from vault.errors import IntegrityError, VaultError, WrongState
from vault.ledger.events import (
    RecoveryOpened,
    RecoveryRequested,
    RecoveryShareGiven,
)
from vault.ledger.ledger import Draft
from vault.ledger.rules.keys import fingerprint
from vault.ledger.rules.recovery import covers
from vault.ledger.view import View, get, the_vault
from vault.policy.naming import require_reason
from vault.sealing.bindings import Binding, request_key_info, share_info
from vault.sealing.frames import digest
from vault.sealing.guarded import SEED_BYTES
from vault.sealing.keypairs import SealingKey, SealingPublicKey, open_seed, seal_seed, seal_to
from vault.sealing.recovery import Act
from vault.sealing.shares import Share, require_handed_out

Keep = Callable[[RequestId, bytes], None]
"""Keeps a request's one-time key, locked to the requester, on their machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What one account's current or staged version holds, or why it does not open.

    Attributes:
        account: Whose.
        version: The version's number.
        is_staged: It is to replace the current one, and nobody knows whether the platform took it.
        contents: All of it; None when it does not open.
        fault: Why it does not open; "" when it does.
    """

    account: Account
    version: int
    is_staged: bool
    contents: Contents | None = field(repr=False)
    fault: str = ""


class Recoveries:
    """What the officers and those who ask them do.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def request(
        self,
        member: Member,
        *,
        accounts: Sequence[str] = (),
        units: Sequence[str] = (),
        everything: bool = False,
        reason: str,
        term: timedelta,
        keep: Keep,
    ) -> RecoveryRequest:
        """Ask the officers to open accounts, units or the whole vault.

        Args:
            member: Who asks, and who alone will be shown what it opens.
            accounts: By `platform:handle` or id.
            units: By path or id; each with all below it.
            everything: The whole vault.
            reason: Why; 10 characters or more.
            term: How long the request lasts.
            keep: Keeps its one-time key on this machine, before anything is recorded.

        Raises:
            NotPermitted: The member does not work over all of it.
            InvalidInput: It names nothing, or lasts too long.
        """
        office = self._office
        scope = Scope(
            everything=everything,
            units=tuple(find_unit(office.view, each).id for each in units),
            accounts=tuple(find_account(office.view, each).id for each in accounts),
        )
        request, seed = office.make_id(RequestId, "rec"), office.random(SEED_BYTES)
        text, public = require_reason(reason), SealingKey.from_seed(seed).public.to_bytes()
        own = SealingPublicKey.from_bytes(member.identity.public.sealing)
        keep(request, seal_seed(own, seed, self._key_binding(request, member)))

        def build(_view: View, at: datetime) -> Draft:
            event = RecoveryRequested(request=request, scope=scope, reason=text, until=at + term, public=public)
            return Draft(events=(event,))

        office.write(member, build)
        return get(office.view, RecoveryRequest, request)

    def _key_binding(self, request: RequestId, member: Member) -> Binding:
        return request_key_info(
            vault=self._office.ledger.witness.vault,
            request=request,
            recipient_fingerprint=fingerprint(member.identity.public.sealing),
        )

    def _share_binding(self, request: RecoveryRequest, given: GivenShare) -> Binding:
        return share_info(
            vault=self._office.ledger.witness.vault,
            request=request.id,
            index=given.index,
            giver=given.by,
            recipient_fingerprint=fingerprint(request.public),
        )

    def give(self, member: Member, name: str, share: Share) -> GivenShare:
        """Seal a share to a request's one-time key: only the requester's machine opens it.

        Raises:
            CannotOpen: It is not the share that was handed out.
            WrongState: The request has ended, or it is given already.
        """
        office, request = self._office, find_request(self._office.view, name)
        require_handed_out(share, the_vault(office.view).recovery.commitments)
        given = GivenShare(
            request=request.id, by=member.person.id, index=share.index, at=office.now(), record=Digest(b"")
        )
        text = share.to_text().reveal().encode()
        record = seal_to(SealingPublicKey.from_bytes(request.public), text, self._share_binding(request, given))
        event = RecoveryShareGiven(request=request.id, index=share.index, record=digest(record))
        office.write(member, lambda _view, _at: Draft(events=(event,), records={event.record: record}))
        return get(office.view, GivenShare, given.id)

    def given(self, member: Member, name: str, locked: bytes) -> tuple[list[Share], list[str]]:
        """The shares that officers elsewhere gave for the member's own request.

        Args:
            member: Who asked.
            name: The request.
            locked: Its one-time key, as `keep` was given it.

        Returns:
            One share for each number, and a line for each that is not what was handed out, naming giver and number.

        Raises:
            CannotOpen: The one-time key is not the member's, or not this request's.
        """
        office, request = self._office, find_request(self._office.view, name)
        key = SealingKey.from_seed(open_seed(member.identity.sealing, locked, self._key_binding(request.id, member)))
        shares: dict[int, Share] = {}
        faults: list[str] = []
        for given in office.view.where(GivenShare, "request", request.id):
            try:
                share = self._opened(request, given, key)
            except VaultError as error:
                faults.append(f"the share {given.index} that {given.by} gave cannot be used: {error.message}")
            else:
                shares[share.index] = share
        return list(shares.values()), faults

    def _opened(self, request: RecoveryRequest, given: GivenShare, key: SealingKey) -> Share:
        if not given.is_kept:
            raise WrongState("it was for an older recovery key")
        text = key.open(self._office.store.record(given.record), self._share_binding(request, given))
        share = Share.parse(Secret(text.decode("ascii", "replace")))
        require_handed_out(share, the_vault(self._office.view).recovery.commitments)
        return share

    def open(self, member: Member, name: str, shares: Sequence[Share]) -> Iterator[Recovered]:
        """Open everything that a request names. Each account's exposures are recorded before it is opened.

        The opening itself is recorded when this is called; the accounts follow one by one.

        Raises:
            CannotOpen: A share that was not handed out, named by its number. Nothing was recorded.
            InvalidInput: Too few shares, or one twice. Nothing was recorded.
            NotPermitted: It is somebody else's request.
            WrongState: The request has ended.
        """
        office, request = self._office, find_request(self._office.view, name)
        key = open_quorum(office, shares)
        keychain, used = QuorumKeychain(office, key), numbers(shares)
        vault = office.ledger.witness.vault

        def build(_view: View, at: datetime) -> Draft:
            consent = key.consent(vault, Act.OPEN, request.id.encode(), at)
            return Draft(events=(RecoveryOpened(request=request.id, shares=used, consent=consent),))

        office.write(member, build)
        return self._each(member, request.scope, keychain)

    def _each(self, member: Member, scope: Scope, keychain: QuorumKeychain) -> Iterator[Recovered]:
        view = self._office.view
        wanted = sorted((each for each in view.every(Account) if covers(view, scope, each)), key=lambda each: each.key)
        for done, account in enumerate(wanted, start=1):
            for version in (account.current, account.staged):
                if version is not None:
                    yield self._recovered(member, account, get(view, Credential, version), keychain)
            self._office.progress(done, len(wanted))

    def _recovered(
        self, member: Member, account: Account, credential: Credential, keychain: QuorumKeychain
    ) -> Recovered:
        office, sealed = self._office, credential.sealed
        parts = [Part.PASSWORD, Part.CONTACTS]
        parts += [Part.MFA_SEED] if sealed.has_seed else []
        parts += [Part.BACKUP_CODES] if sealed.backup_codes else []
        events = tuple(shown(office, account.id, credential.id, part, Road.RECOVERY) for part in parts)
        office.write(member, lambda _view, _at: Draft(events=events))
        contents, fault = None, ""
        try:
            contents = open_version(office, credential, keychain.data_key(account, credential)).contents
        except IntegrityError as error:
            # One damaged credential must not keep the officers from the others.
            fault = error.message
        is_staged = credential.id == account.staged
        return Recovered(account=account, version=sealed.version, is_staged=is_staged, contents=contents, fault=fault)
