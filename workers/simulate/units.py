"""Units: they sign, reach the caller, pass work down, ask for time, and reply; in office hours, emergencies at once."""

from __future__ import annotations

from typing import Any

from hotline.ticket.ticket import State
from workers.simulate import centre, operators, returns, reviewers, supervisors
from workers.simulate.case import Case, Part
from workers.simulate.habits import OPEN_HOURS_MEAN
from workers.simulate.owners import just_below
from workers.simulate.staff import clerk
from workers.simulate.world import World

DAY = 510
"""Office minutes of a day."""


def take(world: World, case: Case, part: Part) -> None:
    """A part has come in."""
    if case.urgency == "emergency":
        world.soon(case.rng.uniform(2, 15), sign, case, part)
    else:
        late = world.chance(case, world.habits.signs_late)
        world.office(case.rng.uniform(150, 2 * DAY) if late else case.rng.gammavariate(2, 20), sign, case, part)


def sign(world: World, case: Case, part: Part) -> None:
    """Take it, unless it is not ours."""
    if part.state != "dispatched" or world.put_off(case, sign, case, part):
        return
    if not _at_work(case, part):
        return
    if returns.not_ours(world, case, part):
        returns.ask(world, case, part)
        return
    if world.do(case, clerk(part.unit), "sign", count="unit.signed"):
        part.state, part.signed = "signed", True
        work(world, case, part)


def _at_work(case: Case, part: Part) -> bool:
    """Whether this unit may go on; those beside the lead may even when the lead has replied or is being looked for."""
    beside = (State.REPLIED, State.AWAITING_DISPATCH, State.CALLBACK_DUE)
    return case.stage is State.IN_PROGRESS or (not part.is_lead and case.stage in beside)


def work(world: World, case: Case, part: Part) -> None:
    """Plan what is to be done until the reply."""
    rng, habits = case.rng, world.habits
    if case.urgency == "emergency":
        world.soon(rng.uniform(5, 30), contact, case, part)
        world.soon(rng.uniform(60, 240), reply, case, part)
        return
    mean = OPEN_HOURS_MEAN[case.type or "other"] * (0.5 if case.urgency == "urgent" else 1.0)
    span = max(40.0, rng.gammavariate(2.5, mean / 2.5)) * (3.5 if world.chance(case, habits.late) else 1.0)
    world.office(min(span * 0.6, rng.uniform(20, 300)), contact, case, part)
    world.office(span, reply, case, part)
    if world.chance(case, habits.asks_more) and case.preference != "none":
        world.office(span * rng.uniform(0.2, 0.7), ask_more, case, part)
    if world.chance(case, habits.unmasks) and not case.confidential and case.type != "report":
        world.office(span * rng.uniform(0.1, 0.5), unmask, case, part)
    if part.is_lead:
        _plan_as_lead(world, case, part, span)


def _plan_as_lead(world: World, case: Case, part: Part, span: float) -> None:
    rng, habits = case.rng, world.habits
    if just_below(world.rules, part.unit, case.accused) and world.chance(case, habits.passes_down * 3):
        world.office(span * rng.uniform(0.05, 0.2), pass_down, case, part)
    if world.chance(case, habits.extends) and not case.extended:
        world.office(span * rng.uniform(0.3, 0.8), supervisors.ask_extension, case, part)
    if world.chance(case, habits.defers) and not case.deferral_asked:
        world.office(span * rng.uniform(0.4, 0.8), supervisors.ask_deferral, case, part)


def contact(world: World, case: Case, part: Part) -> None:
    """Reach the caller before working; try again when he does not answer."""
    if case.preference == "none" or not case.reachable or part.reached:
        return
    if part.state != "signed" or case.stage is State.CALLBACK_DUE or not _at_work(case, part):
        return
    way = "text" if case.preference == "text" else "visit" if case.rng.random() < 0.08 else "voice"
    reached = world.chance(case, world.habits.reached)
    count = f"unit.contact_{'reached' if reached else 'missed'}"
    if not world.do(case, clerk(part.unit), "contact", count=count, way=way, reached=reached):
        return
    part.tries, part.reached = part.tries + 1, reached
    if not reached and part.tries < 2:
        world.office(240, contact, case, part)


def reply(world: World, case: Case, part: Part) -> None:
    """Say what was found and done; the lead's reply is the ticket's."""
    if part.state in ("return_requested", "disputed"):
        case.parked.append(lambda: reply(world, case, part))
        return
    if part.state != "signed" or world.put_off(case, reply, case, part):
        return
    if not _at_work(case, part):
        return
    if part.is_lead and _must_contact(world, case, part):
        contact(world, case, part)
        world.office(30 if part.reached else 300, reply, case, part)
        return
    if part.is_lead and any(p.parent is part and p.at_work for p in case.parts) and world.chance(case, 0.8):
        world.office(DAY / 2, reply, case, part)
        return
    if world.do(case, clerk(part.unit), "reply", **_answer(world, case, part)):
        world.tally.add(f"unit.replied_{'lead' if part.is_lead else 'beside'}")
        part.done("replied")
        if part.is_lead:
            case.stage = State.REPLIED
            reviewers.await_review(world, case)


def _answer(world: World, case: Case, part: Part) -> dict[str, Any]:
    rng = case.rng
    claimed = (
        "resolved" if world.chance(case, world.habits.claims_resolved) else rng.choice(("explained", "unresolved"))
    )
    body: dict[str, Any] = {"internal_result": "已到现场核实并处置，记录和照片存本单位。", "claimed": claimed}
    if part.is_lead:
        body["public_reply"] = world.fill(case, case.pattern.reply)
        if world.rules.templates and rng.random() < 0.3:
            body["template"] = rng.choice(list(world.rules.templates))
    return body


def _must_contact(world: World, case: Case, part: Part) -> bool:
    """The profile's own rule, as clerks know it: reached, or tried as often as a call-back would be."""
    if not world.rules.contact_before_reply or not case.reachable or case.preference == "none":
        return False
    own = [p for p in case.parts if p is part or p.parent is part]
    attempts = world.rules.call_back(case.type, case.urgency).attempts
    return not any(p.reached for p in own) and sum(p.tries for p in own) < attempts


def pass_down(world: World, case: Case, part: Part) -> None:
    """A government or street office gives its part to an office below, and stays answerable."""
    if part.state != "signed" or case.stage is not State.IN_PROGRESS:
        return
    free = [u for u in just_below(world.rules, part.unit, case.accused) if not case.held_by(u)]
    if not free:
        return
    unit = case.rng.choice(free)
    if world.do(case, clerk(part.unit), "pass-down", count="given.passed_down", unit=unit):
        centre.give(world, case, unit, part.role, parent=part)


def ask_more(world: World, case: Case, part: Part) -> None:
    """The unit cannot go on without the caller."""
    if part.state == "signed" and case.stage is State.IN_PROGRESS:
        operators.ask(world, case, clerk(part.unit))


def unmask(world: World, case: Case, part: Part) -> None:
    """The clerk must see who called, and says why."""
    if part.live and case.open:
        world.do(
            case,
            clerk(part.unit),
            "unmask",
            count="pressed.unmasked",
            fields=["caller"],
            reason="需当面送达材料，核对来电人。",
        )


def resume_on(world: World, case: Case, part: Part) -> None:
    """The date of a deferral has come."""
    if case.stage is State.DEFERRED and world.do(case, clerk(part.unit), "resume", count="more_time.resumed"):
        case.stage = State.IN_PROGRESS
        world.go_on(case)


def again(world: World, case: Case, part: Part, wait: float) -> None:
    """A reply came back: from the review, or from an unhappy caller."""
    part.state = "signed"
    world.office(wait * 0.5, contact, case, part)
    world.office(wait + 45, reply, case, part)
