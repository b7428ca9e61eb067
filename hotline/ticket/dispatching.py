"""Giving a ticket to handling units: one lead, any co-handlers, and down the tiers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from hotline import clocks
from hotline.command import Code, Desk, Refused, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.consulting import CLOCK, leave_expert
from hotline.ticket.ticket import State, Ticket, below, unsettled_leads


class Dispatch(c.TicketCommand):
    """Give the ticket to a lead and its co-handlers.

    The citizen's clock starts with the first dispatch and no later one restarts it.  A ticket that was closed and
    opened again is worked on under the rework limit: its first due time and whether it was kept stay as they were.
    """

    ACTION: ClassVar[str] = "dispatch"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = frozenset({State.AWAITING_DISPATCH})
    lead: Code
    co: tuple[Code, ...] = Field(default=(), max_length=20)
    note: Words | None = None

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len({self.lead, *self.co}) != 1 + len(self.co):
            raise ValueError("同一单位不能重复 / name each unit once")
        return self

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield from dispatch(ticket, desk, self.lead, self.co, self.note, replacing=())


class Redispatch(c.TicketCommand):
    """Give the ticket to another lead while the present one still holds it; its co-handlers stay.

    A dispute is decided by adjudication, not past it; and what an adjudication has settled only a supervisor changes.
    """

    ACTION: ClassVar[str] = "redispatch"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = frozenset({State.IN_PROGRESS})
    lead: Code
    note: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.lead is None or (ticket.lead.settled and desk.by.role is not Role.SUPERVISOR):
            raise Refused("lead_is_settled")
        if ticket.lead.state == "disputed":
            raise Refused("dispute_first")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        if ticket.lead is None or ticket.lead.unit == self.lead:
            raise Refused("same_unit", unit=self.lead)
        yield from dispatch(ticket, desk, self.lead, (), self.note, replacing=below(ticket, ticket.lead.id))


class CoDispatch(c.TicketCommand):
    """Put further units beside the lead."""

    ACTION: ClassVar[str] = "co-dispatch"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = frozenset({State.IN_PROGRESS})
    units: tuple[Code, ...] = Field(min_length=1, max_length=20)
    note: Words | None = None

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        if len(set(self.units)) != len(self.units):
            raise Refused("same_unit", unit=self.units[0])
        parts = tuple(_assign(ticket, desk, u, "co", nth) for nth, u in enumerate(self.units))
        yield f.TicketCoDispatched(
            assignments=parts,
            note=desk.seal_if("co_dispatched.note", self.note),
            clocks=tuple(r for p in parts for r in c.part_clocks(desk, ticket, p)),
        )


class PassDown(c.PartCommand):
    """A unit gives its part to a unit below it and stays answerable itself."""

    ACTION: ClassVar[str] = "pass-down"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT
    STATES: ClassVar[frozenset[State]] = frozenset({State.IN_PROGRESS})
    PARTS: ClassVar = ("signed",)
    unit: Code
    note: Words | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        super().check(ticket, desk)
        own = {a.unit for a in cls.choices(ticket, desk.by)}
        if not any(unit.parent in own for unit in desk.rules.units.values()):
            raise Refused("nobody_below")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        if self.unit not in desk.rules.units:
            raise Refused("unknown_unit", unit=self.unit)
        if not desk.rules.is_below(self.unit, part.unit):
            raise Refused("not_below", unit=self.unit)
        new = _assign(ticket, desk, self.unit, part.role, 0, parent=part.id)
        yield f.AssignmentPassedDown(
            assignment=new,
            note=desk.seal_if("passed_down.note", self.note),
            clocks=tuple(c.part_clocks(desk, ticket, new)),
        )


def dispatch(
    ticket: Ticket,
    desk: Desk,
    lead: str,
    co: tuple[str, ...],
    note: str | None,
    *,
    replacing: tuple[str, ...],
) -> c.Facts:
    """The facts of giving a ticket to units; a third lead tried in vain makes it a problem ticket.

    A co-handler may become the lead: its part ends and a lead's begins.
    """
    helping = (a for a in ticket.parts() if a.unit == lead and a.role == "co" and a.parent is None)
    replacing = (*replacing, *(part for a in helping for part in below(ticket, a.id)))
    parts = (
        _assign(ticket, desk, lead, "lead", 0, replacing=replacing),
        *(_assign(ticket, desk, unit, "co", nth) for nth, unit in enumerate(co, start=1)),
    )
    readings = [
        *c.stop(desk, ticket, "dispatch", CLOCK),
        *c.stop_parts(desk, ticket, replacing),
        *_policy_clocks(ticket, desk),
        *(r for p in parts for r in c.part_clocks(desk, ticket, p)),
    ]
    yield from leave_expert(ticket, desk)
    yield f.TicketDispatched(
        assignments=parts, ended=replacing, note=desk.seal_if("dispatched.note", note), clocks=tuple(readings)
    )
    tried = {*unsettled_leads(ticket), lead}
    if len(tried) >= desk.rules.problem.leads and not ticket.problem:
        yield from problem(ticket, "leads")


def problem(ticket: Ticket, ground: Literal["reworks", "leads"]) -> c.Facts:
    """A problem ticket is watched by a leader at once (Bayannur's rule)."""
    yield f.ProblemRaised(ground=ground)
    if not ticket.escalated:
        yield f.SupervisionEscalated(reason=None)


def _policy_clocks(ticket: Ticket, desk: Desk) -> Iterator[clocks.Reading]:
    citizen = ticket.clock("citizen")
    if citizen is None:
        yield from c.start(desk, ticket, "citizen")
    elif citizen.stopped and not ticket.running("rework"):
        yield from c.start(desk, ticket, "rework", "rework_contact")


def _assign(
    ticket: Ticket,
    desk: Desk,
    unit: str,
    role: f.AssignmentRole,
    nth: int,
    *,
    parent: str | None = None,
    replacing: tuple[str, ...] = (),
) -> f.NewAssignment:
    """A part for a unit.  Raises Refused: unknown, there already, or the very unit a report accuses."""
    known = desk.rules.units.get(unit)
    if known is None:
        raise Refused("unknown_unit", unit=unit)
    if any(a.unit == unit and a.id not in replacing for a in ticket.parts()):
        raise Refused("same_unit", unit=unit)
    refuse_accused(ticket, desk, unit)
    return f.NewAssignment(id=c.next_part(ticket, nth), unit=unit, role=role, tier=known.tier, parent=parent)


def refuse_accused(ticket: Ticket, desk: Desk, unit: str) -> None:
    """A report of misconduct never goes to the accused unit or its subordinate (信访工作条例 第四十六条)."""
    accused = ticket.accused_unit
    if ticket.type == "report" and accused is not None and (unit == accused or desk.rules.is_below(unit, accused)):
        raise Refused("accused_unit", unit=unit)
