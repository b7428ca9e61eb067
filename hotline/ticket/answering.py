"""Settling a request on the line: answered, referred, explained, or void."""

from __future__ import annotations

from typing import ClassVar, Literal

from hotline.caller import conduct
from hotline.command import Code, Desk, Refused, To, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.closing import close, refuse_unaccepted, tell_origin
from hotline.ticket.consulting import leave_expert
from hotline.ticket.ticket import State, Ticket

_OPEN = frozenset({State.RECEIVED, State.AWAITING_DISPATCH})


class Answer(c.TicketCommand):
    """Answer at once from the knowledge base."""

    ACTION: ClassVar[str] = "answer"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE
    STATES: ClassVar[frozenset[State]] = _OPEN
    answer: Words
    knowledge: Code | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        refuse_unaccepted(ticket)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.TicketAnswered(answer=desk.seal("answered.answer", self.answer), knowledge=self.knowledge)
        yield from close(ticket, desk, "answered", reached=True)


class Refer(c.TicketCommand):
    """Point to the statutory route: litigation, arbitration, discipline inspection, reconsideration … (国办函〔2025〕66号)."""

    ACTION: ClassVar[str] = "refer"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE
    STATES: ClassVar[frozenset[State]] = _OPEN
    route: Code
    words: Words | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        refuse_unaccepted(ticket)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        if self.route not in desk.rules.routes:
            raise Refused("unknown_route", route=self.route)
        if self.route == "state_secret" and not ticket.text_withheld:
            raise Refused("secret_already_written")
        yield f.TicketReferred(route=self.route, words=desk.seal_if("referred.words", self.words))
        yield from close(ticket, desk, "referred", reached=True)


class Explain(c.TicketCommand):
    """Explain why it cannot be met; or, when an unhappy caller was heard, why the result stands."""

    ACTION: ClassVar[str] = "explain"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE | c.REVIEWING
    STATES: ClassVar[frozenset[State]] = _OPEN | {State.CALLBACK_DUE}
    ground: Literal["unlawful", "secret", "private", "result_stands"]
    words: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        triage = ticket.state is State.CALLBACK_DUE
        if triage and not ticket.unhappy:
            raise Refused("not_in_triage")
        if triage and desk.by.role not in c.REVIEWING:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        if not triage and desk.by.role is Role.REVIEWER:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        refuse_unaccepted(ticket)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        if (ticket.state is State.CALLBACK_DUE) != (self.ground == "result_stands"):
            raise Refused("wrong_ground", ground=self.ground)
        yield f.TicketExplained(ground=self.ground, words=desk.seal("explained.words", self.words))
        yield from close(ticket, desk, "explained", reached=True)


class Void(c.TicketCommand):
    """A nuisance or void call: logged, closed, and the caller moved up the ladder.  Never an emergency."""

    ACTION: ClassVar[str] = "void"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE
    STATES: ClassVar[frozenset[State]] = frozenset({State.RECEIVED})
    kind: Literal["nuisance", "silent", "misdial", "malicious"]

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.urgency == "emergency":
            raise Refused("emergency_is_never_void")
        refuse_unaccepted(ticket)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        steps: tuple[To, ...] = ()
        if self.kind in ("nuisance", "malicious") and ticket.person_id is not None:
            who = conduct.Who(desk.vault.line_of(ticket.person_id), (ticket.person_id,))
            steps = tuple(
                To("caller", who.stream, fact)
                for fact in conduct.climb(
                    conduct.known_of(who, desk.other),
                    desk.rules.nuisance,
                    person_id=ticket.person_id,
                    ticket=ticket.id,
                    at=desk.at,
                    malicious=self.kind == "malicious",
                )
            )
        told = self.kind == "malicious" or any(isinstance(s.fact, conduct.PoliceTold) for s in steps)
        yield from leave_expert(ticket, desk)
        yield f.TicketVoided(kind=self.kind, told_police=told, clocks=tuple(c.stop_all(desk, ticket)))
        yield from tell_origin(ticket, desk, "unfounded")
        yield from steps
