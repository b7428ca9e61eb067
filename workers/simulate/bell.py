"""The hotline's own clock inside a simulation: the very one of a live run, struck at simulated moments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hotline.application import Hotline
from hotline.facts import Recorded
from hotline.writing import Written
from workers.compose import House


class Bell:
    """Strikes what is due and hands on what followed, as the notices to citizens and units would."""

    def __init__(self, house: House) -> None:
        from workers.clock import TheClock

        self._house = house
        self._ear = _Ear(house)
        self._clock = TheClock(replace(house, hotline=self._ear))  # type: ignore[arg-type]  # all the clock asks of it

    def strike(self) -> list[Recorded]:
        """Ring everything that is due now."""
        self._ear.catch_up()
        while self._clock.ring():
            self._ear.catch_up()
        heard, self._ear.heard = self._ear.heard, []
        return heard


class _Ear:
    """The hotline as the clock sees it; keeps what each ring led to, and the due list at the log's end."""

    def __init__(self, house: House) -> None:
        self._house, self._hotline = house, house.hotline
        self.heard: list[Recorded] = []

    def handle(self, *args: Any, **kwargs: Any) -> Written:
        written = Hotline.handle(self._hotline, *args, **kwargs)
        self.heard.extend(written.facts)
        self.catch_up()
        return written

    def catch_up(self) -> None:
        from projections import due_list
        from projections.follow import catch_up

        while catch_up(self._house.views, due_list.VIEW, self._hotline.facts_after):
            pass
