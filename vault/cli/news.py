"""What a person is told at their next command: what others did to their accounts and requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.domain.accounts import Account
from vault.domain.notices import Notice, Subject
from vault.domain.permissions import Permission
from vault.domain.persons import Person

if TYPE_CHECKING:
    from vault.cli.app import App
    from vault.desk.office import Member
    from vault.ledger.view import View

_TEXTS: Final = {
    Subject.CUSTODY_CHANGED: "{by} changed who holds {object}. {detail}",
    Subject.CUSTODY_OFFERED: "{by} offers you custody of {object}: custody account accept {object}. {detail}",
    Subject.ESCROW_OPENED: "{by} opened {object} from escrow: {detail}. Its password is to be changed",
    Subject.FORCED_CHECKIN: "{by} ended your checkout of {object}: {detail}. Its password is to be changed",
    Subject.PERMISSION_GRANTED: "{by} granted {object}. {detail}",
    Subject.PERMISSION_REFUSED: "{by} refused {object}: {detail}",
    Subject.RECOVERY_OPENED: "{by} opened {object} with the recovery officers: {detail}. Its password is to be changed",
    Subject.RESUMED: "{by} resumed {object}: it can be checked out again. {detail}",
    Subject.SUSPENDED: "{by} suspended {object}: it cannot be checked out. {detail}",
    Subject.ROTATED: "{by} changed the password of {object}: check it out again to see the new one",
}


def tell_news(app: App, member: Member) -> None:
    """Tell the member what happened since they were last told, once on this machine."""
    from vault.wiring.home import last_told, remember_told

    home, person = app.vault.home, member.person.id
    told = last_told(home, person)
    fresh = [each for each in app.office.view.where(Notice, "person", person) if each.seq > told]
    for notice in fresh:
        app.say(f"note: {_text(app.office.view, notice)} ({notice.at.astimezone():%Y-%m-%d %H:%M})")
    if fresh:
        remember_told(home, person, fresh[-1].seq)


def _text(view: View, notice: Notice) -> str:
    by = view.find(Person, notice.by)
    text = _TEXTS[notice.subject].format(
        by=notice.by if by is None else by.name, object=_name(view, notice.object), detail=notice.detail
    )
    return text.strip()


def _name(view: View, key: str) -> str:
    account = view.find(Account, key)
    if account is not None:
        return account.key
    permission = view.find(Permission, key)
    return key if permission is None else f"your request for {permission.key}"
