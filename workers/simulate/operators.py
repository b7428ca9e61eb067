"""Operators: they take requests down and settle them on the line, or make them ready for dispatch."""

from __future__ import annotations

from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.ticket.ticket import State
from workers.simulate import asking, centre, citizens, handing, police, proposals, telephone
from workers.simulate.case import Case
from workers.simulate.habits import ANSWERED_ON_THE_LINE
from workers.simulate.intake import body_of, type_of
from workers.simulate.staff import CITIZEN
from workers.simulate.world import World

ANSWERABLE = (State.RECEIVED, State.AWAITING_DISPATCH)
_WAIT = {"emergency": 0.5, "urgent": 1.0, "normal": 2.0}
_VOIDS = {"nuisance": ("nuisance", "nuisance", "malicious"), "silent": ("silent", "misdial")}


def comes(world: World, call: tuple[Case, ...]) -> None:
    """A call rings first, a matter of another platform's is offered first; all else lies there."""
    ours = tuple(case for case in call if case.channel != "police" or not world.police_at_work)
    for case in call:
        if case not in ours:
            police.bring(world, case)
    if call[0].call_id is not None and world.door.hears:
        world.soon(telephone.ring(world, call[0]) / 60, take, ours)
    else:
        take(world, ours)


def take(world: World, call: tuple[Case, ...]) -> None:
    """One call, letter or form; several matters become several tickets."""
    for nth, case in enumerate(call):
        by = _receiver(world, case)
        try:
            told = world.door.receive(case, by, body_of(case, world, by))
        except Refused as refusal:
            world.tally.refuse("receive", refusal.code, refusal.code == "caller_restricted")
            world.tally.add("intake.turned_away")
            continue
        note(world, case, told.number, told.code)
        proposals.noted(world, case, told.proposal)
        handing.told_by_itself(world, case, told.offered)
        if case.kind == "secret":
            world.tally.add("line.referred")
            world.tally.add("outcome.referred")
            case.finish(State.CLOSED)
            continue
        citizens.intend(world, case)
        if by.role is Role.CITIZEN:
            world.by_day(case.rng.uniform(5, 60) if case.urgency != "emergency" else 2, decide, case)
        else:
            world.soon(_WAIT[case.urgency] + nth, decide, case)


def begin(world: World, case: Case) -> None:
    """A matter that came from another platform is looked at, and its caller has intentions like any other."""
    citizens.intend(world, case)
    world.soon(case.rng.uniform(2, 20), decide, case)


def answer(world: World, case: Case) -> None:
    """The operator tells the caller what the expert has said."""
    if case.stage not in ANSWERABLE or world.put_off(case, answer, case):
        return
    words = world.fill(case, case.pattern.expert_answer or case.pattern.reply)
    by = world.someone(Role.OPERATOR, case)
    if world.do(case, by, "answer", count="line.answered", answer=words):
        world.tally.add("outcome.answered")
        case.finish(State.CLOSED)


def decide(world: World, case: Case) -> None:
    """The first decision on a matter, and the same after a supplement or a reopening."""
    if not case.open or case.asking or world.put_off(case, decide, case) or case.stage is not State.RECEIVED:
        return
    if handing.must_go(world, case) and handing.hand_off(world, case):
        return
    if case.kind in _VOIDS:
        _void(world, case)
    elif case.preference != "none" and case.questions == 0 and world.chance(case, world.habits.asks_first):
        ask(world, case, world.someone(Role.OPERATOR, case))
        world.put_off(case, decide, case)
    elif case.type is None and not _classify(world, case):
        return
    elif not _settled(world, case):
        _make_ready(world, case)


def ask(world: World, case: Case, by: Actor) -> bool:
    """Ask the caller for more; most answer within days, some never do."""
    question = world.say(case, "ask_supplement")
    if not world.do(case, by, "ask-supplement", count="supplement.asked", question=question):
        return False
    case.stage, case.back_to = State.NEEDS_SUPPLEMENT, case.stage
    case.questions += 1
    if world.chance(case, world.habits.answers_question):
        world.by_day(case.rng.uniform(60, 3 * citizens.DAY), citizens.answer, case, case.questions)
    return True


def _settled(world: World, case: Case) -> bool:
    """Whether it was settled on the line."""
    habits, roll, by = world.habits, case.rng.random(), world.someone(Role.OPERATOR, case)
    if case.ordered or case.urgency != "normal" or case.leads:
        return False
    answered = ANSWERED_ON_THE_LINE.get(case.kind, 0.0)
    if roll < answered and asking.must_ask(world, case) and asking.ask(world, case, by):
        return True
    if roll < answered:
        words = world.fill(case, case.pattern.expert_answer or case.pattern.reply)
        told = world.do(case, by, "answer", count="line.answered", answer=words)
        outcome = "answered"
    elif roll < answered + habits.referred:
        route = case.rng.choice([r for r in world.rules.routes if r != "state_secret"])
        told = world.do(case, by, "refer", count="line.referred", route=route)
        outcome = "referred"
    elif roll < answered + habits.referred + habits.explained:
        ground = case.rng.choice(("unlawful", "secret", "private"))
        told = world.do(
            case, by, "explain", count="line.explained", ground=ground, words="依法不能提供或办理，已说明理由。"
        )
        outcome = "explained"
    else:
        return False
    if told:
        world.tally.add(f"outcome.{outcome}")
        case.finish(State.CLOSED)
    return True


def _make_ready(world: World, case: Case) -> None:
    """Nothing more to do on the line: it goes to the dispatchers."""
    if proposals.confirmed(world, case, type_of(case)):
        return
    if case.stage is State.RECEIVED and not _classify(world, case):
        return
    if world.chance(case, world.habits.notes):
        by = world.someone(Role.OPERATOR, case)
        world.do(case, by, "note", count="pressed.noted", text="来电人情绪激动，请注意沟通方式。")
    centre.await_dispatch(world, case)


def _classify(world: World, case: Case) -> bool:
    type_ = type_of(case)
    told = world.do(
        case,
        world.someone(Role.OPERATOR, case),
        "classify",
        count="line.classified",
        type=type_,
        category=list(world.rules.category_path(case.pattern.category)),
        urgency=case.urgency,
        accused_unit=case.accused,
    )
    if told is not None:
        case.type, case.stage = type_, State.AWAITING_DISPATCH
        proposals.judged(world, case, type_)
    return told is not None


def _void(world: World, case: Case) -> None:
    kind = case.rng.choice(_VOIDS[case.kind])
    told = world.do(case, world.someone(Role.OPERATOR, case), "void", count="end.void", kind=kind)
    if told is None:
        return
    for topic, step in (
        ("caller.warned", "warned"),
        ("caller.restricted", "restricted"),
        ("caller.police_told", "police_told"),
    ):
        if told.has(topic):
            world.tally.add(f"ladder.{step}")
    case.finish(State.VOID)


def note(world: World, case: Case, number: str, code: str) -> None:
    """It has a number, and somebody sees to it."""
    case.number, case.code, case.stage = number, code, State.RECEIVED
    world.cases.append(case)
    if world.door.hears:
        world.by_id[case.id] = case
    world.tally.add("intake.received")


def _receiver(world: World, case: Case) -> Actor:
    if case.ordered:
        return world.someone(Role.SUPERVISOR, case)
    return CITIZEN if case.channel in citizens.ONLINE else world.someone(Role.OPERATOR, case)
