"""Epochs: a keyholder's end, the keys made anew, and the escrow copies that follow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.ledger.epoch_forms import end_keyholder, remake
from tests.ledger.forms import altered
from vault.domain.accounts import Account
from vault.domain.credentials import Part, Road
from vault.domain.persons import Role
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.domain.units import Unit
from vault.errors import Held, IntegrityError, InvalidInput, NotPermitted, UnsafeKey, WrongState
from vault.ledger.entry import read
from vault.ledger.events import UnitRekeyed
from vault.ledger.rules.owing import derive_rotation_id
from vault.sealing.bindings import RECOVERY

if TYPE_CHECKING:
    from tests.ledger.stage import Stage
    from tests.ledger.town import Town

HIGH = "district/high"
DRAMA = "district/high/drama"


def owed(town: Town) -> set[str]:
    return {unit.path for unit in town.view.every(Unit) if unit.is_rekey_owed}


def open_rotation(stage: Stage) -> Rotation | None:
    key = stage.town.get(Account, stage.account).rotation
    return None if key is None else stage.town.get(Rotation, key)


# -- a keyholder ends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("username", "path", "role", "below"),
    [
        ("dora", DRAMA, Role.SUPERVISOR, {DRAMA}),
        ("hal", HIGH, Role.SUPERVISOR, {HIGH, DRAMA}),
        ("ivy", HIGH, Role.IT, {HIGH, DRAMA}),
        ("max", "district/middle", Role.SUPERVISOR, {"district/middle"}),
    ],
)
def test_a_keyholders_end_owes_a_key_there_and_below(
    town: Town, username: str, path: str, role: Role, below: set[str]
) -> None:
    """A13: whoever reads the ledger knows that the old key is not sealed to any more."""
    town.write("ada", town.forms.end_role(username, path, role))
    assert owed(town) == owed(town.rebuilt()) == below


def test_the_districts_keyholder_owes_every_key(town: Town) -> None:
    town.write("ada", town.forms.assign("rex", "district", Role.SUPERVISOR))
    town.write("ada", town.forms.end_role("sue", "district", Role.SUPERVISOR))
    assert owed(town) == {unit.path for unit in town.view.every(Unit)}


@pytest.mark.parametrize(("username", "path"), [("emma", DRAMA), ("rex", "district"), ("ann", "district")])
def test_who_held_no_key_owes_none(town: Town, username: str, path: str) -> None:
    role = {"emma": Role.EMPLOYEE, "rex": Role.RECORDS, "ann": Role.AUDITOR}[username]
    town.write("ada", town.forms.end_role(username, path, role))
    assert owed(town) == set()


@pytest.mark.parametrize(("path", "role"), [(HIGH, Role.IT), ("district", Role.SUPERVISOR)])
def test_who_still_holds_the_key_by_another_role_owes_none(town: Town, path: str, role: Role) -> None:
    town.write("ada", town.forms.assign("hal", path, role))
    town.write("ada", town.forms.end_role("hal", HIGH, Role.SUPERVISOR))
    assert owed(town) == set()
    if path == HIGH:
        town.write("ada", town.forms.end_role("hal", HIGH, Role.IT))
        assert owed(town) == {HIGH, DRAMA}


def test_nobody_ends_their_own_hold_on_a_key(town: Town) -> None:
    """A14: the new key is drawn by somebody who stays."""
    town.refuses("ivy", town.forms.end_role("ivy", HIGH, Role.IT), NotPermitted, "nobody ends their own hold")
    town.write("ada", town.forms.assign("ivy", "district", Role.IT))
    town.write("ivy", town.forms.end_role("ivy", HIGH, Role.IT))
    assert owed(town) == set()


def test_nothing_is_sealed_to_a_key_that_is_to_be_made_anew(stage: Stage) -> None:
    """A13: by nobody, whatever they write."""
    town = stage.town
    granted = town.grant(town.request("emma", "shs.new"))
    current = town.get(Account, stage.account).current
    drafts = (
        ("emma", town.forms.register(granted)),
        ("emma", town.forms.stage(stage.account)),
        ("ada", town.forms.add_unit(f"{DRAMA}/stage")),
        ("ada", town.forms.share_key(DRAMA, "dora")),
        ("ada", town.forms.reseal(current)),
    )
    town.write("ada", town.forms.end_role("hal", HIGH, Role.SUPERVISOR))
    for username, draft in drafts:
        town.refuses(username, draft, WrongState, f"the key of {DRAMA} is to be made anew first")
    assert f"custody unit rekey {DRAMA}" in str(
        town.refuses("ada", drafts[3][1], WrongState, "somebody who held it").hint
    )
    remake(town, HIGH)
    town.write("emma", town.forms.register(granted))
    town.stage(stage.account)


# -- what a keyholder was shown -------------------------------------------------------------------------------------


def shown_to_hal(stage: Stage) -> None:
    """Hal opens the escrow copy, and its rotation is not done yet when it is abandoned by nobody: it stays owed."""
    town = stage.town
    town.open_escrow(stage.account, "hal")
    town.write("hal", town.forms.show(stage.account, Part.PASSWORD, Road.ESCROW))


def test_what_a_keyholder_was_shown_is_owed_with_their_end(stage: Stage) -> None:
    shown_to_hal(stage)
    town = stage.town
    town.write("ada", town.forms.end_role("hal", HIGH, Role.SUPERVISOR))
    rotation = open_rotation(stage)
    assert rotation is not None
    assert (rotation.state, rotation.causes) == (RotationState.OWED, (Cause.ESCROW_OPENED, Cause.ROLE_ENDED))


def test_what_they_rotated_themselves_is_owed_anew(stage: Stage) -> None:
    """Its id comes from the entry: all readers agree on it, and nobody can take it beforehand."""
    town = stage.town
    rotation = town.stage(stage.account, "hal")
    new = town.get(Account, stage.account).staged
    town.write("hal", town.forms.show(stage.account, Part.PASSWORD, Road.ROTATION, credential=new))
    town.write("hal", town.forms.confirm(rotation))
    assert open_rotation(stage) is None
    town.write("ada", town.forms.end_role("hal", HIGH, Role.SUPERVISOR))
    found = open_rotation(stage)
    assert found is not None
    assert (found.state, found.causes) == (RotationState.OWED, (Cause.ROLE_ENDED,))
    assert found.id == derive_rotation_id(read(town.store.entries[-1]), stage.account) != rotation
    assert open_rotation(replace(stage, town=town.rebuilt())) == found


def test_what_has_been_changed_since_is_not_owed(stage: Stage) -> None:
    shown_to_hal(stage)
    stage.town.rotate(stage.account)
    stage.town.write("ada", stage.town.forms.end_role("hal", HIGH, Role.SUPERVISOR))
    assert open_rotation(stage) is None


def test_what_they_go_on_holding_is_not_owed(stage: Stage) -> None:
    """Dora supervises the programme; hal held the account as somebody who works there still."""
    shown_to_hal(stage)
    town = stage.town
    town.write("emma", town.forms.abandon(town.stage(stage.account)))
    before = open_rotation(stage)
    town.write("ada", town.forms.assign("hal", DRAMA, Role.SUPERVISOR))
    town.write("ada", town.forms.end_role("hal", HIGH, Role.SUPERVISOR))
    assert open_rotation(stage) == before


def test_a_new_version_that_somebody_knows_who_has_ended_is_owed_once_it_is_current(stage: Stage) -> None:
    town = stage.town
    rotation = town.stage(stage.account, "hal")
    new = town.get(Account, stage.account).staged
    town.write("hal", town.forms.show(stage.account, Part.PASSWORD, Road.ROTATION, credential=new))
    end_keyholder(town, "hal", HIGH, Role.SUPERVISOR)
    town.write("emma", town.forms.confirm(rotation))
    found = open_rotation(stage)
    assert found is not None
    assert (found.state, found.causes) == (RotationState.OWED, (Cause.ROLE_ENDED,))
    town.rotate(stage.account)
    assert open_rotation(stage) is None


def test_a_vacancy_falls_to_the_unit_above_at_once(stage: Stage) -> None:
    town = stage.town
    end_keyholder(town, "dora", DRAMA, Role.SUPERVISOR)
    end_keyholder(town, "hal", HIGH, Role.SUPERVISOR)
    town.refuses("dora", town.forms.open_escrow(stage.account), NotPermitted, "this needs the role supervisor")
    assert town.open_escrow(stage.account, "sue").account == stage.account
    assert [copy.recipient for copy in town.unit(DRAMA).copies] == [town.unit(HIGH).id]
    assert town.persons["hal"] not in {copy.recipient for copy in town.unit(HIGH).copies}


def test_an_ended_supervisors_lease_keeps_no_other_supervisor_waiting(stage: Stage) -> None:
    town = stage.town
    town.open_escrow(stage.account, "hal")
    town.refuses("dora", town.forms.open_escrow(stage.account), Held, "is open to another supervisor")
    end_keyholder(town, "hal", HIGH, Role.SUPERVISOR)
    town.open_escrow(stage.account, "dora")


# -- a key is made anew ---------------------------------------------------------------------------------------------


def test_a_new_key_goes_to_who_holds_it_today_and_the_old_one_is_kept(town: Town) -> None:
    town.write("ada", town.forms.share_key(HIGH, "hal"))
    old = town.unit(HIGH)
    town.write("ada", town.forms.rekey(HIGH))
    new = town.unit(HIGH)
    assert (new.epoch, new.is_rekey_owed, new.former) == (2, False, (old.key,))
    assert new.public != old.public
    assert {copy.recipient for copy in new.copies} == {town.persons["hal"], town.persons["ivy"], old.parent}
    assert owed(town) == {DRAMA}


def test_the_districts_new_key_goes_to_the_recovery_key_too(town: Town) -> None:
    town.write("ada", town.forms.rekey("district"))
    assert {copy.recipient for copy in town.unit("district").copies} == {
        RECOVERY,
        town.persons["ada"],
        town.persons["sue"],
    }
    assert owed(town) == {HIGH, DRAMA, "district/middle"}


@pytest.mark.parametrize("username", ["emma", "dora", "rex", "ann", "max"])
def test_only_a_keyholder_of_the_unit_or_above_makes_its_key(town: Town, username: str) -> None:
    """A3."""
    town.refuses(username, town.forms.rekey(HIGH), NotPermitted, f"in {HIGH} or above, which {username} does not")


@pytest.mark.parametrize("username", ["ada", "sue", "hal", "ivy"])
def test_a_keyholder_makes_a_key_on_demand_and_says_why(town: Town, username: str) -> None:
    town.refuses(username, town.forms.rekey(HIGH, reason=""), InvalidInput, "the reason")
    town.refuses(username, town.forms.rekey(HIGH, reason="why"), InvalidInput, "the reason")
    town.write(username, town.forms.rekey(HIGH))
    assert town.unit(HIGH).epoch == 2


def test_a_key_that_is_owed_needs_no_other_reason(town: Town) -> None:
    town.write("ada", town.forms.rekey(HIGH))
    town.refuses("ada", town.forms.rekey(DRAMA, reason="why"), InvalidInput, "the reason")
    town.write("ada", town.forms.rekey(DRAMA, reason=""))
    assert owed(town) == set()


@pytest.mark.parametrize("epoch", [0, 1, 3])
def test_epochs_rise_by_one(town: Town, epoch: int) -> None:
    """A12."""
    draft = altered(town.forms.rekey(HIGH), epoch=epoch)
    town.refuses("ada", draft, IntegrityError, f"epoch {epoch} of the key of {HIGH} does not follow its current one")


def test_an_old_key_does_not_come_back(town: Town) -> None:
    """A12: neither the current one under a new number nor a former one."""
    first = town.unit(HIGH).public
    town.refuses("ada", altered(town.forms.rekey(HIGH), public=first), IntegrityError, "is an older key of it")
    remake(town, HIGH)
    town.refuses("ada", altered(town.forms.rekey(HIGH), public=first), IntegrityError, "is an older key of it")


def test_an_unsafe_key_is_refused(town: Town) -> None:
    town.refuses("ada", altered(town.forms.rekey(HIGH), public=b"x"), UnsafeKey, "a sealing key has 1216 bytes, not 1")


def test_the_key_above_is_made_first(town: Town) -> None:
    """A13: sealed to the old key above, the new one would open to who has ended."""
    town.write("ada", town.forms.end_role("hal", HIGH, Role.SUPERVISOR))
    town.refuses("ada", town.forms.rekey(DRAMA), WrongState, f"the key of {HIGH} is to be made anew first")
    remake(town, HIGH)
    assert owed(town) == set()


def test_a_new_key_is_sealed_to_exactly_who_is_due_it(town: Town) -> None:
    """A1, A13: nobody is left out, nobody brought in, nobody's key replaced."""
    draft = town.forms.rekey(HIGH)
    (event,) = draft.events
    assert isinstance(event, UnitRekeyed)
    fewer = event.copies[1:]
    left_out = replace(altered(draft, copies=fewer), records={c.record: draft.records[c.record] for c in fewer})
    town.refuses("ada", left_out, IntegrityError, "and to nobody else")
    stranger = altered(draft, copies=(replace(event.copies[0], recipient=town.persons["dora"]), *fewer))
    town.refuses("ada", stranger, IntegrityError, "and to nobody else")
    other = replace(event.copies[0], fingerprint=event.copies[1].fingerprint)
    town.refuses("ada", altered(draft, copies=(other, *fewer)), IntegrityError, "is sealed to another key than")


def test_former_epochs_are_kept_as_long_as_they_open_something(stage: Stage) -> None:
    town, current = stage.town, stage.town.get(Account, stage.account).current
    for _ in range(3):
        remake(town, HIGH)
    drama, high = town.unit(DRAMA), town.unit(HIGH)
    assert [key.epoch for key in drama.keys] == [4, 3, 1]
    assert [key.epoch for key in high.keys] == [4, 3, 2, 1]
    town.write("dora", town.forms.reseal(current))
    remake(town, HIGH)
    assert [key.epoch for key in town.unit(DRAMA).keys] == [5, 4]
    remake(town, HIGH)
    assert [key.epoch for key in town.unit(HIGH).keys] == [6, 5, 4]
    assert [key.epoch for key in town.unit(DRAMA).keys] == [6, 5, 4]
