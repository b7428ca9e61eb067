"""How fast a gateway is used, and how long one that is away is left alone."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

LONGEST = 300.0
"""Seconds; a gateway that is away is asked at least every five minutes, without limit."""


def wait(tries: int, chance: Random, asked: float = 0.0) -> float:
    """Seconds until the next attempt after `tries` that came to nothing: 1, 2, 4 … up to five minutes, less up to half
    of it by chance so that not all come at once; never earlier than the other side `asked` for."""
    return max(asked, min(LONGEST, 2.0 ** min(tries - 1, 10)) * chance.uniform(0.5, 1.0))


class Pace:
    """Room for so many a second, of which what one second left over may be used at once (token bucket)."""

    def __init__(self, per_second: float, ticks: Callable[[], float]) -> None:
        self._rate, self._ticks = per_second, ticks
        self._most = max(1.0, per_second)
        self._room, self._last = self._most, ticks()

    def room(self) -> int:
        """How many may go now."""
        now = self._ticks()
        self._room, self._last = min(self._most, self._room + (now - self._last) * self._rate), now
        return int(self._room)

    def used(self, number: int) -> None:
        self._room -= number
