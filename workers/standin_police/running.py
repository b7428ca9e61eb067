"""`hotline police-desk-standin`: the stand-in as a process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread

from workers.standin_police import orders
from workers.standin_police.log import Log
from workers.standin_police.platform import Platform
from workers.standin_police.sending import Road, Sender, by_http
from workers.standin_police.server import server


def run(
    *,
    host: str,
    port: int,
    data: Path,
    me: str,
    peer: str,
    url: str,
    secret: str,
    given: Sequence[orders.Order] = (),
    seed: int | None = None,
    offers: int = 0,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Answer until killed; says `ready` and the port when it can be reached. `url` is where the other platform takes
    messages: http(s)://… or nats://…; orders count on an empty log only, so that a start after a kill repeats nothing."""
    platform = Platform(Log(data / "standin.db"), me, peer, now, seed=seed)
    if platform.fresh:
        for order in [*given, *_offers(seed, offers)]:
            platform.order(order)
    stop = Event()
    road: Road
    if url.startswith("nats:"):
        from workers.standin_police.over_nats import Link

        link = Link(platform, secret, url)
        Thread(target=link.run, args=(stop,), name="link", daemon=True).start()
        road = link.send
    else:
        road = by_http(url, secret)
    door = server(platform, secret, host, port)
    Thread(target=Sender(platform, road).run, args=(stop,), name="sender", daemon=True).start()
    print(f"ready {door.server_address[1]}", flush=True)
    try:
        door.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


def _offers(seed: int | None, number: int) -> list[orders.Offer]:
    """Matters of its own, one a second or so."""
    chance, after, made = Random(f"offers:{seed}"), timedelta(), []
    for _ in range(number):
        after += timedelta(seconds=chance.uniform(0.2, 1.8))
        made.append(orders.Offer(do="offer", after=after.total_seconds(), times=1 + (chance.random() < 0.2)))
    return made
