"""What every event has, and the register by which a stored kind finds its class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from vault.domain.ids import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a person proposes to have happened.

    Attributes:
        KIND: `noun.verb`, as stored. Changing the fields of a kind is a new kind.
    """

    KIND: ClassVar[str] = ""

    @property
    def records(self) -> tuple[Digest, ...]:
        """The sealed records that this event brings in, by digest."""
        return ()

    @property
    def destroyed(self) -> tuple[Digest, ...]:
        """The sealed records whose bytes this event destroys."""
        return ()


KINDS: dict[str, type[Event]] = {}
"""Every kind that this program can read."""

E = TypeVar("E", bound=Event)


def register(kind: str) -> Callable[[type[E]], type[E]]:
    """Give an event class its stored kind."""

    def add(cls: type[E]) -> type[E]:
        cls.KIND = kind
        KINDS[kind] = cls
        return cls

    return add
