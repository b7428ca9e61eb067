"""Tables for analysts: what happened, when, by which role and unit, and what it came to.  Nothing points at a person.

What may go out is named in ``projections/described.py`` and, for fields of facts, ``projections/going_out.py``, so that what
is added later stays in the house until somebody has decided about it.
"""

from __future__ import annotations

import json
import os
import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from hotline.calendar import SHANGHAI
from hotline.facts import Recorded
from hotline.ticket.facts import TicketFact
from projections import board
from projections.described import FILES, TICKETS
from projections.follow import catch_up
from projections.going_out import FIELDS
from projections.outcome_reading import Days
from projections.registry import VIEWS
from workers import dictionary, export_csv, export_outcomes
from workers.compose import House
from workers.export_csv import cell as cell

What = Literal["outcomes", "tickets", "facts"]
Format = Literal["csv", "parquet"]

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_EPOCH = date(1970, 1, 1)
_AT_ONCE = 2_000


class NoMonth(ValueError):
    """A month is written YYYY-MM."""


class NoPyarrow(RuntimeError):
    """Parquet needs the extra ``export``."""


def export(
    house: House, what: What, out: Path, *, form: Format = "csv", month: str | None = None, bom: bool = False
) -> tuple[Path, int]:
    """Write ``tickets.csv``, ``outcomes-2026-03.parquet`` and the like into a directory.

    ``month`` is ``YYYY-MM`` in local time: tickets and calls received, facts recorded in it.  ``bom`` marks a CSV as UTF-8
    for spreadsheets that guess otherwise.  Returns the file and how many rows it has; a file of that name is replaced at
    the end and not before.  Raises NoMonth, NoPyarrow, OSError where nothing can be written.
    """
    days = None if month is None else _days_of(month)
    if form == "parquet":
        _must_have_pyarrow()
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = out / (f"{what}-{month}.{form}" if month else f"{what}.{form}")
    with _put_in_place(path) as unfinished:
        count = (_parquet if form == "parquet" else _csv)(house, what, unfinished, days, bom)
    return path, count


def write_dictionary(house: House, out: Path) -> tuple[Path, Path]:
    """Write what every column and code means, as ``dictionary.json`` and ``dictionary.md``.  Raises OSError."""
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = dictionary.made(house.rules)
    pages = {out / "dictionary.json": dictionary.as_json(told), out / "dictionary.md": dictionary.as_markdown(told)}
    for path, page in pages.items():
        with _put_in_place(path) as unfinished:
            unfinished.write_text(page, encoding="utf-8")
    first, second = pages
    return first, second


def _csv(house: House, what: What, path: Path, days: Days | None, bom: bool) -> int:
    if what == "outcomes":
        _follow(house, "scoreboard")
        rows: Iterator[Sequence[object]] = export_outcomes.rows_of(house.views, days)
    else:
        rows = ([export_csv.cell(value) for value in row] for row in _values(house, what, days))
    return export_csv.write(path, FILES[what].names, rows, bom=bom)


def _parquet(house: House, what: What, path: Path, days: Days | None, _: bool) -> int:
    from workers import export_columns, export_parquet

    if what == "outcomes":
        _follow(house, "scoreboard")
        batches = export_columns.batches_of(house.views, days)
    else:
        batches = export_parquet.batches_of(FILES[what], _values(house, what, days))
    return export_parquet.write(path, FILES[what], batches)


def _must_have_pyarrow() -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise NoPyarrow from None


def _values(house: House, what: What, days: Days | None) -> Iterator[Sequence[object]]:
    return _tickets(house, days) if what == "tickets" else _facts(house, days)


def _tickets(house: House, days: Days | None) -> Iterator[Sequence[object]]:
    _follow(house, "board")
    for row in board.every(house.views):
        if _in(days, row.received_at):
            yield [getattr(row, name) for name in TICKETS.names]


def _follow(house: House, view: str) -> None:
    catch_up(house.views, VIEWS[view], house.hotline.facts_after)


def _facts(house: House, days: Days | None) -> Iterator[Sequence[object]]:
    position = 0
    while found := house.hotline.facts_after(position, _AT_ONCE):
        for recorded in found:
            if isinstance(recorded.fact, TicketFact) and _in(days, recorded.recorded_at):
                yield _fact(recorded)
        position = found[-1].position


def _fact(recorded: Recorded) -> Sequence[object]:
    return [
        recorded.position,
        recorded.id,
        recorded.fact.TOPIC,
        recorded.originator_id,
        recorded.originator_version,
        recorded.recorded_at,
        recorded.happened_at,
        recorded.by.role.value,
        recorded.by.unit,
        recorded.cause.policy,
        json.dumps(_told(recorded), ensure_ascii=False, separators=(",", ":")),
    ]


def _told(recorded: Recorded) -> dict[str, Any]:
    return recorded.fact.model_dump(mode="json", include=set(FIELDS), exclude_none=True, exclude_defaults=True)


def _days_of(month: str) -> Days:
    """The first and the last day of a month.  Raises NoMonth."""
    if not _MONTH.fullmatch(month) or month.startswith("0000"):
        raise NoMonth(month)
    first = date.fromisoformat(f"{month}-01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return (first - _EPOCH).days, (last - _EPOCH).days


def _in(days: Days | None, moment: datetime) -> bool:
    return days is None or days[0] <= (moment.astimezone(SHANGHAI).date() - _EPOCH).days <= days[1]


@contextmanager
def _put_in_place(path: Path) -> Iterator[Path]:
    """Where to write a file that takes its place when all went well."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
