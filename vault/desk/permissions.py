"""Permission before account: asking, deciding, designating an address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from vault.desk.finding import find_permission, find_unit
from vault.desk.office import Member, Office
from vault.domain.ids import DesignationId, PermissionId
from vault.domain.permissions import Access, AccountKind, Designation, Permission, Statement
from vault.errors import PolicyRefusal
from vault.ledger.events import (
    EmailDesignated,
    Event,
    PermissionGranted,
    PermissionRefused,
    PermissionRequested,
    PermissionWithdrawn,
)
from vault.ledger.ledger import Draft
from vault.ledger.view import View, the_vault
from vault.policy.addresses import parse_address
from vault.policy.catalogue import Catalogue
from vault.policy.naming import canonical_handle, require_plain_text


class Permissions:
    """What employees ask and supervisors decide.

    Args:
        office: The office.
    """

    def __init__(self, office: Office) -> None:
        self._office = office

    def request(
        self,
        member: Member,
        *,
        platform: str,
        handle: str,
        display_name: str,
        unit: str,
        kind: AccountKind,
        purpose: str,
        audience: str,
        is_official: bool,
        is_existing: bool,
    ) -> Permission:
        """Ask for an account.

        Args:
            member: Who will be its custodian.
            platform: By id, name, alias or domain.
            handle: As typed.
            display_name: The name that the public sees.
            unit: The unit that the account belongs to.
            kind: What it is for.
            purpose: What it will be used for (rule 5).
            audience: Who will read it.
            is_official: The declaration that it is the district's account, nobody's personal one.
            is_existing: It was there before the vault.

        Raises:
            PolicyRefusal: The platform holds no shared password, or it is not declared official.
            WrongState: Somebody has asked for it already, or it is registered.
        """
        site = Catalogue.load().with_overrides(self._office.policy.overrides).get(platform)
        refusal = site.shared_access_refusal()
        if refusal is not None:
            raise PolicyRefusal(refusal, clause="1", hint=f"custody platform show {site.id}")
        statement = Statement(
            platform=site.id,
            handle=canonical_handle(site, handle),
            display_name=require_plain_text("the display name", display_name, 100),
            unit=find_unit(self._office.view, unit).id,
            kind=kind,
            access=Access.SHARED,
            purpose=require_plain_text("the purpose", purpose, 500, least=0),
            audience=require_plain_text("the audience", audience, 200),
            is_official=is_official,
            is_existing=is_existing,
        )
        permission = self._office.make_id(PermissionId, "prm")
        self._write(
            member,
            lambda view: PermissionRequested(
                permission=permission, statement=statement, policy=the_vault(view).policy.version
            ),
        )
        return find_permission(self._office.view, permission)

    def grant(self, member: Member, permission: str, note: str = "") -> Permission:
        """Say yes, in a statement that repeats every word of the request.

        Raises:
            PolicyRefusal: It is the member's own request (rule 6).
            NotPermitted: The member does not supervise the unit.
            WrongState: It is decided already.
        """
        found = find_permission(self._office.view, permission)
        text = require_plain_text("the note", note, 500, least=0)
        self._write(
            member,
            lambda view: PermissionGranted(
                permission=found.id, statement=found.statement, note=text, policy=the_vault(view).policy.version
            ),
        )
        return find_permission(self._office.view, found.id)

    def refuse(self, member: Member, permission: str, note: str) -> Permission:
        """Say no, and why; see `grant`."""
        found = find_permission(self._office.view, permission)
        text = require_plain_text("the note", note, 500)
        self._write(member, lambda _view: PermissionRefused(permission=found.id, note=text))
        return find_permission(self._office.view, found.id)

    def withdraw(self, member: Member, permission: str) -> Permission:
        """Take a request, or a grant that is not used, back."""
        found = find_permission(self._office.view, permission)
        self._write(member, lambda _view: PermissionWithdrawn(permission=found.id))
        return find_permission(self._office.view, found.id)

    def designate(self, member: Member, permission: str, address: str, reason: str) -> Designation:
        """Designate an address outside the district's domains, as nobody's personal one (rule 2).

        Raises:
            PolicyRefusal: The account would be the member's own.
            NotPermitted: The member does not supervise the unit.
        """
        found = find_permission(self._office.view, permission)
        local, domain = parse_address(address)
        event = EmailDesignated(
            designation=self._office.make_id(DesignationId, "des"),
            permission=found.id,
            address=f"{local}@{domain}",
            reason=require_plain_text("the reason", reason, 500, least=10),
            is_not_personal=True,
        )
        self._write(member, lambda _view: event)
        return next(
            each
            for each in self._office.view.where(Designation, "permission", found.id)
            if each.id == event.designation
        )

    def _write(self, member: Member, make: Callable[[View], Event]) -> None:
        def build(view: View, _at: datetime) -> Draft:
            return Draft(events=(make(view),))

        self._office.write(member, build)
