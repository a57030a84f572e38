"""One event of every kind, and values of every type that an event is made of."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from vault.ledger.events import KINDS

if TYPE_CHECKING:
    from vault.ledger.events import Event

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
WHOLE = st.integers(min_value=-(2**63), max_value=2**63 - 1)
TIMES = st.datetimes(timezones=st.just(UTC), min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30))  # noqa: DTZ001


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
    return {str: TEXT, int: WHOLE, bytes: st.binary(max_size=40), datetime: TIMES}[base]


def instances_of(cls: type[Any]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls)
    return st.builds(cls, **{field.name: values_of(hints[field.name]) for field in dataclasses.fields(cls)})


def events() -> st.SearchStrategy[Event]:
    """Any event of any kind, whatever it says."""
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: instances_of(KINDS[kind]))
