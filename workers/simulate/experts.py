"""Experts: they sit down for their shifts, take what is offered or let it pass, answer, promise to call, and write it down."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from hotline.calendar import ONE_DAY
from hotline.facts import Actor, Role
from hotline.rules import Rules
from hotline.rules.platforms import seconds
from workers.simulate import asking, telephone
from workers.simulate.beside import News
from workers.simulate.case import Expert, Question
from workers.simulate.staff import SUPERVISOR
from workers.simulate.world import World

COMES, OPENS, GOES = time(8, 55), time(9), time(18)
BACKUPS = 3
"""Experts who know several subjects and are asked when nobody on duty is free."""
ROSTER = 28
"""Days that a supervisor sets shifts for at once."""


def open_seats(world: World, seed: int, until: datetime) -> None:
    """Give every expert a seat; then the days begin."""
    for expert in _hired(world.rules, seed):
        world.experts[expert.actor.id] = expert
        skills = list(expert.skills)
        if world.beside("seat", expert.actor.id, SUPERVISOR, "open-seat", seat=expert.actor.id, skills=skills):
            world.at(world.now, roster, expert, until)
            world.at(world.now, day, expert, until)


def _hired(rules: Rules, seed: int) -> list[Expert]:
    """One for each skill on duty, of whom the last keeps the profile's hours, and some who know several."""
    skills = list(rules.experts.skills)
    alone = [((skill,), "duty" if skill != skills[-1] else None) for skill in skills]
    several = [(tuple(skills[n::BACKUPS]), "backup") for n in range(BACKUPS if skills else 0)]
    return [
        Expert(Actor(id=f"expert-{n}", role=Role.EXPERT), known, rank, Random(f"{seed}:expert:{n}"))
        for n, (known, rank) in enumerate((*alone, *several), 1)
    ]


def roster(world: World, expert: Expert, until: datetime) -> None:
    """Set the shifts of the next weeks, where the expert does not keep the profile's hours."""
    if expert.rank is None:
        return
    first = world.rules.calendar.local(world.now).date()
    days = [day for n in range(ROSTER) if world.rules.calendar.is_working(day := first + n * ONE_DAY)]
    zone = world.rules.calendar.zone
    shifts = [
        {
            "since": datetime.combine(day, OPENS, zone).isoformat(),
            "until": datetime.combine(day, GOES, zone).isoformat(),
            "rank": expert.rank,
        }
        for day in days
    ]
    world.beside("seat", expert.actor.id, SUPERVISOR, "set-shifts", shifts=shifts)
    if (again := world.now + ROSTER * ONE_DAY) < until:
        world.at(again, roster, expert, until)


def day(world: World, expert: Expert, until: datetime) -> None:
    """One day of an expert's; some days somebody does not come."""
    local = world.rules.calendar.local(world.now)
    if world.rules.calendar.is_working(local.date()) and expert.rng.random() >= world.habits.expert_absent:
        comes = datetime.combine(local.date(), COMES, local.tzinfo) + timedelta(minutes=expert.rng.uniform(0, 12))
        if comes >= world.now:
            world.at(comes, sign_in, expert)
            noon = datetime.combine(local.date(), time(12), local.tzinfo)
            world.at(noon + timedelta(minutes=expert.rng.uniform(0, 30)), away, expert, 45.0)
            goes = datetime.combine(local.date(), GOES, local.tzinfo)
            world.at(goes + timedelta(minutes=expert.rng.uniform(0, 8)), leave, expert)
    tomorrow = datetime.combine(local.date() + ONE_DAY, time(), local.tzinfo)
    if tomorrow < until:
        world.at(tomorrow, day, expert, until)


def sign_in(world: World, expert: Expert) -> None:
    expert.at_home = False
    if world.beside("seat", expert.actor.id, expert.actor, "sign-in"):
        world.tally.add("seat.signed_in")


def away(world: World, expert: Expert, minutes: float) -> None:
    """There, but taking nothing; not in the middle of a question."""
    if expert.presence in ("offered", "engaged"):
        world.soon(6, away, expert, minutes)
    elif expert.presence not in ("offline", "away") and world.beside("seat", expert.actor.id, expert.actor, "away"):
        world.soon(minutes, back, expert)


def back(world: World, expert: Expert) -> None:
    if expert.presence in ("away", "wrap_up") and not expert.at_home:
        world.beside("seat", expert.actor.id, expert.actor, "available")


def leave(world: World, expert: Expert) -> None:
    """The end of the day, once nothing is asked any more."""
    expert.at_home = True
    if expert.presence in ("offered", "engaged"):
        world.soon(3, leave, expert)
    elif expert.presence != "offline" and world.beside("seat", expert.actor.id, expert.actor, "sign-out"):
        world.tally.add("seat.signed_out")


def hear_seat(world: World, news: News) -> None:
    """What stands on an expert's screen about his own seat."""
    world.experts[news.now.seat].presence = news.now.presence


def offered(world: World, q: Question) -> None:
    """It rings at a seat: most take it, some do not want it now, some are not at their place."""
    assert q.seat is not None
    expert = world.experts[q.seat]
    wait, roll = seconds(world.rules.experts.offer) / 60, expert.rng.random()
    habits = world.habits
    if roll < habits.expert_declines:
        world.soon(wait * expert.rng.uniform(0.2, 0.8), _decline, q, expert, q.offers)
    elif roll < habits.expert_declines + habits.expert_lets_pass:
        world.soon(wait + expert.rng.uniform(4, 12), back, expert)
    else:
        world.soon(wait * expert.rng.uniform(0.1, 0.9), _pick_up, q, expert, q.offers)


def _decline(world: World, q: Question, expert: Expert, offer: int) -> None:
    if _mine(q, expert, "offered", offer):
        world.beside("consultation", q.id, expert.actor, "decline")


def _pick_up(world: World, q: Question, expert: Expert, offer: int) -> None:
    if not _mine(q, expert, "offered", offer):
        return
    if not world.beside("consultation", q.id, expert.actor, "pick-up"):
        return
    rng, habits, roll = expert.rng, world.habits, expert.rng.random()
    takes = rng.uniform(8, 50) if q.way == "written" else rng.gammavariate(3, 1.3)
    if roll < habits.expert_gives_back:
        world.soon(takes / 2, _give_back, q, expert)
    elif roll < habits.expert_gives_back + habits.expert_promises and q.way != "written":
        world.soon(takes, _promise, q, expert)
    else:
        world.soon(takes, _answer, q, expert)
    if q.way == "three_way" and q.case.call_id is not None:
        telephone.three_way(world, q.case, "expert")


def _answer(world: World, q: Question, expert: Expert) -> None:
    if not _mine(q, expert, "engaged"):
        return
    words = world.fill(q.case, q.case.pattern.expert_answer or q.case.pattern.reply)
    body: dict[str, Any] = {"how": "written" if q.way == "written" else "live", "answer": words}
    if not world.beside("consultation", q.id, expert.actor, "answer", **body):
        return
    _after(world, expert)
    category = q.case.pattern.category
    if category not in world.known and expert.rng.random() < world.habits.writes_back:
        world.known.add(category)
        world.soon(expert.rng.uniform(5, 90), _write_back, q, expert, words)


def _after(world: World, expert: Expert) -> None:
    """Some are done with the writing up before its time is over."""
    if expert.rng.random() < 0.5:
        world.soon(seconds(world.rules.experts.wrap_up) / 60 * expert.rng.uniform(0.2, 0.8), back, expert)


def _write_back(world: World, q: Question, expert: Expert, words: str) -> None:
    name = world.rules.categories[q.case.pattern.category].zh
    skill = next(s for s in expert.skills if s == asking.skill_of(world.rules, q.case.pattern.category))
    body: dict[str, Any] = {
        "skill": skill,
        "title": f"{name}如何办理",
        "question": f"办理{name}有什么规定？",
        "answer": words,
    }
    told = world.beside("knowledge", str(q.id), expert.actor, "write-back", consultation=str(q.id), **body)
    if told:
        world.tally.add("knowledge.written_back")


def _give_back(world: World, q: Question, expert: Expert) -> None:
    if not _mine(q, expert, "engaged"):
        return
    q.given_back = True
    if world.beside("consultation", q.id, expert.actor, "give-back", reason="需要查阅档案，请其他专家答复。"):
        _after(world, expert)


def _promise(world: World, q: Question, expert: Expert) -> None:
    """The caller will be called; some promise an hour at which they will not be there."""
    if not _mine(q, expert, "engaged"):
        return
    hours = expert.rng.choice((1, 2, 3, 5, 20, 24, 26))
    at = world.now + timedelta(hours=hours * expert.rng.uniform(0.9, 1.1))
    if world.beside("consultation", q.id, expert.actor, "book-call-back", at=at.isoformat()):
        q.call_back = "booked"
        _after(world, expert)


def _mine(q: Question, expert: Expert, phase: str, offer: int | None = None) -> bool:
    return q.phase == phase and q.seat == expert.actor.id and offer in (None, q.offers)
