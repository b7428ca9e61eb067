"""Hand-offs both ways over a road that loses and doubles messages, and how soon all is settled once it is healed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from uuid import uuid4

from hotline.facts import Actor, Role
from hotline.rules import load
from hotline.ticket.actions import ACTIONS
from hotline.ticket.receiving import Caller, Receive
from tests.bench.city import PIECES, City, city, migrated
from tests.bench.figure import Figure, Goal
from tests.bench.lossy import Lossy, lossy
from tests.faults.police import OurDesk
from tests.faults.servers import Postgres
from tests.handoff_rule import judge_all, of_house, of_standin
from tests.support.police_desk import SECRET, PoliceDesk
from tests.support.ports import free_port
from workers.link.ledger import Ledger
from workers.settings import Settings
from workers.standin_police.orders import by_chance

MATTERS = 1_000
"""Each way."""
LOSS = TWICE = 0.2
SEED = 12345
SETTLED, NEVER = Goal(60), Goal(0)
PATIENCE = 900.0
"""Seconds after which the bench gives up waiting."""
OPERATOR = Actor(id="op", role=Role.OPERATOR)


def run(room: Path, server: Postgres, share: float) -> list[Figure]:
    """A city with a link, the stand-in as another program, and a road in between for each direction."""
    matters, store = round(MATTERS * share), server.database(f"handoffs_{uuid4().hex[:8]}")
    (keys := room / "keys").mkdir(parents=True)
    (keys / "110").write_text(SECRET)
    web, own = free_port(), load(str(Settings.model_fields["profile"].default)).platforms.own
    desk = PoliceDesk(room / "110", peer_name=own)
    with ExitStack() as ends:
        to_us = ends.enter_context(lossy(web, SEED, loss=LOSS, twice=TWICE))
        to_them = ends.enter_context(lossy(desk.port, SEED + 1, loss=LOSS, twice=TWICE))
        desk.peer = f"http://127.0.0.1:{to_us.port}/api/v1/link/110"
        settings = {"HOTLINE_LINKS": f"110=http://127.0.0.1:{to_them.port}/link", "HOTLINE_LINK_KEYS": str(keys)}
        running = ends.enter_context(city(room / "city", store, (*PIECES, "link"), web=web, settings=settings))
        ends.callback(desk.kill)
        desk.start()
        ours = OurDesk(migrated(room / "city", store), SEED)
        ends.callback(ours.leave)
        return _measured(running, desk, ours, matters, (to_us, to_them))


def _measured(running: City, desk: PoliceDesk, ours: OurDesk, matters: int, roads: tuple[Lossy, Lossy]) -> list[Figure]:
    began = time.perf_counter()
    both = [Thread(target=begin, args=(matters,)) for begin in (_ours_to(running), _theirs_to(desk))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    begun = time.perf_counter() - began
    wrong = _wrong(running, desk, settled=False)
    for road in roads:
        road.heal()
    healed = time.perf_counter()
    _say(f"{2 * matters:,} begun in {begun:.0f} s; of the messages so far {[dict(road.seen) for road in roads]}")
    while not _settled(running, desk, ours):
        if time.perf_counter() - healed > PATIENCE:
            raise RuntimeError("it never came to rest")
        time.sleep(0.25)
    settled = time.perf_counter() - healed
    used = {name: f"{seconds:.0f} s" for name, seconds in running.processor_seconds().items()}
    _say(f"settled after {settled:.0f} s; processors so far: {used}")
    wrong += _wrong(running, desk, settled=True)
    for told in wrong[:5]:
        _say(told)
    messages = sum(road.seen.total() for road in roads)
    lost = sum(road.seen["lost on the way"] + road.seen["answer lost"] for road in roads)
    return [
        Figure(
            f"{matters:,} hand-offs each way begun, a fifth of all messages lost, a fifth brought twice", begun, "s"
        ),
        Figure("… messages carried, lost ones and those after it was healed included", messages, ""),
        Figure("… of them lost, there or on the way back", lost, ""),
        Figure("… places at which the rule of custody was broken, by both logs", len(wrong), "", NEVER),
        Figure("… until all was settled, from when the road was healed", settled, "s", SETTLED),
    ]


def _ours_to(running: City) -> Callable[[int], None]:
    def begin(matters: int) -> None:
        hotline = running.house.hotline
        for n in range(matters):
            taken = Receive(
                channel="phone", text=f"路口有人争吵，第{n}起。", caller=Caller(name="王女士", phone="13800138000")
            )
            ticket = hotline.receive(taken, by=OPERATOR).stream
            body = {"to": "110", "way": "push", "summary": "路口有人争吵。", "reason": "属公安职责"}
            hotline.handle(ACTIONS["hand-off"](**body), on=ticket, by=OPERATOR)

    return begin


def _theirs_to(desk: PoliceDesk) -> Callable[[int], None]:
    def begin(matters: int) -> None:
        for n in range(matters):  # first how it will behave towards one of ours, then a matter of its own
            desk.ask("/orders", {"do": "next", **by_chance(SEED, str(n)).model_dump()})
            desk.order("offer", times=1 + n % 5 // 4)

    return begin


def _settled(running: City, desk: PoliceDesk, ours: OurDesk) -> bool:
    """Whether both have heard all, nothing is planned there, and our desk has nothing left to decide."""
    house, link = running.house, Ledger(running.house.outbox, "110")
    end = house.hotline.position()
    if link.position() < end or link.standing()[0] or not ours.done(end):
        return False
    other = desk.ask("/livez")[1]
    return not other["owed"] and not other["planned"] and house.hotline.position() == end


def _wrong(running: City, desk: PoliceDesk, *, settled: bool) -> list[str]:
    """What is wrong by both logs."""
    theirs = of_standin("110", desk.log())
    return judge_all(of_house(running.house), theirs, settled=settled)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
