"""Who is asked when a moment has come: each kind of stream that has clocks has a command for them.

The one who is asked decides: whether the level has rung before, whether its moment has come, and what follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.command import Command
from hotline.consultation.climbing import RingConsultation
from hotline.handoff.alarms import RingHandOff
from hotline.knowledge.knowledge import RingKnowledge
from hotline.seat.presence import RingSeat
from hotline.ticket.supervising import Ring

RING: Mapping[str, type[Any]] = {
    "ticket": Ring,
    "seat": RingSeat,
    "consultation": RingConsultation,
    "knowledge": RingKnowledge,
    "handoff": RingHandOff,
}
"""Kind of stream to its command, which has a ``clock`` and a ``level``."""


def ring(kind: str, clock: str, level: str) -> Command:
    """The command for a level of a clock.  Raises KeyError for a kind of stream without clocks."""
    command: Command = RING[kind](clock=clock, level=level)
    return command
