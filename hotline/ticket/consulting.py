"""Asking an expert about a ticket, and taking the question back when the ticket has ended."""

from __future__ import annotations

from typing import ClassVar

from hotline import clocks
from hotline.command import Code, Desk, Refused, To, Words
from hotline.consultation import facts as cf
from hotline.consultation.consultation import release, rungs, stopped, stream_of, waiting
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import expert_facts as e
from hotline.ticket import facts as f
from hotline.ticket.ticket import State, Ticket

OPEN = frozenset({State.RECEIVED, State.AWAITING_DISPATCH})
CLOCK = "expert"
"""The clock of requests that go to the seats by themselves."""


class Consult(c.TicketCommand):
    """Ask an expert what you cannot answer: the caller on the line (warm transfer, three-way), or in writing."""

    ACTION: ClassVar[str] = "consult-expert"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE
    STATES: ClassVar[frozenset[State]] = OPEN
    skill: Code
    way: cf.Way
    urgency: f.Urgency | None = None
    summary: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.with_expert is not None:
            raise Refused("with_expert_already")
        rule = desk.rules.experts
        if not rule.skills or all(rung.rank == "ticket" for rung in rule.ladder):
            raise Refused("no_experts")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        if self.skill not in desk.rules.experts.skills:
            raise Refused("unknown_skill", skill=self.skill, known="、".join(desk.rules.experts.skills))
        if rungs(desk.rules.experts, self.way)[0].rank == "ticket":
            raise Refused("no_experts")
        summary = desk.seal("consultation_asked.summary", self.summary)
        yield from asked(ticket, desk, self.skill, self.way, self.urgency or ticket.urgency, summary)


def asked(
    ticket: Ticket,
    desk: Desk,
    skill: str,
    way: cf.Way,
    urgency: f.Urgency,
    summary: str | None,
    *,
    by_itself: bool = False,
) -> c.Facts:
    """The facts of asking, on the ticket and on the consultation that begins with it."""
    consultation = stream_of(ticket.id, ticket.version)
    rung = rungs(desk.rules.experts, way)[0]
    yield e.ExpertConsulted(
        consultation=consultation,
        skill=skill,
        way=way,
        by_itself=by_itself,
        clocks=tuple(c.stop(desk, ticket, CLOCK)),
    )
    question = cf.ConsultationAsked(
        ticket=ticket.id,
        number=ticket.number,
        skill=skill,
        way=way,
        urgency=urgency,
        summary=summary,
        by_itself=by_itself,
        rank=rung.rank,
        clocks=(waiting(desk, rung, way),),
    )
    yield To("consultation", consultation, question)


def by_itself(ticket: Ticket, desk: Desk) -> c.Facts:
    """The wait is over in which somebody should have taken the request: it goes to the seats, in writing, since nobody is
    on the line."""
    row = desk.rules.experts.by_itself_row(ticket.type, ticket.urgency, ticket.category)
    reachable = rungs(desk.rules.experts, "written")[0].rank != "ticket"
    elsewhere = ticket.with_expert is not None or (ticket.handed is not None and not ticket.handed.follow_up)
    if row is None or not reachable or ticket.state not in OPEN or elsewhere:
        yield f.ClockRang(
            clock=CLOCK, level="red", due=ticket.clocks[CLOCK].due, clocks=tuple(c.stop(desk, ticket, CLOCK))
        )
        return
    yield from asked(ticket, desk, row.skill, "written", ticket.urgency, None, by_itself=True)


def until_by_itself(
    desk: Desk, type_: f.Type | None, urgency: f.Urgency, category: f.Category
) -> tuple[clocks.Reading, ...]:
    """The clock of a request that goes to the seats by itself; none for any other."""
    row = desk.rules.experts.by_itself_row(type_, urgency, category)
    return () if row is None else (clocks.timer(CLOCK, row.wait, desk.at, desk.calendar),)


def leave_expert(ticket: Ticket, desk: Desk) -> c.Facts:
    """A ticket that ends, or is given to units, leaves no question behind at a seat."""
    if ticket.with_expert is None:
        return
    consultation = desk.other("consultation", ticket.with_expert)
    yield e.ConsultationEnded(consultation=consultation.id, outcome="cancelled")
    cancelled = cf.ConsultationCancelled(ticket_over=True, clocks=stopped(consultation, desk))
    yield To("consultation", consultation.id, cancelled)
    yield from release(consultation, desk)
