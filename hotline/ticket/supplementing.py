"""Asking the caller for more, and what the caller adds."""

from __future__ import annotations

from typing import ClassVar

from hotline.command import Desk, Refused, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.speaking import refuse_too_much
from hotline.ticket.ticket import State, Ticket


class AskSupplement(c.TicketCommand):
    """Ask the caller for more; the ticket waits, and its own clocks with it."""

    ACTION: ClassVar[str] = "ask-supplement"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE | c.UNIT
    STATES: ClassVar[frozenset[State]] = frozenset({State.RECEIVED, State.IN_PROGRESS})
    question: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.contact_preference == "none":
            raise Refused("no_contact_wanted")
        if desk.by.role is Role.UNIT_CLERK and not any(
            a.unit == desk.by.unit for a in ticket.parts("signed", "dispatched")
        ):
            raise Refused("no_such_part", action=cls.ACTION)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        own = next((a.id for a in ticket.parts() if a.unit == desk.by.unit), None)
        yield f.SupplementAsked(
            question=desk.seal("supplement_asked.question", self.question),
            assignment=own,
            clocks=(*c.pause(desk, ticket), *c.start(desk, ticket, "supplement")),
        )


class GiveSupplement(c.TicketCommand):
    """What the caller adds: the answer to our question, or more, unasked, while the ticket is open."""

    ACTION: ClassVar[str] = "supplement"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | {Role.CITIZEN, Role.DISPATCHER}
    text: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.over:
            raise Refused("over", state=ticket.state.value)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        waited = ticket.state is State.NEEDS_SUPPLEMENT
        if not waited:  # an answer to our question is always welcome
            refuse_too_much(ticket, desk)
        yield f.SupplementGiven(
            text=desk.seal("supplement_given.text", self.text),
            clocks=(*c.stop(desk, ticket, "supplement"), *c.resume(desk, ticket)) if waited else (),
        )
