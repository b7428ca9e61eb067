"""The scoreboard's tables filled straight, without a log: for tests of what is read from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from hotline.rates.fields import cohort_day, day_number, day_of
from hotline.rates.outcome import ASPECTS, OutcomeRow
from projections import scoreboard_tables as kept
from projections.view import Views


def fill(views: Views, outcomes: Iterable[tuple[UUID, OutcomeRow]], *, position: int = 0) -> None:
    """Put outcomes into rows and sums."""
    pairs = list(outcomes)
    sums = Counter(key for _, row in pairs for key in _cells(row))
    names = [column.name for column in kept.sums.columns]
    with views.writing() as connection:
        kept.table.metadata.create_all(connection, tables=[kept.table, kept.rows, kept.versions, kept.sums])
        if pairs:
            connection.execute(insert(kept.rows), [stored(ticket, row) for ticket, row in pairs])
            connection.execute(insert(kept.sums), [dict(zip(names, (*key, n), strict=True)) for key, n in sums.items()])


def fill_versions(views: Views, states: Iterable[tuple[UUID, int, int, int, OutcomeRow]]) -> None:
    """Put states into versions: ticket, known at, stood from, position and what it came to."""
    with views.writing() as connection:
        connection.execute(
            insert(kept.versions),
            [
                {**stored(ticket, row), "known_at": known, "stood": stood, "position": position}
                for ticket, known, stood, position, row in states
            ],
        )


def stored(ticket: UUID, row: OutcomeRow) -> dict[str, Any]:
    """An outcome as it is stored."""
    return {"ticket_id": ticket, **asdict(row), "co_units": ";".join(row.co_units)}


def _cells(row: OutcomeRow) -> Iterable[tuple[Any, ...]]:
    channel = row.facet("channel")
    values = {
        "all": "", "unit": row.unit or "", "category": row.category or "", "head": row.head or "",
        "channel": "" if channel == "none" else channel, "district": row.district or "",
    }  # fmt: skip
    for name, aspect in ASPECTS.items():
        day = cohort_day(row, aspect.cohort) if row.kind == aspect.of else None  # type: ignore[arg-type]
        if day is None:
            continue
        first = day_number(day_of(day) - timedelta(days=day_of(day).day - 1))
        for by in kept.DIMENSIONS:
            yield name, "day", by, day, values[by], row.facets & aspect.mask
            yield name, "month", by, first, values[by], row.facets & aspect.mask
