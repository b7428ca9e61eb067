"""Views follow the log: in order, in batches, rows and position in one transaction.

The log is read, never the bus.  Whoever runs followers lets one at a time move a view.  With two nothing could go wrong,
only slowly: a batch is written only if its views still stand where the batch began.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from threading import Event
from uuid import UUID

import structlog
from pydantic_core import from_json
from sqlalchemy import Connection

from hotline.application import Hotline
from hotline.facts import Recorded
from projections.database import is_loss
from projections.marks import Mark, marks_of, move_on
from projections.summing import shift
from projections.view import Doc, View, Views, find_docs
from projections.writing import TrailRows, TurnRows, put

BATCH = 500
"""Facts in one transaction: a commit for each fact costs a hundred times as much."""
REST_SECONDS = 0.02
"""The wait between two batches: under load they grow, and cost much less for each fact."""
FALLBACK_SECONDS = 0.2
"""How soon news is found that nobody woke us for: another process wrote it."""
LATER_SECONDS = 1.0
"""The wait after a failure."""

FactsAfter = Callable[[int, int], Sequence[Recorded]]
_log = structlog.get_logger(__name__)


def catch_up(views: Views, view: View, facts_after: FactsAfter, limit: int = BATCH) -> int:
    """Bring one view to the end of the log, batch after batch; returns how many facts it took in."""
    return keep_up(views, (view,), facts_after, limit)


def keep_up(views: Views, these: Sequence[View], facts_after: FactsAfter, limit: int = BATCH) -> int:
    """Bring several views to the end of the log side by side; returns how many facts were read for it.

    Views that stand at one place take in a batch together: it is read and decoded once, and one commit carries all their
    rows.  One that is behind the others (a new one, say) catches up with them first.
    """
    taken, more = 0, True
    while more:
        step, more = _step(views, these, facts_after, limit)
        taken += step
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


def fold_into(
    view: View, docs: dict[UUID, Doc], facts: Iterable[Recorded], turned: TurnRows | None = None
) -> set[UUID]:
    """Fold facts a view is made of into documents, noting what each has ``turned``; returns the tickets whose document has
    changed."""
    changed, fold = set(), view.fold
    for recorded in facts:
        ticket = recorded.originator_id
        old = docs.get(ticket)
        new = fold(old, recorded)
        if new is not None and new is not old:
            docs[ticket] = new
            changed.add(ticket)
            if turned is not None:
                turned.note(old, new, recorded)
    return changed


def apply(
    connection: Connection, view: View, facts: Sequence[Recorded], at_hand: Mapping[UUID, Doc]
) -> dict[UUID, Doc]:
    """Write what a batch of facts makes of a view's rows; returns the documents that were written."""
    ours = taken_in(view, facts)
    rows = TrailRows(view.trail) if view.trail is not None else None
    docs = dict(at_hand)
    begun = {r.originator_id for r in ours if r.originator_version == 1}  # of these there is nothing to look for
    missing = [ticket for ticket in {r.originator_id for r in ours} - begun if ticket not in docs]
    docs.update((ticket, from_json(text)) for ticket, text in find_docs(connection, view.table, missing))
    before = dict(docs)
    turned = TurnRows(view) if view.turns else None
    changed = fold_into(view, docs, rows.noting(ours) if rows is not None else ours, turned)
    written = {ticket: docs[ticket] for ticket in changed}
    put(connection, view, written, before)
    if view.sums is not None:
        shift(connection, view.sums, written, before)
    if turned is not None:
        turned.write(connection)
    if rows is not None:
        rows.write(connection)
        rows.erase(connection)
    return written


def _step(views: Views, these: Sequence[View], facts_after: FactsAfter, limit: int) -> tuple[int, bool]:
    """One batch for those views that are furthest behind: how many facts it had, and whether there may be more to do."""
    with ExitStack() as locks:
        for view in these:
            locks.enter_context(views.memory(view).lock)
        while True:
            places = views.positions(these)
            start = min(places.values())
            facts = facts_after(start, limit)
            if not facts:
                return 0, False
            whole = len(facts) == limit
            behind = [view for view in these if places[view.label] == start]
            next_place = min((place for place in places.values() if place > start), default=facts[-1].position)
            facts = [r for r in facts if r.position <= next_place] or facts
            if _take_in(views, behind, start, facts):
                break
    views.tell()
    return len(facts), whole or len(behind) < len(these)


def _take_in(views: Views, these: Sequence[View], start: int, facts: Sequence[Recorded]) -> bool:
    """Write what a batch makes of views that stand at one place; False if another process was quicker."""
    tickets, written = {r.originator_id for r in facts}, {}
    with views.writing() as connection:
        marks = marks_of(connection, [view.label for view in these], hold=True)
        if any(mark.position != start for mark in marks.values()):
            return False
        for view in these:
            memory = views.memory(view)
            memory.stand_at(marks[view.label])
            written[view.label] = apply(connection, view, facts, memory.find(tickets))
        move_on(connection, list(marks), facts[-1].position)
    for view in these:
        reached = Mark(facts[-1].position, marks[view.label].build)
        views.memory(view).keep(written[view.label], reached)
    return True


class Follower:
    """Keeps views at the end of the log until told to stop."""

    def __init__(self, views: Views, hotline: Hotline, *these: View) -> None:
        self.views, self.hotline, self.these = views, hotline, these

    def run(self, stop: Event) -> None:
        """Follow until ``stop`` is set; a failure is told and tried again, never swallowed and never the end.

        Only the loss of a database is raised: whoever runs us knows whether to wait for it or to leave.
        """
        while not stop.is_set():
            try:
                self._follow(stop)
            except Exception as failure:  # told below; the views must not stand still for ever
                if is_loss(failure):
                    raise
                self._each_alone()
            stop.wait(LATER_SECONDS)

    def _follow(self, stop: Event) -> None:
        while not stop.is_set():
            seen = self.hotline.written
            if keep_up(self.views, self.these, self.hotline.facts_after):
                stop.wait(REST_SECONDS)
            self.hotline.wait_for_news(FALLBACK_SECONDS, after=seen)

    def _each_alone(self) -> None:
        """A view with a fault must not hold up the others, and the log must say which it is."""
        for view in self.these:
            try:
                catch_up(self.views, view, self.hotline.facts_after)
            except Exception as failure:
                if is_loss(failure):
                    raise
                _log.error("follower_failed", view=view.label, error=type(failure).__name__)
