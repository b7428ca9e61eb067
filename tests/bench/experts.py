"""Expert seats: questions at a steady pace, and ten for each seat at once; every seat a client of its live stream."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from hotline.consultation import facts as c
from hotline.facts import Recorded, Role
from projections import consultations
from tests.bench.city import City, city
from tests.bench.figure import Figure, Goal, percentile
from tests.bench.http import Connection, request
from tests.bench.people import People
from tests.faults.experts import RANKS, seated
from tests.faults.servers import Postgres
from tests.seats_rule import judge

SEATS, QUESTIONS = 20, 200
PER_SECOND = 4.0
SECONDS = 50.0
"""Of questions at a steady pace."""
TICKETS_AT_ONCE = 8
SOON, NEVER = Goal(500), Goal(0)
PATIENCE = 300.0
_API = "/api/v1"


@dataclass
class Asked:
    """By consultation: when the operator asked, was answered, and when a seat could read the offer. Seconds."""

    sent: dict[str, float] = field(default_factory=dict)
    read: dict[str, float] = field(default_factory=dict)
    waited_free: list[float] = field(default_factory=list)
    """From when a seat was free again until it could read its next offer, while questions waited."""


def run(room: Path, server: Postgres, share: float) -> list[Figure]:
    """Both in one city, the steady pace first."""
    with city(room / "city", server.database(f"experts_{uuid4().hex[:8]}")) as running:
        tokens = seated(running.house, [RANKS[0]] * SEATS)
        return asyncio.run(_measured(running, list(tokens.values()), share))


async def _measured(running: City, tokens: list[str], share: float) -> list[Figure]:
    people = People(running.house)
    operator = running.house.accounts.issue_token(Role.OPERATOR)
    steady, rush = Asked(), Asked()
    seats = [_Seat(running.port, token, steady) for token in tokens]
    clients = [asyncio.create_task(seat.work()) for seat in seats]
    try:
        numbers = await _tickets(running.port, people, round(PER_SECOND * SECONDS * share))
        await _ask(running.port, operator, numbers, steady, 1 / PER_SECOND)
        await _all_over(running, clients)
        for seat in seats:
            seat.turn_to(rush)
        numbers = await _tickets(running.port, people, QUESTIONS)
        began = time.perf_counter()
        await _ask(running.port, operator, numbers, rush, 0.0)
        await _all_over(running, clients)
        took = time.perf_counter() - began
    finally:
        for client in clients:
            client.cancel()
    used = {name: f"{seconds:.0f} s" for name, seconds in running.processor_seconds().items()}
    print(f"processors: {used}", file=sys.stderr, flush=True)
    return [*_steady(steady), *_rush(rush, took), *_kept(running)]


def _steady(asked: Asked) -> list[Figure]:
    waits = [(asked.read[one] - sent) * 1000 for one, sent in asked.sent.items()]
    what = f"Asked → offer readable at the seat, {PER_SECOND:g} questions a second, {SEATS} seats"
    return [
        Figure(f"{what}, p50", percentile(waits, 0.5), "ms"),
        Figure(f"{what}, p99", percentile(waits, 0.99), "ms", SOON),
    ]


def _rush(asked: Asked, took: float) -> list[Figure]:
    waits = sorted((asked.read[one] - sent) * 1000 for one, sent in asked.sent.items() if one in asked.read)
    free = [seconds * 1000 for seconds in asked.waited_free]
    what = f"{QUESTIONS} questions at once, {SEATS} seats"
    return [
        Figure(f"{what}: until every one was over", took, "s"),
        Figure("… asked → offer readable, the first at each seat, slowest", waits[:SEATS][-1], "ms"),
        Figure("… asked → offer readable, waiting for a seat included, p50", percentile(waits, 0.5), "ms"),
        Figure("… asked → offer readable, waiting for a seat included, p99", percentile(waits, 0.99), "ms"),
        Figure("… seat free again → next offer readable, p50", percentile(free, 0.5), "ms"),
        Figure("… seat free again → next offer readable, p99", percentile(free, 0.99), "ms"),
    ]


def _kept(running: City) -> list[Figure]:
    """By the log alone: what every question came to, and whether two ever lay at one seat."""
    log = _log(running)
    asked = {r.originator_id for r in log if isinstance(r.fact, c.ConsultationAsked)}
    answered = {r.originator_id for r in log if isinstance(r.fact, c.ConsultationAnswered)}
    laddered = {r.originator_id for r in log if isinstance(r.fact, c.ConsultationTurned)}
    wrong = list(judge(log))
    for told in wrong[:5]:
        print(told, file=sys.stderr, flush=True)
    return [
        Figure("Questions asked in all", len(asked), ""),
        Figure("… answered by an expert", len(answered), ""),
        Figure("… made an ordinary ticket by the ladder", len(laddered), ""),
        Figure("… neither", len(asked - answered - laddered), "", NEVER),
        Figure("… places in the log with a question at two seats or nobody's, a seat with two", len(wrong), "", NEVER),
    ]


def _log(running: City) -> list[Recorded]:
    found: list[Recorded] = []
    while page := running.house.hotline.facts_after(found[-1].position if found else 0, 1_000):
        found += page
    return found


async def _tickets(port: int, people: People, count: int) -> list[str]:
    """Requests to ask about; nobody measures this."""
    numbers, left = list[str](), iter(range(count))

    async def some() -> None:
        connection = await _connected(port)
        for _ in left:
            numbers.append(json.loads((await people.create(connection)).body)["number"])
        connection.close()

    await asyncio.gather(*(some() for _ in range(TICKETS_AT_ONCE)))
    return numbers


async def _ask(port: int, operator: str, numbers: list[str], asked: Asked, pace: float) -> None:
    """Ask about each, so many seconds apart, whether the one before was answered or not."""

    async def one(connection: Connection, number: str) -> None:
        body = json.dumps({"skill": "tax", "way": "three_way", "summary": "个税怎么补缴？"}).encode()
        sent = time.perf_counter()
        path = f"{_API}/tickets/{number}/consult-expert"
        await connection.call(request("POST", path, body, Authorization=f"Bearer {operator}", If_Match='"1"'))
        asked.sent[number] = sent
        connection.close()

    connections = [await _connected(port) for _ in numbers]
    tasks = []
    for connection, number in zip(connections, numbers, strict=True):
        tasks.append(asyncio.create_task(one(connection, number)))
        await asyncio.sleep(pace)
    await asyncio.gather(*tasks)


async def _all_over(running: City, clients: Iterable[asyncio.Task[None]]) -> None:
    """Wait until no question is open. Raises RuntimeError when that never comes, and what ended a seat's client."""
    end = time.perf_counter() + PATIENCE
    while await asyncio.to_thread(consultations.opened, running.house.views):
        for client in clients:
            if client.done():
                client.result()
        if time.perf_counter() > end:
            raise RuntimeError("questions are still open")
        await asyncio.sleep(0.1)


async def _connected(port: int) -> Connection:
    return (await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port))[1]


class _Seat:
    """An expert who takes what is offered at once, answers at once, and is free again."""

    def __init__(self, port: int, token: str, asked: Asked) -> None:
        self._port, self._head = port, f"Bearer {token}"
        self._taken: set[str] = set()
        self.turn_to(asked)

    def turn_to(self, asked: Asked) -> None:
        """Note from now on what comes in another place."""
        self._asked = asked
        self._free_since: float | None = None

    async def work(self) -> None:
        """Until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        writer.write(request("GET", f"{_API}/consultations/events", Authorization=self._head))
        while line := await reader.readline():
            if line.startswith(b"data:"):
                now = time.perf_counter()
                for told in json.loads(line[5:]):
                    if told["phase"] == "offered" and told["id"] not in self._taken:
                        self._taken.add(told["id"])
                        self._asked.read[told["number"]] = now
                        if self._free_since is not None:
                            self._asked.waited_free.append(now - self._free_since)
                        await self._answer(told)

    async def _answer(self, told: dict[str, Any]) -> None:
        path, tag = f"{_API}/consultations/{told['id']}", f'"{told["version"]}"'
        hand = await _connected(self._port)  # a new one: servers give idle ones up
        for action, body in (("pick-up", {}), ("answer", {"how": "live"})):
            content = json.dumps(body).encode()
            done = request("POST", f"{path}/{action}", content, Authorization=self._head, If_Match=tag)
            tag = (await hand.call(done)).etag.decode()
        await hand.call(request("POST", f"{_API}/seats/me/available", b"{}", Authorization=self._head))
        self._free_since = time.perf_counter()
        hand.close()
