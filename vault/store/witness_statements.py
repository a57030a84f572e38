"""The witness's statements, each written once so that it is compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.sqlite import dialect, insert

from vault.store.witness_tables import DOCUMENT_INDEX, DOCUMENTS, PIN

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

PAGE: Final = 500
"""Documents that `EVERY` reads at once."""

GET: Final = select(DOCUMENTS.c.body).where(DOCUMENTS.c.noun == bindparam("noun"), DOCUMENTS.c.key == bindparam("key"))
WHERE: Final = (
    select(DOCUMENT_INDEX.c.key, DOCUMENTS.c.body)
    .join_from(
        DOCUMENT_INDEX,
        DOCUMENTS,
        (DOCUMENTS.c.noun == DOCUMENT_INDEX.c.noun) & (DOCUMENTS.c.key == DOCUMENT_INDEX.c.key),
        isouter=True,
    )
    .where(
        DOCUMENT_INDEX.c.noun == bindparam("noun"),
        DOCUMENT_INDEX.c.field == bindparam("field"),
        DOCUMENT_INDEX.c.value == bindparam("value"),
    )
    .order_by(DOCUMENT_INDEX.c.key)
)
EVERY: Final = (
    select(DOCUMENTS.c.key, DOCUMENTS.c.body)
    .where(DOCUMENTS.c.noun == bindparam("noun"), DOCUMENTS.c.key > bindparam("last"))
    .order_by(DOCUMENTS.c.key)
    .limit(PAGE)
)
ANY: Final = select(DOCUMENTS.c.key).limit(1)
GET_PIN: Final = select(PIN.c.body)
ADD_PIN: Final = insert(PIN)
PUT_PIN: Final = ADD_PIN.on_conflict_do_update(index_elements=["slot"], set_={"body": ADD_PIN.excluded.body})


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkStatements:
    """What a commit runs for many rows, as SQL text with its parameters by position.

    A rebuild writes tens of thousands of rows at once. Taken as the driver takes them, a row costs a third less than
    through the compiler's parameters.

    Attributes:
        put: Noun, key, body.
        index: Noun, field, value, key.
        unindex: Noun, key.
    """

    put: str
    index: str
    unindex: str


@cache
def bulk_statements() -> BulkStatements:
    """The texts; a command that writes nothing does not wait for them."""
    add = insert(DOCUMENTS)
    its = DOCUMENT_INDEX.c
    return BulkStatements(
        put=_text(add.on_conflict_do_update(index_elements=["noun", "key"], set_={"body": add.excluded.body})),
        index=_text(insert(DOCUMENT_INDEX)),
        unindex=_text(delete(DOCUMENT_INDEX).where(its.noun == bindparam("its_noun"), its.key == bindparam("its_key"))),
    )


def _text(statement: ClauseElement) -> str:
    return str(statement.compile(dialect=dialect()))
