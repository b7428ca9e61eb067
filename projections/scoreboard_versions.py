"""Every state that a ticket was ever in, by both times: rows that are only ever added.

A fact that comes in its turn (nothing known stood later) makes one row.  One that comes late changes what was so at its own
moment and at every later one, and makes a row for each of them; what was known before it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, func, select

from projections.moments import NEVER, micros
from projections.scoreboard_draft import Draft, Row
from projections.scoreboard_outcome import come_to, take
from projections.scoreboard_steps import KNOWN, POSITION, STOOD, Step
from projections.scoreboard_tables import rows, versions
from projections.view import Doc

_NAMES = tuple(column.name for column in rows.columns if column.name != "ticket_id")


def since(before: Doc | None, doc: Doc) -> list[Mapping[str, Any]]:
    """The rows of what a document knows more than an earlier one did."""
    after = before["steps"][-1][POSITION] if before is not None else -1
    return [
        {"stood": stood, "position": step[POSITION], "known_at": step[KNOWN], **dict(zip(_NAMES, row, strict=True))}
        for stood, step, row in _states(doc["kind"], doc["steps"], after)
    ]


def _states(kind: str, steps: Sequence[Step], after: int) -> Iterator[tuple[int, Step, Row]]:
    """What a ticket came to, at which moment, by which step."""
    whole, latest, moments = Draft(kind), -NEVER, set[int]()
    for nth, step in enumerate(steps):
        stood = step[STOOD]
        take(whole, step)
        moments.add(stood)
        if step[POSITION] > after:
            if stood < latest:
                for moment in sorted(m for m in moments if m >= stood):
                    row = come_to(kind, (s for s in steps[: nth + 1] if s[STOOD] <= moment))
                    if row is not None:
                        yield moment, step, row
            elif (row := whole.row()) is not None:
                yield stood, step, row
        latest = max(latest, stood)


def standing(as_of: datetime | None, happened_by: datetime | None) -> FromClause:
    """Every ticket as it was known at ``as_of`` and stood by ``happened_by``, with the columns of ``rows``."""
    v = versions.c
    last = func.row_number().over(partition_by=v.ticket_id, order_by=(v.stood.desc(), v.position.desc()))
    known = select(*(v[column.name] for column in rows.columns), last.label("nth"))
    if as_of is not None:
        known = known.where(v.known_at <= micros(as_of))
    if happened_by is not None:
        known = known.where(v.stood <= micros(happened_by))
    found = known.subquery()
    return select(*(found.c[column.name] for column in rows.columns)).where(found.c.nth == 1).subquery()
