"""The deliverer: takes what is due out of the outbox, hands it over and writes down what came of it.

Of one line (one caller, one subscriber) only the first is ever under way, and the next only once that has ended. An
errand is marked after the other side has answered: who dies in between sends it again under the same key, and the other
side knows it. One deliverer of each way works at a time on an outbox (`workers.alone`).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from threading import Event
from time import monotonic

import structlog

from workers.compose import House
from workers.gateways.errands import Errand
from workers.gateways.gateway import Gateway
from workers.gateways.outcome import Away, Delivered, Outcome
from workers.gateways.pace import Pace, wait

log = structlog.get_logger()

POLL = 0.5  # seconds between two looks when there was nothing to do
AT_ONCE = 8
INTERNAL = "internal"
"""Why an errand is tried again when the fault is ours: it says nothing about the gateway."""


class Deliverer:
    """One gateway at work. `ticks` measures its pace; everything else goes by the house's clock."""

    def __init__(
        self,
        house: House,
        gateway: Gateway,
        *,
        chance: Random | None = None,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        self._house, self._gateway = house, gateway
        self._errands = house.outbox.errands
        self._chance = chance or Random()
        self._pace = Pace(gateway.per_second, ticks)
        self._misses = 0
        self._closed_until: datetime | None = None

    def run(self, stop: Event) -> None:
        """Until `stop`."""
        while not stop.is_set():
            if self.step() == 0:
                stop.wait(POLL)

    def step(self) -> int:
        """Hand over what is due and fits the pace, each line's first; returns how many ended, well or not."""
        now = self._house.now()
        if self._closed_until is not None and now < self._closed_until:
            return 0
        due = self._due(now)
        if not due:
            return 0
        self._pace.used(len(due))
        if len(due) == 1:
            outcomes = [self._one(due[0])]
        else:
            with ThreadPoolExecutor(min(AT_ONCE, len(due))) as pool:
                outcomes = list(pool.map(self._one, due))
        self._judge(outcomes)
        return sum(not isinstance(outcome, Away) for outcome in outcomes)

    def _due(self, now: datetime) -> list[Errand]:
        # After a miss one errand is enough to find out whether a shared gateway is back.
        limit = 1 if self._gateway.shared and self._misses else 4 * AT_ONCE
        limit = min(limit, self._pace.room())
        if limit < 1:
            return []
        hour = self._house.rules.calendar.local(now).time()
        quiet = self._gateway.wakes_people and self._house.rules.contact.quiet(hour)
        return self._errands.due(self._gateway.way, now, limit, urgent_only=quiet)

    def _one(self, errand: Errand) -> Outcome:
        now = self._house.now()
        try:
            outcome = self._gateway.carry(errand, now)
        except Exception as fault:  # noqa: BLE001  # a fault of ours with one errand must not end the others
            log.error("errand_failed", way=errand.way, key=errand.key, error=type(fault).__name__)
            outcome = Away(INTERNAL)
        again = wait(errand.tries + 1, self._chance, outcome.after) if isinstance(outcome, Away) else 0.0
        self._errands.came_of(errand, outcome, self._house.now(), again=again)
        if not isinstance(outcome, Delivered):
            told = {"way": errand.way, "key": errand.key, "outcome": type(outcome).__name__.lower()}
            log.warning("errand_not_delivered", **told, reason=outcome.reason, tries=errand.tries + 1)
        return outcome

    def _judge(self, outcomes: list[Outcome]) -> None:
        """Leave a shared gateway alone for a while when all that was sent found it away."""
        if not self._gateway.shared:
            return
        away = [outcome for outcome in outcomes if isinstance(outcome, Away) and outcome.reason != INTERNAL]
        if len(away) < len(outcomes):
            self._misses, self._closed_until = 0, None
            return
        self._misses += 1
        seconds = wait(self._misses, self._chance, max(outcome.after for outcome in away))
        self._closed_until = self._house.now() + timedelta(seconds=seconds)
