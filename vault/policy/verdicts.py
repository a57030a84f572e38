"""From a verdict to a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vault.domain.verdicts import Check
from vault.errors import InvalidInput, PolicyRefusal

if TYPE_CHECKING:
    from vault.domain.verdicts import Verdict


def check(name: str, *, holds: bool, message: str, clause: str = "") -> Check:
    """One outcome, its message kept only when the test failed.

    Args:
        name: A stable name such as `password.upper`.
        holds: Whether the test held.
        message: What to mend if it did not.
        clause: The policy clause it serves, or "" for a test of the vault's own.
    """
    return Check(name=name, passed=holds, clause=clause, message="" if holds else message)


def require_passed(verdict: Verdict, *, subject: str, clause: str = "", hint: str | None = None) -> None:
    """Refuse what did not pass. A verdict without tests has not passed.

    Args:
        verdict: What was found.
        subject: What was judged, such as `the password`; never its value.
        clause: The clause to name where no failed test names one.
        hint: The next step.

    Raises:
        PolicyRefusal: A clause of the policy refuses it; `faults` has one line for each failed test.
        InvalidInput: Only tests of the vault's own failed, and `clause` is "".
    """
    if verdict.passed:
        return
    faults = verdict.faults or ("was not judged at all",)
    message = f"{subject}: {faults[0]}" if len(faults) == 1 else f"{subject} is refused for {len(faults)} reasons"
    named = next((found.clause for found in verdict.checks if not found.passed and found.clause), clause)
    if named:
        raise PolicyRefusal(message, clause=named, hint=hint, faults=faults)
    raise InvalidInput(message, hint=hint, faults=faults)
