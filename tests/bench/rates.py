"""Rates over a year of a large city on PostgreSQL: every shipped formula from sums and from rows, one that nobody has seen before
with DuckDB over the export, the export itself, and a bulletin's month to the published hundredth."""

from __future__ import annotations

import gc
import os
import runpy
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from hotline.rates.answer import Answer, CountedFrom
from hotline.rates.catalogue import Catalogue, load
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from projections.described import OUTCOMES
from projections.outcome_reading import copied
from projections.rates import snapshot
from projections.scoreboard_tables import rows, sums, versions
from projections.view import Views
from tests.bench import rates_moments, year, year_versions
from tests.bench.figure import Figure, Goal
from tests.bench.rates_moments import Silent
from tests.faults.servers import Postgres
from workers import export_columns, export_csv, export_outcomes, export_parquet
from workers.__main__ import COLLECTED

FROM_SUMS, FROM_ROWS = Goal(100), Goal(3)
EXPORT, NEVER_SEEN = Goal(50_000, at_least=True), Goal(3)
EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "rates_duckdb.py"
_END = year.START + timedelta(days=year.DAYS - 1)
_YEAR = Asked(year.START, _END, by=("month", "unit"))
_EPOCH = date(1970, 1, 1)
_SOURCES: tuple[CountedFrom, ...] = ("sums", "rows")


@dataclass(frozen=True)
class City:
    """The tables of one scoreboard, filled."""

    views: Views
    tickets: int


def filled(server: Postgres, tickets: int) -> City:
    """A city in a database of its own."""
    began = time.perf_counter()
    views = Views.open(server.database(f"year_{tickets}"))
    views.migrate()
    print(f"drawing {tickets:,} tickets and their sums", file=sys.stderr, flush=True)
    year.draw(views, tickets)
    print(f"drawn in {time.perf_counter() - began:.0f} s; now every state of each", file=sys.stderr, flush=True)
    states = year_versions.draw(views)
    year.tidy(views)
    print(f"{states:,} states in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return City(views, tickets)


def run(room: Path, city: City) -> list[Figure]:
    gc.set_threshold(*COLLECTED)  # as every process of the hotline does
    return [
        Figure("Load when the run began, 1 min", os.getloadavg()[0], ""),
        *_formulas(city),
        *rates_moments.run(city.views, city.tickets),
        *_published(city),
        *_exported(room, city),
        *_never_seen(room, city),
        *_sizes(room, city),
    ]


def _formulas(city: City) -> Iterator[Figure]:
    catalogue = load()
    with city.views.engine.connect() as connection:
        began = time.perf_counter()
        connection.execute(text(f"SELECT count(*), sum(facets & 7) FROM {rows.name}"))
        yield Figure("Yardstick: all rows read and one number of each added up", time.perf_counter() - began, "s")
    for formula in catalogue.all:
        what = f"`{formula.id}` by month and unit, {city.tickets:,} tickets"
        seconds, told = _timed(city, catalogue, formula, None)
        if not told.groups:
            raise RuntimeError(f"{formula.id} has no groups")
        if told.counted_from == "rows":  # sums do not know what it asks
            yield Figure(f"{what}, from rows", seconds, "s", FROM_ROWS)
            continue
        yield Figure(f"{what}, from sums", seconds * 1000, "ms", FROM_SUMS)
        if isinstance(formula, Formula):
            seconds, again = _timed(city, catalogue, formula, "rows")
            if again.groups != told.groups:
                raise RuntimeError(f"{formula.id} from rows is not what it is from sums")
            yield Figure(f"{what}, from rows", seconds, "s", FROM_ROWS)


def _timed(city: City, catalogue: Catalogue, formula: Any, use: CountedFrom | None) -> tuple[float, Answer]:
    began = time.perf_counter()
    with snapshot(city.views, Silent(), catalogue) as board:
        told = board.answer(formula, _YEAR, datetime.now(UTC), use=use)
    return time.perf_counter() - began, told


def _published(city: City) -> Iterator[Figure]:
    """The month of the bulletin.  Raises RuntimeError where a share is not the published one."""
    last = year.NOVEMBER + timedelta(days=29)
    wanted: Mapping[str, str] = {
        "satisfaction.silence_counts": "94.00",
        **{f"cause.{cause}": percent for cause, (_, percent) in year.CAUSES_TOLD.items()},
    }
    catalogue = load()
    for id, percent in wanted.items():
        formula = catalogue.find(id, last)
        asked, now = Asked(year.NOVEMBER, last), datetime.now(UTC)
        with snapshot(city.views, Silent(), catalogue) as board:
            told = [board.answer(formula, asked, now, use=use).total for use in _SOURCES]
        if {figure.percent for figure in told} != {percent}:
            raise RuntimeError(f"{id} gives {told}, published is {percent}")
        yield Figure(f"`{id}` of {year.CLOSED:,} closed, published {percent} %", float(told[0].percent or 0), "%")


def _exported(room: Path, city: City) -> Iterator[Figure]:
    began, count = time.perf_counter(), 0
    for _ in copied(city.views, None):
        count += 1
    yield Figure("Yardstick: the same rows by `COPY` alone", count / (time.perf_counter() - began), "rows/s")
    began, used, count = time.perf_counter(), time.process_time(), 0
    for month, days in _months():
        path = room / f"outcomes-{month:%Y-%m}.parquet"
        count += export_parquet.write(path, OUTCOMES, export_columns.batches_of(city.views, days))
    wall, used = time.perf_counter() - began, time.process_time() - used
    yield Figure("Export of all outcomes as Parquet, a file a month", count / wall, "rows/s", EXPORT)
    yield Figure("… by processor time of the exporting process", count / used, "rows/cpu s")
    began, (month, days) = time.perf_counter(), _months()[6]
    cells = export_outcomes.rows_of(city.views, days)
    count = export_csv.write(room / "month.csv", OUTCOMES.names, cells, bom=False)
    yield Figure(f"Export of {month:%Y-%m} as CSV", count / (time.perf_counter() - began), "rows/s")


def _months() -> list[tuple[date, tuple[int, int]]]:
    firsts = [year.NOVEMBER, *(date(year.START.year, month, 1) for month in range(1, 13))]
    lasts = [(first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1) for first in firsts]
    return [(a, ((a - _EPOCH).days, (b - _EPOCH).days)) for a, b in zip(firsts, lasts, strict=True)]


def _never_seen(room: Path, city: City) -> Iterator[Figure]:
    example = runpy.run_path(str(EXAMPLE))
    period = {"start": str(year.START), "until": str(_END)}
    for name, what in (
        ("SETTLED_AT_ONCE", "A formula never seen before, by head and district"),
        ("RATED_ONLY", "A published one by month and unit"),
    ):
        connection = example["open_outcomes"](room)
        began = time.perf_counter()
        found = connection.execute(example[name], period).fetchall()
        seconds = time.perf_counter() - began
        connection.close()
        if not found:
            raise RuntimeError("DuckDB found nothing")
        yield Figure(f"{what}, DuckDB over the files, {city.tickets:,} tickets", seconds, "s", NEVER_SEEN)


def _sizes(room: Path, city: City) -> Iterator[Figure]:
    size = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
    with city.views.engine.connect() as connection:
        for table in (rows, sums, versions):
            found = connection.scalar(size, {"name": table.name}) or 0
            yield Figure(f"`{table.name}` with its indexes on disk", found / 2**20, "MB")
        count = connection.scalar(text(f"SELECT count(*) FROM {sums.name}")) or 0
        yield Figure(f"… lines of `{sums.name}`", float(count), "")
    yield Figure("The Parquet files", sum(p.stat().st_size for p in room.glob("*.parquet")) / 2**20, "MB")
