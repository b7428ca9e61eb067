"""Offering a ticket to another platform, or telling one of it that never takes a matter over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from hotline.command import Code, Desk, Line, Refused, To, Words
from hotline.facts import Role
from hotline.handoff import facts as hf
from hotline.handoff.alarms import received_by
from hotline.handoff.handoff import offer_id, stream_of
from hotline.handoff.labels import MATTER
from hotline.handoff.messages import Matter, Urgency, Way
from hotline.rules.platforms import Danger
from hotline.ticket import command as c
from hotline.ticket import handoff_facts as h
from hotline.ticket.consulting import leave_expert
from hotline.ticket.ticket import State, Ticket

WITH_NOBODY = frozenset({State.RECEIVED, State.AWAITING_DISPATCH})


class HandOver(c.TicketCommand):
    """Offer the matter to another platform (110 …): by one-key transfer, three-way call or pushed order.  It stays ours until
    the other side's acceptance is in our log.  ``follow_up`` keeps a part of it here; ``signs`` are what you noticed."""

    ACTION: ClassVar[str] = "hand-off"
    ROLES: ClassVar[frozenset[Role]] = c.ON_THE_LINE | c.CENTRE | {Role.POLICE_DESK}
    to: Code
    way: Way
    summary: Words
    reason: Words
    place: Line | None = None
    urgency: Urgency | None = None
    danger: bool = False
    signs: tuple[Danger, ...] = ()
    follow_up: bool = False
    share_caller: bool = True

    @classmethod
    def check(cls, ticket: Ticket, desk: Desk) -> None:
        if ticket.over:
            raise Refused("over", state=ticket.state.value)

    def decide(self, ticket: Ticket, desk: Desk) -> c.Facts:
        lines = desk.rules.platforms.lines
        if self.to not in lines:
            raise Refused("unknown_platform", platform=self.to, known="、".join(lines))
        keep = lines[self.to].kind == "tell_and_keep"  # takes nothing over, so it may be told whoever has the matter
        if not keep:
            refuse_second(ticket)
        if not (keep or self.follow_up or ticket.state in WITH_NOBODY):
            raise Refused("still_with_units")
        danger = self.danger or at_once(desk, ticket, frozenset(self.signs), self.to)
        if not (keep or self.follow_up):
            yield from leave_expert(ticket, desk)  # two must not work on one matter
        words = Matter(text=self.summary, place=self.place, category=ticket.category)
        yield from offered(
            desk,
            Origin(
                number=ticket.number,
                person_id=ticket.person_id if self.share_caller and not ticket.confidential else None,
                nth=ticket.handoffs + 1,
                came_by=ticket.came_by,
                first_received_by=ticket.first_received_by,
            ),
            to=self.to,
            way=self.way,
            danger=danger,
            urgency=self.urgency or ticket.urgency,
            follow_up=self.follow_up,
            matter=words,
            reason=desk.seal("handed_off.reason", self.reason),
        )


def refuse_second(ticket: Ticket) -> None:
    """Two must not be asked to take one matter over.  Raises Refused ``handed_off_already``."""
    if ticket.handed is not None:
        raise Refused("handed_off_already", platform=ticket.handed.platform)


def at_once(desk: Desk, ticket: Ticket, signs: frozenset[str], to: str) -> bool:
    """Whether the boundary says that this platform must hear of such a matter before anything else is done."""
    rows = desk.rules.boundary(ticket.type, urgency=ticket.urgency, category=ticket.category, signs=signs)
    return any(row.at_once and row.owner == to for row in rows)


@dataclass(frozen=True, slots=True)
class Origin:
    """What an offer says of the ticket it is made of; ``nth`` counts the ticket's offers from 1, ``person_id`` is whom the
    other side may reach."""

    number: str
    person_id: UUID | None
    nth: int
    came_by: tuple[str, UUID] | None = None
    first_received_by: str | None = None


def offered(
    desk: Desk,
    origin: Origin,
    *,
    to: str,
    way: Way,
    danger: bool,
    urgency: Urgency,
    follow_up: bool,
    matter: Matter,
    reason: str,
) -> c.Facts:
    """The facts of offering, on the ticket and on the hand-off that begins with it.  A return names the hand-off by which
    the matter came."""
    rules, came = desk.rules.platforms, origin.came_by
    keep = rules.lines[to].kind == "tell_and_keep"
    named = offer_id(desk.id, origin.nth)
    stream = stream_of(to, named)
    yield h.TicketHandedOff(
        handoff=stream, platform=to, way=way, danger=danger, follow_up=follow_up, keep=keep, reason=reason
    )
    offer = hf.HandOffOffered(
        handoff_id=named,
        offerer=rules.own,
        receiver=to,
        ticket=desk.id,
        way=way,
        danger=danger,
        urgency=urgency,
        keep=keep,
        matter=desk.seal(MATTER, matter.model_dump_json()),
        person_id=origin.person_id,
        number=origin.number,
        returns=came[1] if came is not None and came[0] == to else None,
        first_received_by=origin.first_received_by or rules.own,
        arrival=None,
        clocks=(received_by(desk, way, urgency, danger),),
    )
    yield To("handoff", stream, offer)
