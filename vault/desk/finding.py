"""Finding things by the names that people use: usernames, paths, `platform:handle`, or ids."""

from __future__ import annotations

from typing import TypeVar

from vault.domain.accounts import Account
from vault.domain.documents import Document
from vault.domain.ids import is_id
from vault.domain.permissions import Permission
from vault.domain.persons import Person
from vault.domain.recovery import RecoveryRequest
from vault.domain.rotations import Rotation
from vault.domain.units import Unit
from vault.errors import NotFound
from vault.ledger.view import View

D = TypeVar("D", bound=Document)


def _find(view: View, noun: type[D], name: str, field: str | None, hint: str) -> D:
    if is_id(name):
        found = view.find(noun, name)
        if found is not None:
            return found
    elif field is not None:
        for each in view.where(noun, field, name):
            return each
    raise NotFound(f"there is no {noun.NOUN.replace('_', ' ')} {name}", hint=hint)


def find_person(view: View, name: str) -> Person:
    """The person of that username or id.

    Raises:
        NotFound: There is none.
    """
    return _find(view, Person, name.strip().lower(), "username", "custody person list")


def find_unit(view: View, name: str) -> Unit:
    """The unit of that path or id.

    Raises:
        NotFound: There is none.
    """
    return _find(view, Unit, name.strip().strip("/"), "path", "custody unit list")


def find_account(view: View, name: str) -> Account:
    """The account of that `platform:handle` or id.

    Raises:
        NotFound: There is none.
    """
    wanted = name.strip() if is_id(name.strip()) else name.strip().casefold().replace(":@", ":")
    return _find(view, Account, wanted, "key", "custody account list")


def find_permission(view: View, name: str) -> Permission:
    """The permission of that id.

    Raises:
        NotFound: There is none.
    """
    return _find(view, Permission, name.strip(), None, "custody permission list")


def find_rotation(view: View, name: str) -> Rotation:
    """The rotation of that id, or the open one of that account.

    Raises:
        NotFound: There is none.
    """
    if ":" in name or name.startswith("acc_"):
        account = find_account(view, name)
        if account.rotation is None:
            raise NotFound(f"{account.key} has no open rotation", hint=f"custody rotate start {account.key}")
        name = account.rotation
    return _find(view, Rotation, name.strip(), None, "custody rotate due")


def find_request(view: View, name: str) -> RecoveryRequest:
    """The recovery request of that id.

    Raises:
        NotFound: There is none.
    """
    return _find(view, RecoveryRequest, name.strip(), None, "custody recovery list")
