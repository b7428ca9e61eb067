"""Views follow the log: in order, in batches, rows and position in one transaction.

The log is read, never the bus.  Whoever runs followers lets one at a time move a view.  With two nothing could go wrong,
only slowly: a batch is written only if the view still stands where the batch began.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event
from uuid import UUID

import structlog
from pydantic_core import from_json
from sqlalchemy import Connection

from hotline.application import Hotline
from hotline.facts import Recorded
from projections.database import is_loss
from projections.view import Doc, Mark, View, Views, find_docs, mark_of, move
from projections.writing import TrailRows, put

BATCH = 500
"""Facts in one transaction: a commit for each fact costs a hundred times as much."""
FALLBACK_SECONDS = 0.2
"""How soon news is found that nobody woke us for: another process wrote it."""
LATER_SECONDS = 1.0
"""The wait after a failure."""

FactsAfter = Callable[[int, int], Sequence[Recorded]]
_log = structlog.get_logger(__name__)


def catch_up(views: Views, view: View, facts_after: FactsAfter, limit: int = BATCH) -> int:
    """Bring a view to the end of the log, batch after batch; returns how many facts it took in."""
    taken = 0
    while step := _step(views, view, facts_after, limit):
        taken += step
        if step < limit:  # the end, as it was when the batch was read
            break
    return taken


def wait_until(views: Views, name: str, position: int, timeout: float) -> bool:
    """Wait until a view has reached a log position; False if it has not after ``timeout`` seconds."""
    end = time.monotonic() + timeout
    while views.position(name) < position:
        left = end - time.monotonic()
        if left <= 0:
            return False
        with views.moved:
            views.moved.wait(min(left, 0.02))
    return True


def taken_in(view: View, facts: Iterable[Recorded]) -> list[Recorded]:
    """Those of the facts that a view is made of."""
    return [recorded for recorded in facts if recorded.fact.TOPIC.startswith(view.topics)]


def fold_into(view: View, docs: dict[UUID, Doc], facts: Iterable[Recorded]) -> set[UUID]:
    """Fold facts a view is made of into documents; returns the tickets whose document has changed."""
    changed, fold = set(), view.fold
    for recorded in facts:
        ticket = recorded.originator_id
        old = docs.get(ticket)
        new = fold(old, recorded)
        if new is not None and new is not old:
            docs[ticket] = new
            changed.add(ticket)
    return changed


def apply(
    connection: Connection, view: View, facts: Sequence[Recorded], at_hand: Mapping[UUID, Doc]
) -> dict[UUID, Doc]:
    """Write what a batch of facts makes of a view's rows; returns the documents that were written."""
    ours = taken_in(view, facts)
    rows = TrailRows(view.trail) if view.trail is not None else None
    docs = dict(at_hand)
    missing = [ticket for ticket in {r.originator_id for r in ours} if ticket not in docs]
    docs.update((ticket, from_json(text)) for ticket, text in find_docs(connection, view.table, missing))
    changed = fold_into(view, docs, rows.noting(ours) if rows is not None else ours)
    written = {ticket: docs[ticket] for ticket in changed}
    put(connection, view, written)
    if rows is not None:
        rows.write(connection)
        rows.erase(connection)
    return written


def _step(views: Views, view: View, facts_after: FactsAfter, limit: int) -> int:
    """One batch; 0 at the end of the log."""
    memory = views.memory(view)
    with memory.lock:
        while True:
            start = views.position(view.name)
            facts = facts_after(start, limit)
            if not facts:
                return 0
            with views.writing() as connection:
                mark = mark_of(connection, view.label, hold=True)
                if mark.position != start:
                    continue  # another process was quicker
                memory.stand_at(mark)
                written = apply(connection, view, facts, memory.find({r.originator_id for r in facts}))
                reached = Mark(facts[-1].position, mark.build)
                move(connection, view.label, reached)
            memory.keep(written, reached)
            break
    views.tell()
    return len(facts)


class Follower:
    """Keeps one view at the end of the log until told to stop."""

    def __init__(self, views: Views, view: View, hotline: Hotline) -> None:
        self.views, self.view, self.hotline = views, view, hotline

    def run(self, stop: Event) -> None:
        """Follow until ``stop`` is set; a failure is told and tried again, never swallowed and never the end.

        Only the loss of a database is raised: whoever runs us knows whether to wait for it or to leave.
        """
        while not stop.is_set():
            try:
                self._follow(stop)
            except Exception as failure:  # told below; the view must not stand still for ever
                if is_loss(failure):
                    raise
                _log.error("follower_failed", view=self.view.label, error=type(failure).__name__)
            stop.wait(LATER_SECONDS)

    def _follow(self, stop: Event) -> None:
        while not stop.is_set():
            seen = self.hotline.written
            if catch_up(self.views, self.view, self.hotline.facts_after):
                stop.wait(self.view.rest)
            self.hotline.wait_for_news(FALLBACK_SECONDS, after=seen)
