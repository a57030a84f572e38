"""What is proposed about recovery, with the officers' key at hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from vault.domain.credentials import Part, Road
from vault.domain.ids import AccountId, RequestId, make_id
from vault.domain.keys import SealedKey
from vault.domain.recovery import Scope
from vault.domain.units import Unit
from vault.domain.vaults import Recovery
from vault.ledger import events as ev
from vault.ledger.ledger import Draft
from vault.ledger.rules.keys import fingerprint
from vault.ledger.rules.recovery import sealed_to_recovery, supervised
from vault.ledger.view import get, the_vault
from vault.sealing.bindings import RECOVERY
from vault.sealing.frames import digest
from vault.sealing.keypairs import SealingKey
from vault.sealing.recovery import Act, OpenRecoveryKey

if TYPE_CHECKING:
    from tests.ledger.town import Town

WHY = "everybody who could open it is gone"


def requested(town: Town, scope: Scope, **changes: object) -> Draft:
    event = ev.RecoveryRequested(
        request=RequestId(make_id("rec", town.random(16))),
        scope=scope,
        reason=WHY,
        until=town.now + timedelta(days=2),
        public=SealingKey.from_seed(town.random(32)).public.to_bytes(),
    )
    return Draft(events=(replace(event, **changes),))  # type: ignore[arg-type]


def ask(town: Town, by: str = "ada", scope: Scope | None = None) -> RequestId:
    event = town.write(by, requested(town, scope or Scope(everything=True))).event
    assert isinstance(event, ev.RecoveryRequested)
    return event.request


def given(town: Town, request: RequestId, index: int = 1) -> Draft:
    record = town.random(80)
    event = ev.RecoveryShareGiven(request=request, index=index, record=digest(record))
    return Draft(events=(event,), records={event.record: record})


def opened(town: Town, request: RequestId, shares: tuple[int, ...] = (1, 2, 4)) -> Draft:
    consent = town.officers.consent(town.vault, Act.OPEN, request.encode(), town.now)
    return Draft(events=(ev.RecoveryOpened(request=request, shares=shares, consent=consent),))


def drilled(town: Town, shares: tuple[int, ...] = (1, 2, 4)) -> Draft:
    consent = town.officers.consent(town.vault, Act.DRILL, b"", town.now)
    return Draft(events=(ev.RecoveryDrilled(shares=shares, consent=consent),))


def escrow_drilled(town: Town, username: str) -> Draft:
    return Draft(events=(ev.EscrowDrilled(units=supervised(town.view, town.persons[username])),))


def storage_key_sealed(town: Town) -> Draft:
    record = town.random(96)
    event = ev.StorageKeySealed(record=digest(record), replaced=the_vault(town.view).recovery.storage_key, term=2)
    return Draft(events=(event,), records={event.record: record})


def reshared(town: Town, officers: OpenRecoveryKey, **changes: object) -> Draft:
    """A new recovery key; `changes` alter the event before the old officers agree to its key."""
    public, storage = officers.sealing.public.to_bytes(), town.random(96)
    district = get(town.view, Unit, the_vault(town.view).unit)
    copies: list[SealedKey] = []
    records = {digest(storage): storage}
    for _ in district.keys:
        made, record = town.forms.seal_copies({RECOVERY: public})
        copies.extend(made)
        records |= record
    event = ev.RecoveryReshared(
        recovery=Recovery(
            public=public,
            threshold=2,
            set_id=town.random(8),
            commitments=tuple(town.random(32) for _ in range(5)),
            storage_key=digest(storage),
            storage_term=the_vault(town.view).recovery.storage_term,
            signing=officers.signing.public,
        ),
        copies=tuple(copies),
        reason="an officer has moved away",
        shares=(1, 3, 5),
        consent=town.officers.consent(town.vault, Act.RESHARE, fingerprint(public), town.now),
        retired=tuple(sealed_to_recovery(town.view)),
    )
    return Draft(events=(replace(event, **changes),), records=records)  # type: ignore[arg-type]


def reshare(town: Town) -> None:
    """Make the recovery key anew; the town's officers are the new ones from then on."""
    officers = OpenRecoveryKey(town.random(32))
    town.write("ada", reshared(town, officers))
    town.officers = officers


def live_through_recovery(town: Town, account: AccountId) -> None:
    """Drills, a request that officers answer, what it shows, and a new recovery key."""
    town.write("ada", drilled(town))
    town.write("dora", escrow_drilled(town, "dora"))
    town.write("ada", storage_key_sealed(town))
    request = ask(town, "emma", Scope(accounts=(account,)))
    town.write("rex", given(town, request, 4))
    town.write("emma", opened(town, request))
    town.write("emma", town.forms.show(account, Part.PASSWORD, Road.RECOVERY))
    reshare(town)


def recovery_proposals(town: Town) -> list[tuple[str, Draft]]:
    """What could be proposed about recovery now, each with who may."""
    request = ask(town)
    return [
        ("ada", requested(town, Scope(everything=True))),
        ("ben", given(town, request)),
        ("ada", opened(town, request)),
        ("sue", drilled(town)),
        ("hal", escrow_drilled(town, "hal")),
        ("ada", storage_key_sealed(town)),
        ("ada", reshared(town, OpenRecoveryKey(town.random(32)))),
    ]
