"""What a client found about something that the rules cannot see, because it is sealed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test and its outcome.

    Attributes:
        name: A stable name such as `password.upper` or `email.allowed`.
        passed: Whether it held.
        clause: The policy clause it serves (`2`, `3`, `4`), or "" for a test of the vault's own.
        message: For a failed test, what to mend, in the user's words; "" for a passed one. Never a hint of the value.
    """

    name: str
    passed: bool
    clause: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Every test of one sealed value, in order. An empty verdict has not passed.

    Attributes:
        checker: Name and version of the code that judged, such as `passwords/1`.
        checks: The tests.
    """

    checker: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether there were tests and all of them held."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def faults(self) -> tuple[str, ...]:
        """The message of each failed test."""
        return tuple(check.message for check in self.checks if not check.passed)
