"""Offering a consultation to a seat; picking it up, or not."""

from __future__ import annotations

from typing import ClassVar

from hotline import clocks
from hotline.command import Code, Desk, Refused, To
from hotline.consultation import facts as f
from hotline.consultation.climbing import ConsultationCommand, Facts, offer_ended, ranks_for, unavailable
from hotline.consultation.consultation import Consultation, stopped
from hotline.facts import Role
from hotline.seat import facts as s
from hotline.seat.seat import NoSeat, Wanted, free
from hotline.seat.seat import stream_of as seat_stream
from hotline.ticket import expert_facts as t

SYSTEM = frozenset({Role.SYSTEM})
EXPERT = frozenset({Role.EXPERT})


def wanted(c: Consultation, desk: Desk) -> Wanted:
    """What a seat must be to be offered this consultation now."""
    return Wanted(
        skill=c.skill,
        ranks=ranks_for(c),
        tried=c.tried,
        at=desk.at,
        hours=desk.rules.experts.hours,
        calendar=desk.calendar,
        preferred=c.promised,
    )


class Offer(ConsultationCommand):
    """Offer it to a seat.  Both streams are written, so neither of two offers in flight can pass the other unseen."""

    ACTION: ClassVar[str] = "offer"
    ROLES: ClassVar[frozenset[Role]] = SYSTEM
    seat: Code

    @classmethod
    def check(cls, c: Consultation, desk: Desk) -> None:
        if c.phase != "waiting" or (c.not_before is not None and desk.at < c.not_before):
            raise Refused("consultation_not_waiting")

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        stream = seat_stream(self.seat)
        seat = desk.other("seat", stream)
        if seat is None or not free(seat, wanted(c, desk)):
            raise Refused("seat_not_free")
        offer = clocks.timer("offer", desk.rules.experts.offer, desk.at, desk.calendar)
        yield f.ConsultationOffered(seat=self.seat, clocks=(offer, clocks.pause(c.clocks["wait"], desk.at)))
        yield To("seat", stream, s.SeatOffered(consultation=desk.id))


class NoteNobody(ConsultationCommand):
    """There is nobody to offer it to; noted once for each step and reason, while the step's wait runs on."""

    ACTION: ClassVar[str] = "note-nobody"
    ROLES: ClassVar[frozenset[Role]] = SYSTEM
    reason: NoSeat

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        if c.phase == "waiting" and self.reason not in c.failed:
            yield unavailable(c, self.reason)


class AtTheSeat(ConsultationCommand):
    """A command of the expert to whom it was offered."""

    ROLES: ClassVar[frozenset[Role]] = EXPERT

    @classmethod
    def check(cls, c: Consultation, desk: Desk) -> None:
        if c.phase != "offered" or c.seat != desk.by.id:
            raise Refused("not_offered_to_you")


class PickUp(AtTheSeat):
    """Take it."""

    ACTION: ClassVar[str] = "pick-up"

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        yield f.ConsultationPickedUp(seat=desk.by.id, call_back=c.rank == "call_back", clocks=stopped(c, desk))
        yield To("seat", seat_stream(desk.by.id), s.SeatEngaged(consultation=c.id))
        yield To("ticket", c.ticket, t.ExpertPickedUp(consultation=c.id, seat=desk.by.id))


class Decline(AtTheSeat):
    """Not now: it goes on to the next seat."""

    ACTION: ClassVar[str] = "decline"

    def decide(self, c: Consultation, desk: Desk) -> Facts:
        yield from offer_ended(c, desk, "declined")
