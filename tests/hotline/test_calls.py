"""The telephone system's events: each once, and who was on the line."""

from datetime import timedelta
from typing import Any

import pytest

from hotline.application import Hotline
from hotline.call import facts as f
from hotline.call.call import NoteCall, stream_of
from hotline.command import Refused
from hotline.facts import SYSTEM
from hotline.writing import Written
from tests.support.clock import SettableClock

CALL = "c-2026-0001"


@pytest.fixture
def note(hotline: Hotline, clock: SettableClock) -> Any:
    """Note an event of the call, by default at the present moment."""

    def noted(event: Any, *, seconds: int = 0, **told: Any) -> Written:
        command = NoteCall(event=event, call_id=CALL, happened_at=clock() + timedelta(seconds=seconds), **told)
        return hotline.handle(command, on=stream_of(CALL), by=SYSTEM)

    return noted


def facts(hotline: Hotline) -> list[Any]:
    return [recorded.fact for recorded in hotline.history(stream_of(CALL))]


def test_the_third_on_the_line_begins_a_three_way_call(hotline: Hotline, note: Any) -> None:
    """Given caller and operator, when 110 joins, then a three-way call began between the three."""
    note("joined", party="leg-1", who="caller")
    note("joined", party="leg-2", who="operator")
    note("joined", party="leg-3", who="110")
    assert facts(hotline)[-1] == f.ThreeWayBegan(call_id=CALL, parties=("leg-1", "leg-2", "leg-3"))


def test_who_leaves_first_ends_it_and_is_named(hotline: Hotline, note: Any) -> None:
    """Given three on the line, when the operator leaves, then he ended the three-way call and the others talk on."""
    for nth, who in enumerate(("caller", "operator", "expert")):
        note("joined", party=f"leg-{nth}", who=who)
    note("left", party="leg-1", who="operator", seconds=1)
    note("left", party="leg-0", who="caller", seconds=2)
    ended = [fact for fact in facts(hotline) if isinstance(fact, f.ThreeWayEnded)]
    assert ended == [f.ThreeWayEnded(call_id=CALL, left="leg-1")]


def test_hanging_up_ends_it_too(hotline: Hotline, note: Any) -> None:
    """Given three on the line, when the call ends, then nobody in particular ended the three-way call."""
    for nth, who in enumerate(("caller", "operator", "120")):
        note("joined", party=f"leg-{nth}", who=who)
    note("ended", recording="rec-7", seconds=5)
    assert facts(hotline)[-1] == f.ThreeWayEnded(call_id=CALL, left=None)


def test_what_is_told_twice_is_noted_once(hotline: Hotline, note: Any) -> None:
    """Given a party that joined, when the same event arrives again, then nothing is written; when it comes back, it is."""
    note("joined", party="leg-1", who="caller")
    again = note("joined", party="leg-1", who="caller")
    assert (again.facts, len(facts(hotline))) == ((), 1)
    note("left", party="leg-1", who="caller", seconds=1)
    note("joined", party="leg-1", who="caller", seconds=2)
    assert len(facts(hotline)) == 3


def test_a_missed_call_is_called_back(hotline: Hotline, note: Any) -> None:
    """Given a missed call, when somebody calls back, then whether the caller was reached is on record."""
    note("missed", queue="main")
    note("returned", reached=False, seconds=60)
    note("returned", reached=True, seconds=120)
    assert [fact.reached for fact in facts(hotline)[1:]] == [False, True]


def test_a_call_that_was_not_missed_is_not_called_back(hotline: Hotline, note: Any) -> None:
    """Given an answered call, when a call-back is noted, then it is refused and nothing changes."""
    note("answered")
    with pytest.raises(Refused, match="call_not_missed"):
        note("returned", reached=True, seconds=9)
    assert len(facts(hotline)) == 1


@pytest.mark.parametrize("event", ["joined", "left", "returned"])
def test_an_event_says_what_belongs_to_it(hotline: Hotline, note: Any, event: str) -> None:
    """Given nothing but the event's name, then it is refused by what is missing."""
    with pytest.raises(Refused, match="call_detail_missing"):
        note(event)
    assert facts(hotline) == []
