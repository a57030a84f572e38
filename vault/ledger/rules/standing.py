"""When an account is active (design promise 3), told from the state and a time, never stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from vault.domain.accounts import Account, EscrowProof, PolicyException, Standing
from vault.domain.credentials import Credential
from vault.errors import Waiting
from vault.ledger.rules.authority import roles_over, supervisors_over
from vault.ledger.view import View, get

PROOF_GRACE: Final = timedelta(days=14)
"""How long an account may go on once the version that was verified is retired, however often it is rotated meanwhile.

See `docs/adr/0003-escrow-proof-after-rotation.md`.
"""


def missing(view: View, account: Account, at: datetime) -> tuple[str, ...]:
    """What an account still lacks, in the user's words; empty for an active one."""
    return tuple(_missing(view, account, at))


def standing(view: View, account: Account, at: datetime) -> Standing:
    """Pending or active."""
    return Standing.ACTIVE if not missing(view, account, at) else Standing.PENDING


def require_active(view: View, account: Account, at: datetime) -> None:
    """Refuse the use of an account that is not whole.

    Raises:
        Waiting: With one line for each thing that it lacks.
    """
    lacks = missing(view, account, at)
    if lacks:
        raise Waiting(f"{account.key} is not active yet", hint=f"custody account show {account.key}", faults=lacks)


def _missing(view: View, account: Account, at: datetime) -> Iterator[str]:
    if account.suspension is not None:
        yield f"it is suspended ({account.suspension.why.value}): a supervisor resumes it with another credential"
    if not account.mailbox.mfa:
        yield "how the mailbox behind the linked e-mail is protected (rule 4)"
    if not account.mfa and not has_exception(view, account, "4", at):
        yield "multi-factor authentication, or a supervisor's exception with an end date (rule 4)"
    if not roles_over(view, account.custodian, account.unit):
        yield "a custodian who works in the unit"
    if not any(person not in account.holders for person in supervisors_over(view, account.unit)):
        yield "a supervisor besides its holders (rule 1)"
    if account.proof is None:
        yield "a supervisor's verification of the escrow copy: custody escrow verify"
    elif not _is_proof_fresh(view, account, account.proof, at):
        yield "a supervisor's verification of the escrow copy since the last rotation: custody escrow verify"


def has_exception(view: View, account: Account, clause: str, at: datetime) -> bool:
    """Whether a supervisor's exception to the clause stands at that time."""
    granted = view.where(PolicyException, "account", account.id)
    return any(each.clause == clause and each.at <= at < each.until for each in granted)


def _is_proof_fresh(view: View, account: Account, proof: EscrowProof, at: datetime) -> bool:
    if proof.credential == account.current:
        return True
    return at < get(view, Credential, proof.credential).since + PROOF_GRACE
