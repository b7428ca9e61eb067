"""The connection rate: what is counted of calls, however their events arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from hotline.application import Hotline
from hotline.call.call import NoteCall, stream_of
from hotline.facts import SYSTEM
from projections.call_figures import Figures, figures
from projections.calls import VIEW
from projections.follow import catch_up
from projections.rebuild import rebuild
from projections.view import Views
from tests.projections.lives import rows_of
from tests.support.clock import SettableClock

WITHIN, TARGET = 15, 0.95
Note = Callable[..., None]


@pytest.fixture
def note(hotline: Hotline, clock: SettableClock) -> Note:
    """Note an event of a call so many seconds from now."""

    def noted(call: str, event: Any, seconds: float = 0, **told: Any) -> None:
        at = clock() + timedelta(seconds=seconds)
        hotline.handle(NoteCall(event=event, call_id=call, happened_at=at, **told), on=stream_of(call), by=SYSTEM)

    return noted


@pytest.fixture
def counted(hotline: Hotline, views: Views) -> Callable[..., Figures]:
    def found(**period: Any) -> Figures:
        catch_up(views, VIEW, hotline.facts_after)
        return figures(views, WITHIN, TARGET, **period)

    return found


def test_answered_offered_and_in_time_are_counted(note: Note, counted: Callable[..., Figures]) -> None:
    """Given calls answered at once, at the very last second and too late, and one nobody answered, when they are counted,
    then three of four are connected and two in time."""
    for call, seconds in (("a", 2), ("b", 15), ("c", 15.001)):
        note(call, "offered")
        note(call, "answered", seconds)
    note("d", "offered")
    note("d", "missed", 40)
    note("d", "returned", 60, reached=False)
    note("d", "returned", 120, reached=True)
    total = counted().total
    assert (total.offered, total.answered, total.answered_in_time, total.missed) == (4, 3, 2, 1)
    assert (total.called_back, total.reached) == (1, 1)
    assert (total.rates.connection.share, total.rates.connection_in_time.share) == (0.75, 0.5)
    assert (total.rates.called_back.numerator, total.rates.called_back.denominator) == (1, 1)


def test_an_empty_denominator_has_no_rate_but_a_reason(counted: Callable[..., Figures]) -> None:
    """Given no call at all, when rates are asked for, then there is none, and it is said why."""
    rates = counted().total.rates
    assert (rates.connection.share, rates.connection.reason) == (None, "nothing_offered")
    assert (rates.called_back.share, rates.called_back.reason) == (None, "nothing_missed")


def test_the_order_of_arrival_changes_nothing(note: Note, counted: Callable[..., Figures]) -> None:
    """Given the same events in every order, when they are counted, then each call counts alike."""
    events = (("offered", 0), ("answered", 5), ("ended", 90))
    for nth, order in enumerate(permutations(events)):
        for event, seconds in order:
            note(f"call-{nth}", event, seconds)
    total = counted().total
    assert (total.offered, total.answered_in_time, total.not_offered) == (6, 6, 0)


def test_a_call_whose_end_nobody_told_counts_against_us(note: Note, counted: Callable[..., Figures]) -> None:
    """Given a call that only rang, and one of which only the answer was told, when they are counted, then the first lowers
    the rate and the second is in none."""
    note("rang", "offered")
    note("late", "answered")
    total = counted().total
    assert (total.offered, total.answered, total.not_offered) == (1, 0, 1)
    assert (total.rates.connection.share, total.rates.connection.excluded) == (0.0, 1)


def test_calls_stand_where_they_rang(
    note: Note, counted: Callable[..., Figures], clock: SettableClock, hotline: Hotline
) -> None:
    """Given a call before midnight that was answered after it, and one next day, when they are counted by day, hour and
    period, then each stands at its ringing, by the country's time."""
    late = clock().replace(hour=23, minute=59, second=50)
    clock.advance(minutes=(late - clock()).total_seconds() / 60)
    note("a", "offered")
    note("a", "answered", 12)
    midnight = clock() + timedelta(seconds=10)
    note("b", "offered", 30)
    found = counted()
    assert [(day.day, day.offered) for day in found.days] == [
        (late.date().isoformat(), 1),
        ((late + timedelta(days=1)).date().isoformat(), 1),
    ]
    assert [(hour.hour, hour.answered) for hour in found.hours] == [(0, 0), (23, 1)]
    assert counted(until=midnight).total.offered == 1
    assert counted(since=midnight).total.answered == 0
    assert found.position == hotline.position()


def test_a_rebuild_gives_the_same(note: Note, hotline: Hotline, views: Views) -> None:
    """Given a view that followed event by event, when it is rebuilt, then not one value differs."""
    for nth in range(30):
        note(f"call-{nth}", "offered", nth)
        catch_up(views, VIEW, hotline.facts_after)
        note(f"call-{nth}", "missed" if nth % 3 == 0 else "answered", nth + 7)
        catch_up(views, VIEW, hotline.facts_after)
    before = sorted(rows_of(views, VIEW).splitlines())
    assert rebuild(views, VIEW, hotline, switch=True).same
    assert sorted(rows_of(views, VIEW).splitlines()) == before
