"""One event of every kind, and values of every type that an event is made of."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from vault.ledger.events import KINDS

if TYPE_CHECKING:
    from vault.ledger.events import Event

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
WHOLE = st.integers(min_value=-(2**63), max_value=2**63 - 1)
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - hypothesis adds the zone
TIMES = st.datetimes(timezones=st.just(UTC), min_value=FIRST, max_value=LAST)
ANY_TIMES = st.datetimes(
    timezones=st.sampled_from([UTC, None, timezone(timedelta(hours=5))]), min_value=FIRST, max_value=LAST
)
"""Times as a modified client may write them: without a zone, or in another."""


def values_of(hint: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - one line a type
    """Values of a type as it is written in an event or a word of the domain."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of([values_of(each) for each in arguments])
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if hint is type(None):
        return st.none()
    if hint is bool:
        return st.booleans()
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return instances_of(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    base = getattr(hint, "__supertype__", hint)
    return {str: TEXT, int: WHOLE, bytes: st.binary(max_size=40), datetime: ANY_TIMES}[base]


def instances_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls)
    return st.builds(cls, **{field.name: values_of(hints[field.name]) for field in dataclasses.fields(cls)})


def events() -> st.SearchStrategy[Event]:
    """Any event of any kind, whatever it says."""
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: instances_of(KINDS[kind]))


def alterations_of(value: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401 - any word of an event
    """The value with one of its fields, or one of theirs, replaced by any other of its type."""
    hints = typing.get_type_hints(type(value))
    choices = []
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        put = functools.partial(_put, value, field.name)
        choices.append(values_of(hints[field.name]).map(put))
        if dataclasses.is_dataclass(inner) and not isinstance(inner, type):
            choices.append(alterations_of(inner).map(put))
    return st.one_of(choices)


def _put(value: Any, name: str, new: object) -> Any:  # noqa: ANN401 - any word of an event
    return dataclasses.replace(value, **{name: new})
