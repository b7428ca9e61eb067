"""The scoreboard: what every ticket and every call came to, now and as of any earlier moment; rates are computed from it.

Its document is the facts that matter, each as a short step with both its times (``scoreboard_steps.py``).  All else is made
of that: the row as things stand, a row for every earlier state (``scoreboard_versions.py``), and counts over all rows
(``scoreboard_sums.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hotline.facts import Recorded
from hotline.rates.outcome import OutcomeRow
from hotline.two_times import up_to
from projections.scoreboard_outcome import come_to, outcome_row
from projections.scoreboard_steps import BEGINS, WHAT, step_of
from projections.scoreboard_sums import cell, filled, spread
from projections.scoreboard_tables import rows, sums, table, versions
from projections.scoreboard_versions import since, standing
from projections.view import Doc, Lines, Past, Sums, View, Views

__all__ = ["VIEW", "fold", "outcome_of", "outcomes"]

_NAMES = tuple(column.name for column in rows.columns if column.name != "ticket_id")


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """What is known of a ticket or a call after one more fact."""
    step = step_of(recorded)
    if step is None:
        return doc
    if doc is not None:
        return {"kind": doc["kind"], "steps": (*doc["steps"], step)}
    kind = recorded.fact.TOPIC.partition(".")[0]
    return {"kind": kind, "steps": (step,)} if step[WHAT] in BEGINS else None


def _columns(doc: Doc) -> Mapping[str, Any]:
    return {}


def _lines(doc: Doc) -> Sequence[Mapping[str, Any]]:
    row = come_to(doc["kind"], doc["steps"])
    return [dict(zip(_NAMES, row, strict=True))] if row is not None else []


VIEW = View(
    "scoreboard",
    1,
    fold,
    table,
    _columns,
    lines=(Lines(rows, _lines, single=True),),
    past=Past(versions, since),
    sums=Sums(sums, rows, cell, spread, filled),
    kinds=("ticket", "call"),
)


def outcomes(
    views: Views, *, as_of: datetime | None = None, happened_by: datetime | None = None, kind: str = "ticket"
) -> Iterator[tuple[UUID, OutcomeRow]]:
    """Every ticket (or call) with what it came to, in the order of their ids: as known at ``as_of``, as things stood by
    ``happened_by``, both, or with neither as things stand."""
    known = rows if as_of is None and happened_by is None else standing(as_of, happened_by)
    query = select(known).where(known.c.kind == kind).order_by(known.c.ticket_id)
    with views.engine.connect() as connection:
        for ticket, *row in connection.execute(query, execution_options={"yield_per": 1_000}):
            yield ticket, outcome_row(tuple(row))


def outcome_of(
    facts: Iterable[Recorded], *, as_of: datetime | None = None, happened_by: datetime | None = None
) -> OutcomeRow | None:
    """What one ticket (or call) came to, by its history alone; None when it was not yet there."""
    doc: Doc | None = None
    for recorded in up_to(facts, as_of=as_of, happened_by=happened_by):
        doc = fold(doc, recorded)
    row = come_to(doc["kind"], doc["steps"]) if doc is not None else None
    return outcome_row(row) if row is not None else None
