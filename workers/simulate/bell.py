"""The hotline's own clock inside a simulation: the very one of a live run, struck at simulated moments."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hotline.facts import Recorded
from projections import due_list
from projections.follow import catch_up
from workers.clock import TheClock
from workers.compose import House
from workers.simulate.ear import Ear


class Bell:
    """Strikes what is due and hands on what followed, as the notices to citizens and units would."""

    def __init__(self, house: House) -> None:
        self._house, self._ear, self._views = house, Ear(house.hotline), _Views(house)
        self._clock = TheClock(replace(house, hotline=self._ear, views=self._views))  # type: ignore[arg-type]
        self._seen = -1
        self._next: datetime | None = None

    def strike(self) -> list[Recorded]:
        """Ring everything that is due now."""
        if self._nothing_new():
            return []
        self._views.catch_up()
        while self._clock.ring():
            pass
        self._seen, self._next = self._house.hotline.position(), due_list.next_at(self._house.views)
        return self._ear.told()

    def _nothing_new(self) -> bool:
        """Nobody has written anything since, and the next moment is still to come."""
        waits = self._next is None or self._next > self._house.now()
        return waits and self._house.hotline.position() == self._seen


class _Views:
    """Views as the clock sees them: whoever asks how far they are finds them at the log's end, without a follower."""

    def __init__(self, house: House) -> None:
        self._house, self.engine = house, house.views.engine

    def position(self, name: str) -> int:
        self.catch_up()
        return int(self._house.views.position(name))

    def catch_up(self) -> None:
        catch_up(self._house.views, due_list.VIEW, self._house.hotline.facts_after)
