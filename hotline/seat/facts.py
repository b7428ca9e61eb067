"""Everything that can have happened to an expert's seat."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from hotline.clocks import Reading
from hotline.facts import Fact

Rank = Literal["duty", "backup"]


class Shift(BaseModel):
    """When somebody sits there, and in which rank."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime
    until: AwareDatetime
    rank: Rank


class SeatFact(Fact):
    """A fact of one seat; ``clocks`` holds every reading this fact changed."""

    clocks: tuple[Reading, ...] = ()


class SeatOpened(SeatFact):
    """A supervisor gave an account a seat, and said what it may answer."""

    TOPIC: ClassVar[str] = "seat.opened"
    seat: str
    skills: tuple[str, ...]


class SkillsSet(SeatFact):
    """What the seat may answer was said anew."""

    TOPIC: ClassVar[str] = "seat.skills_set"
    skills: tuple[str, ...]


class ShiftsSet(SeatFact):
    """The seat's shifts were set, all of them; without any it follows the profile's hours."""

    TOPIC: ClassVar[str] = "seat.shifts_set"
    shifts: tuple[Shift, ...]


class SignedIn(SeatFact):
    """The expert sat down, for these of the seat's skills, and can be offered something."""

    TOPIC: ClassVar[str] = "seat.signed_in"
    skills: tuple[str, ...]


class BecameAvailable(SeatFact):
    """The expert is back, or done with the writing up, and can be offered something."""

    TOPIC: ClassVar[str] = "seat.became_available"


class WentAway(SeatFact):
    """The expert is there but takes nothing."""

    TOPIC: ClassVar[str] = "seat.went_away"


class SignedOut(SeatFact):
    """The expert left."""

    TOPIC: ClassVar[str] = "seat.signed_out"


class SeatOffered(SeatFact):
    """A consultation was offered to the seat."""

    TOPIC: ClassVar[str] = "seat.offered"
    consultation: UUID


class OfferEnded(SeatFact):
    """The offer ended without being picked up.  An expert who let it pass is taken to be away."""

    TOPIC: ClassVar[str] = "seat.offer_ended"
    consultation: UUID
    reason: Literal["declined", "timed_out", "withdrawn"]


class SeatEngaged(SeatFact):
    """The expert picked up."""

    TOPIC: ClassVar[str] = "seat.engaged"
    consultation: UUID


class WrapUpBegan(SeatFact):
    """The consultation left the seat; for a while the expert writes up what was said."""

    TOPIC: ClassVar[str] = "seat.wrap_up_began"
    consultation: UUID


class WrapUpEnded(SeatFact):
    """The time for writing up is over; the seat can be offered something."""

    TOPIC: ClassVar[str] = "seat.wrap_up_ended"
