"""Views follow the log: in order, in batches, rows and position in one transaction.

The log is read, never the bus.  One follower at a time moves a view: on PostgreSQL whoever holds the view's advisory
lock, on SQLite there is one process.  Even without that lock nothing could go wrong, only slowly: a batch is written
only if the view still stands where the batch began.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event
from uuid import UUID

import structlog
from pydantic_core import from_json
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hotline.application import Hotline
from hotline.facts import Recorded
from hotline.ticket.facts import TicketFact
from projections.view import Doc, Mark, View, Views, find_docs, mark_of, move
from projections.writing import put

BATCH = 500
"""Facts in one transaction: a commit for each fact costs a hundred times as much."""
FALLBACK_SECONDS = 0.2
"""How soon news is found that nobody woke us for: another process wrote it."""
LATER_SECONDS = 1.0
"""The wait after a failure, and between tries to become the one follower."""
_FOLLOWING = 12346
"""First half of the advisory locks of followers; the second half is made of the view's label."""

FactsAfter = Callable[[int, int], Sequence[Recorded]]
_log = structlog.get_logger(__name__)


def catch_up(views: Views, view: View, facts_after: FactsAfter, limit: int = BATCH) -> int:
    """Bring a view to the end of the log, batch after batch; returns how many facts it took in."""
    taken = 0
    while step := _step(views, view, facts_after, limit):
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


def fold_into(view: View, docs: dict[UUID, Doc], facts: Iterable[Recorded]) -> set[UUID]:
    """Fold facts into documents; returns the tickets whose document has changed."""
    changed = set()
    for recorded in facts:
        if isinstance(recorded.fact, TicketFact):
            old = docs.get(recorded.originator_id)
            new = view.fold(old, recorded)
            if new is not None and new is not old:
                docs[recorded.originator_id] = new
                changed.add(recorded.originator_id)
    return changed


def apply(
    connection: Connection, view: View, facts: Sequence[Recorded], at_hand: Mapping[UUID, Doc]
) -> dict[UUID, Doc]:
    """Write what a batch of facts makes of a view's rows; returns the documents that were written."""
    tickets = {r.originator_id for r in facts if isinstance(r.fact, TicketFact)}
    docs = dict(at_hand)
    missing = [ticket for ticket in tickets if ticket not in docs]
    docs.update((ticket, from_json(text)) for ticket, text in find_docs(connection, view.table, missing))
    changed = fold_into(view, docs, facts)
    written = {ticket: docs[ticket] for ticket in changed}
    put(connection, view, written)
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
    """Keeps one view at the end of the log until told to stop.  ``trouble`` says what keeps it from that."""

    def __init__(self, views: Views, view: View, hotline: Hotline) -> None:
        self.views, self.view, self.hotline = views, view, hotline
        self.trouble: str | None = None

    def run(self, stop: Event) -> None:
        """Follow until ``stop`` is set; a failure is told and tried again, never swallowed and never the end."""
        while not stop.is_set():
            try:
                with _alone(self.views, self.view) as lock:
                    if lock is not None:
                        self._follow(stop, lock)
                self.trouble = None
            except Exception as failure:  # noqa: BLE001  # told below; the view must not stand still for ever
                self.trouble = type(failure).__name__
                _log.error("follower_failed", view=self.view.label, error=self.trouble)
            stop.wait(LATER_SECONDS)

    def _follow(self, stop: Event, still_alone: Callable[[], None]) -> None:
        while not stop.is_set():
            seen = self.hotline.written
            catch_up(self.views, self.view, self.hotline.facts_after)
            self.trouble = None
            still_alone()
            self.hotline.wait_for_news(FALLBACK_SECONDS, after=seen)


@contextmanager
def _alone(views: Views, view: View) -> Iterator[Callable[[], None] | None]:
    """Be the one follower of a view; gives None when another is.  What it gives raises when that is lost."""
    if views.sqlite:
        yield lambda: None
        return
    key = zlib.crc32(view.label.encode()) - 2**31
    with views.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        mine = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s, %s)", (_FOLLOWING, key)).scalar_one()
        if not mine:
            yield None
            return
        try:
            yield lambda: _ask(connection)
        finally:
            try:
                connection.exec_driver_sql("SELECT pg_advisory_unlock(%s, %s)", (_FOLLOWING, key))
            except DBAPIError:
                connection.invalidate()  # the server gives the lock back when the session ends


def _ask(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1")
