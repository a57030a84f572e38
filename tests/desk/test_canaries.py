"""Promise 1, at the desk: whatever fails and however loudly it is logged, no secret is in what comes of it."""

from __future__ import annotations

import base64
import logging
import traceback
from typing import TYPE_CHECKING, Final

import pytest

from tests.desk.actions import ACTIONS, KEY, PASSPHRASE, Action
from tests.desk.district import (
    BACKUP_CODES,
    DOMAIN,
    NEXT_PASSWORD,
    PASSWORD,
    SEED,
    USERNAMES,
    District,
    bring,
    passphrase_of,
)
from tests.desk.faults import Fuse, FusedLedgerStore
from tests.support.memory import MemoryLedgerStore, MemoryStateStore
from vault.desk.rotations import Replacement
from vault.domain.secret import Secret
from vault.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SEALED: Final = (
    PASSWORD,
    NEXT_PASSWORD,
    SEED,
    *BACKUP_CODES,
    PASSPHRASE.reveal(),
    *(passphrase_of(username).reveal() for username in USERNAMES.values()),
    f"volleyball@{DOMAIN}",
    f"athletics@{DOMAIN}",
)
"""Everything typed into a secret field here."""


def _canaries(district: District) -> Iterator[bytes]:
    """What must not be seen, in the forms in which it might be."""
    yield from (text.encode() for text in _SEALED)
    yield base64.b32decode(SEED)
    yield base64.b64encode(base64.b32decode(SEED))
    yield from (base64.b64encode(text.encode()).rstrip(b"=")[:-1] for text in (PASSWORD, NEXT_PASSWORD))
    yield district.code().reveal().encode()
    if district.code_given is not None:
        yield district.code_given.reveal().encode()
    for member in district.members.values():
        for seed in member.identity.reveal_seeds():
            yield from (seed, seed.hex().encode(), base64.b64encode(seed))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _told(error: BaseException) -> str:
    """Everything that an error says, its causes too, as a log or a crash report would have it."""
    said = [f"{each!s} {each!r} {each.args!r} {vars(each)!r}" for each in _chain(error)]
    return "\n".join((*said, *traceback.format_exception(error)))


def _require_silent(text: str, district: District) -> None:
    said = text.encode()
    assert [canary for canary in _canaries(district) if canary in said] == []


def _errors(district: District, action: Action) -> Iterator[BaseException]:
    """What the use case raises when the store fails at its 1st, 2nd, 3rd… call."""
    at, fuse = 0, Fuse(1)
    while at == 0 or fuse.is_blown:
        at += 1
        twin, fuse = district.twin(f"call {at}"), Fuse(at)
        twin.code_given = district.code_given
        try:
            twin.desk = twin.open_desk("failing", FusedLedgerStore(twin.store, fuse))
            action.act(twin)
        except VaultError as error:
            yield error


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_no_forced_failure_tells_a_secret(active: District, action: Action, caplog: pytest.LogCaptureFixture) -> None:
    """B1."""
    caplog.set_level(logging.DEBUG)
    action.prepare(active)
    told = [_told(error) for error in _errors(active, action)]
    assert told
    _require_silent("\n".join((*told, caplog.text, *active.desk.warnings)), active)


def _refusals(district: District) -> Iterator[Callable[[], object]]:
    """Secrets given where they are refused, each for another reason."""
    coach, desk = district.coach, district.desk
    permission = district.allow("ridgesoccer")
    yield lambda: district.register(permission, bring(code=district.code()))
    yield lambda: district.register(permission, bring(code=None, password=NEXT_PASSWORD))
    yield lambda: district.register(permission, bring(code=Secret("000000"), password=NEXT_PASSWORD))
    yield lambda: district.register(permission, bring(code=district.code(), password=f"{NEXT_PASSWORD}\n"))
    yield lambda: district.register(permission, bring(code=district.code(), password=NEXT_PASSWORD, seed=PASSWORD))
    yield lambda: district.register(permission, bring(code=district.code(), password=NEXT_PASSWORD, codes=SEED + "!"))
    yield lambda: desk.rotations.start(coach, KEY, Replacement(password=Secret(PASSWORD)))
    yield lambda: desk.rotations.start(coach, KEY, Replacement(seed=Secret(SEED)))
    yield lambda: desk.persons.enrol(USERNAMES["coach"], PASSPHRASE, PASSPHRASE, acknowledged=1)
    yield lambda: desk.persons.change_passphrase(coach, Secret(BACKUP_CODES[0]))
    yield lambda: district.unlock_with("coach", PASSPHRASE)
    yield lambda: desk.password(coach, KEY)


def test_no_refusal_tells_a_secret(active: District, caplog: pytest.LogCaptureFixture) -> None:
    """B1, B6: what is offered and refused is kept nowhere."""
    caplog.set_level(logging.DEBUG)
    told = []
    for refused in list(_refusals(active)):
        with pytest.raises(VaultError) as caught:
            refused()
        told.append(_told(caught.value))
    _require_silent("\n".join((*told, caplog.text)), active)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_nothing_stored_holds_a_secret(active: District, action: Action) -> None:
    """A16, B1: every entry, every sealed record and every document of the witness."""
    action.prepare(active)
    state = MemoryStateStore()
    active.desk = active.open_desk("storing", state=state)
    result = action.act(active)
    assert isinstance(active.store, MemoryLedgerStore)
    stored = [entry.frame for entry in active.store.entries]
    stored += [*active.store.records.values(), *state.documents.values()]
    for canary in _canaries(active):
        assert [body for body in stored if canary in body] == []
    _require_silent(repr(result), active)


def test_member_prints_no_key(active: District) -> None:
    """B1."""
    printed = f"{active.coach!r} {active.coach.author!r} {active.founding!r} {active.keyring!r} {active.desk.office!r}"
    _require_silent(printed, active)
