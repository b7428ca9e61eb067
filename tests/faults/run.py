"""One run: a city at work, faults by a seeded plan, then quiet, then the checks."""

from __future__ import annotations

import asyncio
import shutil
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import nats

from projections import consultations, due_list
from projections.registry import VIEWS
from tests.faults import experts, troubles
from tests.faults.asking import Asker
from tests.faults.checks import judge
from tests.faults.city import WEBS, City
from tests.faults.evidence import UNDECODABLE, Evidence, dead_letters
from tests.faults.expert_checks import outcomes
from tests.faults.ledger import Ledger
from tests.faults.people import Crowd, Person
from tests.faults.police import OurDesk
from tests.faults.watching import Watch
from workers.bus import STREAM
from workers.compose import House
from workers.eraser import NAME as ERASER
from workers.link.ledger import Ledger as Said
from workers.notifier import NAME

QUIET_WITHIN = 150.0  # seconds
MUTANT_WITHIN = 30.0  # seconds: one that was caught may never come to rest
GOES_ON_WITHIN = 25.0  # seconds
AN_HOUR = timedelta(hours=1)
MORE_THAN_A_BACK_OFF = timedelta(minutes=6)


@dataclass(frozen=True)
class Plan:
    """What is to happen. `faults` in all; each kind named in `only` (all if empty) comes once before any comes twice."""

    seed: int
    faults: int = 30
    pace: float = 1.0
    """Seconds between two faults, on the average."""
    people: int = 3
    askers: int = 2
    """Operators besides who ask experts."""
    mutant: str = ""
    only: tuple[str, ...] = ()
    ack_wait: float = 3.0
    away: float = 4.0
    small_disks: bool = False
    postgres: dict[str, str] = field(default_factory=dict)
    """Settings of the server that differ."""

    def troubles(self, chance: Random) -> list[tuple[str, troubles.Trouble]]:
        kinds = troubles.every_kind(self.ack_wait, self.away, self.small_disks)
        names = sorted(set(self.only) or kinds)
        order = chance.sample(names, len(names))
        killing = [
            name for name in names if not name.startswith(("disk", "delete", "undecodable", "nats-server", "pause"))
        ]
        while len(order) < self.faults:
            order.append(chance.choice(killing or names))
        return [(name, kinds[name]) for name in order[: self.faults]]


@dataclass
class Report:
    """What came of it."""

    plan: Plan
    wrong: dict[str, list[str]]
    """By check, what is broken."""
    figures: dict[str, object]

    @property
    def sound(self) -> bool:
        return not any(self.wrong.values())

    def __str__(self) -> str:
        lines = [f"{name}: {value}" for name, value in self.figures.items()]
        for check, broken in self.wrong.items():
            lines.append(f"[{'ok' if not broken else f'{len(broken)} BROKEN'}] {check}")
            lines += [f"    {one}" for one in broken[:8]]
        return "\n".join(lines)


def run(plan: Plan, say: Callable[[str], None] = lambda _: None) -> Report:
    """Carry a plan out. The servers end with the calling thread; what was written down stays when something is broken."""
    began = time.monotonic()
    city = City(
        seed=plan.seed, mutant=plan.mutant, ack_wait=plan.ack_wait, small_disks=plan.small_disks, **plan.postgres
    )
    try:
        city.open()
        say(f"{time.monotonic() - began:.0f} s: the city is open, everything it writes is in {city.room}")
        house = city.house()
        try:
            report = _carry_out(plan, city, house, began, say)
        finally:
            house.close()
    finally:
        city.close()
    if report.sound or plan.mutant:
        shutil.rmtree(city.room, ignore_errors=True)
    return report


def _carry_out(plan: Plan, city: City, house: House, began: float, say: Callable[[str], None]) -> Report:
    ledger, watch, chance = Ledger(), Watch(city.postgres.url()), Random(plan.seed)
    unit = next(unit.id for unit in house.rules.units.values() if unit.tier == "district")
    tokens = city.tokens(unit)
    bases = [city.ports["web 2"], city.proxies["web 1"].port]
    people = [Person(str(n), plan.seed, bases, tokens, house.rules, ledger) for n in range(plan.people)]
    at_seats = Crowd(
        [
            experts.Expert(seat, token, plan.seed, nth, bases, ledger, city.clock.now)
            for nth, (seat, token) in enumerate(experts.seated(house).items())
        ]
    )
    askers = [Asker(f"a{n}", plan.seed, bases, tokens, house.rules, ledger) for n in range(plan.askers)]
    crowd = Crowd([*people, *askers])
    desk = OurDesk(city.house(), plan.seed)
    scene = troubles.Scene(city, watch, chance)
    time.sleep(2)
    for name, trouble in plan.troubles(chance):
        scene.done.append(name)
        trouble(scene)
        say(f"{time.monotonic() - began:.0f} s: {name}")
        time.sleep(chance.uniform(0, 2 * plan.pace))
    _wait(lambda: not watch.outstanding(), GOES_ON_WITHIN)
    outstanding = watch.outstanding()
    watch.close()
    crowd.leave()
    desk.leave()
    at_seats.leave()
    city.clock.stop()
    patience = MUTANT_WITHIN if plan.mutant else QUIET_WITHIN
    quiet = _wait(lambda: _settled(city, house), patience, 0.5)
    buried = Counter(asyncio.run(dead_letters(city.nats.url)))
    city.replay()
    quiet = quiet and _wait(lambda: _settled(city, house), patience, 0.5)
    pages = [_metrics(city.ports[web]) for web in WEBS]
    say(f"{time.monotonic() - began:.0f} s: {'quiet' if quiet else 'NOT QUIET: ' + _standing(city, house)}")
    police = city.police("/log")
    ends = city.drain()
    evidence = Evidence(
        city, house, ledger, dict(watch.recovered), outstanding, scene.undecodable, scene.perhaps, pages, police
    )
    wrong = judge(evidence)
    wrong["all goes quiet, and every process ends in good order"] = [
        *([] if quiet else ["it never went quiet"]),
        *(f"{piece} ended with {code}" for piece, code in ends.items() if code != 0),
    ]
    return Report(plan, wrong, _figures(scene, evidence, buried, time.monotonic() - began))


def _figures(scene: troubles.Scene, e: Evidence, buried: Counter[str], seconds: float) -> dict[str, object]:
    recovered = {kind: f"{max(times):.1f}" for kind, times in sorted(e.recovered.items())}
    return {
        "seconds": round(seconds),
        "faults": len(scene.done),
        "kills": scene.kills,
        "moments nobody came to": scene.missed,
        "starts": dict(e.city.starts),
        "replies cut": {name: proxy.cuts for name, proxy in e.city.proxies.items()},
        "facts": len(e.log),
        "requests": {fate: e.ledger.count(fate) for fate in ("acknowledged", "unknown", "refused")},
        "refused": e.ledger.refusals(),
        "hand-offs": Counter(
            str(row["state"]) for row in {r["handoff_id"]: r for r in e.police if "state" in r}.values()
        ),
        "questions": outcomes(e.log),
        "rung": Counter(type(r.fact).__name__ for r in e.log)["ClockRang"],
        "dead letters": f"{buried.total()}, {buried[UNDECODABLE]} of them undecodable; after a replay {len(e.dead)}",
        "seconds until it went on, at worst": recovered,
    }


def _settled(city: City, house: House) -> bool:
    """Whether nothing is under way any more; messages that wait for the morning get their morning, questions their end."""
    with suppress(Exception):
        end, link = house.hotline.position(), Said(house.outbox, "110")
        if any(house.views.position(name) < end for name in VIEWS) or house.outbox.position(ERASER) < end:
            return False
        unread: int = asyncio.run(_unread(city, end))
        if unread or due_list.due(house.views, city.clock.now()):
            return False
        other = city.police("/livez")
        if link.position() < end or link.standing()[0] or other["owed"] or other["planned"]:
            return False
        if consultations.opened(house.views):  # nobody is at the seats any more: step by step they become tickets
            city.clock.advance(AN_HOUR)
            return False
        waiting = house.outbox.errands.count().get(("text", "waiting"), 0)
        if waiting:
            quiet = house.rules.contact.quiet(house.rules.calendar.local(city.clock.now()).time())
            city.clock.advance(AN_HOUR if quiet else MORE_THAN_A_BACK_OFF)
        return not waiting
    return False


def _standing(city: City, house: House) -> str:
    with suppress(Exception):
        end = house.hotline.position()
        views = {name: house.views.position(name) for name in VIEWS}
        unread = asyncio.run(_unread(city, end))
        said, owed = Said(house.outbox, "110").standing(), city.police("/livez")["owed"]
        link = f"link: {said[0]} of ours and {owed} of 110's not acknowledged"
        due = len(due_list.due(house.views, city.clock.now()))
        return f"log {end}, {views}, eraser {house.outbox.position(ERASER)}, bus {unread}, due {due}, {house.outbox.errands.count()}, {link}"
    return "out of reach"


async def _unread(city: City, end: int) -> int:
    """Messages the bus has still to bring, and facts it has still to get."""
    client = await nats.connect(city.nats.url, connect_timeout=3)
    try:
        js = client.jetstream()
        last = await js.get_last_msg(STREAM, "hotline.fact.>")
        info = await js.consumer_info(STREAM, NAME)
        behind = end - int((last.headers or {})["ce-position"])
        return behind + (info.num_pending or 0) + (info.num_ack_pending or 0)
    finally:
        await client.close()


def _metrics(port: int) -> str:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        told: str = page.read().decode()
        return told
    return ""


def _wait(probe: Callable[[], bool], within: float, every: float = 0.1) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if probe():
            return True
        time.sleep(every)
    return False
