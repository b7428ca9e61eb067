""" "Not ours": returns, disputes between units, and the centre's decision."""

from __future__ import annotations

from typing import ClassVar

from hotline.command import Code, Desk, Line, Refused, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.dispatching import refuse_accused
from hotline.ticket.ticket import Assignment, State, Ticket, below

_WORKING = frozenset({State.IN_PROGRESS})


class RequestReturn(c.PartCommand):
    """Say that it is not ours, with reason and legal basis, in the time the profile gives.

    The first request is the centre's to accept or refuse; from the second on it is a dispute and both sides are heard.
    """

    ACTION: ClassVar[str] = "request-return"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT
    STATES: ClassVar[frozenset[State]] = _WORKING
    PARTS: ClassVar = ("dispatched", "signed")
    reason: Words
    legal_basis: Line
    suggested_unit: Code | None = None

    @classmethod
    def suits(cls, part: Assignment) -> bool:
        return part.state in cls.PARTS and not part.settled and part.parent is None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        super().check(ticket, desk)
        windows = [ticket.clock(f"return_request:{a.id}") for a in cls.choices(ticket, desk.by)]
        for window in windows:
            if window is not None and desk.at > window.due:
                raise Refused("too_late", due=f"{window.due:%Y-%m-%d %H:%M}")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        if self.suggested_unit is not None and self.suggested_unit not in desk.rules.units:
            raise Refused("unknown_unit", unit=self.suggested_unit)
        reason = desk.seal("return_requested.reason", self.reason)
        earlier = ticket.returns if part.role == "lead" else part.returns
        disputed = earlier >= desk.rules.returns_before_dispute
        decision = f"adjudication:{part.id}"
        yield f.ReturnRequested(
            assignment=part.id,
            reason=reason,
            legal_basis=desk.public(self.legal_basis, "legal_basis"),
            suggested_unit=self.suggested_unit,
            clocks=() if disputed else tuple(c.start(desk, ticket, decision)),
        )
        if disputed:
            yield f.DisputeOpened(
                assignment=part.id,
                reason=desk.seal("disputed.reason", self.reason),
                clocks=tuple(c.start(desk, ticket, decision)),
            )


class AcceptReturn(c.PartCommand):
    """Take the part back; without a lead the ticket waits for dispatch again, its clock running on."""

    ACTION: ClassVar[str] = "accept-return"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = _WORKING
    PARTS: ClassVar = ("return_requested",)
    words: Words | None = None

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        again = ("dispatch",) if part.role == "lead" else ()
        yield f.ReturnAccepted(
            assignment=part.id,
            words=desk.seal_if("return_accepted.words", self.words),
            clocks=(*c.stop_parts(desk, ticket, below(ticket, part.id)), *c.start(desk, ticket, *again)),
        )


class RefuseReturn(c.PartCommand):
    """It is yours; the words say why."""

    ACTION: ClassVar[str] = "refuse-return"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = _WORKING
    PARTS: ClassVar = ("return_requested",)
    words: Words

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        yield f.ReturnRefused(
            assignment=part.id,
            words=desk.seal("return_refused.words", self.words),
            clocks=tuple(c.stop(desk, ticket, f"adjudication:{part.id}")),
        )


class Dispute(c.PartCommand):
    """The centre opens a dispute itself, so that both sides are heard."""

    ACTION: ClassVar[str] = "dispute"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = _WORKING
    PARTS: ClassVar = ("dispatched", "signed", "return_requested")
    reason: Words

    @classmethod
    def suits(cls, part: Assignment) -> bool:
        return part.state in cls.PARTS and not part.settled and part.parent is None

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        waiting = ticket.clock(f"adjudication:{part.id}")
        begun = waiting is not None and not waiting.stopped
        yield f.DisputeOpened(
            assignment=part.id,
            reason=desk.seal("disputed.reason", self.reason),
            clocks=() if begun else tuple(c.start(desk, ticket, f"adjudication:{part.id}")),
        )


class Argue(c.TicketCommand):
    """A unit puts its side of a dispute: the one that holds the part, or any other unit of the ticket."""

    ACTION: ClassVar[str] = "argue"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT | c.CENTRE
    STATES: ClassVar[frozenset[State]] = _WORKING
    unit: Code | None = None
    argument: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if not ticket.parts("disputed"):
            raise Refused("no_dispute")
        if desk.by.role is Role.UNIT_CLERK and not any(a.unit == desk.by.unit for a in ticket.assignments.values()):
            raise Refused("no_such_part", action=cls.ACTION)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        unit = desk.by.unit if desk.by.role is Role.UNIT_CLERK else self.unit
        if unit is None or unit not in desk.rules.units:
            raise Refused("unknown_unit", unit=unit or "")
        yield f.DisputeArgued(
            assignment=ticket.parts("disputed")[0].id,
            unit=unit,
            argument=desk.seal("argued.argument", self.argument),
        )


class Adjudicate(c.PartCommand):
    """Decide a dispute after hearing both: final, that unit cannot return it again."""

    ACTION: ClassVar[str] = "adjudicate"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE | {Role.LEADER}
    STATES: ClassVar[frozenset[State]] = _WORKING
    PARTS: ClassVar = ("disputed",)
    unit: Code
    reason: Words
    hearing: Words

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        known = desk.rules.units.get(self.unit)
        if known is None:
            raise Refused("unknown_unit", unit=self.unit)
        replacement, readings = None, list(c.stop(desk, ticket, f"adjudication:{part.id}", f"return_request:{part.id}"))
        if self.unit != part.unit:
            if any(a.unit == self.unit for a in ticket.parts()):
                raise Refused("same_unit", unit=self.unit)
            refuse_accused(ticket, desk, self.unit)
            replacement = f.NewAssignment(id=c.next_part(ticket), unit=self.unit, role=part.role, tier=known.tier)
            readings = [
                *c.stop_parts(desk, ticket, below(ticket, part.id)),
                *c.part_clocks(desk, ticket, replacement),
            ]
        yield f.DisputeAdjudicated(
            assignment=part.id,
            unit=self.unit,
            replacement=replacement,
            reason=desk.seal("adjudicated.reason", self.reason),
            hearing=desk.seal("adjudicated.hearing", self.hearing),
            clocks=tuple(readings),
        )
