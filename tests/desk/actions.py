"""Every use case that writes, ready to be interrupted: how to come to it, what is done, and how to tell that it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from tests.desk.district import (
    DOMAIN,
    HIGH_SCHOOL,
    NEXT_PASSWORD,
    REASON,
    USERNAMES,
    District,
    bring,
    passphrase_of,
)
from vault.desk.finding import find_person, find_unit
from vault.desk.rotations import Replacement
from vault.desk.units import due_keys, share_unit_keys
from vault.domain.accounts import Account, PolicyException
from vault.domain.credentials import Exposure, Part, Road
from vault.domain.permissions import Designation, Permission, PermissionState
from vault.domain.persons import PersonState, Role
from vault.domain.rotations import Rotation, RotationState
from vault.domain.secret import Secret
from vault.domain.units import Unit, UnitKind
from vault.policy.files import policy_to_toml

KEY: Final = "x:ridgevolley"
NEW: Final = "r.okafor"
PASSPHRASE: Final = Secret("velvet harbour ninety spoons")
WHY: Final = "the coach is on leave today"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One use case.

    Attributes:
        name: Which.
        act: Does it; may be done again.
        is_done: Whether it has happened.
        prepare: What must have happened before.
        commits: How many commits it takes.
    """

    name: str
    act: Callable[[District], object]
    is_done: Callable[[District], bool]
    prepare: Callable[[District], object] = lambda _district: None
    commits: int = 1


def _person_is(state: PersonState) -> Callable[[District], bool]:
    return lambda d: any(each.username == NEW and each.state is state for each in d.persons())


def _invite(d: District) -> Secret:
    invitation = d.desk.persons.invite(
        d.founder, NEW, name="Remi Okafor", email=f"{NEW}@{DOMAIN}", unit=HIGH_SCHOOL, roles=[Role.EMPLOYEE]
    )
    d.code_given = invitation.code
    return invitation.code


def _enrol(d: District) -> object:
    assert d.code_given is not None
    return d.desk.persons.enrol(NEW, d.code_given, PASSPHRASE, acknowledged=1)


def _asked(d: District) -> Permission:
    (found,) = d.desk.office.view.where(Permission, "key", "x:ridgesoccer")
    return found


def _asked_is(state: PermissionState) -> Callable[[District], bool]:
    return lambda d: any(each.state is state for each in d.desk.office.view.where(Permission, "key", "x:ridgesoccer"))


def _take(d: District) -> object:
    return d.desk.checkouts.take(d.coach, KEY, term=timedelta(hours=2), reason=REASON, reveal=True)


def _is_leased(d: District) -> bool:
    return any(d.desk.checkouts.every(account=KEY, is_open=True))


def _shown(part: Part, road: Road = Road.CHECKOUT, version: int = 1) -> Callable[[District], bool]:
    return lambda d: any(
        (each.part, each.road, each.version) == (part, road, version) for each in d.desk.office.view.every(Exposure)
    )


def _start(d: District) -> object:
    return d.desk.rotations.start(d.coach, KEY, Replacement(password=Secret(NEXT_PASSWORD)))


def _rotation_is(state: RotationState) -> Callable[[District], bool]:
    return lambda d: any(each.state is state for each in d.desk.office.view.every(Rotation))


def _keep_none(d: District) -> object:
    policy = replace(d.desk.office.policy, retired_kept=0)
    return d.desk.policies.set(d.founder, policy_to_toml(policy))


def _newcomer(d: District) -> object:
    return d.enrol_as("v.pham", HIGH_SCHOOL, Role.SUPERVISOR)


def _relocked(d: District) -> bool:
    return find_person(d.desk.office.view, USERNAMES["coach"]).lock != d.coach.person.lock


def _coach_has_key(d: District) -> bool:
    return any(copy.recipient == d.coach.person.id for copy in find_unit(d.desk.office.view, HIGH_SCHOOL).copies)


def _is_employed(d: District) -> bool:
    from vault.ledger.rules.authority import roles_over

    return bool(roles_over(d.desk.office.view, d.teacher.person.id, find_unit(d.desk.office.view, HIGH_SCHOOL).id))


ACTIONS: Final = (
    Action(name="invite", act=_invite, is_done=_person_is(PersonState.INVITED)),
    Action(name="enrol", act=_enrol, prepare=_invite, is_done=_person_is(PersonState.ENROLLED)),
    Action(
        name="passphrase",
        act=lambda d: d.desk.persons.change_passphrase(d.coach, passphrase_of("z.new")),
        is_done=_relocked,
    ),
    Action(
        name="assign",
        act=lambda d: d.desk.persons.assign(d.founder, USERNAMES["coach"], Role.SUPERVISOR, HIGH_SCHOOL),
        # The role may stand without the key: whoever holds it shares it at their next command.
        is_done=lambda d: _coach_has_key(d) or bool(share_unit_keys(d.desk.office, d.founder)),
        commits=2,
    ),
    Action(
        name="end",
        act=lambda d: d.desk.persons.end(d.founder, USERNAMES["teacher"], Role.EMPLOYEE, HIGH_SCHOOL),
        is_done=lambda d: not _is_employed(d),
    ),
    Action(
        name="share",
        act=lambda d: share_unit_keys(d.desk.office, d.founder),
        prepare=_newcomer,
        is_done=lambda d: list(due_keys(d.desk.office.view, d.founder.person)) == [],
    ),
    Action(
        name="unit",
        act=lambda d: d.desk.units.add(d.founder, f"{HIGH_SCHOOL}/drama", kind=UnitKind.PROGRAMME, name="Drama"),
        is_done=lambda d: bool(d.desk.office.view.where(Unit, "path", f"{HIGH_SCHOOL}/drama")),
    ),
    Action(name="policy", act=_keep_none, is_done=lambda d: d.desk.office.policy.retired_kept == 0),
    Action(name="ask", act=lambda d: d.ask("ridgesoccer"), is_done=_asked_is(PermissionState.REQUESTED)),
    Action(
        name="grant",
        prepare=lambda d: d.ask("ridgesoccer"),
        act=lambda d: d.desk.permissions.grant(d.principal, _asked(d).id),
        is_done=_asked_is(PermissionState.GRANTED),
    ),
    Action(
        name="refuse",
        prepare=lambda d: d.ask("ridgesoccer"),
        act=lambda d: d.desk.permissions.refuse(d.principal, _asked(d).id, "not this year"),
        is_done=_asked_is(PermissionState.REFUSED),
    ),
    Action(
        name="withdraw",
        prepare=lambda d: d.ask("ridgesoccer"),
        act=lambda d: d.desk.permissions.withdraw(d.coach, _asked(d).id),
        is_done=_asked_is(PermissionState.WITHDRAWN),
    ),
    Action(
        name="designate",
        prepare=lambda d: d.ask("ridgesoccer"),
        act=lambda d: d.desk.permissions.designate(d.principal, _asked(d).id, "shs@gmail.com", "mailbox of the team"),
        is_done=lambda d: any(d.desk.office.view.every(Designation)),
    ),
    Action(
        name="register",
        prepare=lambda d: d.allow("ridgesoccer"),
        act=lambda d: d.register(_asked(d), bring(code=d.code(), password=NEXT_PASSWORD)),
        is_done=lambda d: bool(d.desk.office.view.where(Account, "key", "x:ridgesoccer")),
    ),
    Action(
        name="except",
        prepare=lambda d: d.register(
            d.allow(platform="flickr"), bring(seed=None, code=None, codes=None, password=NEXT_PASSWORD)
        ),
        act=lambda d: d.desk.accounts.grant_exception(
            d.principal, "flickr:ridgevolley", clause="4", until=d.clock() + timedelta(days=9), reason=WHY
        ),
        is_done=lambda d: any(d.desk.office.view.every(PolicyException)),
    ),
    Action(
        name="verify",
        prepare=lambda d: d.register(d.allow("ridgesoccer"), bring(code=d.code(), password=NEXT_PASSWORD)),
        act=lambda d: d.desk.escrow.verify(d.principal, "x:ridgesoccer"),
        is_done=lambda d: d.desk.account("x:ridgesoccer").proof is not None,
    ),
    Action(name="take", act=_take, is_done=_is_leased),
    Action(
        name="password",
        prepare=lambda d: d.desk.checkouts.take(d.coach, KEY, term=timedelta(hours=2), reason=REASON),
        act=lambda d: d.desk.password(d.coach, KEY),
        is_done=_shown(Part.PASSWORD),
    ),
    Action(
        name="totp",
        prepare=_take,
        act=lambda d: d.desk.checkouts.totp(d.coach, KEY),
        is_done=_shown(Part.MFA_CODE),
    ),
    Action(
        name="backup code",
        prepare=_take,
        act=lambda d: d.desk.checkouts.backup_code(d.coach, KEY),
        is_done=_shown(Part.BACKUP_CODE),
    ),
    Action(
        name="extend",
        prepare=_take,
        act=lambda d: d.desk.checkouts.extend(
            d.coach, next(d.desk.checkouts.every(account=KEY)).id, timedelta(hours=4)
        ),
        is_done=lambda d: next(d.desk.checkouts.every(account=KEY)).until == d.clock() + timedelta(hours=4),
    ),
    Action(
        name="return",
        prepare=_take,
        act=lambda d: d.desk.checkouts.check_in(d.coach, KEY),
        is_done=lambda d: not _is_leased(d),
    ),
    Action(
        name="force",
        prepare=_take,
        act=lambda d: d.desk.checkouts.check_in(d.principal, KEY, is_forced=True, reason=WHY),
        is_done=_rotation_is(RotationState.OWED),
    ),
    Action(
        name="escrow",
        act=lambda d: d.desk.escrow.open(d.principal, KEY, reason=WHY),
        is_done=_shown(Part.PASSWORD, Road.ESCROW),
    ),
    Action(name="start", act=_start, is_done=_rotation_is(RotationState.STAGED)),
    Action(
        name="reveal",
        prepare=_start,
        act=lambda d: d.desk.rotations.reveal(d.founder, KEY, is_new=False),
        is_done=_shown(Part.PASSWORD, Road.ROTATION),
    ),
    Action(
        name="confirm and destroy",
        prepare=lambda d: (_keep_none(d), _start(d)),
        act=lambda d: d.desk.rotations.confirm(d.coach, KEY),
        is_done=lambda d: d.desk.account(KEY).versions == 2 and d.desk.account(KEY).rotation is None,
    ),
    Action(
        name="abandon",
        prepare=_start,
        act=lambda d: d.desk.rotations.abandon(d.coach, KEY, reason=WHY),
        is_done=_rotation_is(RotationState.ABANDONED),
    ),
)
"""All of them, on a district with an active account."""

SHOWING: Final = tuple(
    action for action in ACTIONS if action.name in {"take", "password", "totp", "backup code", "escrow", "reveal"}
)
"""Those that show a secret."""
