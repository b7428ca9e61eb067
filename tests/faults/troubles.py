"""The faults, each a function on a run: what is done to it, and until when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import nats
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from hotline.ticket.facts import TicketReceived
from tests.faults import moments
from tests.faults.city import City
from tests.faults.watching import Watch
from workers.bus import STREAM
from workers.notifier import NAME

PIECES = ("web 1", "web 2", "relay", "project", "react", "clock", "notify", "link", "police")
MOMENT_WITHIN = 12.0  # seconds in which somebody should come to an armed moment
DISK_FULL = 5.0  # seconds


@dataclass
class Scene:
    """What a fault may touch, and what is counted."""

    city: City
    watch: Watch
    chance: Random
    kills: int = 0
    undecodable: int = 0
    """Messages put on the bus that are no facts, and that no deletion of the stream has taken away again."""
    perhaps: int = 0
    """Such messages in a stream that was deleted: whether each was among the dead letters by then nobody has noted."""
    done: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    """Moments at which nobody came by in time."""


Trouble = Callable[[Scene], None]


def kill(piece: str) -> Trouble:
    def do(scene: Scene) -> None:
        scene.watch.began(piece)
        scene.city.kill(piece)
        scene.kills += 1
        scene.watch.ended(piece, f"kill {piece}")

    return do


def at_moment(name: str) -> Trouble:
    """The process kills itself between two steps; see `moments`."""

    def do(scene: Scene) -> None:
        command = moments.MOMENTS[name][0]
        piece = "web 1" if command == "web" else command
        moments.arm(scene.city.room, name)
        end = time.monotonic() + MOMENT_WITHIN
        while moments.armed(scene.city.room, name) and time.monotonic() < end:
            time.sleep(0.02)
        if moments.armed(scene.city.room, name):
            moments.disarm(scene.city.room, name)
            scene.missed.append(name)
            return
        scene.watch.began(piece)
        scene.kills += 1
        scene.watch.ended(piece, name)

    return do


def kill_postgres(scene: Scene) -> None:
    scene.watch.began("postgres")
    scene.city.postgres.kill()
    scene.kills += 1
    time.sleep(scene.chance.uniform(0, 1))
    scene.city.postgres.start()
    scene.watch.ended("postgres", "kill postgres")


def kill_nats(scene: Scene) -> None:
    scene.kills += 1
    _nats_away(scene, "kill nats-server", scene.chance.uniform(0, 1))


def nats_away(seconds: float) -> Trouble:
    def do(scene: Scene) -> None:
        scene.kills += 1
        _nats_away(scene, f"nats-server away for {seconds:.0f} s", seconds)

    return do


def _nats_away(scene: Scene, kind: str, seconds: float) -> None:
    scene.watch.began("nats")
    scene.city.nats.kill()
    time.sleep(seconds)
    scene.city.nats.restart()
    scene.watch.ended("nats", kind)


def pause(piece: str, seconds: float) -> Trouble:
    """SIGSTOP: not dead, and not answering; then it goes on as if no time had passed."""

    def do(scene: Scene) -> None:
        scene.watch.began(piece)
        scene.city.pause(piece)
        time.sleep(seconds)
        scene.city.go_on(piece)
        scene.watch.ended(piece, f"pause {piece}")

    return do


def cut(proxy: str) -> Trouble:
    """The next reply through this proxy ends in its middle."""

    def do(scene: Scene) -> None:
        scene.city.proxies[proxy].cut(scene.chance.randrange(1, 120))

    return do


def delete_stream(scene: Scene) -> None:
    scene.watch.began("nats")
    _on_bus(scene.city, lambda js: js.delete_stream(STREAM))
    scene.perhaps, scene.undecodable = scene.perhaps + scene.undecodable, 0
    scene.watch.ended("nats", "delete the stream")


def delete_consumer(scene: Scene) -> None:
    scene.watch.began("nats")
    _on_bus(scene.city, lambda js: js.delete_consumer(STREAM, NAME))
    scene.watch.ended("nats", "delete the consumer")


def undecodable(scene: Scene) -> None:
    """A message that looks like the last fact, says that it is news to somebody, and is none."""

    async def put(js: nats.js.JetStreamContext) -> None:
        last = await js.get_last_msg(STREAM, "hotline.fact.>")
        headers = {k: v for k, v in (last.headers or {}).items() if k.startswith("ce-")}
        headers["ce-type"] = TicketReceived.TOPIC  # what is news to nobody is not even opened
        await js.publish("hotline.fact.ticket.received", b"\xff{", stream=STREAM, headers=headers)
        scene.undecodable += 1

    _on_bus(scene.city, put)


def disk_full(which: str) -> Trouble:
    def do(scene: Scene) -> None:
        scene.watch.began(which)
        scene.city.disks[which].fill()
        time.sleep(DISK_FULL)
        scene.city.disks[which].free()
        if which == "postgres":
            scene.city.postgres.start()
        elif not (scene.city.nats.alive and _on_bus(scene.city, lambda js: js.stream_info(STREAM))):
            scene.city.nats.restart()  # it gives JetStream up when its disk is full, and takes it up when it starts
        scene.watch.ended(which, f"disk full for {which}")

    return do


def _on_bus(city: City, ask: Callable[[nats.js.JetStreamContext], object]) -> bool:
    """Ask the bus; whether it did what was asked."""

    async def go() -> None:
        client = await nats.connect(city.nats.url, connect_timeout=5)
        try:
            with suppress(NotFoundError):
                await ask(client.jetstream())  # type: ignore[misc]
        finally:
            await client.close()

    with suppress(NatsError, OSError, TimeoutError):
        asyncio.run(go())
        return True
    return False


def every_kind(ack_wait: float, away: float, disks: bool) -> dict[str, Trouble]:
    """All faults there are, by name."""
    found: dict[str, Trouble] = {f"kill {piece}": kill(piece) for piece in PIECES}
    found |= {name: at_moment(name) for name in moments.MOMENTS}
    found |= {"kill postgres": kill_postgres, "kill nats-server": kill_nats, "nats-server away": nats_away(away)}
    found |= {f"pause {piece}": pause(piece, ack_wait + 1.5) for piece in ("notify", "relay")}
    found |= {f"cut a reply of {name}": cut(name) for name in ("postgres", "nats", "web 1")}
    found |= {"delete the stream": delete_stream, "delete the consumer": delete_consumer, "undecodable": undecodable}
    if disks:
        found |= {f"disk full for {name}": disk_full(name) for name in ("postgres", "nats")}
    return found
