"""What happened to a call.  No number stands here: who called is in the vault, under the tickets of the call."""

from __future__ import annotations

from typing import ClassVar, Literal

from hotline.facts import Fact

Who = Literal["caller", "operator", "expert", "110", "119", "120", "other"]
"""On which side of the matter somebody on the line stands."""


class CallFact(Fact):
    """A fact of one call; ``call_id`` is the telephone system's own, and the tickets of the call bear it too."""

    call_id: str


class CallOffered(CallFact):
    """It rang."""

    TOPIC: ClassVar[str] = "call.offered"
    queue: str | None


class CallAnswered(CallFact):
    """Somebody answered."""

    TOPIC: ClassVar[str] = "call.answered"
    queue: str | None


class CallEnded(CallFact):
    """It was hung up; ``recording`` is the telephone system's reference."""

    TOPIC: ClassVar[str] = "call.ended"
    recording: str | None


class CallMissed(CallFact):
    """Nobody answered; it is to be called back."""

    TOPIC: ClassVar[str] = "call.missed"
    queue: str | None


class PartyJoined(CallFact):
    """Somebody came on the line.  ``party`` is the telephone system's own name for the leg, never a number."""

    TOPIC: ClassVar[str] = "call.party_joined"
    party: str
    who: Who


class PartyLeft(CallFact):
    """Somebody left the line while the others stayed."""

    TOPIC: ClassVar[str] = "call.party_left"
    party: str
    who: Who


class ThreeWayBegan(CallFact):
    """Three were on the line at once, for instance the caller, the operator and the police."""

    TOPIC: ClassVar[str] = "call.three_way_began"
    parties: tuple[str, ...]


class ThreeWayEnded(CallFact):
    """Fewer than three are left; ``left`` is the party whose leaving ended it, None when all hung up."""

    TOPIC: ClassVar[str] = "call.three_way_ended"
    left: str | None


class CallReturned(CallFact):
    """A missed call was called back (漏接回拨)."""

    TOPIC: ClassVar[str] = "call.returned"
    reached: bool
