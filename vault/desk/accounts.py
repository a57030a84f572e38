"""Registering the account that a permission allows, and reading what is known of accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from vault.desk.contents import Contents, Safe, Slot, remember_password
from vault.desk.exposures import shown, typed_parts
from vault.desk.finding import find_account, find_permission, find_person
from vault.desk.judging import Judge, require_verdicts
from vault.desk.keychain import is_sealed_to
from vault.desk.office import Member, Office
from vault.domain.accounts import Account, Mailbox, MfaMethod, PolicyException
from vault.domain.contents import Contacts, FormerPasswords
from vault.domain.credentials import Credential, Road
from vault.domain.ids import AccountId, CredentialId, ExceptionId, PersonId
from vault.domain.permissions import Permission, PermissionState
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.errors import NotPermitted, PolicyRefusal, WrongState
from vault.ledger.events import AccountRegistered, ExceptionGranted
from vault.ledger.ledger import Draft
from vault.ledger.rules.keys import recipients_of
from vault.ledger.view import View, get
from vault.policy.naming import require_plain_text
from vault.sealing.backup_codes import parse_backup_codes
from vault.sealing.codes import TotpSeed, parse_seed

SALT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What an employee brings to register an account.

    Attributes:
        username: The name that signs in.
        email: The linked e-mail.
        mailbox: Who opens that mailbox, and how it is protected.
        second: The other holder's username, or None.
        password: As typed, or None for a generated one.
        seed: The authenticator seed as the platform shows it (otpauth address or base 32), or None.
        seed_code: A current code of that seed, or None when there is no seed.
        methods: Other second factors, with who holds them.
        backup_codes: As the platform lists them, or None.
        recovery: Recovery contacts.
    """

    username: str
    email: str
    mailbox: Mailbox
    second: str | None = None
    password: Secret | None = field(default=None, repr=False)
    seed: Secret | None = field(default=None, repr=False)
    seed_code: Secret | None = field(default=None, repr=False)
    methods: tuple[MfaMethod, ...] = ()
    backup_codes: Secret | None = field(default=None, repr=False)
    recovery: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What a registration made.

    Attributes:
        account: The account.
        password: The password, whose exposure to the registering person is recorded.
        warnings: What is accepted but unwise, one line each.
    """

    account: Account
    password: Secret = field(repr=False)
    warnings: tuple[str, ...]


def prove_seed(typed: Secret, code: Secret | None, at: datetime) -> tuple[TotpSeed, tuple[str, ...]]:
    """A seed that a current code has proved, and what is unwise about it.

    Raises:
        PolicyRefusal: No code was given, or it is not the seed's (rule 4).
        InvalidInput: The seed is not one.
    """
    seed = parse_seed(typed)
    if code is None:
        raise PolicyRefusal(
            "an authenticator seed proves itself with a current code", clause="4", hint="--totp-code-file FILE"
        )
    proof = seed.proves(code, at)
    if not proof.is_proved:
        raise PolicyRefusal(proof.message, clause="4", hint="wait for the next code and try again")
    weak = ("the platform's authenticator seed is short (under 112 bits); it is kept as the platform chose it",)
    return seed, weak if seed.is_weak else ()


class Accounts:
    """What employees and supervisors do about accounts.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def require_permission(self, member: Member, permission: str) -> Permission:
        """The member's own live permission: asked for before any secret is.

        Raises:
            PolicyRefusal: There is no live one (rule 6).
            NotPermitted: It is somebody else's.
            WrongState: It has been used.
        """
        found = find_permission(self._office.view, permission)
        if found.requester != member.person.id:
            raise NotPermitted(f"{found.id} was given to somebody else, who registers the account")
        if found.state is PermissionState.USED:
            raise WrongState(f"{found.id} has been used", hint=f"custody account show {found.key}")
        if not found.is_live(self._office.now()):
            expired = found.state is PermissionState.GRANTED
            raise PolicyRefusal(
                "the written permission has expired" if expired else _NO_PERMISSION[found.state],
                clause="6",
                hint=f"custody permission show {found.id}",
            )
        return found

    def register(self, member: Member, permission: str, registration: Registration) -> Registered:
        """Judge, seal, escrow and register in one entry; the account stays pending until everything holds.

        Raises:
            PolicyRefusal: A clause refuses it; one line for each fault. Nothing is kept.
            InvalidInput: Something typed is not what it should be.
        """
        office = self._office
        granted = self.require_permission(member, permission)
        second = None if registration.second is None else find_person(office.view, registration.second).id
        holders = (member.person.id,) if second is None else (member.person.id, second)
        judge = Judge(office, granted.statement, granted.id, holders)
        contents, methods, warnings = self._contents(registration, judge)
        verdicts = judge.judge(
            contents, methods=methods, mailbox=registration.mailbox, elsewhere=passwords_of(office, member)
        )
        require_verdicts(verdicts)
        # Only now: a password that is remembered already would be judged as one that the account has had.
        contents = replace(contents, former=remember_password(contents.former, contents.password))
        designation = judge.designation_of(contents.contacts.email)
        account, credential = office.make_id(AccountId, "acc"), office.make_id(CredentialId, "cre")
        slot = self._slot(granted, (account, credential), holders, has_seed=contents.seed is not None)
        sealed, records = Safe(office, member).seal(slot, contents, verdicts)

        event = AccountRegistered(
            account=account,
            permission=granted.id,
            statement=granted.statement,
            policy=judge.policy.version,
            second=second,
            mailbox=registration.mailbox,
            designation=None if designation is None else designation.id,
            mfa=methods,
            platform_has_mfa=judge.platform.has_mfa,
            credential=sealed,
        )
        known = (shown(office, account, credential, part, Road.REGISTRATION) for part in typed_parts(contents))
        draft = Draft(events=(event, *known), records=records)
        office.write(member, lambda _view, _at: draft)
        return Registered(
            account=find_account(office.view, account),
            password=contents.password,
            warnings=(*warnings, *judge.warnings),
        )

    def _contents(
        self, registration: Registration, judge: Judge
    ) -> tuple[Contents, tuple[MfaMethod, ...], tuple[str, ...]]:
        """What is to be sealed, its second factors, and what is unwise about it."""
        seed, methods = None, registration.methods
        warnings: tuple[str, ...] = ()
        if registration.seed is not None:
            seed, warnings = prove_seed(registration.seed, registration.seed_code, self._office.clock())
            methods = (MfaMethod(method="totp", is_proved=True), *methods)
        password = registration.password
        if password is None:
            password = judge.draw()
        contents = Contents(
            password=password,
            contacts=Contacts(
                username=require_plain_text("the username", registration.username, 200),
                email=registration.email.strip(),
                recovery=tuple(require_plain_text("a recovery contact", each, 200) for each in registration.recovery),
            ),
            seed=seed,
            codes=() if registration.backup_codes is None else parse_backup_codes(registration.backup_codes),
            former=FormerPasswords(salt=self._office.random(SALT_BYTES)),
        )
        return contents, methods, warnings

    def _slot(
        self,
        granted: Permission,
        ids: tuple[AccountId, CredentialId],
        holders: tuple[PersonId, ...],
        *,
        has_seed: bool,
    ) -> Slot:
        view = self._office.view
        return Slot(
            account=ids[0],
            credential=ids[1],
            version=1,
            recipients=recipients_of(view, holders, granted.unit),
            unit_epoch=get(view, Unit, granted.unit).epoch,
            codes_of=ids[1],
            seed_of=ids[1] if has_seed else None,
        )

    def grant_exception(
        self, member: Member, name: str, *, clause: str, until: datetime, reason: str
    ) -> PolicyException:
        """Except an account from a clause until a day.

        Raises:
            NotPermitted: The member holds the account, or does not supervise its unit, or the clause knows none.
            PolicyRefusal: The platform offers what the clause asks.
        """
        event = ExceptionGranted(
            exception=self._office.make_id(ExceptionId, "exc"),
            account=find_account(self._office.view, name).id,
            clause=clause,
            until=until,
            reason=require_plain_text("the reason", reason, 500, least=10),
        )
        self._office.write(member, lambda _view, _at: Draft(events=(event,)))
        return get(self._office.view, PolicyException, event.exception)


_NO_PERMISSION = {
    PermissionState.REQUESTED: "your supervisor has not yet given written permission",
    PermissionState.REFUSED: "your supervisor has refused permission",
    PermissionState.WITHDRAWN: "the permission was withdrawn",
}


def passwords_of(office: Office, member: Member, *, besides: AccountId | None = None) -> Iterator[Secret]:
    """The current passwords of the accounts that the member holds, opened to compare and never shown.

    Args:
        office: The office.
        member: Whose.
        besides: An account to leave out.
    """
    safe = Safe(office, member)
    for account in accounts_of(office.view, member.person.id):
        credential = get(office.view, Credential, account.current)
        if account.id != besides and is_sealed_to(credential, member.person.id):
            yield safe.open(account, credential).password


def accounts_of(view: View, person: PersonId) -> Iterator[Account]:
    """The accounts that a person holds, as custodian or second."""
    yield from view.where(Account, "custodian", person)
    yield from view.where(Account, "second", person)
