"""Rotation: stage a new version beside the current one, change it on the platform, confirm or abandon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vault.desk.accounts import passwords_of, prove_seed
from vault.desk.contents import Contents, OpenCredential, Safe, Slot, remember_password
from vault.desk.exposures import shown
from vault.desk.finding import find_account, find_rotation
from vault.desk.judging import Judge, require_verdicts
from vault.desk.office import Member, Office
from vault.domain.accounts import Account
from vault.domain.credentials import Credential, Part, Road
from vault.domain.ids import CredentialId, RotationId
from vault.domain.policies import Policy
from vault.domain.rotations import Rotation, RotationState
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import NotPermitted, WrongState
from vault.ledger.events import CredentialDestroyed, Event, RotationAbandoned, RotationConfirmed, RotationStaged
from vault.ledger.ledger import Draft
from vault.ledger.rules.authority import may_rotate
from vault.ledger.rules.keys import recipients_of
from vault.ledger.view import View, get, the_vault
from vault.policy.naming import require_plain_text
from vault.sealing.backup_codes import parse_backup_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What replaces the old credential; what is not given is carried over.

    Attributes:
        password: As typed, or None for a generated one.
        seed: A new authenticator seed as the platform shows it, or None.
        seed_code: A current code of the new seed.
        backup_codes: A new list, or None.
    """

    password: Secret | None = field(default=None, repr=False)
    seed: Secret | None = field(default=None, repr=False)
    seed_code: Secret | None = field(default=None, repr=False)
    backup_codes: Secret | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A staged rotation.

    Attributes:
        rotation: The rotation.
        account: What is rotated.
        change_url: The platform's own page for changing a password, or None for unknown.
        warnings: What is unwise, one line each.
    """

    rotation: Rotation
    account: Account
    change_url: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An account whose credential is to be replaced.

    Attributes:
        account: Which.
        rotation: The open rotation, or None when only the schedule asks.
        due_at: Since when, or at which date.
        why: In the user's words.
    """

    account: Account
    rotation: Rotation | None
    due_at: datetime
    why: str


class Rotations:
    """What IT, supervisors and holders do to replace credentials.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def start(self, member: Member, name: str, replacement: Replacement, *, reason: str = "") -> Staged:
        """Seal a new version beside the current one, which stays current.

        Raises:
            NotPermitted: The member does not rotate this account.
            WrongState: It is being rotated already.
            PolicyRefusal: What replaces it will not do; one line for each fault.
        """
        office = self._office
        account = find_account(office.view, name)
        self._require_startable(member, account)
        old = get(office.view, Credential, account.current)
        judge = Judge(office, account.statement, account.permission, account.holders)
        contents, warnings = self._contents(Safe(office, member).open(account, old), replacement, judge)
        verdicts = judge.judge(
            contents,
            methods=account.mfa,
            mailbox=account.mailbox,
            elsewhere=passwords_of(office, member, besides=account.id),
        )
        require_verdicts(verdicts)
        contents = replace(contents, former=remember_password(contents.former, contents.password))
        slot = self._slot(account, old, replacement)
        sealed, records = Safe(office, member).seal(slot, contents, verdicts)
        rotation = account.rotation or office.make_id(RotationId, "rot")

        def build(_view: View, _at: datetime) -> Draft:
            event = RotationStaged(
                rotation=rotation,
                account=account.id,
                old=old.id,
                credential=sealed,
                reason=reason and require_plain_text("the reason", reason, 300),
                policy=judge.policy.version,
            )
            known = (shown(office, account.id, sealed.id, part, Road.ROTATION) for part in _typed(replacement))
            return Draft(events=(event, *known), records=records)

        office.write(member, build)
        return Staged(
            rotation=get(office.view, Rotation, rotation),
            account=find_account(office.view, account.id),
            change_url=judge.platform.change_password_url,
            warnings=(*warnings, *judge.warnings),
        )

    def _require_startable(self, member: Member, account: Account) -> None:
        """What the rules will refuse, before anything is opened or asked for."""
        if account.staged is not None:
            raise WrongState(f"{account.key} is already being rotated", hint=f"custody rotate show {account.rotation}")
        if not may_rotate(self._office.view, member.person.id, account):
            raise NotPermitted(
                f"{member.person.username} does not rotate {account.key}",
                hint="its holders, a supervisor of the unit or IT do",
            )

    def _contents(
        self, old: OpenCredential, replacement: Replacement, judge: Judge
    ) -> tuple[Contents, tuple[str, ...]]:
        contents, warnings = old.contents, tuple[str, ...]()
        password = replacement.password
        if password is None:
            password = judge.draw()
        contents = replace(contents, password=password)
        if replacement.seed is not None:
            seed, warnings = prove_seed(replacement.seed, replacement.seed_code, self._office.clock())
            contents = replace(contents, seed=seed)
        if replacement.backup_codes is not None:
            contents = replace(contents, codes=parse_backup_codes(replacement.backup_codes))
        return contents, warnings

    def _slot(self, account: Account, old: Credential, replacement: Replacement) -> Slot:
        view, new = self._office.view, self._office.make_id(CredentialId, "cre")
        return Slot(
            account=account.id,
            credential=new,
            version=account.versions + 1,
            recipients=recipients_of(view, account.holders, account.unit),
            unit_epoch=get(view, Unit, account.unit).epoch,
            codes_of=old.sealed.codes_of if replacement.backup_codes is None else new,
            seed_of=old.sealed.seed_of if replacement.seed is None else new,
        )

    def reveal(self, member: Member, name: str, *, is_new: bool) -> Secret:
        """The old or the new password of an open rotation, once its exposure is recorded.

        Raises:
            NotPermitted: The member does not rotate this account.
            WrongState: The rotation is not staged.
        """
        office, (rotation, account) = self._office, self.show(name)
        key = rotation.new if is_new else rotation.old
        if key is None or rotation.state is not RotationState.STAGED:
            raise WrongState(
                f"{rotation.id} is {rotation.state.value}, not staged", hint=f"custody rotate start {account.key}"
            )
        event = shown(office, account.id, key, Part.PASSWORD, Road.ROTATION)
        office.write(member, lambda _view, _at: Draft(events=(event,)))
        return Safe(office, member).open(account, get(office.view, Credential, key)).password

    def show(self, name: str) -> tuple[Rotation, Account]:
        """A rotation by its id, or an account's open one, and the account."""
        rotation = find_rotation(self._office.view, name)
        return rotation, get(self._office.view, Account, rotation.account)

    def confirm(self, member: Member, name: str) -> Rotation:
        """The platform has taken the new password. The oldest retired versions beyond the policy's are destroyed."""
        rotation, _ = self.show(name)

        def build(view: View, _at: datetime) -> Draft:
            return Draft(events=(RotationConfirmed(rotation=rotation.id), *_destructions(view, rotation)))

        self._office.write(member, build)
        return get(self._office.view, Rotation, rotation.id)

    def abandon(self, member: Member, name: str, *, reason: str) -> Rotation:
        """The old password still holds: give the staged version up."""
        rotation, _ = self.show(name)
        text = reason and require_plain_text("the reason", reason, 300)
        event = RotationAbandoned(rotation=rotation.id, reason=text)
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))
        return get(self._office.view, Rotation, rotation.id)

    def due(self, *, within: timedelta = timedelta()) -> Iterator[Due]:
        """What is owed, staged, or falls due within that time: open rotations first, then by date."""
        view, until = self._office.view, self._office.now() + within
        for rotation in sorted(view.where(Rotation, "open_mark", "open"), key=lambda each: (each.opened_at, each.id)):
            why = ", ".join(cause.value.replace("-", " ") for cause in rotation.causes)
            state = "staged, to be confirmed" if rotation.state is RotationState.STAGED else "owed"
            account = get(view, Account, rotation.account)
            yield Due(account=account, rotation=rotation, due_at=rotation.opened_at, why=f"{state}: {why}")
        scheduled = (each for each in self._scheduled(view, self._office.policy) if each.due_at <= until)
        yield from sorted(scheduled, key=lambda each: (each.due_at, each.account.id))

    def _scheduled(self, view: View, policy: Policy) -> Iterator[Due]:
        if policy.rotation_days is None:
            return
        for account in view.every(Account):
            if account.rotation is None:
                since = get(view, Credential, account.current).since
                yield Due(
                    account=account,
                    rotation=None,
                    due_at=since + timedelta(days=policy.rotation_days),
                    why=f"{policy.rotation_days} days old",
                )


def _typed(replacement: Replacement) -> Iterator[Part]:
    """What the person who brings these knows of them."""
    if replacement.password is not None:
        yield Part.PASSWORD
    if replacement.seed is not None:
        yield Part.MFA_SEED
    if replacement.backup_codes is not None:
        yield Part.BACKUP_CODES


def _destructions(view: View, rotation: Rotation) -> Iterator[Event]:
    """The destruction of what the policy no longer keeps, once this rotation's old version is retired too."""
    account = get(view, Account, rotation.account)
    if rotation.old is None:
        return
    retired = (*account.retired, rotation.old)
    beyond = len(retired) - the_vault(view).policy.retired_kept
    for key in retired[: max(0, beyond)]:
        credential = get(view, Credential, key)
        yield CredentialDestroyed(account=account.id, credential=key, digests=credential.records)
