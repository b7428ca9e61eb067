"""Asking the caller: contacted? resolved? satisfied?  And what follows an unhappy answer."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from hotline.command import Desk, Happened, Refused, Words
from hotline.counting import after
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.closing import attempts_due, close, must_wait_for_source
from hotline.ticket.dispatching import problem
from hotline.ticket.speaking import refuse_too_much
from hotline.ticket.ticket import State, Ticket


class _Answers(c.TicketCommand):
    contacted: bool | None = None
    resolution: f.Resolution | None = None
    satisfaction: f.Satisfaction | None = None
    cause: f.Dissatisfaction | None = None
    comment: Words | None = None

    @model_validator(mode="after")
    def _cause_of_what(self) -> Self:
        if self.cause is not None and self.satisfaction != "dissatisfied":
            raise ValueError("只有不满意时才填写原因 / give a cause only with a dissatisfied answer")
        return self

    def answered(self, desk: Desk, way: Literal["voice", "text", "online"]) -> f.CallerAnswered:
        return f.CallerAnswered(
            way=way,
            contacted=self.contacted,
            resolution=self.resolution,
            satisfaction=self.satisfaction,
            cause=self.cause,
            comment=desk.seal_if("caller_answered.comment", self.comment),
        )


class CallBack(_Answers, Happened):
    """What the caller answered when asked, or that nobody was reached (two attempts, then unreachable)."""

    ACTION: ClassVar[str] = "call-back"
    ROLES: ClassVar[frozenset[Role]] = c.REVIEWING | {Role.OPERATOR}
    STATES: ClassVar[frozenset[State]] = frozenset({State.CALLBACK_DUE})
    way: Literal["voice", "text"] = "voice"
    reached: bool

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.call_back is None:
            raise Refused("no_contact_wanted")
        if ticket.answered:
            raise Refused("answered_already")

    @model_validator(mode="after")
    def _an_answer_has_content(self) -> Self:
        if not self.reached and (self.resolution or self.satisfaction or self.contacted is not None):
            raise ValueError("未接通时不要填写回访结果 / an unreached caller gave no answers")
        if self.reached and self.resolution is None and self.satisfaction is None:
            raise ValueError("请填写是否解决或是否满意 / say whether it was resolved or how satisfied the caller is")
        return self

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        if ticket.contact_preference == "text" and self.way != "text":
            raise Refused("other_contact_wanted", way="text")
        if self.happened_at is not None and not ticket.received_at <= self.happened_at <= desk.at:
            raise Refused("time_out_of_range", field="happened_at")
        if self.reached:
            yield from heard(ticket, desk, self.answered(desk, self.way))
        else:
            yield from self._missed(ticket, desk)

    def _missed(self, ticket: Ticket, desk: Desk) -> c.Facts:
        attempt = ticket.call_attempts + 1
        yield f.CallerNotReached(way=self.way, attempt=attempt)
        if attempt >= attempts_due(ticket, desk) and not must_wait_for_source(ticket):
            yield from close(ticket, desk, "handled", reached=False)


class Rate(_Answers):
    """The caller's own verdict.  It counts as the call-back's answer; given again, the last one counts."""

    ACTION: ClassVar[str] = "rate"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.CITIZEN})
    STATES: ClassVar[frozenset[State]] = frozenset({State.CALLBACK_DUE, State.CLOSED})

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.resolution is None and self.satisfaction is None:
            raise ValueError("请选择是否解决或满意程度 / choose whether it was resolved or how satisfied you are")
        return self

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.text_withheld:
            raise Refused("nothing_to_rate")
        limit = desk.rules.small_limit("rating")
        if limit and ticket.closed_at and desk.at > after(ticket.closed_at, limit, desk.calendar):
            raise Refused("rating_window_over")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        refuse_too_much(ticket, desk)
        if ticket.state is State.CLOSED:
            yield self.answered(desk, "online")
        else:
            yield from heard(ticket, desk, self.answered(desk, "online"))


def heard(ticket: Ticket, desk: Desk, answer: f.CallerAnswered) -> c.Facts:
    """An answer came: a happy one closes; an unhappy one waits for triage."""
    if answer.unhappy:
        triage = () if ticket.running("triage") else ("triage",)
        yield answer.model_copy(
            update={"clocks": (*c.stop(desk, ticket, "call_back"), *c.start(desk, ticket, *triage))}
        )
        return
    stopped = tuple(c.stop(desk, ticket, "call_back", "triage"))
    if must_wait_for_source(ticket):
        # Somebody still has to decide: a clock reminds of it even where the order brought no due time.
        yield answer.model_copy(update={"clocks": (*stopped, *c.start(desk, ticket, "triage"))})
    else:
        yield answer.model_copy(update={"clocks": stopped})
        yield from close(ticket, desk, "handled", reached=True)


class Rework(c.TicketCommand):
    """Back to the lead under the rework limit; the third time makes it a problem ticket."""

    ACTION: ClassVar[str] = "rework"
    ROLES: ClassVar[frozenset[Role]] = c.REVIEWING
    STATES: ClassVar[frozenset[State]] = frozenset({State.CALLBACK_DUE})
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if not ticket.unhappy:
            raise Refused("not_in_triage")
        if ticket.lead is None:
            raise Refused("no_lead")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        lead = ticket.lead
        if lead is None:
            raise Refused("no_lead")
        round_ = ticket.reworks + 1
        yield f.ReworkOrdered(
            round=round_,
            assignment=lead.id,
            reason=desk.seal("rework_ordered.reason", self.reason),
            clocks=(*c.stop(desk, ticket, "triage", "call_back"), *c.start(desk, ticket, "rework", "rework_contact")),
        )
        if round_ >= desk.rules.problem.reworks and not ticket.problem:
            yield from problem(ticket, "reworks")
