"""Judging a credential's contents against policy and platform: at registration, at rotation, and again by a supervisor.

The rules cannot see what is sealed. So the client that seals judges, and its verdict stands in the signed entry; and a
supervisor's client judges the same contents again, by the same code, when it verifies the escrow copy.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace

from vault.desk.contents import Contents, Verdicts, mark_password
from vault.desk.office import Office
from vault.domain.accounts import Mailbox, MfaMethod
from vault.domain.ids import PermissionId, PersonId
from vault.domain.permissions import Designation, Statement
from vault.domain.persons import Person
from vault.domain.secret import Secret
from vault.domain.units import Unit
from vault.domain.verdicts import Check, Verdict
from vault.ledger.rules.authority import ancestry
from vault.ledger.view import get
from vault.policy.addresses import parse_address
from vault.policy.catalogue import Catalogue
from vault.policy.emails import judge_address
from vault.policy.mfa import judge_mfa
from vault.policy.passwords import draw_password, judge_password
from vault.policy.platforms import Platform
from vault.policy.verdicts import require_passed


class Judge:
    """Judges contents for one account, asked for or registered.

    Args:
        office: The state and the policy.
        statement: What the permission says of the account.
        permission: The permission.
        holders: Its custodian first.
    """

    def __init__(
        self, office: Office, statement: Statement, permission: PermissionId, holders: Sequence[PersonId]
    ) -> None:
        self._office = office
        self.policy = office.policy
        self._statement = statement
        self._permission = permission
        self._persons = [get(office.view, Person, holder) for holder in holders]
        self.platform: Platform = Catalogue.load().with_overrides(self.policy.overrides).get(statement.platform)
        self.warnings: tuple[str, ...] = ()
        self._drawn: tuple[Secret, Verdict] | None = None

    @property
    def context(self) -> tuple[str, ...]:
        """The words that a guesser of this account's password would try first."""
        units: Iterable[Unit] = ancestry(self._office.view, self._statement.unit)
        return (
            self.policy.district,
            *self.policy.words,
            *(name for unit in units for name in (unit.name, unit.path.rpartition("/")[2])),
            self._statement.handle,
            self._statement.display_name,
            *(name for person in self._persons for name in (person.name, person.username)),
        )

    def draw(self) -> Secret:
        """A password inside policy and platform; its verdict is kept, so that it is judged once.

        Raises:
            PolicyRefusal: The platform takes nothing that rule 3 accepts.
        """
        self._drawn = draw_password(self.platform.password, self.context, secrets.randbelow)
        return self._drawn[0]

    def _judge_password(self, password: Secret) -> Verdict:
        if self._drawn is not None and self._drawn[0] is password:
            return self._drawn[1]
        return judge_password(password, limits=self.platform.password, context=self.context)

    def designation_of(self, address: str) -> Designation | None:
        """The supervisor's designation of exactly that address for this permission, however it is typed, or None."""
        local, domain = parse_address(address)
        found = self._office.view.where(Designation, "permission", self._permission)
        return next((each for each in found if each.address == f"{local}@{domain}"), None)

    def judge(
        self,
        contents: Contents,
        *,
        methods: Sequence[MfaMethod],
        mailbox: Mailbox,
        elsewhere: Iterable[Secret] = (),
        is_new: bool = True,
    ) -> Verdicts:
        """Judge everything.

        Args:
            contents: What is to be sealed, or what was opened.
            methods: The second factors.
            mailbox: The mailbox behind the linked e-mail.
            elsewhere: Passwords of other accounts that the person holds.
            is_new: The password is to be set, so it must be none of the account's former ones.

        Raises:
            InvalidInput: The e-mail address is not one.
        """
        password = self._judge_password(contents.password)
        if is_new:
            password = replace(password, checks=(*password.checks, *_reuse(contents, elsewhere)))
        designated = self._office.view.where(Designation, "permission", self._permission)
        email = judge_address(
            contents.contacts.email,
            policy=self.policy,
            designated=[each.address for each in designated],
            person_name=self._persons[0].name,
        )
        # Where the platform is not known to offer a second factor, a supervisor's exception is asked for afterwards.
        may_except = self.platform.has_mfa is not True
        mfa = judge_mfa(methods, platform=self.platform, mailbox=mailbox, has_exception=may_except)
        self.warnings = (*email.warnings, *mfa.warnings)
        return Verdicts(password=password, email=email.verdict, mfa=mfa.verdict)


def _reuse(contents: Contents, elsewhere: Iterable[Secret]) -> tuple[Check, ...]:
    former = bool(contents.former.salt) and mark_password(contents.former, contents.password) in contents.former.marks
    used = any(other.nfc() == contents.password.nfc() for other in elsewhere)
    return (
        Check(
            name="password.not-former",
            passed=not former,
            clause="3",
            message="this account has had that password before" if former else "",
        ),
        Check(
            name="password.not-elsewhere",
            passed=not used,
            clause="3",
            message="another account that you hold has that password" if used else "",
        ),
    )


def require_verdicts(verdicts: Verdicts) -> None:
    """Refuse contents that were found wanting, naming each failed part.

    Raises:
        PolicyRefusal: With the clause and one line for each failed part.
    """
    require_passed(verdicts.email, subject="the linked e-mail", clause="2")
    require_passed(verdicts.password, subject="the password", clause="3", hint="or let the vault draw one: --generate")
    require_passed(verdicts.mfa, subject="multi-factor authentication", clause="4")
