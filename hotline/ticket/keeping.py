"""Seeing what is hidden, holding, and erasing (个人信息保护法 第四十七条)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from hotline import clocks
from hotline.command import Desk, Refused, Words
from hotline.counting import after
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.ticket import Ticket

_KEEPERS = frozenset({Role.SUPERVISOR})


class Unmask(c.TicketCommand):
    """Be shown the caller or the unredacted text for a while, with a reason that is recorded."""

    ACTION: ClassVar[str] = "unmask"
    DECIDES: ClassVar[bool] = False
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE | c.REVIEWING | c.UNIT
    fields: tuple[Literal["caller", "text"], ...] = Field(min_length=1, max_length=2)
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        c.refuse_strangers(ticket, desk)
        hidden = ticket.confidential or ticket.type == "report"
        if hidden and desk.by.role is Role.UNIT_CLERK:
            raise Refused("hidden_from_units")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        limit = desk.rules.small_limit("unmask")
        if limit is None:
            raise Refused("unmask_not_allowed")
        yield f.CallerUnmasked(
            fields=self.fields,
            reason=desk.seal("unmasked.reason", self.reason),
            until=after(desk.at, limit, desk.calendar),
        )


class Hold(c.TicketCommand):
    """Needed in a dispute at law: nothing may be erased."""

    ACTION: ClassVar[str] = "hold"
    ROLES: ClassVar[frozenset[Role]] = _KEEPERS
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.hold:
            raise Refused("held_already")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.HoldPlaced(
            reason=desk.public(self.reason, "reason"),
            clocks=tuple(clocks.pause(r, desk.at) for r in ticket.running("retention")),
        )


class ReleaseHold(c.TicketCommand):
    """The hold is over."""

    ACTION: ClassVar[str] = "release-hold"
    ROLES: ClassVar[frozenset[Role]] = _KEEPERS
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if not ticket.hold:
            raise Refused("not_held")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        waiting = ticket.clock("retention")
        goes_on: tuple[clocks.Reading, ...] = ()
        if waiting is not None and waiting.paused:
            due = max(waiting.due, desk.at)
            goes_on = (clocks.fixed("retention", due, desk.at, desk.plan("retention"), desk.calendar),)
        yield f.HoldReleased(reason=desk.public(self.reason, "reason"), clocks=goes_on)


class RequestErasure(c.TicketCommand):
    """Ask that the personal data of this ticket go; somebody else approves."""

    ACTION: ClassVar[str] = "erase"
    ROLES: ClassVar[frozenset[Role]] = _KEEPERS | {Role.OPERATOR}
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.erasure_wanted_by is not None or ticket.restricted:
            raise Refused("asked_already")
        if not ticket.over:
            raise Refused("still_open")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.ErasureRequested(reason=desk.public(self.reason, "reason"))


class ApproveErasure(c.TicketCommand):
    """Approve it: at once when the statutory retention is over, else stored only until then."""

    ACTION: ClassVar[str] = "approve-erasure"
    ROLES: ClassVar[frozenset[Role]] = _KEEPERS | {Role.LEADER}

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        _wanted(ticket)
        if not ticket.over:
            raise Refused("still_open")  # opened again since it was asked
        if ticket.hold:
            raise Refused("held")
        if ticket.erasure_wanted_by == desk.by.id:
            raise Refused("approve_another")
        _kept_for(ticket, desk)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        until = _years_after(ticket.closed_at or ticket.received_at, _kept_for(ticket, desk))
        stopped = c.stop_all(desk, ticket)
        if desk.at >= until:
            yield f.TicketErased(approver=desk.by.id, clocks=tuple(stopped))
        else:
            waiting = clocks.fixed("retention", until, desk.at, desk.plan("retention"), desk.calendar)
            yield f.ProcessingRestricted(until=until, clocks=(*stopped, waiting))


class RefuseErasure(c.TicketCommand):
    """Say no, and why."""

    ACTION: ClassVar[str] = "refuse-erasure"
    ROLES: ClassVar[frozenset[Role]] = _KEEPERS | {Role.LEADER}
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        _wanted(ticket)
        if ticket.erasure_wanted_by == desk.by.id:
            raise Refused("approve_another")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.ErasureRefused(reason=desk.public(self.reason, "reason"))


def _wanted(ticket: Ticket) -> None:
    if ticket.erasure_wanted_by is None:
        raise Refused("nothing_asked")


def _kept_for(ticket: Ticket, desk: Desk) -> int:
    """The years of the class that was recorded for this ticket, whatever class such a ticket would fall into today."""
    years = desk.rules.retention_years(ticket.retention)
    if years is None:
        raise Refused("unknown_retention", retention=ticket.retention)
    return years


def _years_after(at: datetime, years: int) -> datetime:
    """The same day so many years on; 29 February becomes the 28th where there is none."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, day=28)
