"""More time: extensions before the due time, and setting a matter aside with a plan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from pydantic import Field

from hotline import clocks
from hotline.clocks import Reading
from hotline.command import Desk, Refused, Words
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.ticket import State, Ticket

_WORKING = frozenset({State.IN_PROGRESS})


class RequestExtension(c.PartCommand):
    """Ask for more working days, before the due time."""

    ACTION: ClassVar[str] = "request-extension"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT
    STATES: ClassVar[frozenset[State]] = _WORKING
    PARTS: ClassVar = ("signed",)
    days: int = Field(ge=1, le=365)
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        super().check(ticket, desk)
        if ticket.extension_wanted is not None:
            raise Refused("asked_already")
        most, parts = desk.rules.extension.max_times, cls.choices(ticket, desk.by)
        if all(a.extensions >= most for a in parts):
            raise Refused("no_more_extensions", times=most)
        for reading in (r for a in parts for r in _extended(ticket, a.id)):
            if desk.at > reading.due:
                raise Refused("too_late", due=f"{reading.due:%Y-%m-%d %H:%M}")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        most = desk.rules.extension.max_days(ticket.type or "other")
        if self.days > most:
            raise Refused("too_many_days", days=most)
        yield f.ExtensionRequested(
            assignment=part.id,
            days=self.days,
            reason=desk.seal("extension_requested.reason", self.reason),
            clocks=tuple(c.start(desk, ticket, f"extension_decision:{part.id}")),
        )


class GrantExtension(c.TicketCommand):
    """Give the days asked for; ``told_reason`` is what the caller is told."""

    ACTION: ClassVar[str] = "grant-extension"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = _WORKING
    told_reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.extension_wanted is None:
            raise Refused("nothing_asked")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part, days = _wanted(ticket)
        moved = (clocks.extend(r, days, desk.at, desk.calendar, desk.plan(r.clock)) for r in _extended(ticket, part))
        yield f.ExtensionGranted(
            assignment=part,
            days=days,
            told_reason=desk.public(self.told_reason, "told_reason"),
            clocks=(*moved, *c.stop(desk, ticket, f"extension_decision:{part}")),
        )


class RefuseExtension(c.TicketCommand):
    """Give no more time."""

    ACTION: ClassVar[str] = "refuse-extension"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE
    STATES: ClassVar[frozenset[State]] = _WORKING
    words: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.extension_wanted is None:
            raise Refused("nothing_asked")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part, _ = _wanted(ticket)
        yield f.ExtensionRefused(
            assignment=part,
            words=desk.seal("extension_refused.words", self.words),
            clocks=tuple(c.stop(desk, ticket, f"extension_decision:{part}")),
        )


def _wanted(ticket: Ticket) -> tuple[str, int]:
    if ticket.extension_wanted is None:
        raise Refused("nothing_asked")
    return ticket.extension_wanted


def _extended(ticket: Ticket, part: str) -> list[Reading]:
    """What an extension moves: the unit's own clock, and for the lead the one the caller waits by."""
    names = [f"unit:{part}"]
    if ticket.assignments[part].answers:
        names += ["citizen", "rework"]
    return [r for name in names if (r := ticket.clock(name)) is not None and not r.stopped]


class RequestDeferral(c.PartCommand):
    """Ask to set the matter aside: the plan, and the date on which to look again."""

    ACTION: ClassVar[str] = "request-deferral"
    ROLES: ClassVar[frozenset[Role]] = c.UNIT
    STATES: ClassVar[frozenset[State]] = _WORKING
    PARTS: ClassVar = ("signed",)
    plan: Words
    review_on: date

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        super().check(ticket, desk)
        if not any(a.answers for a in cls.choices(ticket, desk.by)):
            raise Refused("lead_only")
        if ticket.deferral_wanted is not None:
            raise Refused("asked_already")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part = self.part(ticket, desk)
        today = desk.calendar.local(desk.at).date()
        most = desk.rules.small_limit("deferral_max", urgency=ticket.urgency, category=ticket.category)
        latest = today + timedelta(days=most.amount if most else 365)
        if not today < self.review_on <= latest:
            raise Refused("date_out_of_range", field="review_on", latest=latest.isoformat())
        yield f.DeferralRequested(
            assignment=part.id, plan=desk.seal("deferral_requested.plan", self.plan), review_on=self.review_on
        )


class ApproveDeferral(c.TicketCommand):
    """A leader agrees: the clocks stand still, and a review date stands in the due list."""

    ACTION: ClassVar[str] = "approve-deferral"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SUPERVISOR, Role.LEADER})
    STATES: ClassVar[frozenset[State]] = _WORKING

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.deferral_wanted is None:
            raise Refused("nothing_asked")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        part, review_on = _deferral(ticket)
        due = desk.calendar.end_of(review_on)
        yield f.DeferralApproved(
            assignment=part,
            review_on=review_on,
            clocks=(
                *c.pause(desk, ticket),
                clocks.fixed("deferral", due, desk.at, desk.plan("deferral"), desk.calendar),
            ),
        )


class RefuseDeferral(c.TicketCommand):
    """A leader does not agree."""

    ACTION: ClassVar[str] = "refuse-deferral"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SUPERVISOR, Role.LEADER})
    STATES: ClassVar[frozenset[State]] = _WORKING
    words: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.deferral_wanted is None:
            raise Refused("nothing_asked")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.DeferralRefused(assignment=_deferral(ticket)[0], words=desk.seal("deferral_refused.words", self.words))


def _deferral(ticket: Ticket) -> tuple[str, date]:
    if ticket.deferral_wanted is None:
        raise Refused("nothing_asked")
    return ticket.deferral_wanted


class Resume(c.TicketCommand):
    """Take a deferred matter up again; its clocks go on where they stood."""

    ACTION: ClassVar[str] = "resume"
    ROLES: ClassVar[frozenset[Role]] = c.CENTRE | c.UNIT | {Role.LEADER}
    STATES: ClassVar[frozenset[State]] = frozenset({State.DEFERRED})
    words: Words | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if desk.by.role is Role.UNIT_CLERK and not any(a.unit == desk.by.unit for a in ticket.parts()):
            raise Refused("no_such_part", action=cls.ACTION)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.TicketResumed(
            words=desk.seal_if("resumed.words", self.words),
            clocks=(*c.stop(desk, ticket, "deferral"), *c.resume(desk, ticket)),
        )
