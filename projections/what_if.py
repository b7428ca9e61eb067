"""A past period under another profile: read from the log, told again in memory, written nowhere.

Nothing live is touched: the views are only asked which tickets there are, and what is told goes into a count and is forgotten.
No command is given, so nobody is sent anything.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hotline.application import Hotline
from hotline.command import Refused
from hotline.facts import Recorded
from hotline.rates.answer import Answer
from hotline.rates.answering import Counted, answered
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.comparing import Comparison, Stand, Way, by_unit
from hotline.rates.formula import Formula
from hotline.rates.outcome import OutcomeRow
from hotline.rates.question import Asked
from hotline.rates.rewriting import rewritten
from hotline.rules import Rules
from projections import scoreboard_tables as kept
from projections.database import reading
from projections.marks import mark_of
from projections.rates import today_of
from projections.rates_compare import Flip, Flips, Status
from projections.rates_moment import Held, held, recorded_at
from projections.scoreboard import outcome_of
from projections.view import Views
from projections.what_if_tickets import Wanted, tickets_of


@dataclass(frozen=True)
class Side:
    """One way of looking at a period.  ``asked`` has been checked; without ``rules`` the facts are as they were recorded."""

    rate: Rate
    asked: Asked
    rules: Rules | None = None


Pair = tuple[Side, Side]


@dataclass(frozen=True)
class Retold:
    """Both answers, and the tickets that make the difference, in the order of their ids; None of a composite."""

    a: Answer
    b: Answer
    flips: Flips | None


Watched = Callable[[Sequence[UUID]], Iterable[UUID]]
"""Lets somebody see how far the work has come: gives the same tickets, one after another."""


def compare(
    views: Views,
    log: Hotline,
    catalogue: Catalogue,
    pairs: Sequence[Pair],
    now: datetime,
    *,
    most: int | None = None,
    watched: Watched = iter,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[Retold]:
    """Each pair of sides over its tickets, told once for all pairs; of those that flip, at most ``limit`` ``after`` one.

    Raises Refused ``what_if_no_calls``, ``what_if_two_rates``, ``what_if_nothing``, ``what_if_too_many`` (more tickets than
    ``most``), ``view_behind``.
    """
    with reading(views.engine) as connection:
        reached = mark_of(connection, kept.table.name).position
        ready = [_ready(pair, log, catalogue, reached) for pair in pairs]
        wanted = [
            Wanted(way.formula, way.asked, one.side.rules) for pair in ready for one in pair.ready for way in one.ways
        ]
        tickets = tickets_of(connection, wanted, most)
    for ticket in watched(tickets):
        _take(log, ticket, ready)
    if not any(counts for pair in ready for one in pair.found for counts in one.counts):
        raise Refused("what_if_nothing")
    return [
        Retold(_answer(pair, 0, catalogue, now), _answer(pair, 1, catalogue, now), _flips(pair, after, limit))
        for pair in ready
    ]


@dataclass(frozen=True)
class _Ready:
    """A side with its place in time and the ways it counts, one for each formula of its rate."""

    side: Side
    ways: tuple[Way, ...]
    at: Held
    edge: datetime
    """Up to when it knows the log."""

    @property
    def same(self) -> Hashable:
        """Sides that are alike in this tell a ticket alike."""
        return self.side.rules, self.edge, self.side.asked.happened_by

    def row(self, log: Hotline, history: Sequence[Recorded]) -> OutcomeRow | None:
        """What a ticket came to."""
        rules, known = self.side.rules, [r for r in history if r.recorded_at <= self.edge]
        while known and known[-1].recorded_at == self.edge and _position(log, known[-1]) > self.at.position:
            known.pop()
        facts = known if rules is None else list(rewritten(known, lambda _: rules, self.edge))
        return outcome_of(facts, happened_by=self.side.asked.happened_by)


@dataclass(frozen=True)
class _Pair:
    ready: tuple[_Ready, _Ready]
    found: tuple[Comparison, ...]


def _ready(pair: Pair, log: Hotline, catalogue: Catalogue, reached: int) -> _Pair:
    one, other = (_side(side, log, catalogue, reached) for side in pair)
    if isinstance(pair[0].rate, Formula) != isinstance(pair[1].rate, Formula) or len(one.ways) != len(other.ways):
        raise Refused("what_if_two_rates")
    return _Pair((one, other), tuple(Comparison(ways) for ways in zip(one.ways, other.ways, strict=True)))


def _side(side: Side, log: Hotline, catalogue: Catalogue, reached: int) -> _Ready:
    at = held(log, side.asked, reached)
    parts = (side.rate,) if isinstance(side.rate, Formula) else catalogue.parts(side.rate)
    if any(formula.of != "ticket" for formula in parts):
        raise Refused("what_if_no_calls")
    edge = side.asked.as_of or recorded_at(log, reached)
    if edge is None:
        raise Refused("what_if_nothing")
    return _Ready(side, tuple(Way(part, side.asked, today_of(at, side.asked)) for part in parts), at, edge)


def _take(log: Hotline, ticket: UUID, pairs: Sequence[_Pair]) -> None:
    history = log.history(ticket)
    rows: dict[Hashable, OutcomeRow | None] = {}
    for pair in pairs:
        for one in pair.ready:
            if one.same not in rows:
                rows[one.same] = one.row(log, history)
        a, b = (rows[one.same] for one in pair.ready)
        for comparison in pair.found:
            comparison.take(ticket, a, b)


def _position(log: Hotline, recorded: Recorded) -> int:
    return log.store.position_of(recorded.originator_id, recorded.originator_version) or 0


def _answer(pair: _Pair, nth: int, catalogue: Catalogue, now: datetime) -> Answer:
    one = pair.ready[nth]
    counted = Counted(one.at.position, one.at.moment, "retold", [each.counts[nth] for each in pair.found])
    return answered(catalogue, one.side.rate, one.side.asked, counted, now, one.side.rules)


def _flips(pair: _Pair, after: UUID | None, limit: int | None) -> Flips | None:
    if not isinstance(pair.ready[0].side.rate, Formula):
        return None
    (comparison,) = pair.found
    later = [flip for flip in comparison.flips if after is None or flip.ticket > after]
    some = later if limit is None else later[:limit]
    return Flips(
        count=len(comparison.flips),
        by_unit=by_unit(comparison.flips),
        some=[
            Flip(
                each.ticket,
                each.row.number,
                each.row.unit or "",
                _status(each.a, each.row_a),
                _status(each.b, each.row_b),
            )
            for each in some
        ],
        next=some[-1].ticket if some and len(later) > len(some) else None,
    )


def _status(stand: Stand, row: OutcomeRow | None) -> Status:
    return Status(stand.stands, stand.ground, stand.weight, row.due_at if row is not None else None)
