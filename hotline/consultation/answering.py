"""What an expert does with a consultation he has, and how the one who asked takes it back."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

from hotline import clocks
from hotline.command import Desk, Moment, Refused, To, Words
from hotline.consultation import facts as f
from hotline.consultation.climbing import ConsultationCommand, Facts, step_failed
from hotline.consultation.consultation import Consultation, release, stopped, waiting
from hotline.counting import after
from hotline.facts import Role
from hotline.ticket import expert_facts as t
from hotline.ticket.ticket import Ticket


class Engaged(ConsultationCommand):
    """A command of the expert who has picked it up."""

    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.EXPERT})

    @classmethod
    def check(cls, c: Consultation, desk: Desk) -> None:
        if c.phase != "engaged" or c.seat != desk.by.id:
            raise Refused("not_with_you")


class AnswerConsultation(Engaged):
    """Answered, on the line or in writing.  The operator has the ticket again, with the answer."""

    ACTION: ClassVar[str] = "answer-consultation"
    how: Literal["live", "written"]
    answer: Words | None = None

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        if self.how == "written" and self.answer is None:
            raise Refused("answer_missing")
        yield f.ConsultationAnswered(
            seat=desk.by.id,
            how=self.how,
            answer=None if self.answer is None else _seal(c, desk, "consultation_answered.answer", self.answer),
            clocks=stopped(c, desk),
        )
        outcome: Literal["answered_live", "answered_written"] = (
            "answered_live" if self.how == "live" else "answered_written"
        )
        yield To("ticket", c.ticket, t.ConsultationEnded(consultation=c.id, outcome=outcome))
        yield from release(c, desk)


class GiveBack(Engaged):
    """Not for this expert after all: it waits for another one on the same step.  A supervisor may take it back for him."""

    ACTION: ClassVar[str] = "give-back"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.EXPERT, Role.SUPERVISOR})
    reason: Words

    @classmethod
    def check(cls, c: Consultation, desk: Desk) -> None:
        if c.phase != "engaged" or (desk.by.role is Role.EXPERT and c.seat != desk.by.id):
            raise Refused("not_with_you")

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        assert c.seat is not None
        rung = next((r for r in desk.rules.experts.ladder if r.rank == c.rank), None)
        yield f.ConsultationGivenBack(
            seat=c.seat,
            reason=_seal(c, desk, "consultation_given_back.reason", self.reason),
            clocks=() if rung is None else (waiting(desk, rung, c.way),),
        )
        yield To("ticket", c.ticket, t.ExpertLeft(consultation=c.id, seat=c.seat, why="given_back"))
        yield from release(c, desk)
        if rung is None:  # a step the profile no longer has: nobody would remind anybody
            yield from step_failed(c, desk)


class BookCallBack(Engaged):
    """The caller will be called at a time agreed on, by this expert if he is there."""

    ACTION: ClassVar[str] = "book-call-back"
    at: Moment

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        rule = desk.rules.experts
        within = next((r.wait for r in rule.ladder if r.rank == "call_back"), None)
        if within is None:
            raise Refused("no_call_backs")
        if not desk.at < self.at <= desk.at + timedelta(days=rule.call_back_days):
            raise Refused("call_back_time", days=rule.call_back_days)
        until = after(self.at, within, desk.calendar)
        missed = clocks.fixed("wait", until, desk.at, clocks.AlarmPlan(), desk.calendar)
        yield f.CallBackBooked(seat=desk.by.id, after=desk.calendar.local(self.at), until=until, clocks=(missed,))
        yield To("ticket", c.ticket, t.ExpertLeft(consultation=c.id, seat=desk.by.id, why="call_back"))
        yield from release(c, desk)


class Cancel(ConsultationCommand):
    """Whoever asked does not need it any more, or a supervisor decides so."""

    ACTION: ClassVar[str] = "cancel-consultation"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.OPERATOR, Role.SUPERVISOR})

    @classmethod
    def check(cls, c: Consultation, desk: Desk) -> None:
        if desk.by.role is Role.OPERATOR and not c.by_itself and c.asked_by != desk.by.id:
            raise Refused("not_your_consultation")

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        yield f.ConsultationCancelled(ticket_over=False, clocks=stopped(c, desk))
        yield To("ticket", c.ticket, t.ConsultationEnded(consultation=c.id, outcome="cancelled"))
        yield from release(c, desk)


def _seal(c: Consultation, desk: Desk, label: str, words: str) -> str:
    """Sealed with the ticket's key: whoever erases the ticket erases what was said about it here."""
    ticket: Ticket = desk.other("ticket", c.ticket)
    if ticket.erased or ticket.restricted:
        raise Refused("erased")
    return desk.vault.seal(c.ticket, label, words)
