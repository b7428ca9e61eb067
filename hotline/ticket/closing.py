"""The end of a ticket, what may follow it, and putting it away."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from hotline.command import Desk, Refused, To, Words
from hotline.facts import Role
from hotline.handoff.facts import HandOffResulted
from hotline.handoff.handoff import stream_of
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.consulting import leave_expert
from hotline.ticket.ticket import State, Ticket


def close(ticket: Ticket, desk: Desk, outcome: f.Outcome, *, reached: bool) -> c.Facts:
    """The facts of closing.  An instruction or inspection order closes only when its source has accepted."""
    refuse_unaccepted(ticket)
    yield from leave_expert(ticket, desk)
    yield f.TicketClosed(
        outcome=outcome,
        reached=reached,
        clocks=(*c.stop_all(desk, ticket), *c.start(desk, ticket, "archive", "reopen")),
    )
    yield from tell_origin(ticket, desk, "done")


def tell_origin(ticket: Ticket, desk: Desk, outcome: Literal["done", "unfounded"]) -> c.Facts:
    """The platform the matter came from learns how it ended here."""
    if ticket.came_by is None or ticket.handed is not None:
        return
    handoff = desk.other("handoff", stream_of(*ticket.came_by))
    if handoff is not None and handoff.stage == "accepted" and handoff.outcome is None:
        yield To("handoff", handoff.stream, HandOffResulted(words=None, outcome=outcome))


def refuse_unaccepted(ticket: Ticket) -> None:
    if must_wait_for_source(ticket):
        raise Refused("source_has_not_accepted", source=ticket.source.kind)


def must_wait_for_source(ticket: Ticket) -> bool:
    return ticket.source.kind != "citizen" and not ticket.source_accepted


class Close(c.TicketCommand):
    """Close after the caller was asked, could not be reached, need not be asked, or stays unhappy after triage."""

    ACTION: ClassVar[str] = "close"
    ROLES: ClassVar[frozenset[Role]] = c.REVIEWING
    STATES: ClassVar[frozenset[State]] = frozenset({State.CALLBACK_DUE})

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if not asked_enough(ticket, desk):
            raise Refused("caller_not_asked", attempts=attempts_due(ticket, desk))
        refuse_unaccepted(ticket)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield from close(ticket, desk, "unresolved" if ticket.unhappy else "handled", reached=_reached(ticket))


def attempts_due(ticket: Ticket, desk: Desk) -> int:
    """How often it is tried to ask the caller of such a ticket."""
    return desk.rules.call_back(ticket.type or "other", ticket.urgency).attempts


def asked_enough(ticket: Ticket, desk: Desk) -> bool:
    """The caller has answered, need not be asked, or was not reached as often as it is tried."""
    return ticket.call_back is None or ticket.answered or ticket.call_attempts >= attempts_due(ticket, desk)


def _reached(ticket: Ticket) -> bool:
    return ticket.call_back is None or ticket.answered


class AcceptAsSource(c.TicketCommand):
    """Record that the source of an instruction or inspection order accepts the result.

    Where nothing else is waited for, that closes the ticket: no clock runs that would remind anybody of it.
    """

    ACTION: ClassVar[str] = "accept-as-source"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SUPERVISOR, Role.LEADER})
    STATES: ClassVar[frozenset[State]] = frozenset(
        {State.REPLIED, State.CALLBACK_DUE, State.RECEIVED, State.AWAITING_DISPATCH}
    )
    words: Words | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.source.kind == "citizen":
            raise Refused("no_source")
        if ticket.source_accepted:
            raise Refused("accepted_already")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.SourceAccepted(
            words=desk.seal_if("source_accepted.words", self.words), clocks=tuple(c.stop(desk, ticket, "instruction"))
        )
        if ticket.state is State.CALLBACK_DUE and not ticket.unhappy and asked_enough(ticket, desk):
            yield from close(replace(ticket, source_accepted=True), desk, "handled", reached=_reached(ticket))


class Reopen(c.TicketCommand):
    """Open again: inside the window for any reason, after it only on a new fact."""

    ACTION: ClassVar[str] = "reopen"
    ROLES: ClassVar[frozenset[Role]] = c.REVIEWING | c.CENTRE
    STATES: ClassVar[frozenset[State]] = frozenset({State.CLOSED})
    reason: Words
    new_fact: bool = False

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.text_withheld:
            raise Refused("nothing_to_reopen")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        window = ticket.clock("reopen")
        if not self.new_fact and (window is None or desk.at > window.due):
            raise Refused("reopen_window_over")
        handled = ticket.clock("citizen") is not None
        clocks_ = [*c.stop(desk, ticket, "archive", "reopen"), *c.start(desk, ticket, "dispatch")]
        yield f.TicketReopened(
            reason=desk.seal("reopened.reason", self.reason),
            new_fact=self.new_fact,
            to="awaiting_dispatch" if handled else "received",
            clocks=tuple(clocks_),
        )
