"""Rules of the founding, the policy and the monitoring notice."""

from __future__ import annotations

from dataclasses import replace

from vault.domain.persons import Appointment, Person, PersonState, Role, Signer
from vault.domain.policies import Policy
from vault.domain.units import Unit, UnitKind
from vault.domain.vaults import Vault
from vault.errors import InvalidInput, NotPermitted, WrongState
from vault.ledger.entry import Entry, key_fingerprint
from vault.ledger.events import NoticeAcknowledged, PolicySet, VaultFounded
from vault.ledger.rules.authority import require_author, require_over
from vault.ledger.rules.base import Changes, require_domain, require_new, require_text, rule
from vault.ledger.rules.keys import fingerprint, require_copies
from vault.ledger.rules.recovery import require_split
from vault.ledger.view import View, get, the_vault
from vault.sealing.bindings import RECOVERY
from vault.sealing.passphrase import require_within_bounds


@rule(VaultFounded)
def founded(view: View, entry: Entry, event: VaultFounded) -> Changes:
    """The first entry, and only the first: it makes the district, its first IT member and its policy."""
    if entry.seq != 1 or view.find(Vault, Vault.ID) is not None:
        raise WrongState("a vault is founded once")
    if entry.author != event.person or event.policy.version != 1:
        raise InvalidInput("a founding is signed by its founder and sets version 1 of the policy")
    _require_policy(event.policy)
    require_text("the name", event.name, 100)
    require_new(view, Person, event.person)
    require_new(view, Unit, event.unit)
    fingerprint(event.unit_public)
    require_split(event.recovery)
    require_within_bounds(event.lock.kdf)
    require_copies(event.copies, {event.person: event.keys.sealing, RECOVERY: event.recovery.public})
    return (
        Vault(unit=event.unit, founder=event.person, policy=event.policy, recovery=event.recovery),
        Unit(
            id=event.unit,
            path="district",
            name=event.policy.district,
            kind=UnitKind.DISTRICT,
            parent=None,
            epoch=1,
            public=event.unit_public,
            copies=event.copies,
        ),
        Person(
            id=event.person,
            username=event.username,
            name=event.name,
            email=event.email,
            unit=event.unit,
            state=PersonState.ENROLLED,
            roles=(Role.IT,),
            keys=event.keys,
            lock=event.lock,
            notice=1,
        ),
        Signer(id=key_fingerprint(event.keys.signing).hex(), person=event.person, public=event.keys.signing),
        Appointment(person=event.person, unit=event.unit, role=Role.IT, since=entry.time),
    )


@rule(PolicySet)
def policy_set(view: View, entry: Entry, event: PolicySet) -> Changes:
    """IT of the district sets the next version of the policy, whole."""
    vault = the_vault(view)
    require_over(view, require_author(view, entry).id, vault.unit, Role.IT)
    if event.policy.version != vault.policy.version + 1:
        raise WrongState(f"the next version of the policy is {vault.policy.version + 1}")
    _require_policy(event.policy)
    return (replace(vault, policy=event.policy),)


@rule(NoticeAcknowledged)
def notice_acknowledged(view: View, entry: Entry, event: NoticeAcknowledged) -> Changes:
    """A person says that they have read the notice of a version of the policy that exists."""
    person = get(view, Person, require_author(view, entry).id)
    if not person.notice < event.policy <= the_vault(view).policy.version:
        raise WrongState(f"{person.username} has already acknowledged the monitoring notice of that version")
    return (replace(person, notice=event.policy),)


def _require_policy(policy: Policy) -> None:
    """Refuse settings that would let everything through, or nothing."""
    require_text("the district", policy.district, 120)
    if not policy.domains:
        raise NotPermitted("a policy without an e-mail domain of the district would refuse every account")
    for domain in policy.domains:
        require_domain(domain)
    limits = {
        "permission_days": (policy.permission_days, 1, 366),
        "checkout_minutes": (policy.checkout_minutes, 5, 1_440),
        "retired_kept": (policy.retired_kept, 0, 100),
    }
    if policy.rotation_days is not None:
        limits["rotation_days"] = (policy.rotation_days, 1, 3_660)
    for name, (value, least, most) in limits.items():
        if not least <= value <= most:
            raise InvalidInput(f"{name} must be from {least} to {most}, not {value}")
    if not policy.monitoring_notice.strip():
        raise InvalidInput("the monitoring notice is empty")
