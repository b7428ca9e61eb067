"""Up the ladder: what follows when a step has failed, and the moments that make it fail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Literal

from hotline import clocks
from hotline.command import Command, Desk, Refused, To
from hotline.consultation import facts as f
from hotline.consultation.consultation import Consultation, next_rung, stopped, waiting
from hotline.facts import Fact, Role
from hotline.rules.experts import ON_SHIFT
from hotline.seat import facts as s
from hotline.seat.seat import stream_of as seat_stream
from hotline.ticket import expert_facts as t
from hotline.ticket.classifying import Classify
from hotline.ticket.ticket import State, Ticket

Facts = Iterator[Fact | To]


class ConsultationCommand(Command):
    """A command on one consultation."""

    KIND: ClassVar[str] = "consultation"

    @classmethod
    def guard(cls, state: Consultation | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        if state is None:
            raise Refused("no_such_consultation")
        if state.over and desk.by.role is not Role.SYSTEM:
            raise Refused("consultation_over")
        cls.check(state, desk)

    @classmethod
    def check(cls, c: Consultation, desk: Desk) -> None:
        """What else must hold.  Raises Refused."""


def unavailable(c: Consultation, reason: f.Unavailable, *, readings: tuple[clocks.Reading, ...] = ()) -> Fact:
    seat = c.seat if c.phase == "offered" else None
    return f.ExpertUnavailable(rank=c.rank, skill=c.skill, reason=reason, seat=seat, clocks=readings)


def offer_ended(c: Consultation, desk: Desk, reason: Literal["declined", "timed_out"]) -> Facts:
    """The one who was asked did not take it: the step goes on, or has failed if its wait is over."""
    assert c.seat is not None
    wait = c.clocks["wait"]
    late = wait.due <= desk.at
    going_on = () if late else (clocks.resume(wait, desk.at, desk.calendar, clocks.AlarmPlan()),)
    yield unavailable(c, reason, readings=(clocks.stop(c.clocks["offer"], desk.at), *going_on))
    yield To("seat", seat_stream(c.seat), s.OfferEnded(consultation=c.id, reason=reason))
    if late:
        yield from step_failed(replace(c, phase="waiting", seat=None, failed=c.failed | {reason}), desk)


def step_failed(c: Consultation, desk: Desk) -> Facts:
    """The wait of a step is over: that is noted if nothing was, and the next step begins."""
    if c.rank == "call_back":
        yield unavailable(c, "missed")
    elif not c.failed:
        yield unavailable(c, "not_offered")
    yield from climb(c, desk)


def climb(c: Consultation, desk: Desk) -> Facts:
    """Begin the next step."""
    rung = next_rung(desk.rules.experts, c)
    if rung.rank == "ticket":
        yield f.ConsultationTurned(clocks=stopped(c, desk))
        yield To("ticket", c.ticket, t.ConsultationEnded(consultation=c.id, outcome="ticket"))
        yield from (To("ticket", c.ticket, fact) for fact in _ordinary(c, desk))
        return
    wait = waiting(desk, rung, c.way)
    if rung.rank == "call_back":
        yield f.CallBackBooked(seat=None, after=desk.at, until=wait.due, clocks=(wait,))
    else:
        yield f.LadderClimbed(rank=rung.rank, clocks=(wait,))


def _ordinary(c: Consultation, desk: Desk) -> Iterator[Fact]:
    """A request nobody has classified becomes an enquiry in the skill's first category, and waits for its dispatch."""
    ticket: Ticket = desk.other("ticket", c.ticket)
    skill = desk.rules.experts.skills.get(c.skill)
    category = ticket.category if desk.rules.valid_category(ticket.category) else ()
    if not category and skill is not None:
        category = desk.rules.category_path(skill.categories[0])
    if ticket.state is not State.RECEIVED or not category:
        return
    kind = Classify(type=ticket.type or "consult", category=category, urgency=ticket.urgency)
    yield from (fact for fact in kind.decide(ticket, desk) if isinstance(fact, Fact))


class RingConsultation(ConsultationCommand):
    """A moment has come: of an offer, or of a step.  Never early, never twice."""

    ACTION: ClassVar[str] = "ring-consultation"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
    clock: str
    level: str

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        reading = c.clocks.get(self.clock)
        if reading is None or not clocks.rings(reading, self.level, desk.at):
            return
        if self.clock == "offer" and c.phase == "offered":
            yield from offer_ended(c, desk, "timed_out")
        elif self.clock == "wait" and c.phase == "waiting":
            yield from step_failed(c, desk)


def ranks_for(c: Consultation) -> frozenset[str]:
    """The ranks of shift that are asked on the present step: duty experts first, all of them after that."""
    return frozenset({"duty"} if c.rank == "duty" else ON_SHIFT)
