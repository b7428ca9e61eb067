"""What happened to a call.  No number stands here: who called is in the vault, under the tickets of the call."""

from __future__ import annotations

from typing import ClassVar

from hotline.facts import Fact


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
