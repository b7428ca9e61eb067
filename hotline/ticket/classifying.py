"""Deciding what a request is: type, category, urgency."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from hotline import clocks
from hotline.command import Code, Desk, Refused
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.consulting import CLOCK, OPEN, until_by_itself
from hotline.ticket.dispatching import refuse_accused
from hotline.ticket.receiving import statutory
from hotline.ticket.ticket import State, Ticket


class Classify(c.TicketCommand):
    """Say what it is.  Before dispatch it makes the ticket ready for it; later it corrects, and the clocks keep
    their start: a new type brings another limit over the same time, never a fresh one."""

    ACTION: ClassVar[str] = "classify"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE
    STATES: ClassVar[frozenset[State]] = frozenset(
        {State.RECEIVED, State.AWAITING_DISPATCH, State.IN_PROGRESS, State.NEEDS_SUPPLEMENT}
    )
    type: f.Type
    category: tuple[Code, ...] = Field(min_length=1, max_length=3)
    urgency: f.Urgency = "normal"
    accused_unit: Code | None = None

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        if not desk.rules.valid_category(self.category):
            raise Refused("unknown_category", category="/".join(self.category))
        if self.accused_unit is not None and self.accused_unit not in desk.rules.units:
            raise Refused("unknown_unit", unit=self.accused_unit)
        accused = self.accused_unit or ticket.accused_unit
        corrected = replace(ticket, type=self.type, accused_unit=accused)
        for part in ticket.parts():
            refuse_accused(corrected, desk, part.unit)
        after = (self.type, self.category, self.urgency, accused)
        ready = ticket.state is State.RECEIVED
        if not ready and after == (ticket.type, ticket.category, ticket.urgency, ticket.accused_unit):
            return
        yield f.TicketClassified(
            type=self.type,
            category=self.category,
            urgency=self.urgency,
            accused_unit=accused,
            retention=desk.rules.retention(self.type).code,
            clocks=(
                *relimited(ticket, desk, self.type, self.urgency, self.category),
                *statutory(desk, self.type, self.category, since=ticket),
                *self._for_experts(ticket, desk),
            ),
        )

    def _for_experts(self, ticket: Ticket, desk: Desk) -> tuple[clocks.Reading, ...]:
        """A request that has become one for the seats goes there by itself, unless it has been there or is given to units;
        one that is none any more does not."""
        begun = until_by_itself(desk, self.type, self.urgency, self.category)
        if not begun:
            return tuple(c.stop(desk, ticket, CLOCK))
        new = ticket.state in OPEN and ticket.with_expert is None and ticket.clock(CLOCK) is None
        return begun if new else ()


def relimited(
    ticket: Ticket, desk: Desk, type_: f.Type, urgency: f.Urgency, category: f.Category
) -> list[clocks.Reading]:
    """The running limits by a new classification; days that were granted stay granted."""
    new = replace(ticket, type=type_, urgency=urgency, category=category)
    parts = ticket.assignments.values()
    granted = {f"unit:{a.id}": a.extended_days for a in parts} | {
        "citizen": sum(a.extended_days for a in parts if a.answers),
        "dispatch": 0,
    }
    limits = {
        name: clocks.longer(limit, days)
        for name, days in granted.items()
        if (limit := c.limit_of(desk.rules, new, name)) is not None
    }
    return [
        clocks.relimit(r, limit, desk.at, desk.calendar, desk.plan(r.clock))
        for r in ticket.clocks.values()
        if not r.stopped and (limit := limits.get(r.clock)) is not None and limit != r.limit
    ]
