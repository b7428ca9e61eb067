"""One simulation from its first call to its last day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hotline.ticket.ticket import State
from workers.simulate import asking, experts, handing, operators, scoring, telephone
from workers.simulate.case import Case
from workers.simulate.door import Door, Rung
from workers.simulate.intake import Plan, calls
from workers.simulate.tally import Tally
from workers.simulate.world import World

TICK = timedelta(minutes=30)
"""How often the hotline's clock looks; a live one looks more often, and rings no earlier either."""

Progress = Callable[[timedelta, datetime, int], None]
"""Is told now and then: the time that has passed, the moment it is, and how many requests have come."""


@dataclass(frozen=True)
class Outcome:
    """What a run ends with: the people's figures, and where the hotline has others; None when nobody compared."""

    tally: Tally
    differing: dict[str, tuple[int, int]] | None
    figures: int = 0
    """How many figures were compared."""


def simulate(door: Door, plan: Plan, progress: Progress | None = None) -> Tally:
    """Act out a plan and give back what its people counted. The hotline's time stands at the plan's start or before."""
    world = World(door, door.rules, plan.start, habits=plan.habits)
    for moment, call in calls(plan, door.rules):
        world.at(moment, operators.comes, call)
        if door.hears:
            _tried_before(world, plan, moment, call[0])
    end = plan.start + timedelta(days=plan.days)
    if door.hears:
        world.hears = {"seat": experts.hear_seat, "consultation": asking.hear, "handoff": handing.hear}
        experts.open_seats(world, plan.seed, end)
    world.at(plan.start, _tick, plan, progress)
    world.run(end)
    tick(world)
    final(world)
    return world.tally


def _tried_before(world: World, plan: Plan, moment: datetime, case: Case) -> None:
    """Some of those who get through now have tried before, and were called back or called again."""
    rng = Random(f"{plan.seed}:{case.id}:missed")
    local = world.rules.calendar.local(moment)
    if case.call_id is None or not telephone.misses(rng, telephone.busy(local), world):
        return
    if (tried := telephone.tries_before(moment, rng)) > plan.start:
        world.at(tried, telephone.miss, case, rng.random() < plan.habits.missed_reached)


def _tick(world: World, plan: Plan, progress: Progress | None) -> None:
    tick(world)
    passed = world.now - plan.start
    if progress is not None:
        progress(passed, world.now, world.tally.counts["intake.received"])
    if passed + TICK < timedelta(days=plan.days):
        world.at(world.now + TICK, _tick, plan, progress)


def tick(world: World) -> None:
    """The clock strikes; who is concerned takes note."""
    for rung in world.door.rung():
        hear(world, rung)


def hear(world: World, rung: Rung) -> None:
    """One notice of the clock."""
    match rung.topic:
        case "ticket.clock_rang":
            world.tally.add(f"alarm.{rung.level}")
        case "ticket.supplement_wait_ended":
            world.tally.add("supplement.wait_ended")
            world.back_from_caller(rung.case)
        case "ticket.archived":
            world.tally.add("end.archived")
            rung.case.stage = State.ARCHIVED


def final(world: World) -> None:
    """How things stand at the end, as those who worked on them believe."""
    asking.final(world)
    handing.final(world)
    for case in world.cases:
        world.tally.add(f"state.{case.stage}")
        world.tally.add(f"type.{case.type or 'unclassified'}")
        world.tally.add(f"channel.{'province' if case.ordered else case.channel}")
    for book in scoring.BOOKS:  # the scoreboard's rows and its sums must both say so
        for case in world.cases:
            world.tally.counts.update(f"{book}.{key}" for key in case.score.keys(case.stage, book))
        for key, n in scoring.of_calls(world.tally.counts):
            world.tally.add(f"{book}.{key}", n)
