"""Calls on the scoreboard: offered, answered, and how long they waited, however their events arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from hotline.application import Hotline
from hotline.call.call import NoteCall, stream_of
from hotline.facts import SYSTEM
from hotline.rates.outcome import OutcomeRow
from projections.follow import catch_up
from projections.moments import micros
from projections.rebuild import rebuild
from projections.scoreboard import VIEW, outcome_of, outcomes
from projections.view import Views
from tests.support.clock import SettableClock

Note = Callable[..., None]


@pytest.fixture
def note(hotline: Hotline, clock: SettableClock) -> Note:
    """Note an event of a call so many seconds from now."""

    def noted(call: str, event: Any, seconds: float = 0, **told: Any) -> None:
        at = clock() + timedelta(seconds=seconds)
        hotline.handle(NoteCall(event=event, call_id=call, happened_at=at, **told), on=stream_of(call), by=SYSTEM)

    return noted


def calls(hotline: Hotline, views: Views, **when: Any) -> dict[Any, OutcomeRow]:
    catch_up(views, VIEW, hotline.facts_after)
    return dict(outcomes(views, kind="call", **when))


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0, "5"), (5, "5"), (5.001, "10"), (15, "15"), (15.001, "20"), (30, "30"), (60, "60"), (60.001, "longer")],
)
def test_an_answered_call_waited_at_most_so_long(
    note: Note, hotline: Hotline, views: Views, clock: SettableClock, seconds: float, bucket: str
) -> None:
    """The bucket holds its own last moment; the call stands where it rang."""
    note("a", "offered")
    note("a", "answered", seconds)
    (row,) = calls(hotline, views).values()
    assert (row.kind, row.facet("answered_call"), row.facet("waited")) == ("call", "yes", bucket)
    assert (row.received_at, row.number) == (micros(clock()), None)


def test_a_missed_call_was_offered_and_not_answered(note: Note, hotline: Hotline, views: Views) -> None:
    """Called back or not; one of whose ringing nothing was told is not there at all."""
    note("a", "offered")
    note("a", "missed", 40)
    note("a", "returned", 60, reached=True)
    note("b", "answered")
    (row,) = calls(hotline, views).values()
    assert (row.facet("answered_call"), row.facet("waited")) == ("no", "none")


def test_the_order_of_arrival_changes_nothing(note: Note, hotline: Hotline, views: Views) -> None:
    """Told in any order a call comes to the same, now and as things stood at any moment."""
    events = (("offered", 0), ("answered", 7), ("ended", 90))
    for nth, order in enumerate(permutations(events)):
        for event, seconds in order:
            note(f"call-{nth}", event, seconds)
    assert {row.facet("waited") for row in calls(hotline, views).values()} == {"10"}
    rang = hotline.facts_after(0, 1)[0].when
    for after, answered in ((3, "no"), (7, "yes")):
        found = calls(hotline, views, happened_by=rang + timedelta(seconds=after))
        assert len(found) == 6
        assert {row.facet("answered_call") for row in found.values()} == {answered}


def test_what_was_told_late_was_not_known_before(
    note: Note, hotline: Hotline, views: Views, clock: SettableClock
) -> None:
    """As of a moment before it was told there was no answer, however early it had been given; a rebuild says the same."""
    note("a", "offered")
    asked = clock()
    clock.advance(minutes=30)
    note("a", "answered", 8 - 30 * 60)
    clock.advance(minutes=1)
    before, now = calls(hotline, views, as_of=asked + timedelta(minutes=1)), calls(hotline, views)
    assert [row.facet("answered_call") for row in (*before.values(), *now.values())] == ["no", "yes"]
    stood = calls(hotline, views, happened_by=asked + timedelta(minutes=1))
    assert [row.facet("waited") for row in stood.values()] == ["10"]
    history = hotline.facts_after(0, 100)
    assert outcome_of(history, as_of=asked) == next(iter(calls(hotline, views, as_of=asked).values()))
    assert rebuild(views, VIEW, hotline).same is True
