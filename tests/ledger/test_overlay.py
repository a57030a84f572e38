"""Pending changes and stored state are read as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger.stage import Stage
from tests.support.memory import MemoryStateStore
from vault.domain.accounts import Account
from vault.domain.checkouts import Checkout
from vault.domain.ids import PersonId, RotationId
from vault.domain.persons import Appointment, Person, PersonState, Role, appointment_id
from vault.domain.rotations import Cause, Rotation, RotationState
from vault.errors import WitnessUnusable
from vault.ledger import codec
from vault.ledger.overlay import EmptyView, Overlay, StoredView
from vault.ledger.ports import Put
from vault.ledger.rules.authority import supervisors_over


def test_a_pending_change_hides_what_lies_beneath(stage: Stage) -> None:
    view, known = stage.town.view, stage.town.get(Account, stage.account)
    upper = Overlay(view)
    moved = replace(known, custodian=stage.town.persons["mia"])
    upper.put([moved])
    assert (len(upper), upper.find(Account, known.id), view.find(Account, known.id)) == (1, moved, known)
    assert upper.where(Account, "custodian", stage.town.persons["mia"]) == [moved]
    assert upper.where(Account, "custodian", stage.town.persons["emma"]) == []
    assert list(upper.every(Account)) == [moved]
    assert list(view.every(Account)) == [known]


def test_what_is_changed_twice_is_found_where_it_stands_last(stage: Stage) -> None:
    """A rotation may be owed and settled before anything is stored."""
    upper = Overlay(stage.town.view)
    owed = Rotation(
        id=RotationId("rot_a"),
        account=stage.account,
        state=RotationState.OWED,
        causes=(Cause.ASKED,),
        opened_at=stage.town.now,
    )
    upper.put([owed])
    assert upper.where(Rotation, "open_mark", "open") == [owed]
    settled = replace(owed, state=RotationState.CONFIRMED)
    upper.put([settled])
    assert upper.where(Rotation, "open_mark", "open") == []
    assert upper.where(Rotation, "account", stage.account) == [settled]
    (put,) = upper.puts()
    assert (put.noun, put.key, put.is_new, put.indexes) == ("rotation", "rot_a", True, {"account": stage.account})
    assert codec.decode(put.body, Rotation) == settled


def test_indexes_that_stand_are_not_written_again(stage: Stage) -> None:
    known = stage.town.get(Account, stage.account)
    upper = Overlay(stage.town.view)
    upper.put([replace(known, versions=9)])
    (put,) = upper.puts()
    assert (put.is_new, put.indexes) == (False, None)
    upper.put([replace(known, second=None)])
    (put,) = upper.puts()
    assert (put.is_new, put.indexes) == (
        False,
        {"key": "instagram:shs.drama", "unit": known.unit, "custodian": known.custodian},
    )


def test_overlays_stack(stage: Stage) -> None:
    lower = Overlay(stage.town.view)
    upper = Overlay(lower)
    known = stage.town.get(Account, stage.account)
    lower.put([replace(known, versions=2)])
    upper.put([replace(known, versions=3)])
    found = [view.where(Account, "key", known.key)[0].versions for view in (stage.town.view, lower, upper)]
    assert found == [1, 2, 3]


def test_on_nothing_everything_is_new(stage: Stage) -> None:
    upper = Overlay(EmptyView())
    known = stage.town.get(Account, stage.account)
    upper.put([known])
    assert [put.is_new for put in upper.puts()] == [True]
    assert (upper.find(Checkout, "chk_a"), list(upper.every(Checkout))) == (None, [])


@pytest.mark.parametrize("state", [PersonState.INVITED, None])
def test_only_the_enrolled_supervise(stage: Stage, state: PersonState | None) -> None:
    """No history leads there; a post without its person is nobody's all the same."""
    town, upper = stage.town, Overlay(stage.town.view)
    assert town.persons["dora"] in set(supervisors_over(upper, town.unit("district/high/drama").id))
    dora = town.person("dora")
    if state is not None:
        upper.put([replace(dora, state=state)])
        assert dora.id not in set(supervisors_over(upper, dora.unit))
        return
    ghost = Appointment(person=PersonId("per_ghost"), unit=dora.unit, role=Role.SUPERVISOR, since=town.now)
    upper.put([ghost])
    assert upper.find(Appointment, appointment_id(ghost.person, dora.unit, Role.SUPERVISOR)) == ghost
    assert next(supervisors_over(upper, dora.unit)) == dora.id
    assert upper.find(Person, ghost.person) is None
    assert ghost.person not in set(supervisors_over(upper, dora.unit))


def test_a_document_of_another_form_is_the_copys_fault(stage: Stage) -> None:
    """F7: a copy that another version of the program wrote is made again, not believed in part."""
    state = MemoryStateStore()
    pin = stage.town.witness.pin
    assert pin is not None
    state.commit(
        None, pin, [Put(noun="account", key=stage.account, body=b"{}", indexes={"custodian": "x"}, is_new=True)]
    )
    view = StoredView(state)
    for read in (
        lambda: view.find(Account, stage.account),
        lambda: view.where(Account, "custodian", "x"),
        lambda: list(view.every(Account)),
    ):
        with pytest.raises(WitnessUnusable, match="of the kind account that this program cannot read"):
            read()
