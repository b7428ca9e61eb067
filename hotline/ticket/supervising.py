"""Pressure: the caller's nudge, the centre's cards, clocks that ring, and what is left out of rates."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from hotline import clocks
from hotline.command import Code, Desk, Refused, Words
from hotline.counting import after
from hotline.facts import Role
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.consulting import CLOCK, by_itself
from hotline.ticket.ticket import Ticket

APPROVING = c.REVIEWING | {Role.LEADER}
"""Who may be the second person that a rate's exclusion, or its revocation, needs."""
SUPERVISION = frozenset({Role.SUPERVISOR, Role.LEADER})


class Urge(c.TicketCommand):
    """The caller's nudge; asking how far it is counts as one and makes no new ticket."""

    ACTION: ClassVar[str] = "urge"
    DECIDES: ClassVar[bool] = False
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | {Role.CITIZEN}
    words: Words | None = None

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.over:
            raise Refused("over", state=ticket.state.value)
        interval = desk.rules.small_limit("urge_interval")
        if interval is not None and ticket.urged_at is not None:
            again = after(ticket.urged_at, interval, desk.calendar)
            if desk.at < again:
                raise Refused("urged_already", again=f"{again:%m-%d %H:%M}")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.TicketUrged(words=desk.seal_if("urged.words", self.words))


class Supervise(c.TicketCommand):
    """A yellow or red card put on by a person."""

    ACTION: ClassVar[str] = "supervise"
    ROLES: ClassVar[frozenset[Role]] = SUPERVISION
    level: Literal["yellow", "red"]
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.over:
            raise Refused("over", state=ticket.state.value)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.TicketSupervised(level=self.level, reason=desk.seal("supervised.reason", self.reason))


class Escalate(c.TicketCommand):
    """Put the ticket under a leader's eyes."""

    ACTION: ClassVar[str] = "escalate"
    ROLES: ClassVar[frozenset[Role]] = SUPERVISION
    reason: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.over:
            raise Refused("over", state=ticket.state.value)
        if ticket.escalated:
            raise Refused("escalated_already")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.SupervisionEscalated(reason=desk.seal("supervision_escalated.reason", self.reason))


class Note(c.TicketCommand):
    """A note inside the house."""

    ACTION: ClassVar[str] = "note"
    DECIDES: ClassVar[bool] = False
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE | c.REVIEWING | c.UNIT | SUPERVISION
    text: Words

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        c.refuse_strangers(ticket, desk)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        yield f.NoteAdded(text=desk.seal("noted.text", self.text))


class Exclude(c.TicketCommand):
    """Leave the ticket out of rates, with a reason and somebody else's approval; never a silent drop."""

    ACTION: ClassVar[str] = "exclude"
    ROLES: ClassVar[frozenset[Role]] = c.REVIEWING
    ground: f.Exclusion
    reason: Words
    approver: Code

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        _second_person(self.approver, ticket, desk)
        if self.ground in ticket.excluded:
            return
        yield f.TicketExcluded(ground=self.ground, reason=desk.public(self.reason, "reason"), approver=self.approver)


class Include(c.TicketCommand):
    """Revoke an exclusion."""

    ACTION: ClassVar[str] = "include"
    ROLES: ClassVar[frozenset[Role]] = c.REVIEWING
    ground: f.Exclusion
    reason: Words
    approver: Code

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if not ticket.excluded:
            raise Refused("not_excluded")

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        _second_person(self.approver, ticket, desk)
        if self.ground not in ticket.excluded:
            raise Refused("not_excluded")
        yield f.TicketIncluded(ground=self.ground, reason=desk.public(self.reason, "reason"), approver=self.approver)


def _second_person(approver: str, ticket: Ticket, desk: Desk) -> None:
    """Somebody else, who is there and might have done it himself, or a leader; nobody of a team that it is about."""
    if approver == desk.by.id:
        raise Refused("approve_another")
    known = desk.staff(approver)
    if known is None:
        raise Refused("no_such_approver")
    about_his_own = ticket.about_team is not None and ticket.about_team == known.team
    if known.role not in APPROVING or about_his_own:
        raise Refused("may_not_approve")


class Ring(c.TicketCommand):
    """A moment of the due list has come.  Rings each level once, never early; a moved or stopped clock is silent."""

    ACTION: ClassVar[str] = "ring"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
    clock: str
    level: str

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        reading = ticket.clock(self.clock)
        if reading is None or not reading.running or (self.clock, self.level) in ticket.rung:
            return
        moment = reading.alarms.get(self.level)
        if moment is None or moment > desk.at:
            return
        if reading.kind in _ENDS and reading.due > desk.at:
            yield self._rang(reading, ticket)
        elif self.clock == "supplement":
            stopped = clocks.stop(reading, desk.at)
            yield f.SupplementWaitEnded(clocks=(stopped, *c.resume(desk, ticket)))
        elif self.clock == "archive" and ticket.over:
            yield f.TicketArchived(clocks=tuple(c.stop_all(desk, ticket, but=("retention",))))
        elif self.clock == "retention":
            yield f.TicketErased(approver="retention", clocks=(clocks.stop(reading, desk.at),))
        elif self.clock == CLOCK:
            yield from by_itself(ticket, desk)
        elif self.clock == "reopen":
            yield f.ClockRang(
                clock=self.clock, level=self.level, due=reading.due, clocks=(clocks.stop(reading, desk.at),)
            )
        else:
            yield self._rang(reading, ticket)

    def _rang(self, reading: clocks.Reading, ticket: Ticket) -> f.ClockRang:
        rung = replace(ticket, rung=ticket.rung | {(self.clock, self.level)})
        return f.ClockRang(clock=self.clock, level=self.level, due=reading.due, clocks=(c.silenced(rung, reading),))


_ENDS = frozenset({"supplement", "archive", "retention", "reopen"})
"""Clocks that end something of themselves when they are due; an earlier level of theirs only rings."""


class ConfirmDues(c.TicketCommand):
    """The official calendar has arrived: count provisional due times again, in one fact and without a second notice."""

    ACTION: ClassVar[str] = "confirm-dues"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        counted = [
            c.silenced(ticket, clocks.recompute(r, desk.calendar, desk.plan(r.clock)))
            for r in ticket.clocks.values()
            if r.provisional or not r.stopped  # a new table may also change days of the December before
        ]
        moved = tuple(new for new in counted if new != ticket.clocks[new.clock])
        if moved:
            yield f.DuesConfirmed(calendar_until=desk.calendar.known_until, clocks=moved)
