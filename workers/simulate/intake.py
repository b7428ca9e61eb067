"""The requests of a simulation: who calls when, about what; and how it is told to the hotline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hotline.calendar import ONE_DAY
from hotline.facts import Actor, Role
from hotline.rules import Rules
from workers.simulate import texts
from workers.simulate.case import Case
from workers.simulate.habits import DAY_OFF, HOURS, TELLS_ONLY, TYPES, Habits, pick
from workers.simulate.owners import owner_of
from workers.simulate.texts import Pattern
from workers.simulate.world import World

UNASSIGNED_PREFIX = "160"
"""No carrier has numbers that begin so: a simulated caller is nobody."""


@dataclass(frozen=True)
class Plan:
    """How many requests, over which days, from which seed."""

    requests: int
    days: int
    seed: int
    start: datetime
    habits: Habits = field(default_factory=Habits)


def moments(plan: Plan, rules: Rules, rng: Random) -> list[datetime]:
    """When requests come: by working days and days off, and by the hour."""
    first = rules.calendar.local(plan.start).date()
    days = [first + n * ONE_DAY for n in range(plan.days)]
    weights = [1.0 if rules.calendar.is_working(day) else DAY_OFF for day in days]
    found = []
    for day in rng.choices(days, weights, k=plan.requests):
        hour = rng.choices(range(24), HOURS)[0]
        found.append(_on(day, hour, rules) + timedelta(seconds=rng.uniform(0, 3600)))
    return sorted(found)


def calls(plan: Plan, rules: Rules) -> Iterator[tuple[datetime, tuple[Case, ...]]]:
    """Every call with its matters, in order of time."""
    rng = Random(f"{plan.seed}:calls")
    waiting = moments(plan, rules, rng)
    n = 0
    while n < len(waiting):
        matters = 2 if rng.random() < plan.habits.second_matter and n + 1 < len(waiting) else 1
        yield waiting[n], call(plan, rules, n, matters)
        n += matters


def call(plan: Plan, rules: Rules, n: int, matters: int = 1) -> tuple[Case, ...]:
    """The nth call; its second matter has the same caller and call id."""
    first = case(plan, rules, n)
    if first.channel == "phone":
        first.call_id = f"call-{plan.seed}-{plan.start:%Y%m%d}-{n}"
    if matters == 1 or first.kind not in TYPES or first.channel != "phone":
        return (first, *(case(plan, rules, n + extra) for extra in range(1, matters)))
    second = case(plan, rules, n + 1)
    if second.kind not in TYPES:
        return (first, second)
    second.name, second.phone, second.anonymous = first.name, first.phone, first.anonymous
    second.call_id, second.channel, second.preference = first.call_id, "phone", first.preference
    return (first, second)


def case(plan: Plan, rules: Rules, n: int) -> Case:
    """The nth request with its caller. It depends on the seed and n alone."""
    rng, habits = Random(f"{plan.seed}:{n}"), plan.habits
    kind = _kind(rng, habits)
    pattern = _pattern(kind if kind in TYPES else rng.choice(("complaint", "help")), rng)
    slots = texts.draw(rng)
    urgency = pattern.urgency if kind in TYPES else "normal"
    made = Case(
        id=uuid5(NAMESPACE_URL, f"hotline:simulated:{plan.seed}:{plan.start.isoformat()}:{n}"),
        rng=rng,
        kind=kind,
        channel=pick(rng, habits.channels) if kind in TYPES and urgency != "emergency" else "phone",
        pattern=pattern,
        slots=slots,
        district=rng.choice(list(rules.districts)) if rules.districts and rng.random() < 0.93 else None,
        name=slots["name"],
        phone=f"{UNASSIGNED_PREFIX}{rng.randrange(10**8):08d}",
        urgency=urgency,
    )
    if kind in TYPES:
        _platform(made, plan, n)
    _caller(made, plan, rules)
    made.owner = owner_of(rules, pattern.category, made.district, made.accused, rng)
    return made


def _platform(made: Case, plan: Plan, n: int) -> None:
    """Whether it is another platform's matter; drawn apart, so that all else about a request stays what it was."""
    rng, channels = Random(f"{plan.seed}:{n}:platform"), plan.habits.channels
    by_phone = channels["phone"] / sum(channels.values())
    if made.channel == "phone" and rng.random() < plan.habits.to_police / by_phone:
        made.police = rng.choice(("119", "120")) if rng.random() < TELLS_ONLY else "110"


def _caller(made: Case, plan: Plan, rules: Rules) -> None:
    rng, habits = made.rng, plan.habits
    if made.kind in ("order", "secret", "silent"):
        made.name, made.phone, made.callback = None, None, False
    elif made.kind == "nuisance":
        made.name = None  # such callers do not say
        if rng.random() < habits.repeat_offender:
            made.phone = f"{UNASSIGNED_PREFIX}{plan.seed % 1000:03d}{rng.randrange(1 + plan.requests // 400):05d}"
    elif rng.random() < habits.anonymous:
        made.anonymous, made.name = True, None
        made.phone = made.phone if rng.random() < 0.5 else None
    made.preference = pick(rng, habits.preferences)
    made.callback = made.callback and rng.random() >= habits.no_callback
    made.confidential = rng.random() < (0.4 if made.kind == "report" else habits.confidential)
    if rules.teams and rng.random() < habits.about_team:
        made.about_team = rng.choice(list(rules.teams))
    if made.kind == "report" and rng.random() < habits.accuses:
        made.accused = rng.choice([u.id for u in rules.units.values() if u.tier in ("district", "street") and not u.government] or [None])  # fmt: skip


def type_of(made: Case) -> str | None:
    """What it is; None for a call that is no request."""
    return made.pattern.type if made.ordered else made.kind if made.kind in TYPES else None


def body_of(made: Case, world: World, by: Actor) -> dict[str, Any]:
    """What is written down of it. Who takes it down by telephone says at once what it is."""
    rng, habits = made.rng, world.habits
    body: dict[str, Any] = {
        "channel": "province" if made.ordered else made.channel,
        "text": _words(made, world),
        "caller": {"name": made.name, "phone": made.phone, "anonymous": made.anonymous},
        "contact_preference": made.preference,
        "callback_wanted": made.callback,
        "confidential": made.confidential,
        "minor_involved": rng.random() < habits.minor,
        "urgency": made.urgency,
        "place": {"address": f"{made.slots['street']}{made.slots['building']}", "district": made.district},
        "call_id": made.call_id,
        "about_team": made.about_team,
    }
    if rng.random() < habits.enterprise:
        body["caller"]["kind"] = "enterprise"
    if made.phone and rng.random() < habits.on_behalf:
        body["on_behalf_of"] = "母亲"
    if made.kind == "secret":
        body["state_secret"] = True
    if by.role is not Role.CITIZEN and (type_ := type_of(made)):
        made.type = body["type"] = type_
        body["category"] = list(world.rules.category_path(made.pattern.category))
        body["accused_unit"] = made.accused
    if made.ordered:
        body["source"] = _source(made, world)
    return {key: value for key, value in body.items() if value is not None}


def _source(made: Case, world: World) -> dict[str, Any]:
    due = world.hours.in_office(world.now, made.rng.uniform(5, 10) * 510)
    kind = "instruction" if made.rng.random() < 0.6 else "province"
    return {"kind": kind, "outside_number": f"ORD-{made.rng.randrange(10**6):06d}", "due": due.isoformat()}


def _words(made: Case, world: World) -> str:
    if made.kind == "silent":
        return "接通后无人说话。"
    if made.kind == "nuisance":
        return "来电人反复辱骂话务员，没有具体诉求。"
    if made.kind == "secret":
        return "来电内容涉密，不予记录。"
    return world.fill(made, made.pattern.text)


def _kind(rng: Random, habits: Habits) -> str:
    roll = rng.random()
    for kind, share in (("nuisance", habits.nuisance * 0.6), ("silent", habits.nuisance * 0.4), ("secret", habits.state_secret), ("order", habits.ordered)):  # fmt: skip
        if roll < share:
            return kind
        roll -= share
    return pick(rng, TYPES)


@cache
def _by_type() -> dict[str, list[Pattern]]:
    found: defaultdict[str, list[Pattern]] = defaultdict(list)
    for each in texts.patterns():
        found[each.type].append(each)
    return dict(found)


def _pattern(type_: str, rng: Random) -> Pattern:
    return rng.choice(_by_type()[type_])


def _on(day: date, hour: int, rules: Rules) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=rules.calendar.zone)
