"""Doing what was proposed in one step: a person confirms, or, where the profile lets it, a rule does."""

from __future__ import annotations

from typing import ClassVar

from hotline.command import Desk, Refused
from hotline.facts import Cause, Recorded, Role
from hotline.rules.dispatching import Destination
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket import reading_facts as r
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import dispatch
from hotline.ticket.evolving import evolve
from hotline.ticket.proposing import destination_now, urgency_of
from hotline.ticket.ticket import State, Ticket

WAITING = frozenset({State.RECEIVED, State.AWAITING_DISPATCH})


class ConfirmReading(c.TicketCommand):
    """Classify and dispatch as proposed, in one step. What a person has already said of it stays as he said it."""

    ACTION: ClassVar[str] = "confirm-reading"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE
    STATES: ClassVar[frozenset[State]] = WAITING

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        destination(ticket, desk)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield from carried_out(ticket, desk, by_rule=False)


class DispatchByRule(c.TicketCommand):
    """The profile's own confirmation of what is routine and surely read: never a report, never anything urgent, never what
    a person has begun to decide."""

    ACTION: ClassVar[str] = "dispatch-by-rule"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
    STATES: ClassVar[frozenset[State]] = frozenset({State.RECEIVED})

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if not routine(ticket, desk):
            raise Refused("not_by_rule")
        destination(ticket, desk)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield from carried_out(ticket, desk, by_rule=True)


def routine(ticket: Ticket, desk: Desk) -> bool:
    """Whether the profile dispatches such a ticket by itself."""
    read, rule = ticket.proposal, desk.rules.profile.reading
    if read is None or not rule.routine(read.category, ticket.channel):
        return False
    surely = read.categories[0].probability >= rule.confidence and read.type_probability >= rule.confidence
    quiet = "normal" == ticket.urgency == read.urgency and not read.alarmed and read.owner == "12345"
    plain = not (read.matters or read.could_not_read or ticket.accused_unit or ticket.about_team)
    untouched = ticket.type is None and not ticket.category and ticket.source.kind == "citizen"
    return surely and quiet and plain and untouched and read.type != "report"


def destination(ticket: Ticket, desk: Desk) -> Destination:
    """Where it goes as proposed.  Raises Refused: it has been given to units before, nothing was read, or nobody can be
    proposed."""
    if ticket.assignments:
        raise Refused("dispatched_before")
    read = ticket.proposal
    to = destination_now(ticket, desk.rules, desk.at.date())
    if read is None or to is None or not (ticket.category or read.category):
        raise Refused("nothing_read")
    if to.unit is None:
        raise Refused("no_unit_proposed", why=to.reason, rule=to.rule or "-")
    return to


def carried_out(ticket: Ticket, desk: Desk, *, by_rule: bool) -> c.Facts:
    """The facts of classifying and dispatching as proposed."""
    to, read = destination(ticket, desk), ticket.proposal
    assert to.unit is not None
    assert read is not None
    if ticket.state is State.RECEIVED:
        said = Classify(
            type=ticket.type or read.type,
            category=ticket.category or read.category,
            urgency=urgency_of(ticket, read),
            accused_unit=ticket.accused_unit,
        )
        for fact in said.decide(ticket, desk):
            yield fact
            if isinstance(fact, f.TicketFact):
                ticket = _after(ticket, fact, desk)
    yield from dispatch(ticket, desk, to.unit, to.co, None, replacing=())
    yield r.ReadingConfirmed(
        unit=to.unit, co=to.co, rule=to.rule, catalogue=to.catalogue, reason=to.reason, by_rule=by_rule
    )


def _after(ticket: Ticket, fact: f.TicketFact, desk: Desk) -> Ticket:
    """The ticket as dispatching must find it: in the same step the classification has no place in the log yet."""
    recorded = Recorded(
        originator_id=ticket.id,
        originator_version=ticket.version + 1,
        recorded_at=desk.at,
        happened_at=None,
        by=desk.by,
        cause=Cause(correlation_id="", policy=desk.rules.version),
        fact=fact,
    )
    after = evolve(ticket, recorded)
    assert after is not None
    return after
