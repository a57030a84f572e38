"""Rules of sealed copies (A1, A4).

A key is sealed to exactly the recipients that the state names, and to their true keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from vault.domain.credentials import SealedCredential
from vault.domain.ids import Fingerprint, PersonId, UnitId
from vault.domain.keys import SealedKey
from vault.domain.persons import Person
from vault.domain.units import Unit
from vault.errors import IntegrityError, NotEnrolled, PolicyRefusal, WrongState
from vault.ledger.rules.authority import roles_over
from vault.ledger.view import View, get
from vault.sealing.keypairs import SealingPublicKey


@lru_cache(maxsize=1024)
def fingerprint(public: bytes) -> Fingerprint:
    """The name of a public sealing key of 1,216 bytes; an unsafe key is refused, and never sealed to."""
    return SealingPublicKey.from_bytes(public).fingerprint


def require_copies(copies: tuple[SealedKey, ...], recipients: Mapping[str, bytes]) -> None:
    """Refuse copies that leave a recipient out, bring one in, or are sealed to another key than the recipient's.

    Args:
        copies: What the event names.
        recipients: Id to public sealing key, 1,216 bytes.

    Raises:
        IntegrityError: Naming the recipient.
    """
    named = {copy.recipient: copy.fingerprint for copy in copies}
    if len(named) != len(copies) or set(named) != set(recipients):
        raise IntegrityError(f"a key must be sealed to {', '.join(sorted(recipients))}, and to nobody else")
    for recipient, public in recipients.items():
        if named[recipient] != fingerprint(public):
            raise IntegrityError(f"a key is sealed to another key than {recipient}'s")


def public_key_of(view: View, person: PersonId) -> bytes:
    """An enrolled person's public sealing key, 1,216 bytes.

    Raises:
        NotEnrolled: They have none.
    """
    found = get(view, Person, person)
    if found.keys is None:
        raise NotEnrolled(f"{found.username} has not enrolled yet", hint="they run: custody person enrol")
    return found.keys.sealing


def recipients_of(view: View, holders: tuple[PersonId, ...], unit: UnitId) -> dict[str, bytes]:
    """Whom a credential's data key is sealed to: its holders who work there still, and the unit, which is the escrow.

    A holder who has left keeps what was sealed to them before; no version from then on is (A13).

    Raises:
        WrongState: The unit's key is to be made anew first.
    """
    working = (person for person in holders if roles_over(view, person, unit))
    recipients: dict[str, bytes] = {person: public_key_of(view, person) for person in working}
    escrow = get(view, Unit, unit)
    require_remade(escrow)
    recipients[unit] = escrow.public
    return recipients


def require_remade(unit: Unit) -> None:
    """Refuse to seal to a unit's key that somebody who has ended opens; a new one comes first (A13).

    Raises:
        WrongState: Naming the unit.
    """
    if unit.is_rekey_owed:
        raise WrongState(
            f"the key of {unit.path} is to be made anew first: somebody who held it, or one above it, has ended",
            hint=f"IT or a supervisor there runs: custody unit rekey {unit.path}",
        )


def require_sealed(view: View, holders: tuple[PersonId, ...], unit: UnitId, credential: SealedCredential) -> None:
    """Refuse a credential version that is not escrowed, or that its own client judged wanting.

    Raises:
        IntegrityError: The copies are not those that must be.
        PolicyRefusal: A verdict has not passed.
    """
    require_copies(credential.copies, recipients_of(view, holders, unit))
    if credential.unit_epoch != get(view, Unit, unit).epoch:
        raise IntegrityError("the escrow copy is sealed to an older key of the unit")
    for clause, verdict in (("2", credential.email), ("3", credential.password), ("4", credential.mfa)):
        if not verdict.passed:
            raise PolicyRefusal("not met", clause=clause, faults=verdict.faults)
