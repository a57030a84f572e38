"""Values that people type: lengths of time, days, choices."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Final, TypeVar

import click

E = TypeVar("E", bound=Enum)

_TERM: Final = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?")


class Term(click.ParamType[timedelta]):
    """A length of time such as `2h`, `90m`, `1h30m` or `14d`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The length of time."""
        if isinstance(value, timedelta):
            return value
        found = _TERM.fullmatch(str(value).strip().lower())
        if found is None or not any(found.groups()):
            self.fail("give a length of time such as 2h, 90m or 14d", param, ctx)
        days, hours, minutes = (int(each or 0) for each in found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes)


class Day(click.ParamType[datetime]):
    """A day such as `2027-06-30`; stands for its end, UTC."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The end of the day."""
        if isinstance(value, datetime):
            return value
        try:
            day = date.fromisoformat(str(value))
            end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        except (ValueError, OverflowError):
            self.fail("give a day such as 2027-06-30", param, ctx)
        return end


class Word(click.ParamType[E]):
    """One of an enum's values."""

    name = "word"

    def __init__(self, enum: type[E]) -> None:
        self._enum = enum

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The values."""
        _ = param, ctx
        return "|".join(str(each.value) for each in self._enum)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> E:
        """The enum's member."""
        if isinstance(value, self._enum):
            return value
        found = next((each for each in self._enum if each.value == str(value).strip().lower()), None)
        if found is None:
            self.fail(f"give one of {', '.join(str(each.value) for each in self._enum)}", param, ctx)
        return found
