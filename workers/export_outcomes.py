"""Outcome rows unpacked for a file: as cells of a CSV, or as columns of Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from hotline.rates.outcome import FACETS
from projections.described import OUTCOMES, Column, Kind
from projections.moments import from_micros
from projections.outcome_reading import RAW, Days, each
from projections.view import Views
from workers.export_csv import cell

HOUR = 3_600_000_000
_EPOCH = date(1970, 1, 1)
_PLACE = {column.name: nth for nth, column in enumerate(RAW)}
_OWN = [(column, _PLACE.get(column.name, _PLACE["facets"])) for column in OUTCOMES.columns]
"""Each column of the file, and the place of what it is made of among those read."""


def rows_of(views: Views, days: Days | None) -> Iterator[Sequence[object]]:
    """Every row as cells; whole numbers are left to who writes them."""
    facets, ways = _PLACE["facets"], [_way(column, place) for column, place in _OWN]
    for some in each(views, days):
        for raw in some:
            words = _words(raw[facets])
            yield [words[place] if way is None else way(raw[place]) if way else raw[place] for place, way in ways]


def _way(column: Column, place: int) -> tuple[int, Any]:
    """Where a cell comes from, and what makes it one: None for a facet, whose place is then that among the words, and False
    for what is a cell already."""
    if column.name in FACETS:
        return list(FACETS).index(column.name), None
    ways: dict[Kind, Any] = {"moment": _moment, "day": _day, "whole": False, "text": cell}
    return place, ways.get(column.kind, _word)


_word = lru_cache(65_536)(cell)
"""Codes repeat: what a spreadsheet would make of one is looked at once."""


@lru_cache(65_536)
def _words(packed: int) -> Sequence[str]:
    """All facets of a packed number.  A year of a city has some thousands of different ones."""
    return [words_of(name, packed) for name in FACETS]


def words_of(name: str, packed: int) -> str:
    """One facet as it is exported: its word, or its words in the order of the facet with ``;`` between."""
    value = FACETS[name].unpack(packed)
    return value if isinstance(value, str) else ";".join(word for word in FACETS[name].values if word in value)


def _moment(micros: int | None) -> str:
    """As ``cell`` writes a moment; the hour is looked up, the rest is counted."""
    if micros is None:
        return ""
    begin, zone = _hour(micros // HOUR)
    minute, rest = divmod(micros % HOUR, 60_000_000)
    return f"{begin}:{minute:02}:{rest // 1_000_000:02}.{rest % 1_000_000 // 1000:03}{zone}"


@cache
def _hour(hour: int) -> tuple[str, str]:
    written = from_micros(hour * HOUR).isoformat(timespec="hours")
    return written[:13], written[13:]


def offset_of(hour: int) -> int:
    """How far the clock on the wall was ahead of UTC in an hour counted from 1970, in microseconds."""
    offset = from_micros(hour * HOUR).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)


@cache
def _day(days: int | None) -> str:
    return "" if days is None else (_EPOCH + timedelta(days=days)).isoformat()
