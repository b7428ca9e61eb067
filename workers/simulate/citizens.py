"""Citizens: they ask, add, urge, withdraw, and rate on line."""

from __future__ import annotations

from typing import Any

from hotline.facts import Actor, Role
from hotline.ticket.ticket import State
from workers.simulate import texts
from workers.simulate.case import Case
from workers.simulate.habits import CAUSES, GRUMPY, RESOLUTION, SATISFIED, TYPES, pick
from workers.simulate.staff import CITIZEN
from workers.simulate.world import World

DAY = 24 * 60
ONLINE = ("web", "wechat", "app")


def intend(world: World, case: Case) -> None:
    """What this caller will do of his own accord while the matter is open."""
    habits = world.habits
    if case.kind not in TYPES:
        return
    if world.chance(case, habits.urges):
        world.by_day(case.rng.uniform(0.5, 6) * DAY, urge, case)
    if world.chance(case, habits.withdraws):
        world.by_day(case.rng.uniform(0.05, 4) * DAY, withdraw, case)
    if world.chance(case, habits.adds_unasked):
        world.by_day(case.rng.uniform(0.02, 2) * DAY, add, case)


def urge(world: World, case: Case) -> None:
    """A nudge, or the question how far it is; some ask again too soon and are told when they may."""
    if not case.open:
        return
    words = world.say(case, "urge")
    world.do(case, _voice(world, case), "urge", count="pressed.urged", expected=("urged_already",), words=words)
    if world.chance(case, world.habits.urges_again):
        world.by_day(case.rng.uniform(0.2, 4) * DAY, urge, case)


def withdraw(world: World, case: Case) -> None:
    if (
        case.open
        and not case.elsewhere
        and world.do(case, _voice(world, case), "withdraw", count="end.withdrawn", reason=world.say(case, "withdraw"))
    ):
        case.finish(State.WITHDRAWN)


def add(world: World, case: Case) -> None:
    """More, unasked."""
    if case.open:
        _give(world, case, "supplement.unasked")


def answer(world: World, case: Case, question: int) -> None:
    """The answer to what we asked."""
    if case.stage is State.NEEDS_SUPPLEMENT and case.questions == question:
        _give(world, case, "supplement.given")


def _give(world: World, case: Case, count: str) -> None:
    waited = case.stage is State.NEEDS_SUPPLEMENT
    told = world.do(
        case,
        _voice(world, case),
        "supplement",
        count="supplement.given" if waited else count,
        text=world.say(case, "supplement"),
    )
    if told and waited:
        world.back_from_caller(case)


def rate(world: World, case: Case) -> None:
    """Rated on line after the close; what is said last counts, and it closes nothing any more."""
    if case.stage is not State.CLOSED or (not case.code and case.channel == "police"):
        return  # what came from another platform has no code
    body = verdict(world, case)
    told = world.do(case, CITIZEN, "rate", count="rated.online", expected=("rating_window_over",), **body)
    if told:
        count_verdict(world, body)


def verdict(world: World, case: Case) -> dict[str, Any]:
    """What this caller says when asked: resolved? satisfied? and why not."""
    rng = case.rng
    resolution = pick(rng, RESOLUTION)
    grumpy = rng.random() < (0.55 if resolution == "unresolved" else GRUMPY)
    satisfaction = "dissatisfied" if grumpy else pick(rng, SATISFIED)
    body: dict[str, Any] = {"contacted": rng.random() < 0.93, "satisfaction": satisfaction, "resolution": resolution}
    if satisfaction == "dissatisfied":
        body["cause"] = cause = pick(rng, CAUSES)
        fitting = [p for p in texts.phrases("call_back_dissatisfied") if p.cause == cause]
        body["comment"] = world.fill(case, rng.choice(fitting).text)
    elif rng.random() < 0.3:
        body["comment"] = world.say(case, "call_back_satisfied")
    return body


def count_verdict(world: World, body: dict[str, object]) -> None:
    """Note what a caller has said."""
    world.tally.add(f"contacted.{'yes' if body['contacted'] else 'no'}")
    for part in ("resolution", "satisfaction", "cause"):
        if body.get(part):
            world.tally.add(f"{part}.{body[part]}")


def _voice(world: World, case: Case) -> Actor:
    """On line himself, or by an operator."""
    return CITIZEN if case.channel in ONLINE else world.someone(Role.OPERATOR, case)
