"""The telephone exchange and those who call: what rings, what is answered and how soon, what is missed and called back."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from hotline.call.call import THREE
from hotline.facts import Actor, Role
from workers.simulate.case import Case
from workers.simulate.world import World

EXCHANGE = Actor(id="exchange", role=Role.ADMIN)
QUEUE = "main"


def rings(rng: Random, busy: bool, world: World) -> float:
    """Seconds until somebody answers; longer in the busiest hours."""
    late = rng.random() < world.habits.answered_late * (2 if busy else 1)
    within = world.rules.telephone.answered_within
    return rng.uniform(within * 1.05, within * 4) if late else rng.uniform(1, within * 0.95)


def misses(rng: Random, busy: bool, world: World) -> bool:
    """Whether the caller got through at the second try only."""
    return rng.random() < world.habits.missed * (2 if busy else 1)


def busy(moment: datetime) -> bool:
    """The published busy hours."""
    return moment.hour in (10, 14)


def miss(world: World, case: Case, called_back: bool) -> None:
    """It rings, nobody answers, and the hotline calls back: then the request is taken down, or the caller calls again."""
    call_id = f"{case.call_id}-missed"
    if note(world, call_id, "offered", queue=QUEUE):
        world.soon(case.rng.uniform(0.5, 1.0), _missed, case, call_id, called_back)


def _missed(world: World, case: Case, call_id: str, called_back: bool) -> None:
    note(world, call_id, "missed", queue=QUEUE)
    if not called_back and world.chance(case, world.habits.forgotten):
        return  # the caller was quicker
    world.soon(case.rng.uniform(0.5, 1.0), _return, call_id, called_back)


def _return(world: World, call_id: str, reached: bool) -> None:
    if note(world, call_id, "returned", reached=reached):
        world.tally.add("call.called_back")
        if reached:
            world.tally.add("call.reached")


def ring(world: World, case: Case) -> float:
    """The call comes in; gives the seconds until it is answered."""
    seconds = rings(case.rng, busy(world.rules.calendar.local(world.now)), world)
    assert case.call_id is not None
    note(world, case.call_id, "offered", queue=QUEUE)
    world.soon(seconds / 60, _answer, case.call_id, seconds)
    if world.chance(case, world.habits.recorded):
        world.soon(seconds / 60 + case.rng.uniform(2, 9), note, case.call_id, "ended", recording=f"rec-{case.call_id}")
    return seconds


def _answer(world: World, call_id: str, seconds: float) -> None:
    if note(world, call_id, "answered", queue=QUEUE) and seconds <= world.rules.telephone.answered_within:
        world.tally.add("call.in_time")


def three_way(world: World, case: Case, who: str) -> None:
    """Somebody else comes on the line with caller and operator; then the operator leaves the two alone."""
    if case.call_id is None:
        return
    case.legs += 1
    call_id = f"{case.call_id}-{who}-{case.legs}-{case.id.hex[:8]}"
    parties = ("caller", "operator", who)
    for party in parties:
        note(world, call_id, "joined", party=f"leg-{party}", who=party)
    assert len(parties) == THREE
    world.tally.add("call.three_way")
    world.soon(case.rng.uniform(0.5, 3), note, call_id, "left", party="leg-operator", who="operator")


def note(world: World, call_id: str, event: str, /, **more: Any) -> bool:
    """The exchange tells one event as it happens."""
    count = f"call.{event}" if event in ("offered", "answered", "missed") else ""
    happened = {"event": event, "call_id": call_id, "happened_at": world.now, **more}
    return world.beside("call", call_id, EXCHANGE, "note-call", count=count, **happened) is not None


def tries_before(moment: datetime, rng: Random) -> datetime:
    """When somebody who gets through now had tried before."""
    return moment - timedelta(minutes=rng.uniform(3, 25))
