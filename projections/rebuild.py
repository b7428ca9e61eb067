"""Building a view anew beside the live one, comparing the two, and putting the new one in its place.

The live view goes on while this runs.  The new rows stand in tables of their own until the switch, which is one short
transaction; whatever ends the work before it leaves the live view alone, and the next rebuild begins by clearing away.
"""

from __future__ import annotations

import gc
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import cast
from uuid import UUID

from eventsourcing.persistence import Notification
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, select

from hotline.application import Hotline
from hotline.facts import Recorded
from projections.beside import Beside
from projections.database import reading
from projections.follow import apply, fold_into
from projections.marks import mark_of
from projections.summing import fill
from projections.view import Doc, View, Views, find_docs
from projections.writing import TrailRows, TurnRows, put

BATCH = 1_000
"""Facts read, and documents written, at a time."""
AT_HAND = 5_000
"""Documents, and rows of a trail, kept in memory: nothing of an unfinished build is ever read, so they may be written late."""
TRIES = 200
_SELDOM = (100_000, 50, 1_000)
"""When Python looks for cycles (``gc.set_threshold``).  Facts are many small objects without any: looking as often as it
usually does takes up to a third of the time."""

Progress = Callable[[int, int], None]
"""Called with the facts done and those there are."""


class LiveViewTooFast(Exception):
    """The live view never stood still long enough to be compared; try at a quieter hour."""


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """``facts`` were folded in ``seconds``; ``same`` says whether the live view held the very same rows, None when
    there was no live view to compare."""

    facts: int
    seconds: float
    same: bool | None

    @property
    def rate(self) -> float:
        """Facts a second."""
        return self.facts / self.seconds if self.seconds else 0.0


def rebuild(
    views: Views, view: View, hotline: Hotline, progress: Progress | None = None, *, switch: bool = True
) -> RebuildReport:
    """Build a view anew up to where the live one stands (to the end of the log if that was never begun).

    With ``switch=False`` the two are only compared.  Raises LiveViewTooFast; Overtaken when another rebuild of this view began;
    StillRead when somebody has been reading it for too long.
    """
    started = time.perf_counter()
    beside = Beside.cleared(views, view)
    try:
        live = views.position(view.name)
        with seldom_collecting():
            facts = _Build(views, beside, hotline, progress).run(live or hotline.position())
        seconds = time.perf_counter() - started
        same = _same(views, view, beside, hotline) if live else None
        if switch:
            with views.writing() as connection:
                _follow(connection, beside, hotline, mark_of(connection, view.label, hold=True).position)
                beside.take_over(connection)
    finally:
        beside.drop()
    return RebuildReport(facts, seconds, same)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """For whoever reads a whole log and throws away each fact in turn."""
    usual = gc.get_threshold()
    if usual == _SELDOM:  # another rebuild in this process is at work and will see to it
        yield
        return
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def digest(connection: Connection, view: View) -> str:
    """What all rows of a view come to, taken in the order of their keys."""
    found = sha256()
    for table in view.tables:
        for row in connection.execute(
            select(table).order_by(*table.primary_key), execution_options={"yield_per": BATCH}
        ):
            found.update(to_json(tuple(row)))
    return found.hexdigest()


class _Build:
    """Folds the whole log; documents and rows of the trail are written when memory is full and at the end."""

    def __init__(self, views: Views, beside: Beside, hotline: Hotline, progress: Progress | None) -> None:
        self._views, self._beside, self._hotline, self._progress = views, beside, hotline, progress
        self._docs: OrderedDict[UUID, Doc] = OrderedDict()
        self._written: set[UUID] = set()
        self._before: dict[UUID, Doc] = {}
        """Documents at hand that were written earlier, as they were written."""
        trail = beside.view.trail
        self._rows = TrailRows(trail) if trail is not None else None
        self._turned = TurnRows(beside.view) if beside.view.turns else None

    def run(self, end: int) -> int:
        """Fold up to a position; returns how many facts there were."""
        position = done = 0
        while position < end:
            stored = self._hotline.store.select_notifications(position, BATCH, inclusive_of_start=False)
            stored = [n for n in stored if n.id <= end]
            if not stored:
                break
            self._fold(stored)
            position, done = stored[-1].id, done + len(stored)
            if self._progress is not None:
                self._progress(done, done + end - position)
        self._write(0)
        self._write_rows(0)
        with self._views.writing() as connection:
            self._beside.index(connection)
            fill(connection, self._beside.view)
            if self._rows is not None:
                self._rows.erase(connection)  # not sooner: without the index it would look through all rows each time
            self._beside.stand_at(connection, position)
        return done

    def _fold(self, stored: Sequence[Notification]) -> None:
        docs, read = self._docs, self._hotline.facts.to_domain_event
        ours = [n for n in stored if n.topic.startswith(self._beside.view.topics)]  # others are not even decoded
        tickets = cast("set[UUID]", {n.originator_id for n in ours})
        again = [t for t in tickets & self._written if t not in docs]
        if again:
            with self._views.engine.connect() as connection:
                found = {t: from_json(text) for t, text in find_docs(connection, self._beside.view.table, again)}
            docs.update(found)
            self._before.update(found)
        # One fact at a time: a fact thrown away before the next is read costs half of one kept in a list.
        facts: Iterable[Recorded] = (read(n) for n in ours)
        facts = self._rows.noting(facts) if self._rows is not None else facts
        for ticket in fold_into(self._beside.view, docs, facts, self._turned):
            docs.move_to_end(ticket)
        self._write_rows(AT_HAND)
        if len(docs) > AT_HAND:
            self._write(AT_HAND // 2)

    def _write(self, keep: int) -> None:
        """Write documents until only ``keep`` are left unwritten, those longest without news first."""
        while len(self._docs) > keep:
            some = dict(self._docs.popitem(last=False) for _ in range(min(BATCH, len(self._docs) - keep)))
            with self._views.writing() as connection:
                self._beside.must_be_ours(connection)
                put(connection, self._beside.view, some, {t: self._before.pop(t) for t in some if t in self._before})
            self._written.update(some)

    def _write_rows(self, waiting: int) -> None:
        """Write the rows that facts have made where more than so many wait."""
        for rows in (self._rows, self._turned):
            if rows is not None and len(rows) > waiting:
                with self._views.writing() as connection:
                    self._beside.must_be_ours(connection)
                    rows.write(connection)


def _follow(connection: Connection, beside: Beside, hotline: Hotline, end: int) -> None:
    """Bring the new rows up to where the live ones stand by now."""
    position = beside.position(connection)
    while position < end:
        facts = [r for r in hotline.facts_after(position, BATCH) if r.position <= end]
        apply(connection, beside.view, facts, {})
        position = facts[-1].position
    beside.stand_at(connection, position)


def _same(views: Views, view: View, beside: Beside, hotline: Hotline) -> bool:
    """Compare at a moment when both stand at the same place.  Raises LiveViewTooFast."""
    for _ in range(TRIES):
        with views.writing() as connection:
            _follow(connection, beside, hotline, mark_of(connection, view.label).position)
        with reading(views.engine) as connection:
            if mark_of(connection, view.label).position == beside.position(connection):
                return digest(connection, view) == digest(connection, beside.view)
    raise LiveViewTooFast
