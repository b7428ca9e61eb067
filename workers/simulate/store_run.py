"""`hotline simulate` straight into an empty store."""

from __future__ import annotations

from workers.compose import House
from workers.simulate.door import StoreDoor
from workers.simulate.intake import Plan
from workers.simulate.reckoning import NOT_KEPT, differences, reckon
from workers.simulate.run import Outcome, Progress, simulate
from workers.simulated import Clock


def run_in_store(house: House, plan: Plan, progress: Progress | None = None, *, verify: bool = True) -> Outcome:
    """Act a plan out in an empty house with a simulated clock, and compare every figure. Raises TypeError otherwise."""
    if not isinstance(house.now, Clock):
        raise TypeError("a simulation needs a house with a simulated clock")
    tally = simulate(StoreDoor(house, house.now), plan, progress)
    house.catch_up()
    if not verify:
        return Outcome(tally, None)
    return Outcome(tally, differences(tally.counts, reckon(house)), len(tally.counts.keys() - NOT_KEPT))
