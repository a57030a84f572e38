"""State that is stored, state that is not stored yet, and no state at all: three views that stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar, cast

from vault.domain.documents import Document
from vault.errors import WitnessUnusable
from vault.ledger import codec
from vault.ledger.ports import Put, StateStore
from vault.ledger.view import View

D = TypeVar("D", bound=Document)
Key = tuple[str, str]
Posting = tuple[str, str, str]

MOST_REMEMBERED: Final = 20_000
MOST_FOUND: Final = 50
"""A look-up that found more is asked for a list, once, and is not remembered."""


class EmptyView:
    """The state before the founding: a rebuild starts on it and need not ask a store for what cannot be there."""

    def find(self, noun: type[D], key: str) -> D | None:
        """Nothing is there."""
        _ = noun, key
        return None

    def where(self, noun: type[D], field: str, value: str) -> Sequence[D]:
        """Nothing is there."""
        _ = noun, field, value
        return ()

    def every(self, noun: type[D]) -> Iterator[D]:
        """Nothing is there."""
        _ = noun
        return iter(())


class StoredView:
    """What a state store holds, decoded; remembers what it was asked for, by id and by field.

    Args:
        state: This machine's own state store.
    """

    def __init__(self, state: StateStore) -> None:
        self._state = state
        self._remembered: dict[Key, Document | None] = {}
        self._found: dict[Posting, Sequence[Document]] = {}

    def find(self, noun: type[D], key: str) -> D | None:
        """The document of that id, or None."""
        at = (noun.NOUN, key)
        if at not in self._remembered:
            body = self._state.get(*at)
            self.remember(at, None if body is None else _decoded(body, noun))
        return cast("D | None", self._remembered[at])

    def where(self, noun: type[D], field: str, value: str) -> Sequence[D]:
        """Every document of the noun whose `field` has that text, by id."""
        at = (noun.NOUN, field, value)
        found = self._found.get(at)
        if found is None:
            found = [_decoded(body, noun) for _, body in self._state.where(*at)]
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            if len(found) <= MOST_FOUND:
                self._found[at] = found
        return cast("Sequence[D]", found)

    def every(self, noun: type[D]) -> Iterator[D]:
        """Every document of the noun, by id."""
        for _, body in self._state.every(noun.NOUN):
            yield _decoded(body, noun)

    def remember(self, at: Key, document: Document | None) -> None:
        """This is what the store has there now."""
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[at] = document

    def replace(self, at: Key, replaced: Document | None, document: Document) -> None:
        """The store has taken this document in the place of another one, or of none."""
        self.remember(at, document)
        for each in (document,) if replaced is None else (replaced, document):
            for field, value in _indexes(each).items():
                self._found.pop((at[0], field, value), None)


def _decoded(body: bytes, noun: type[D]) -> D:
    try:
        return codec.decode_trusted(body, noun)
    except ValueError as error:
        raise WitnessUnusable(
            f"this machine's own copy holds something of the kind {noun.NOUN} that this program cannot read",
            hint="another version of it may have written it: remove witness.db, and it is made again",
        ) from error


class Overlay:
    """Pending changes on top of a view, read as one state.

    Args:
        beneath: What lies under the changes.
    """

    def __init__(self, beneath: View) -> None:
        self._beneath = beneath
        self._pending: dict[Key, Document] = {}
        self._postings: dict[Posting, dict[str, None]] = {}
        self._replaced: dict[Key, Document | None] = {}

    def __len__(self) -> int:
        return len(self._pending)

    def find(self, noun: type[D], key: str) -> D | None:
        """The document of that id, or None."""
        pending = self._pending.get((noun.NOUN, key))
        return self._beneath.find(noun, key) if pending is None else cast("D", pending)

    def where(self, noun: type[D], field: str, value: str) -> Sequence[D]:
        """Every document of the noun whose `field` has that text, by id."""
        name = noun.NOUN
        found = {
            each.id: each for each in self._beneath.where(noun, field, value) if (name, each.id) not in self._pending
        }
        for key in self._postings.get((name, field, value), ()):
            found[key] = cast("D", self._pending[name, key])
        return [found[key] for key in sorted(found)]

    def every(self, noun: type[D]) -> Iterator[D]:
        """Every document of the noun; those that are pending come last."""
        for each in self._beneath.every(noun):
            if (noun.NOUN, each.id) not in self._pending:
                yield each
        for (name, _), document in list(self._pending.items()):
            if name == noun.NOUN:
                yield cast("D", document)

    def put(self, documents: Iterable[Document]) -> None:
        """Make or replace documents."""
        for document in documents:
            at = (document.NOUN, document.id)
            if at in self._pending:
                self._unpost(self._pending[at])
            else:
                self._replaced[at] = self._beneath.find(type(document), document.id)
            self._pending[at] = document
            for field, value in _indexes(document).items():
                self._postings.setdefault((at[0], field, value), {})[at[1]] = None

    def _unpost(self, document: Document) -> None:
        for field, value in _indexes(document).items():
            self._postings[document.NOUN, field, value].pop(document.id, None)

    def puts(self) -> list[Put]:
        """The pending changes, encoded for the store beneath."""
        return [_put(at, document, self._replaced[at]) for at, document in self._pending.items()]

    def pending(self) -> Iterator[tuple[Key, Document | None, Document]]:
        """The pending changes: where, what they replace, and what stands there now."""
        for at, document in self._pending.items():
            yield at, self._replaced[at], document


def _put(at: Key, document: Document, replaced: Document | None) -> Put:
    indexes = _indexes(document)
    unchanged = replaced is not None and _indexes(replaced) == indexes
    return Put(
        noun=at[0],
        key=at[1],
        body=codec.encode(document),
        indexes=None if unchanged else indexes,
        is_new=replaced is None,
    )


def _indexes(document: Document) -> dict[str, str]:
    values = ((field, getattr(document, field)) for field in document.INDEXES)
    return {field: value for field, value in values if value is not None}
