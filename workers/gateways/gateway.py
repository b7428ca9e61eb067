"""What every gateway is to the deliverer."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from workers.gateways.errands import Errand
from workers.gateways.outcome import Outcome


class Gateway(Protocol):
    """One way out. `carry` blocks, may be called from several threads, and is given the present moment."""

    way: str
    per_second: float
    """The most errands a second."""
    wakes_people: bool
    """Whether quiet hours hold for it."""
    shared: bool
    """Whether all errands go to one peer: then one that finds it away speaks for all."""

    def carry(self, errand: Errand, now: datetime) -> Outcome: ...
