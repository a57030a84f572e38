"""Units and the copies of their keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ledger.epoch_forms import end_keyholder
from tests.ledger.forms import altered
from tests.ledger.town import Town
from vault.domain.ids import Fingerprint
from vault.domain.persons import Role
from vault.domain.units import UnitKind
from vault.errors import IntegrityError, InvalidInput, NotEnrolled, NotFound, NotPermitted, UnsafeKey, WrongState
from vault.ledger.events import UnitAdded
from vault.ledger.rules.keys import public_key_of

DRAMA = "district/high/drama"


@pytest.mark.parametrize("username", ["sue", "hal", "dora", "emma", "rex", "ann", "ivy"])
def test_only_it_of_the_parent_or_above_adds_a_unit(town: Town, username: str) -> None:
    """A3."""
    draft = town.forms.add_unit("district/lower")
    town.refuses(username, draft, NotPermitted, "this needs the role it in district or above")


def test_it_of_a_school_adds_a_programme_to_it(town: Town) -> None:
    town.write("ivy", town.forms.add_unit("district/high/band", UnitKind.PROGRAMME))
    made = town.unit("district/high/band")
    assert (made.parent, made.epoch, made.kind) == (town.unit("district/high").id, 1, UnitKind.PROGRAMME)
    assert [each.recipient for each in made.copies] == [made.parent]


@pytest.mark.parametrize(
    "path",
    [
        "district/High",
        "district/",
        "district/a/b",
        "lower",
        "elsewhere/lower",
        "district/a b",
        "district/-a",
        "district/ä",
    ],
)
def test_a_path_is_its_parents_and_one_plain_part(town: Town, path: str) -> None:
    draft = altered(town.forms.add_unit("district/lower"), path=path)
    town.refuses("ada", draft, InvalidInput, f"{path} is not a path for a unit of district")


def test_a_tree_has_an_end(town: Town) -> None:
    path = "district"
    for depth in range(7):
        path = f"{path}/d{depth}"
        town.write("ada", town.forms.add_unit(path))
    town.refuses("ada", town.forms.add_unit(f"{path}/d7"), InvalidInput, "is not a path for a unit of")


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"kind": UnitKind.DISTRICT}, InvalidInput, "there is one district"),
        ({"path": "district/middle"}, WrongState, "there is a unit district/middle already"),
        ({"name": "a\nb"}, InvalidInput, "the name has a line break"),
        ({"parent_epoch": 2}, IntegrityError, "is sealed to an older key of district"),
        ({"parent_epoch": 0}, IntegrityError, "is sealed to an older key of district"),
        ({"public": b"x"}, UnsafeKey, "a sealing key has 1216 bytes, not 1"),
        ({"parent": "uni_nowhere"}, NotFound, "there is no unit uni_nowhere"),
    ],
)
def test_a_unit_that_will_not_do_is_refused(
    town: Town, changes: dict[str, object], error: type[IntegrityError], words: str
) -> None:
    """A1, A12."""
    town.refuses("ada", altered(town.forms.add_unit("district/lower"), **changes), error, words)


def test_an_id_of_a_unit_is_used_once(town: Town) -> None:
    draft = altered(town.forms.add_unit("district/lower"), unit=town.unit(DRAMA).id)
    town.refuses("ada", draft, WrongState, "is already taken")


def test_a_units_key_is_sealed_to_its_parents_true_key_and_nobody_elses(town: Town) -> None:
    """A1, A4."""
    draft = town.forms.add_unit("district/lower")
    (event,) = draft.events
    assert isinstance(event, UnitAdded)
    (copy,) = event.copies
    foreign = altered(draft, copies=(replace(copy, fingerprint=Fingerprint(bytes(32))),))
    town.refuses("ada", foreign, IntegrityError, f"a key is sealed to another key than {event.parent}'s")
    other = altered(draft, copies=(replace(copy, recipient=town.persons["ada"]),))
    town.refuses("ada", other, IntegrityError, f"a key must be sealed to {event.parent}, and to nobody else")
    twice = altered(draft, copies=(copy, copy))
    town.refuses("ada", twice, IntegrityError, "and to nobody else")
    none = replace(altered(draft, copies=()), records={})
    town.refuses("ada", none, IntegrityError, "and to nobody else")


@pytest.mark.parametrize("username", ["emma", "rex", "ann", "max"])
def test_only_a_keyholder_shares_a_key(town: Town, username: str) -> None:
    draft = town.forms.share_key(DRAMA, "dora")
    town.refuses(username, draft, NotPermitted, "this needs the role ")


@pytest.mark.parametrize("username", ["ada", "sue", "hal", "ivy"])
def test_a_keyholder_of_the_unit_or_above_shares_it_with_who_is_due_it(town: Town, username: str) -> None:
    town.write(username, town.forms.share_key(DRAMA, "dora"))
    assert town.persons["dora"] in {copy.recipient for copy in town.unit(DRAMA).copies}
    again = town.forms.share_key(DRAMA, "dora")
    town.refuses(username, again, WrongState, f"{town.persons['dora']} already holds the key of {DRAMA}")


@pytest.mark.parametrize("username", ["emma", "hal", "ada", "max"])
def test_a_key_is_shared_with_keyholders_of_that_very_unit_alone(town: Town, username: str) -> None:
    """A1."""
    draft = town.forms.share_key(DRAMA, username)
    town.refuses("ada", draft, NotPermitted, f"{town.persons[username]} is neither supervisor nor IT in {DRAMA}")


def test_who_is_no_keyholder_any_more_is_not_given_the_key(town: Town) -> None:
    """A13."""
    end_keyholder(town, "dora", DRAMA, Role.SUPERVISOR)
    town.refuses("ada", town.forms.share_key(DRAMA, "dora"), NotPermitted, "is neither supervisor nor IT")


@pytest.mark.parametrize("epoch", [0, 2])
def test_only_the_current_epoch_is_shared(town: Town, epoch: int) -> None:
    """A12."""
    draft = altered(town.forms.share_key(DRAMA, "dora"), epoch=epoch)
    town.refuses("ada", draft, IntegrityError, f"epoch {epoch} of the key of {DRAMA} is not its current one, 1")


def test_a_key_is_shared_with_a_persons_true_key(town: Town) -> None:
    """A1."""
    draft = town.forms.share_key(DRAMA, "dora", public=town.keys["mia"].public.sealing)
    town.refuses("ada", draft, IntegrityError, f"a key is sealed to another key than {town.persons['dora']}'s")


def test_an_invited_person_holds_no_role_yet_and_is_given_no_key(town: Town) -> None:
    town.invite("newcomer", DRAMA, Role.SUPERVISOR)
    draft = town.forms.share_key(DRAMA, "newcomer")
    town.refuses("ada", draft, NotPermitted, "is neither supervisor nor IT")


def test_a_person_without_keys_is_sealed_to_by_nobody(town: Town) -> None:
    town.invite("newcomer", DRAMA, Role.EMPLOYEE)
    with pytest.raises(NotEnrolled, match="newcomer has not enrolled yet"):
        public_key_of(town.view, town.persons["newcomer"])
