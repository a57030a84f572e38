"""The state that the ledger adds up to, as the rules and the desk read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from vault.domain.documents import Document
from vault.domain.vaults import Vault
from vault.errors import NotFound

D = TypeVar("D", bound=Document)


class View(Protocol):
    """Verified state, read only."""

    def find(self, noun: type[D], key: str) -> D | None:
        """The document of that id, or None."""

    def where(self, noun: type[D], field: str, value: str) -> Sequence[D]:
        """Every document of the noun whose `field` has that text, by id."""

    def every(self, noun: type[D]) -> Iterator[D]:
        """Every document of the noun, by id."""


def get(view: View, noun: type[D], key: str) -> D:
    """The document of that id.

    Raises:
        NotFound: There is none.
    """
    found = view.find(noun, key)
    if found is None:
        raise NotFound(f"there is no {noun.NOUN.replace('_', ' ')} {key}")
    return found


def the_vault(view: View) -> Vault:
    """What the founding fixed, and the policy in force."""
    return get(view, Vault, Vault.ID)
