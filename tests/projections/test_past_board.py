"""The board as it was: what a board built afresh of the facts up to there would show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import delete

from hotline.application import Hotline
from hotline.command import Refused
from hotline.facts import Actor, Recorded, Role
from hotline.rules import load
from hotline.seeing import Scope, scope_of, sees
from hotline.ticket import facts as f
from hotline.two_times import up_to
from projections import board, past_board, past_board_sql
from projections.board import BoardFilter, BoardRow
from projections.board_view import VIEW
from projections.follow import catch_up
from projections.past_board import Times
from projections.view import Views, metadata
from projections.writing import put
from tests.lives import PEOPLE
from tests.projections.lives import docs_of, together, write_down

SEEDS = tuple(range(500, 518))
RULES = load("sichuan-2025")
ROW = TypeAdapter(BoardRow)
EVERYTHING = scope_of(Actor(id="system", role=Role.SYSTEM), RULES)
LATE = (f.CallerContacted, f.CallerAnswered, f.CallerNotReached, f.TicketClosed, f.TicketUrged, f.TicketExcluded)
"""Facts that are entered after they were so, and some more."""
FILTERS = (
    BoardFilter(),
    BoardFilter(over=False),
    BoardFilter(over=True),
    BoardFilter(states=("in_progress", "replied", "callback_due")),
    BoardFilter(type="complaint"),
    BoardFilter(category=("environment",)),
    BoardFilter(district="jinjiang"),
    BoardFilter(urgency="normal", over=False),
    BoardFilter(source="instruction"),
    BoardFilter(problem=True),
    BoardFilter(escalated=False, over=True),
    BoardFilter(supervised=True),
    BoardFilter(alarm=True),
    BoardFilter(mine="op1"),
    BoardFilter(part="signed"),
    BoardFilter(part="ended"),
)


def a_log(chance: Random) -> list[Recorded]:
    """Lives one through the other in the order in which they were recorded, some of it known late."""
    facts = sorted(together(SEEDS), key=lambda r: r.recorded_at)
    return [replace(_late(r, chance), position=nth) for nth, r in enumerate(facts, start=1)]


def _late(recorded: Recorded, chance: Random) -> Recorded:
    if type(recorded.fact) not in LATE or chance.random() < 0.4:
        return recorded
    return replace(recorded, happened_at=recorded.recorded_at - timedelta(hours=chance.choice((0, 3, 70, 900))))


@pytest.fixture
def facts(views: Views, hotline: Hotline) -> list[Recorded]:
    """A log, and the views at its end."""
    found = a_log(Random(7))
    write_down(hotline, found)
    catch_up(views, VIEW, hotline.facts_after, limit=53)
    return found


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Views]:
    """Empty views of a board alone."""
    found = Views.open(f"sqlite:///{tmp_path}/fresh.db")
    with found.writing() as connection:
        metadata.create_all(connection, tables=list(VIEW.tables))
    yield found
    found.close()


def built(fresh: Views, facts: Sequence[Recorded]) -> None:
    """The board of these facts alone, in place of what was there."""
    with fresh.writing() as connection:
        for table in VIEW.tables:
            connection.execute(delete(table))
        put(connection, VIEW, docs_of(VIEW, facts), {})


def now(views: Views, filters: BoardFilter, scope: Scope = EVERYTHING) -> list[str]:
    rows: list[str] = []
    after = None
    while True:
        page = board.page(views, scope, filters, after, 200)
        rows += page.rows
        after = page.next
        if after is None:
            return rows


def then(
    views: Views, log: Hotline, filters: BoardFilter, times: Times, scope: Scope = EVERYTHING, limit: int = 11
) -> list[str]:
    rows: list[str] = []
    after = None
    while True:
        page = past_board.page(views, log, scope, filters, times, after, limit).page
        assert len(page.rows) <= limit
        rows += page.rows
        after = page.next
        if after is None:
            return rows


def moments(facts: Sequence[Recorded], chance: Random, n: int) -> list[Times]:
    """Pairs of moments, of which one may be left out."""
    some = [chance.choice(facts).recorded_at + timedelta(seconds=chance.choice((-1, 0, 1))) for _ in range(2 * n)]
    pairs = [Times(*pair) for pair in zip(some[:n], some[n:], strict=True)]
    return [replace(t, **chance.choice(({}, {"as_of": None}, {"happened_by": None}))) for t in pairs]


def overdue_then(filters: BoardFilter, times: Times) -> BoardFilter:
    at = [moment for moment in (times.as_of, times.happened_by) if moment is not None]
    return replace(filters, overdue_at=min(at))


def test_it_is_the_board_of_the_facts_up_to_there(
    facts: list[Recorded], views: Views, hotline: Hotline, fresh: Views
) -> None:
    """Given facts of which many were told late, when the board is asked for as known at any moment, as things stood by one, or both,
    then its pages are letter for letter those of a board built of the facts known and standing by then, whatever is filtered."""
    chance, seen, differ = Random(11), 0, 0
    for times in moments(facts, chance, 10):
        cut = list(up_to(facts, as_of=times.as_of, happened_by=times.happened_by))
        built(fresh, cut)
        units = sorted({part.unit for row in now(fresh, BoardFilter()) for part in ROW.validate_json(row).parts})
        unit = chance.choice(units) if units else "chengdu-environment"
        of_unit = (BoardFilter(unit=unit), BoardFilter(unit=unit, over=True), BoardFilter(unit=unit, part="replied"))
        for filters in (*chance.sample(FILTERS, 4), *of_unit, overdue_then(BoardFilter(), times)):
            found = then(views, hotline, filters, times)
            assert found == now(fresh, filters)
            seen += len(found)
        known = len([r for r in facts if times.happened_by is None or r.recorded_at <= times.happened_by])
        differ += times.happened_by is not None and known != len(cut)
    assert seen > 200
    assert differ > 2, "what stood and what was known never differed, so the test shows half of what it should"


def test_a_page_goes_on_where_the_last_one_ended(
    facts: list[Recorded], views: Views, hotline: Hotline, fresh: Views
) -> None:
    """Given a moment in the middle, when it is paged through with pages of any length, then each ticket comes once and in order."""
    times = Times(happened_by=facts[len(facts) // 2].recorded_at)
    built(fresh, list(up_to(facts, happened_by=times.happened_by)))
    whole = now(fresh, BoardFilter())
    assert len(whole) > 10
    for limit in (1, 3, 200):
        assert then(views, hotline, BoardFilter(), times, limit=limit) == whole


def test_who_may_see_a_ticket_is_decided_by_today(
    facts: list[Recorded], views: Views, hotline: Hotline, fresh: Views
) -> None:
    """Given people of every scope, when they look at an earlier board, then they see the rows as they were then, of the tickets that
    are theirs today: a unit that has lost its part finds it no more, one that was given it since does."""
    today = {row.ticket_id: row for row in map(ROW.validate_json, now(views, BoardFilter()))}
    lost = gained = 0
    for nth in (len(facts) // 3, len(facts) // 2, 2 * len(facts) // 3):
        times = Times(as_of=facts[nth].recorded_at)
        built(fresh, list(up_to(facts, as_of=times.as_of)))
        rows = [ROW.validate_json(text) for text in now(fresh, BoardFilter())]
        for scope in {scope_of(actor, RULES) for actor in PEOPLE}:
            found = [ROW.validate_json(text) for text in then(views, hotline, BoardFilter(), times, scope, limit=200)]
            assert found == [row for row in rows if sees(scope, today[row.ticket_id])]
            lost += len({r.ticket_id for r in rows if sees(scope, r)} - {r.ticket_id for r in found})
            gained += len({r.ticket_id for r in found if not sees(scope, r)})
            for part in ("signed", "replied") if scope.units is not None else ():
                own = [r for r in found if any(p.unit in (scope.units or ()) and p.state == part for p in r.parts)]
                kept = then(views, hotline, BoardFilter(part=part), times, scope, limit=200)
                assert [ROW.validate_json(text) for text in kept] == own
    assert lost
    assert gained


def test_before_the_first_fact_there_is_nothing(facts: list[Recorded], views: Views, hotline: Hotline) -> None:
    """Given a moment before everything, when the board is asked for, then it is empty and stands at position 0."""
    before = facts[0].recorded_at - timedelta(days=1)
    for times in (Times(as_of=before), Times(before, before)):
        assert past_board.page(views, hotline, EVERYTHING, BoardFilter(), times) == past_board.PastPage(board.Page(), 0)


def test_a_view_that_has_not_come_so_far_is_no_answer(views: Views, hotline: Hotline) -> None:
    """Given a view that lags behind the moment asked for, when the board is asked for, then it is refused and not shown half."""
    facts = a_log(Random(7))
    write_down(hotline, facts)
    half = hotline.facts_after(0, len(facts) // 2)
    catch_up(views, VIEW, lambda position, limit: half[position : position + limit])
    late, early = facts[-5].recorded_at, half[-1].recorded_at - timedelta(seconds=1)
    for times in (Times(as_of=late), Times(happened_by=late)):
        with pytest.raises(Refused, match="view_behind"):
            past_board.page(views, hotline, EVERYTHING, BoardFilter(), times)
    assert past_board.page(views, hotline, EVERYTHING, BoardFilter(), Times(as_of=early)).page.rows


def test_too_much_told_late_is_refused_by_name(
    facts: list[Recorded], views: Views, hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given more tickets with late facts than one page may tell anew, when they all matter, then the refusal says what to do; and as
    known then, which needs none of it, the board is there."""
    monkeypatch.setattr(past_board, "MOST_UNTIMELY", 1)
    late = [r for r in facts if r.when != r.recorded_at and type(r.fact) is not f.CallerContacted]
    at = next(r.when for r in late if len({o.originator_id for o in late if o.when <= r.when < o.recorded_at}) > 1)
    with pytest.raises(Refused, match="past_board_unsettled"):
        past_board.page(views, hotline, EVERYTHING, BoardFilter(), Times(happened_by=at))
    assert past_board.page(views, hotline, EVERYTHING, BoardFilter(), Times(as_of=at)).page.rows


def plan_of(views: Views, query: Any) -> list[str]:
    with views.engine.connect() as connection:
        sql = str(query.compile(views.engine, compile_kwargs={"literal_binds": True}))
        return [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql)]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_page_does_not_read_through_all_there_was(facts: list[Recorded], views: Views) -> None:
    """Open tickets are found by their spans, those at their end in the order of their due: SQLite scans neither table, and sorts
    nothing where it may stop early."""
    sought = past_board_sql.Sought(EVERYTHING, BoardFilter(), len(facts) // 2, frozenset(), None, 51)
    opened, over = (plan_of(views, of(sought)) for of in (past_board_sql.open_then, past_board_sql.over_then))
    assert not [
        step for step in opened if step.startswith("SCAN board_v4") and "then" not in step and "COVERING" not in step
    ], opened
    assert any("board_v4_span" in step for step in opened), opened
    assert any("board_v4_then_over" in step for step in over), over
    assert not any("TEMP B-TREE" in step for step in over), over
