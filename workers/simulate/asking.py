"""Operators and the experts' queue: who asks about what, and what follows from what the queue shows."""

from __future__ import annotations

from hotline.facts import Actor
from hotline.rules import Rules
from hotline.ticket.ticket import State
from workers.simulate import centre, experts, operators
from workers.simulate.beside import News
from workers.simulate.case import Case, Question
from workers.simulate.world import World

STEPS = ("duty", "backup", "call_back", "ticket")


def skill_of(rules: Rules, category: str) -> str | None:
    """The skill a category falls to, if any."""
    around = {category, category.partition(".")[0]}
    return next((code for code, skill in rules.experts.skills.items() if around & set(skill.categories)), None)


def must_ask(world: World, case: Case) -> bool:
    """Whether the operator cannot answer this one himself."""
    if not world.experts or case.police is not None or skill_of(world.rules, case.pattern.category) is None:
        return False
    local = world.rules.calendar.local(world.now)
    there = world.rules.calendar.is_working(local.date()) and experts.OPENS <= local.time() < experts.GOES
    return world.chance(case, world.habits.asks_expert * (1.0 if there else world.habits.asks_in_vain))


def ask(world: World, case: Case, by: Actor) -> bool:
    """Ask an expert: on the line where the caller is on it, else in writing."""
    ways = ("warm_transfer", "warm_transfer", "three_way", "written") if case.channel == "phone" else ("written",)
    if any(q.case is case and q.phase in ("waiting", "offered", "engaged") for q in world.questions.values()):
        case.asking = True  # it went there by itself
        return True
    way = case.rng.choice(ways)
    skill = skill_of(world.rules, case.pattern.category)
    summary = "来电人咨询政策，话务员知识库中没有依据，请专家解答。"
    if not world.do(case, by, "consult-expert", skill=skill, way=way, summary=summary):
        return False
    case.asking = True
    if world.chance(case, world.habits.needs_expert_no_more):
        world.soon(case.rng.uniform(0.1, 1.5), _cancel, case, by)
    return True


def _cancel(world: World, case: Case, by: Actor) -> None:
    """The caller hung up, or found it himself."""
    q = next((q for q in world.questions.values() if q.case is case and q.phase in ("waiting", "offered")), None)
    if q is None or not case.asking:
        return
    case.asking = False
    if world.beside("consultation", q.id, by, "cancel"):
        world.soon(1, operators.answer, case)


def hear(world: World, news: News) -> None:
    """What the queue shows of one question."""
    now = news.now
    q = world.questions.get(news.about)
    if q is None:
        case = world.by_id[now.ticket]
        q = world.questions[news.about] = Question(news.about, case, now.way, now.by_itself)
    if news.reason and news.topic == "consultation.expert_unavailable":
        world.tally.add(f"unavailable.{news.reason}")
    was = (q.phase, q.seat)
    before, q.phase, q.seat = q.rank, now.phase, now.seat
    _climbed(q, before, now.rank)
    if now.phase == "engaged" and was[0] != "engaged":
        q.call_back = "kept" if before == "call_back" else q.call_back
        q.picked = True
    elif now.phase == "offered" and was != (now.phase, now.seat):
        q.offers += not q.picked
        experts.offered(world, q)
    elif now.phase in ("answered", "ticket", "cancelled") and was[0] != now.phase:
        _over(world, q)


def _climbed(q: Question, before: str, rank: str) -> None:
    q.rank, q.depth = rank, max(q.depth, STEPS.index(rank) + 1)
    if rank == "call_back" and before != rank:
        q.call_back = "booked"
    elif rank == "ticket" and before == "call_back":
        q.call_back = "missed"


def _over(world: World, q: Question) -> None:
    """The operator has the matter again, with an answer or without."""
    case = q.case
    asked, case.asking = case.asking, False
    if q.phase == "answered":
        world.soon(case.rng.uniform(0.3, 2), operators.answer, case)
    elif q.phase == "ticket":
        if fresh := case.stage is State.RECEIVED:  # nobody had classified it: it is an enquiry in that category now
            world.tally.add("line.classified")
            case.type, case.stage = case.type or "consult", State.AWAITING_DISPATCH
        if asked or fresh:
            centre.await_dispatch(world, case)


def final(world: World) -> None:
    """What became of all questions."""
    for q in world.questions.values():
        world.tally.add("consult.asked")
        world.tally.add(f"depth.{STEPS[q.depth - 1]}")
        world.tally.add(f"consult.{q.phase if q.phase in ('answered', 'ticket', 'cancelled') else 'open'}")
        if q.by_itself:
            world.tally.add("consult.by_itself")
        if q.phase == "answered" and q.offers == 1 and not q.given_back and q.call_back is None:
            world.tally.add("consult.instantly")
        if q.call_back is not None:
            world.tally.add(f"promise.{q.call_back}")
