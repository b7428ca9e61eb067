"""Those who decide over time and pressure: extensions, deferrals, cards, orders from above, and what is left out of rates."""

from __future__ import annotations

from datetime import timedelta

from hotline.facts import Role
from hotline.ticket.ticket import State
from workers.simulate import units
from workers.simulate.case import Case, Part
from workers.simulate.staff import LEADER, clerk
from workers.simulate.world import World

_SEEN = frozenset({State.REPLIED, State.CALLBACK_DUE, State.CLOSED, State.ARCHIVED})
"""Stages in which there is a result to be looked at."""


def watch(world: World, case: Case) -> None:
    """What may come over a ticket while it is worked on."""
    if world.chance(case, world.habits.carded):
        world.office(case.rng.uniform(500, 2500), card, case)
    if world.chance(case, world.habits.escalated):
        world.office(case.rng.uniform(500, 2500), escalate, case)


def card(world: World, case: Case) -> None:
    """A yellow or red card put on by a person."""
    if case.open:
        level = case.rng.choice(("yellow", "yellow", "red"))
        by = world.someone(Role.SUPERVISOR, case)
        world.do(case, by, "supervise", count=f"card.{level}", level=level, reason="群众反映集中，请加快办理。")


def escalate(world: World, case: Case) -> None:
    if case.open:
        world.do(case, LEADER, "escalate", expected=("escalated_already",), reason="涉及面广，由分管领导督办。")


def await_inspection(world: World, case: Case) -> None:
    """Some of what a lead replies is looked at on the spot, by chance, at any time after."""
    if world.chance(case, world.habits.inspected):
        world.office(case.rng.uniform(60, 3000), inspect, case)


def inspect(world: World, case: Case) -> None:
    """What was found there; a matter that is worked on again, or taken back, has nothing to be seen."""
    if case.stage not in _SEEN:
        return
    by, roll = world.someone(Role.SUPERVISOR, case), case.rng.random()
    sure = world.habits.found_resolved
    found = "resolved" if roll < sure else "explained" if roll < (1 + sure) / 2 else "unresolved"
    words = "现场查看，已与来电人反映的情况核对。"
    if not world.do(case, by, "inspect", count=f"inspected.{found}", resolution=found, words=words):
        return
    if world.chance(case, world.habits.inspected_again):
        world.office(case.rng.uniform(200, 2000), inspect, case)


def ask_extension(world: World, case: Case, part: Part) -> None:
    """More time, asked for before the due time."""
    if part.state != "signed" or case.stage is not State.IN_PROGRESS or case.extended:
        return
    most = world.rules.extension.max_days(case.type)
    if most == 0:
        return
    told = world.do(
        case,
        clerk(part.unit),
        "request-extension",
        count="more_time.extension_asked",
        expected=("too_late", "no_more_extensions"),
        days=case.rng.randint(1, most),
        reason=world.say(case, "extension_reason"),
    )
    case.extended = True
    if told:
        part.wants_time = True
        world.office(case.rng.uniform(20, 400), decide_extension, case, part)


def decide_extension(world: World, case: Case, part: Part) -> None:
    """The centre's answer, unless the unit has replied meanwhile or lost its part."""
    if not part.wants_time or world.put_off(case, decide_extension, case, part):
        return
    if case.stage is not State.IN_PROGRESS:
        return
    part.wants_time = False
    by = world.someone(Role.DISPATCHER, case)
    if world.chance(case, world.habits.granted):
        told_reason = "情况较为复杂，需要进一步核实和处置，办理期限依规延长。"
        world.do(case, by, "grant-extension", count="more_time.extension_granted", told_reason=told_reason)
    else:
        world.do(case, by, "refuse-extension", count="more_time.extension_refused", words="理由不充分，请按期办结。")


def ask_deferral(world: World, case: Case, part: Part) -> None:
    """To set it aside, with a plan and a date."""
    if part.state != "signed" or case.stage is not State.IN_PROGRESS or case.deferral_asked:
        return
    review_on = world.now.date() + timedelta(days=case.rng.randint(4, 40))
    told = world.do(
        case,
        clerk(part.unit),
        "request-deferral",
        count="more_time.deferral_asked",
        plan=world.say(case, "deferral_plan"),
        review_on=review_on.isoformat(),
    )
    if told:
        case.deferral_asked = part.wants_deferral = True
        world.office(case.rng.uniform(60, 600), decide_deferral, case, part, (review_on - world.now.date()).days)


def decide_deferral(world: World, case: Case, part: Part, days: int) -> None:
    """A leader agrees or not."""
    if not part.wants_deferral or world.put_off(case, decide_deferral, case, part, days):
        return
    if case.stage is not State.IN_PROGRESS:
        return
    part.wants_deferral = False
    if not world.chance(case, world.habits.approved):
        world.do(case, LEADER, "refuse-deferral", count="more_time.deferral_refused", words="条件已具备，请继续办理。")
    elif world.do(case, LEADER, "approve-deferral", count="more_time.deferral_approved"):
        case.stage = State.DEFERRED
        world.at(
            world.hours.in_office(world.hours.later(world.now, (days - 1) * 1440), 60), units.resume_on, case, part
        )


def accept_as_source(world: World, case: Case) -> None:
    """Whoever gave the order accepts the result; nobody else is asked, so that ends it."""
    if case.stage is not State.CALLBACK_DUE:
        return
    told = world.do(case, world.someone(Role.SUPERVISOR, case), "accept-as-source", count="order.accepted")
    if told and told.has("ticket.closed"):
        world.tally.add("outcome.handled")
        case.finish(State.CLOSED)
