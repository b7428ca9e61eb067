""" "Not ours": a unit asks, the centre decides; when units disagree both are heard and somebody decides for good."""

from __future__ import annotations

from typing import Any

from hotline.facts import Role
from hotline.ticket.ticket import State
from workers.simulate import centre, texts, units
from workers.simulate.case import Case, Part
from workers.simulate.owners import may_have
from workers.simulate.staff import LEADER, clerk
from workers.simulate.world import World

CENTRE_SAYS_YES = {True: 0.92, False: 0.12}
"""How often the centre takes a part back, by whether it was given to the wrong unit."""


def not_ours(world: World, case: Case, part: Part) -> bool:
    """Whether the clerk thinks so."""
    if not part.is_lead or part.settled:
        return False
    habits = world.habits
    return world.chance(case, habits.returns_if_right if part.unit == case.owner else habits.returns_if_wrong)


def ask(world: World, case: Case, part: Part) -> None:
    """Ask the centre to take it back, with reason and legal basis, in the two days there are for it."""
    if part.state not in ("dispatched", "signed") or world.put_off(case, ask, case, part):
        return
    if case.stage is not State.IN_PROGRESS:
        return
    phrase = case.rng.choice(texts.phrases("return_reason"))
    suggested = case.owner if case.owner != part.unit else None
    told = world.do(
        case,
        clerk(part.unit),
        "request-return",
        count="return.asked",
        expected=("too_late",),
        reason=world.fill(case, phrase.text),
        legal_basis=phrase.basis,
        suggested_unit=suggested,
    )
    if told is None:
        _keep(world, case, part)
    elif told.has("ticket.disputed"):
        world.tally.add("return.disputed")
        part.state = "disputed"
        world.office(case.rng.uniform(30, 200), argue, case, part)
        world.office(case.rng.uniform(200, 900), adjudicate, case, part)
    else:
        part.state = "return_requested"
        world.office(case.rng.uniform(20, 500), decide, case, part)


def decide(world: World, case: Case, part: Part) -> None:
    """The centre's first decision."""
    if part.state != "return_requested" or world.put_off(case, decide, case, part):
        return
    if case.stage is not State.IN_PROGRESS:
        return
    by = world.someone(Role.DISPATCHER, case)
    if world.chance(case, CENTRE_SAYS_YES[part.unit != case.owner]):
        if world.do(case, by, "accept-return", count="return.accepted"):
            case.end(part)
            case.stage = State.AWAITING_DISPATCH
            centre.await_dispatch(world, case)
    elif world.do(case, by, "refuse-return", count="return.refused", words=world.say(case, "refuse_return")):
        part.state = "signed" if part.signed else "dispatched"
        if world.chance(case, world.habits.insists):
            world.office(case.rng.uniform(20, 200), ask, case, part)
        else:
            _keep(world, case, part)


def argue(world: World, case: Case, part: Part) -> None:
    """Both sides say why it is not theirs; a dispatcher writes down what a unit says that never had it."""
    for unit in dict.fromkeys((part.unit, case.owner)):
        if part.state == "disputed" and case.stage is State.IN_PROGRESS:
            words = case.rng.choice(texts.phrases("return_reason")).text
            on_it = any(p.unit == unit for p in case.parts)
            by = clerk(unit) if on_it else world.someone(Role.DISPATCHER, case)
            named: dict[str, Any] = {} if on_it else {"unit": unit}
            world.do(case, by, "argue", count="return.argued", argument=world.fill(case, words), **named)


def adjudicate(world: World, case: Case, part: Part) -> None:
    """Final: that unit cannot return it again."""
    if part.state != "disputed" or world.put_off(case, adjudicate, case, part):
        return
    if case.stage is not State.IN_PROGRESS:
        return
    elsewhere = (
        case.owner != part.unit and not case.held_by(case.owner) and may_have(world.rules, case.owner, case.accused)
    )
    unit = case.owner if elsewhere else part.unit
    by = LEADER if case.rng.random() < 0.2 else world.someone(Role.SUPERVISOR, case)
    told = world.do(
        case,
        by,
        "adjudicate",
        count="return.adjudicated",
        unit=unit,
        reason=world.say(case, "adjudication"),
        hearing="双方均已书面陈述意见，记录在案。",
    )
    if told is None:
        return
    if elsewhere:
        case.end(part)
        case.leads += 1
        centre.give(world, case, unit, part.role, settled=True)
        world.go_on(case)
    else:
        part.settled, part.state = True, "signed" if part.signed else "dispatched"
        _keep(world, case, part)


def _keep(world: World, case: Case, part: Part) -> None:
    """It stays with the unit, which goes on."""
    if part.state == "signed":
        world.go_on(case)
    else:
        world.office(case.rng.uniform(10, 60), _sign_after_all, case, part)


def _sign_after_all(world: World, case: Case, part: Part) -> None:
    if part.state != "dispatched" or world.put_off(case, _sign_after_all, case, part):
        return
    if case.stage is State.IN_PROGRESS and world.do(case, clerk(part.unit), "sign", count="unit.signed"):
        part.state, part.signed = "signed", True
        units.work(world, case, part)
