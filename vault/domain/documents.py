"""What every piece of the state has in common: a noun, an id, and the fields by which it is looked up."""

from __future__ import annotations

from typing import ClassVar, Protocol


class Document(Protocol):
    """One object of the state that the ledger adds up to: frozen, and known by noun and id.

    Attributes:
        NOUN: Its kind; also its name in the witness.
        INDEXES: Names of attributes by whose text it can be found; an attribute that is None is not indexed.
    """

    NOUN: ClassVar[str]
    INDEXES: ClassVar[tuple[str, ...]]

    @property
    def id(self) -> str:
        """Its key within the noun."""
