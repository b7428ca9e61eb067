"""Everything that can have happened to a consultation.  Its words are sealed with its ticket's key."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime

from hotline.clocks import Reading
from hotline.facts import Fact
from hotline.rules.experts import Rank
from hotline.sealing import Sealed
from hotline.ticket.facts import Urgency

Way = Literal["warm_transfer", "three_way", "written"]
Unavailable = Literal["nobody_on_shift", "all_engaged", "declined", "timed_out", "missed", "not_offered"]


class ConsultationFact(Fact):
    """A fact of one consultation; ``clocks`` holds every reading this fact changed."""

    clocks: tuple[Reading, ...] = ()


class ConsultationAsked(ConsultationFact):
    """An operator asked, or nobody had taken the request and it went to the seats by itself."""

    TOPIC: ClassVar[str] = "consultation.asked"
    ticket: UUID
    number: str
    skill: str
    way: Way
    urgency: Urgency
    summary: Sealed | None
    by_itself: bool
    rank: Rank


class ConsultationOffered(ConsultationFact):
    """It was offered to a seat."""

    TOPIC: ClassVar[str] = "consultation.offered"
    seat: str


class ExpertUnavailable(ConsultationFact):
    """A step of the ladder failed: nobody was there, nobody was free, or the one who was asked did not take it."""

    TOPIC: ClassVar[str] = "consultation.expert_unavailable"
    rank: Rank
    skill: str
    reason: Unavailable
    seat: str | None


class LadderClimbed(ConsultationFact):
    """It went on to the next step."""

    TOPIC: ClassVar[str] = "consultation.ladder_climbed"
    rank: Rank


class ConsultationPickedUp(ConsultationFact):
    """The expert took it; ``call_back`` when that keeps a promise to call."""

    TOPIC: ClassVar[str] = "consultation.picked_up"
    seat: str
    call_back: bool


class ConsultationAnswered(ConsultationFact):
    """The expert answered, on the line or in writing."""

    TOPIC: ClassVar[str] = "consultation.answered"
    seat: str
    how: Literal["live", "written"]
    answer: Sealed | None


class ConsultationGivenBack(ConsultationFact):
    """The expert could not answer; it waits for another one."""

    TOPIC: ClassVar[str] = "consultation.given_back"
    seat: str
    reason: Sealed


class CallBackBooked(ConsultationFact):
    """The caller was promised a call after ``after`` and before ``until``: by an expert, or by the ladder."""

    TOPIC: ClassVar[str] = "consultation.call_back_booked"
    seat: str | None
    after: AwareDatetime
    until: AwareDatetime


class ConsultationTurned(ConsultationFact):
    """No expert could be found; the matter goes on as an ordinary ticket."""

    TOPIC: ClassVar[str] = "consultation.turned_into_ticket"


class ConsultationCancelled(ConsultationFact):
    """It is not wanted any more; ``ticket_over`` when the ticket itself has ended."""

    TOPIC: ClassVar[str] = "consultation.cancelled"
    ticket_over: bool
