"""What operators make of what was read: they confirm it where it is right, and say otherwise where it is not."""

from __future__ import annotations

from hotline.facts import Role
from hotline.ticket.ticket import State
from workers.simulate import centre, supervisors
from workers.simulate.case import Case
from workers.simulate.proposed import Proposed
from workers.simulate.world import World

CONFIRMS = 0.9
"""Share of right proposals an operator confirms in one step; the others he passes to the dispatchers out of habit (ours)."""


def noted(world: World, case: Case, proposed: Proposed | None) -> None:
    """The operator sees what was read; what he has said already may differ from it."""
    case.proposed = proposed
    if proposed is not None:
        world.tally.add("reading.proposed")


def judged(world: World, case: Case, type_: str | None) -> None:
    """A classification is an answer to the proposal."""
    if case.proposed is not None:
        right = (case.proposed.category, case.proposed.type) == (case.pattern.category, type_)
        world.tally.add("reading.accepted" if right else "reading.corrected")


def confirmed(world: World, case: Case, type_: str | None) -> bool:
    """Whether it was right in all and was confirmed in one step, which gives it to the proposed unit."""
    read = case.proposed
    if case.stage is not State.RECEIVED or read is None or read.unit is None or case.leads:
        return False
    right = (read.category, read.type, read.urgency) == (case.pattern.category, type_, case.urgency)
    said_otherwise = case.type is not None and case.type != type_
    if not right or said_otherwise or case.accused is not None or not world.chance(case, CONFIRMS):
        return False
    told = world.do(case, world.someone(Role.OPERATOR, case), "confirm-reading", count="reading.confirmed")
    if told is None:
        return False
    for key in ("line.classified", "given.dispatched"):
        world.tally.add(key)
    judged(world, case, type_)
    case.type, case.stage = type_, State.IN_PROGRESS
    case.leads += 1
    centre.give(world, case, read.unit, "lead")
    for unit in read.co:
        centre.give(world, case, unit, "co")
    supervisors.watch(world, case)
    return True
