"""The rule of seats, judged from the log alone: a question has one holder, a seat one question, and both streams say so.

The log is looked at write by write: what one command decided is one write, and between two writes everybody may look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from hotline.consultation.consultation import Consultation
from hotline.facts import Recorded
from hotline.seat.presence import BUSY
from hotline.seat.seat import Seat, stream_of
from hotline.streams import EVOLVE
from hotline.ticket.ticket import Ticket


@dataclass
class World:
    """Every stream as it is after a write."""

    states: dict[UUID, Any] = field(default_factory=dict)
    at_seat: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    """By account, the questions that say they lie at this seat."""

    def take(self, recorded: Recorded) -> Any:
        """The state of the fact's stream after it."""
        stream, kind = recorded.originator_id, recorded.fact.TOPIC.partition(".")[0]
        if kind not in ("seat", "consultation", "ticket", "knowledge"):
            return None
        before = self.states.get(stream)
        after = self.states[stream] = EVOLVE[kind](before, recorded)
        for state, put in ((before, set.discard), (after, set.add)):
            if isinstance(state, Consultation) and state.phase in BUSY and state.seat is not None:
                put(self.at_seat[state.seat], stream)
        return after


def writes(log: list[Recorded]) -> Iterator[list[Recorded]]:
    """The facts that one command decided, for each command."""
    for _, facts in groupby(log, key=lambda r: (r.cause.correlation_id, r.recorded_at, r.by)):
        yield list(facts)


def judge(log: list[Recorded]) -> Iterator[str]:
    """After each write seat, question and ticket say the same of each other, and somebody or some moment has each question."""
    world = World()
    for write in writes(log):
        touched, lay = [], set()
        for recorded in write:
            before, after = world.states.get(recorded.originator_id), world.take(recorded)
            touched.append(after)
            lay |= {one.seat for one in (before, after) if isinstance(one, Consultation) and one.phase in BUSY}
        at = f"after position {write[-1].position}"
        for seat in lay - {one.seat for one in touched if isinstance(one, Seat)}:
            yield f"{at}: what lies at seat {seat} has changed, and its own stream does not say so"
        seats = {one.seat for one in touched if isinstance(one, Consultation | Seat) and one.seat is not None}
        yield from (f"{at}: {told}" for seat in sorted(seats) for told in _seat(world, seat))
        for question in {one.id for one in touched if isinstance(one, Consultation)}:
            yield from (f"{at}: {told}" for told in _question(world, world.states[question]))
        for ticket in {one.id for one in touched if isinstance(one, Ticket)}:
            asked = world.states[ticket].with_expert
            if asked is not None and world.states[asked].over:
                yield f"{at}: ticket {ticket} waits for a question that is over"


def _seat(world: World, name: str) -> Iterator[str]:
    seat: Seat = world.states[stream_of(name)]
    by_seat = {seat.consultation} if seat.presence in BUSY else set()
    by_questions = world.at_seat[name]
    if len(by_questions) > 1:
        yield f"{len(by_questions)} questions lie at one seat"
    if by_seat != by_questions:
        yield f"seat {name} is {seat.presence} with {by_seat or 'nothing'}, and {by_questions or 'nothing'} lies there"


def _question(world: World, question: Consultation) -> Iterator[str]:
    ticket: Ticket = world.states[question.ticket]
    if question.over == (ticket.with_expert == question.id):
        yield f"question {question.id} is {question.phase}, its ticket says otherwise"
    if question.phase in BUSY:
        seat: Seat = world.states[stream_of(question.seat or "")]
        if (seat.presence, seat.consultation) != (question.phase, question.id):
            yield f"question {question.id} is {question.phase} at a seat that is {seat.presence}"
    waits_for = {"waiting": "wait", "offered": "offer"}.get(question.phase)
    if waits_for is not None and not question.clocks[waits_for].alarms:
        yield f"question {question.id} is {question.phase}, and nothing would ever remind anybody"
