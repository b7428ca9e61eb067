"""Tables for analysts, as CSV: what happened, when, by which role and unit.  Nothing in them points at a person.

What may go out is named here field by field, so that a field that is added to a fact or to the board later stays in
the house until somebody has decided about it.  Words that people wrote stay in the house altogether, also those that
are not sealed: no pattern finds every name.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from hotline.calendar import SHANGHAI
from hotline.facts import Recorded
from hotline.ticket.facts import TicketFact
from projections import board
from projections.described import FACTS, TICKETS
from projections.follow import catch_up
from projections.going_out import FIELDS
from projections.registry import VIEWS
from workers.compose import House

What = Literal["tickets", "facts"]

TICKET_COLUMNS, FACT_COLUMNS = TICKETS.names, FACTS.names

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_AT_ONCE = 2_000


class NoMonth(ValueError):
    """A month is written YYYY-MM."""


def export(house: House, what: What, out: Path, *, month: str | None = None, bom: bool = False) -> tuple[Path, int]:
    """Write ``tickets.csv`` or ``facts.csv`` (with the month in its name where one is given) into a directory.

    ``month`` is ``YYYY-MM`` in local time: tickets received, facts recorded in it.  ``bom`` marks the file as UTF-8 for
    spreadsheets that guess otherwise.  Returns the file and how many rows it has; a file of that name is replaced at
    the end and not before.  Raises NoMonth, OSError where nothing can be written.
    """
    if month is not None and not _MONTH.fullmatch(month):
        raise NoMonth(month)
    columns, rows = (
        (TICKET_COLUMNS, _tickets(house, month)) if what == "tickets" else (FACT_COLUMNS, _facts(house, month))
    )
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = out / (f"{what}-{month}.csv" if month else f"{what}.csv")
    count = _write(path, columns, rows, "utf-8-sig" if bom else "utf-8")
    return path, count


def cell(value: object) -> str:
    """A value as it stands in a cell; text that a spreadsheet would run as a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    if isinstance(value, tuple):
        return cell(";".join(str(part) for part in value))
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _tickets(house: House, month: str | None) -> Iterator[Sequence[object]]:
    catch_up(house.views, VIEWS["board"], house.hotline.facts_after)
    for row in board.every(house.views):
        if month is None or _in(month, row.received_at):
            yield [getattr(row, name) for name in TICKET_COLUMNS]


def _facts(house: House, month: str | None) -> Iterator[Sequence[object]]:
    position = 0
    while found := house.hotline.facts_after(position, _AT_ONCE):
        for recorded in found:
            if isinstance(recorded.fact, TicketFact) and (month is None or _in(month, recorded.recorded_at)):
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


def _in(month: str, moment: datetime) -> bool:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m") == month


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], encoding: str) -> int:
    unfinished, count = path.with_suffix(".unfinished"), 0
    try:
        with unfinished.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for row in rows:
                writer.writerow([cell(value) for value in row])
                count += 1
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count
