"""What our own people do with a hand-off: acknowledge, accept, dispute, recall, and tell the other side how far we are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from hotline.command import Command, Desk, Line, Refused, To, Words
from hotline.facts import Fact, Role
from hotline.handoff import facts as f
from hotline.handoff import ticket_side
from hotline.handoff.alarms import accepted, answered_by, stopped, undecided_by
from hotline.handoff.handoff import HandOff
from hotline.handoff.labels import DISPUTED, PROGRESS, RECALLED, RESULT
from hotline.handoff.messages import Outcome, Way
from hotline.ticket.handing_over import HandOver, refuse_second

Facts = Iterator[Fact | To]
DESK = frozenset({Role.POLICE_DESK, Role.SUPERVISOR})


class HandOffCommand(Command):
    """A command on a hand-off that exists."""

    KIND: ClassVar[str] = "handoff"
    ROLES: ClassVar[frozenset[Role]] = DESK

    @classmethod
    def guard(cls, state: HandOff | None, desk: Desk) -> None:
        if state is None:
            raise Refused("no_such_handoff")
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        cls.check(state, desk)

    @classmethod
    def check(cls, handoff: HandOff, desk: Desk) -> None:
        """What else must hold whatever the details.  Raises Refused."""


class Acknowledge(HandOffCommand):
    """An offer to us: we have it before us.  An offer of ours: somebody over there answered the telephone."""

    ACTION: ClassVar[str] = "acknowledge"
    ROLES: ClassVar[frozenset[Role]] = DESK | {Role.OPERATOR, Role.DISPATCHER}

    @classmethod
    def check(cls, handoff: HandOff, desk: Desk) -> None:
        if handoff.acknowledged or not handoff.open:
            raise Refused("acknowledged_already")

    def decide(self, state: HandOff, desk: Desk) -> Facts:
        waits = () if state.ours else (answered_by(desk, state.offer),)
        yield f.HandOffAcknowledged(clocks=(*stopped(state, desk), *waits))
        if state.offer.keep:
            yield from ticket_side.ended(state, desk, "told")


class Accept(HandOffCommand):
    """Take the matter that was offered to us; it is a ticket of ours at once."""

    ACTION: ClassVar[str] = "accept"

    @classmethod
    def check(cls, handoff: HandOff, desk: Desk) -> None:
        if handoff.ours:
            raise Refused("not_ours_to_accept", platform=handoff.other)
        if handoff.stage == "recalled":
            raise Refused("accept_of_recalled")
        if not handoff.open:
            raise Refused("handoff_accepted_already")
        if handoff.forgotten:
            raise Refused("handoff_forgotten", platform=handoff.other)

    def decide(self, state: HandOff, desk: Desk) -> Facts:
        yield from accepted(state, desk)


class Dispute(HandOffCommand):
    """Say why it is not ours; or, when the other side has said so of an offer of ours, why it is theirs."""

    ACTION: ClassVar[str] = "dispute"
    reason: Words

    @classmethod
    def check(cls, handoff: HandOff, desk: Desk) -> None:
        if handoff.stage == "recalled":
            raise Refused("accept_of_recalled")
        if not handoff.open:
            raise Refused("dispute_after_acceptance")
        if handoff.ours and handoff.stage != "disputed":
            raise Refused("nothing_disputed")

    def decide(self, state: HandOff, desk: Desk) -> Facts:
        first = state.stage == "offered"
        clocks = (*stopped(state, desk), undecided_by(desk)) if first else ()
        yield f.HandOffDisputed(reason=ticket_side.seal(desk, state, DISPUTED, self.reason), clocks=clocks)


class Recall(HandOffCommand):
    """Take our offer back, as long as the other side's acceptance is not in our log."""

    ACTION: ClassVar[str] = "recall"
    ROLES: ClassVar[frozenset[Role]] = DESK | {Role.OPERATOR, Role.DISPATCHER}
    reason: Words

    @classmethod
    def check(cls, handoff: HandOff, desk: Desk) -> None:
        if not handoff.ours:
            raise Refused("not_ours_to_recall", platform=handoff.other)
        if handoff.stage == "accepted":
            raise Refused("recall_of_accepted")
        if not handoff.open:
            raise Refused("recalled_already")

    def decide(self, state: HandOff, desk: Desk) -> Facts:
        reason = ticket_side.seal(desk, state, RECALLED, self.reason)
        yield f.HandOffRecalled(reason=reason, clocks=stopped(state, desk))
        yield from ticket_side.ended(state, desk, "recalled")


class Feedback(HandOffCommand):
    """Tell the platform the matter came from how far we are, or how it ended.  It is sent once our acceptance is confirmed."""

    ACTION: ClassVar[str] = "feedback"
    ROLES: ClassVar[frozenset[Role]] = DESK | {Role.DISPATCHER}
    kind: Literal["progress", "result"]
    words: Words
    outcome: Outcome | None = None

    @model_validator(mode="after")
    def _a_result_has_an_outcome(self) -> Self:
        if (self.kind == "result") != (self.outcome is not None):
            raise ValueError("结果须填 outcome，进展不填 / a result needs its outcome, progress has none")
        return self

    @classmethod
    def check(cls, handoff: HandOff, desk: Desk) -> None:
        if handoff.ours:
            raise Refused("not_ours_to_report", platform=handoff.other)
        if handoff.stage != "accepted":
            raise Refused("feedback_before_acceptance")
        if handoff.outcome is not None:
            raise Refused("feedback_after_result")

    def decide(self, state: HandOff, desk: Desk) -> Facts:
        if self.outcome is not None:
            words = ticket_side.seal(desk, state, RESULT, self.words)
            yield f.HandOffResulted(words=words, outcome=self.outcome)
        else:
            yield f.HandOffProgressed(words=ticket_side.seal(desk, state, PROGRESS, self.words))


class Return(HandOffCommand):
    """Offer a matter that we took back to the platform it came from: a hand-off of its own, made of our ticket of it."""

    ACTION: ClassVar[str] = "return"
    summary: Words
    reason: Words
    way: Way = "push"
    place: Line | None = None
    danger: bool = False

    @classmethod
    def check(cls, handoff: HandOff, desk: Desk) -> None:
        if handoff.ours or handoff.stage != "accepted":
            raise Refused("nothing_to_return", platform=handoff.other)
        ticket = desk.other("ticket", handoff.ticket)
        HandOver.guard(ticket, replace(desk, id=handoff.ticket))
        refuse_second(ticket)

    def decide(self, state: HandOff, desk: Desk) -> Facts:
        offer = HandOver(to=state.other, **self.model_dump())
        for fact in offer.decide(desk.other("ticket", state.ticket), replace(desk, id=state.ticket)):
            yield fact if isinstance(fact, To) else To("ticket", state.ticket, fact)


ACTIONS = {command.ACTION: command for command in (Acknowledge, Accept, Dispute, Recall, Feedback, Return)}
"""What our people may do with a hand-off, by name."""


def allowed(handoff: HandOff, desk: Desk) -> tuple[str, ...]:
    """The actions whose own guards this actor passes now."""
    return tuple(name for name, command in ACTIONS.items() if _passes(command, handoff, desk))


def _passes(command: type[HandOffCommand], handoff: HandOff, desk: Desk) -> bool:
    try:
        command.guard(handoff, desk)
    except Refused:
        return False
    return True
