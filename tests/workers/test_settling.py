"""A simulated clock that is moved far: what waits on the way happens at its own moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline.facts import Actor, Role
from hotline.seat.presence import OpenSeat, SignIn
from hotline.seat.seat import stream_of
from hotline.ticket.consulting import Consult
from hotline.ticket.receiving import Receive
from tests.support.clock import ZONE
from workers.compose import House, build
from workers.settings import Settings
from workers.settling import move, settle
from workers.simulated import Clock

MORNING = datetime(2026, 3, 2, 10, tzinfo=ZONE)
OPERATOR = Actor(id="operator-1", role=Role.OPERATOR)
SUPERVISOR = Actor(id="supervisor-1", role=Role.SUPERVISOR)


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


@pytest.fixture
def settled(tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house nobody looks after but whoever moves its clock, with one expert at his seat and one question."""
    house = build(Settings(data=tmp_path), now=clock)
    expert = Actor(id="expert-1", role=Role.EXPERT)
    seat = OpenSeat(seat=expert.id, skills=("tax",))
    house.hotline.handle(seat, on=stream_of(expert.id), by=SUPERVISOR)
    house.hotline.handle(SignIn(), on=stream_of(expert.id), by=expert)
    made = house.hotline.receive(
        Receive(channel="phone", text="个税怎么补缴？", caller={"anonymous": True}), by=OPERATOR
    )  # type: ignore[arg-type]
    question = Consult(skill="tax", way="warm_transfer", summary="个税补缴")
    house.hotline.handle(question, on=made.stream, by=OPERATOR)
    yield house
    house.close()


def happened(house: House, topic: str) -> list[datetime]:
    return [r.recorded_at for r in house.hotline.facts_after(0, 1_000) if topic == r.fact.TOPIC]


def test_what_waits_happens_at_its_own_moment(settled: House, clock: Clock) -> None:
    """Given a question nobody picks up, when the clock is moved by a day at once, then the offer, the steps of the ladder and the
    promised call end at their own moments, each once."""
    assert move(settled, clock, MORNING + timedelta(days=1)) > 3
    assert clock() == MORNING + timedelta(days=1)
    assert happened(settled, "consultation.offered") == [MORNING]
    assert happened(settled, "seat.offer_ended") == [MORNING + timedelta(seconds=20)]
    climbed = MORNING + timedelta(seconds=60)
    assert happened(settled, "consultation.ladder_climbed") == [climbed]
    assert happened(settled, "consultation.call_back_booked") == [climbed + timedelta(seconds=60)]
    assert happened(settled, "consultation.turned_into_ticket") == [climbed + timedelta(seconds=60, hours=2)]
    assert settle(settled) == 0


def test_it_stops_where_something_happens_when_asked_to(settled: House, clock: Clock) -> None:
    """Given a question, when the clock is moved until something happens, then it stands at that moment, so that somebody may
    answer to it; without anything on the way it goes the whole way."""
    assert move(settled, clock, MORNING + timedelta(hours=1), stop=True) == 1  # the offer
    assert clock() == MORNING
    assert move(settled, clock, MORNING + timedelta(seconds=19), stop=True) == 0
    assert clock() == MORNING + timedelta(seconds=19)
    assert move(settled, clock, MORNING + timedelta(hours=1), stop=True) > 0
    assert clock() == MORNING + timedelta(seconds=20)
