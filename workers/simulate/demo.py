"""`hotline up --demo`: simulated citizens and staff in a running hotline, at a pace a person can watch."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from threading import Event

from workers.compose import House
from workers.simulate import operators
from workers.simulate.door import StoreDoor
from workers.simulate.intake import Plan, call
from workers.simulate.world import World

EVERY = 20.0
"""Seconds from one request to the next, on average."""
PACE = 1 / 150
"""Of simulated time: what takes an office a day is done in four minutes."""
LOOK_EVERY = 0.5  # seconds


def feed(house: House, stop: Event, seed: int) -> None:
    """Until `stop`. The hotline's own clock, followers and notices go on as they always do; only people are simulated.

    Whoever watches may act on these tickets as well: what is refused to a simulated person because of that is let go.
    """
    rng = Random(f"{seed}:demo:{house.now().isoformat()}")
    plan = Plan(requests=1_000, days=1, seed=seed, start=house.now())
    world = World(StoreDoor(house), house.rules, plan.start, pace=PACE)
    nth, comes = 0, plan.start
    while not stop.is_set():
        now = house.now()
        if now >= comes:
            matters = 2 if rng.random() < plan.habits.second_matter else 1
            world.at(now, operators.comes, call(plan, house.rules, nth, matters))
            nth, comes = nth + matters, now + timedelta(seconds=rng.expovariate(1 / EVERY))
        world.run(now + timedelta(microseconds=1))
        world.cases.clear()  # nobody counts here; the agenda alone remembers who is still concerned
        stop.wait(LOOK_EVERY)
