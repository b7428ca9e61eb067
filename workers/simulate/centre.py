"""Dispatchers: they give tickets to units, put units beside the lead, and change their mind."""

from __future__ import annotations

from hotline.facts import Role
from hotline.ticket.ticket import State
from workers.simulate import supervisors, units
from workers.simulate.case import Case, Part
from workers.simulate.owners import another, may_have
from workers.simulate.world import World

_WAIT = {"emergency": (1, 8), "urgent": (5, 40), "normal": (10, 180)}


def await_dispatch(world: World, case: Case) -> None:
    """A ticket is ready; by day a dispatcher takes it up soon, an emergency at any hour."""
    wait = case.rng.uniform(*_WAIT[case.urgency])
    (world.soon if case.urgency == "emergency" else world.by_day)(wait, dispatch, case)


def dispatch(world: World, case: Case) -> None:
    """Give it to the unit it seems to belong to, sometimes to a wrong one, sometimes to several."""
    if case.stage is not State.AWAITING_DISPATCH:
        return
    lead = _seems_right(world, case)
    co = []
    if world.chance(case, world.habits.co_handlers):
        beside = another(world.rules, lead, case.district, case.accused, case.rng)
        co = [beside] if beside != lead and not case.held_by(beside) else []
    told = world.do(case, world.someone(Role.DISPATCHER, case), "dispatch", count="given.dispatched", lead=lead, co=co)
    if told is None:
        return
    case.stage = State.IN_PROGRESS
    case.leads += 1
    give(world, case, lead, "lead")
    for unit in co:
        give(world, case, unit, "co")
    if case.leads == 1:
        supervisors.watch(world, case)
    if not co and world.chance(case, world.habits.co_handlers / 4):
        world.office(case.rng.uniform(60, 600), co_dispatch, case)
    if lead != case.owner and world.chance(case, world.habits.redispatch):
        world.office(case.rng.uniform(5, 60), redispatch, case)


def give(world: World, case: Case, unit: str, role: str, *, settled: bool = False, parent: Part | None = None) -> None:
    """A unit finds a part in its tray."""
    part = Part(unit, role, parent, settled=settled)
    case.parts.append(part)
    world.tally.add(f"part.{'below' if parent else role}")
    units.take(world, case, part)


def co_dispatch(world: World, case: Case) -> None:
    """It turns out that another unit is needed as well."""
    if case.stage is not State.IN_PROGRESS or case.lead is None:
        return
    unit = another(world.rules, case.lead.unit, case.district, case.accused, case.rng)
    if case.held_by(unit):
        return
    by = world.someone(Role.DISPATCHER, case)
    if world.do(case, by, "co-dispatch", count="given.co_dispatched", units=[unit]):
        give(world, case, unit, "co")


def redispatch(world: World, case: Case) -> None:
    """The dispatcher sees his own mistake before the unit does."""
    lead = case.lead
    if case.stage is not State.IN_PROGRESS or lead is None or lead.settled or not _free(world, case, case.owner):
        return
    if lead.state == "disputed":  # whose it is has been asked already
        return
    by = world.someone(Role.DISPATCHER, case)
    told = world.do(
        case, by, "redispatch", count="given.dispatched", lead=case.owner, note="经核对权责清单，改派主管单位办理。"
    )
    if told:
        world.tally.add("given.redispatched")
        case.end(lead)
        case.leads += 1
        give(world, case, case.owner, "lead")


def _seems_right(world: World, case: Case) -> str:
    wrong = world.habits.wrong_unit if case.leads == 0 else world.habits.wrong_unit * 2
    unit = case.owner
    if world.chance(case, wrong) or not _free(world, case, unit):
        unit = another(world.rules, case.owner, case.district, case.accused, case.rng)
    free = [u for u in world.rules.units if _free(world, case, u)]
    return unit if _free(world, case, unit) else free[0]


def _free(world: World, case: Case, unit: str) -> bool:
    return not case.held_by(unit) and may_have(world.rules, unit, case.accused)
