"""What somebody who was shown a part knows of an account today, as far as entries tell."""

from __future__ import annotations

from collections.abc import Iterator

from vault.domain.accounts import Account
from vault.domain.credentials import BackupCodes, Credential, CredentialState, Exposure, Part, Road
from vault.domain.ids import PersonId
from vault.ledger.view import View, get

_TYPED = frozenset({Road.REGISTRATION, Road.ROTATION})


def is_changed(view: View, account: Account, shown: Exposure) -> bool:
    """Whether what was shown opens nothing any more.

    A one-time code runs out by itself, and a backup code is spent by being shown. A list of backup codes and a seed may
    have been carried over to later versions: a list says so itself, and whoever brings a new seed is recorded as
    knowing it. Of contacts no entry tells, and they open nothing: a new version counts as their change.
    """
    if shown.part in {Part.MFA_CODE, Part.BACKUP_CODE}:
        return True
    if shown.part is Part.MFA_SEED:
        return shown.version < _seed_version(view, account)
    if shown.part is not Part.BACKUP_CODES:
        return shown.credential != account.current
    brought = get(view, Credential, shown.credential).sealed.codes_of
    is_carried = get(view, Credential, account.current).sealed.codes_of == brought
    return not is_carried or get(view, BackupCodes, brought).left == 0


def _seed_version(view: View, account: Account) -> int:
    """The newest version, up to the current one, for which somebody brought a seed; 0 when nobody has."""
    newest = get(view, Credential, account.current).sealed.version
    shown = view.where(Exposure, "account", account.id)
    brought = (each for each in shown if each.part is Part.MFA_SEED and each.road in _TYPED)
    kept = (each.version for each in brought if each.version <= newest and not _is_abandoned(view, each))
    return max(kept, default=0)


def _is_abandoned(view: View, shown: Exposure) -> bool:
    return get(view, Credential, shown.credential).state is CredentialState.ABANDONED


def known_parts(view: View, person: PersonId) -> Iterator[tuple[Account, frozenset[Part]]]:
    """The accounts of which the person knows something that nobody has changed, and what; by id."""
    parts: dict[str, set[Part]] = {}
    for shown in view.where(Exposure, "person", person):
        if not is_changed(view, get(view, Account, shown.account), shown):
            parts.setdefault(shown.account, set()).add(shown.part)
    for key in sorted(parts):
        yield get(view, Account, key), frozenset(parts[key])
