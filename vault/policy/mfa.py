"""Second factors: which there are, and whether those declared for an account satisfy rule 4.

Rule 4 has no "when permitted": a platform without multi-factor authentication needs a supervisor's dated exception,
never a silent pass. It speaks of "the account that is used to access" the social media account, which may be the login
or the mailbox behind it, so both are judged. Codes and seeds are no matter of this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from vault.domain.verdicts import Check, Verdict
from vault.errors import InvalidInput
from vault.policy.verdicts import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.domain.accounts import Mailbox, MfaMethod
    from vault.policy.platforms import Platform

CHECKER: Final = "mfa/1"
_CLAUSE: Final = "4"


class Factor(Enum):
    """A kind of second factor. `backup_codes` and `other` are never enough alone."""

    TOTP = "totp"
    SMS = "sms"
    EMAIL = "email"
    U2F = "u2f"
    PUSH = "push"
    BACKUP_CODES = "backup_codes"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class MfaJudgement:
    """What was found of an account's second factors.

    Attributes:
        verdict: The tests of rule 4.
        warnings: What is accepted but weak, one line each.
    """

    verdict: Verdict
    warnings: tuple[str, ...] = field(default=())


def parse_factor(text: str) -> Factor:
    """The factor of that name.

    Raises:
        InvalidInput: There is none of that name.
    """
    try:
        return Factor(text.strip().lower().replace("-", "_"))
    except ValueError:
        known = ", ".join(factor.value for factor in Factor)
        raise InvalidInput("no such way of multi-factor authentication", hint=f"known ways: {known}") from None


def judge_mfa(
    methods: Sequence[MfaMethod], *, platform: Platform, mailbox: Mailbox, has_exception: bool = False
) -> MfaJudgement:
    """Judge the second factors declared for an account (rule 4).

    Args:
        methods: Those declared; a TOTP seed counts when a code proved it, any other when its holder is named.
        platform: Where the account is; what it is not known to offer is accepted with a warning.
        mailbox: The mailbox behind the linked e-mail.
        has_exception: A supervisor's live exception on rule 4 stands. It helps only where the platform is not known to
            offer any second factor.

    Raises:
        InvalidInput: A method has an unknown name.
    """
    declared = [(parse_factor(method.method), method) for method in methods]
    factors = [factor for factor, _ in declared]
    verdict = Verdict(
        checker=CHECKER,
        checks=(
            _set_up(factors, platform, has_exception=has_exception),
            _offered(declared, platform),
            check(
                "mfa.proved",
                holds=all(method.is_proved for factor, method in declared if factor is Factor.TOTP),
                clause=_CLAUSE,
                message="the authenticator seed is not proved: give a current code of it",
            ),
            check(
                "mfa.holder",
                holds=all(method.holder.strip() for factor, method in declared if _needs_holder(factor)),
                clause=_CLAUSE,
                message="say who holds the phone, key or mailbox of the second factor",
            ),
            check(
                "mfa.mailbox",
                holds=any(_is_enough(parse_factor(name)) for name in mailbox.mfa),
                clause=_CLAUSE,
                message="set up multi-factor authentication on the linked mailbox too, and say which",
            ),
        ),
    )
    return MfaJudgement(verdict=verdict, warnings=_warnings(declared, platform))


def _is_enough(factor: Factor) -> bool:
    return factor not in {Factor.BACKUP_CODES, Factor.OTHER}


def _needs_holder(factor: Factor) -> bool:
    return factor not in {Factor.TOTP, Factor.BACKUP_CODES}


def _set_up(factors: Sequence[Factor], platform: Platform, *, has_exception: bool) -> Check:
    excused = has_exception and platform.has_mfa is not True
    if platform.has_mfa:
        offered = ", ".join(factor.value for factor in platform.mfa)
        message = f"set up multi-factor authentication first: {platform.name} offers {offered}"
    elif platform.has_mfa is False:
        message = (
            f"{platform.name} is not known to offer multi-factor authentication: a supervisor's exception is needed"
        )
    else:
        message = (
            f"whether {platform.name} offers multi-factor authentication is not known: look it up and set it up, "
            "or ask a supervisor for an exception"
        )
    return check("mfa.set-up", holds=excused or any(map(_is_enough, factors)), clause=_CLAUSE, message=message)


def _offered(declared: Sequence[tuple[Factor, MfaMethod]], platform: Platform) -> Check:
    """A seed that gave a right code is better evidence than a list, so it is not held against the list."""
    strange = [factor.value for factor, method in declared if _is_strange(factor, platform) and not method.is_proved]
    return check(
        "mfa.offered",
        holds=not strange or platform.has_mfa is None,
        clause=_CLAUSE,
        message=f"{platform.name} is not known to offer {', '.join(strange)}: "
        "if it does, record that in the policy file with its source",
    )


def _is_strange(factor: Factor, platform: Platform) -> bool:
    return _is_enough(factor) and factor not in platform.mfa


def _warnings(declared: Sequence[tuple[Factor, MfaMethod]], platform: Platform) -> tuple[str, ...]:
    factors = {factor for factor, _ in declared}
    proved = [f.value for f, method in declared if _is_strange(f, platform) and method.is_proved]
    found = {
        "codes by text message go to a telephone number: a personal one leaves with its owner, so prefer an "
        "authenticator app": Factor.SMS in factors,
        "codes by e-mail are only as safe as the mailbox": Factor.EMAIL in factors,
        f"what {platform.name} offers as second factors is not known: look it up and record it in the policy file": (
            platform.has_mfa is None
        ),
        f"the catalogue does not know {', '.join(proved)} at {platform.name}: record it in the policy file": (
            bool(proved) and platform.has_mfa is not None
        ),
    }
    return tuple(text for text, applies in found.items() if applies)
