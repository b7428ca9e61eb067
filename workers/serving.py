"""One process of the hotline: threads, consumers of the bus and the web, as many of them as are asked for, until a signal.

One asyncio loop carries the web and the consumers; handlers and endpoints are plain functions in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import structlog
import uvloop

from workers.alone import Alone
from workers.broker import Consumers
from workers.bus import Bus, BusLost
from workers.compose import House
from workers.link.courier import Courier
from workers.relay import Relay
from workers.running import Crew, Left

log = structlog.get_logger()

SIGNALS = (signal.SIGINT, signal.SIGTERM)
DRAIN = 5
"""Seconds that open requests have after the request to end. With the crew's five it stays below ten."""


def serve(
    house: House,
    crew: Crew,
    *,
    listen: socket.socket | None = None,
    pages: bool = True,
    bus: Bus | None = None,
    consumers: Consumers | None = None,
    relay: Relay | None = None,
    links: Mapping[str, Courier] | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run until SIGINT or SIGTERM, then end everything in good order: what is begun is finished. Raises Left.

    `ready` is called when requests are answered. Without `pages`, `listen` serves the probes alone.
    """
    crew.start()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            if listen is None:
                runner.run(_quiet(crew, consumers, ready))
            else:
                app = _app(house, crew, pages, bus, consumers, relay, links)
                runner.run(_web(app, crew, listen, consumers, ready))
    finally:
        if not crew.stop():
            log.warning("work_did_not_end_in_time")
    if crew.left is not None:
        log.error("leaves", error=type(crew.left).__name__)
        raise Left(type(crew.left).__name__) from None


async def _quiet(crew: Crew, consumers: Consumers | None, ready: Callable[[], None]) -> None:
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    for sign in SIGNALS:
        loop.add_signal_handler(sign, asked.set)
    crew.when_left(lambda: loop.call_soon_threadsafe(asked.set))
    async with _running(consumers, crew):
        ready()
        await asked.wait()
        crew.stop_asked.set()


async def _web(
    app: Any, crew: Crew, listen: socket.socket, consumers: Consumers | None, ready: Callable[[], None]
) -> None:
    import uvicorn

    from workers.heads import Heads

    news = getattr(app.state, "news", None)

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Ours: uvicorn would raise the signal again when it is done, and end us before the rest is in order."""
            loop = asyncio.get_running_loop()
            for sign in SIGNALS:
                loop.add_signal_handler(sign, self._end, sign)
            crew.when_left(lambda: loop.call_soon_threadsafe(self._end, signal.SIGTERM))
            yield

        def _end(self, sign: signal.Signals) -> None:
            if news is not None:
                news.close()  # pages that follow a ticket would keep us waiting
            else:
                crew.stop_asked.set()  # no open request waits for what they do
            self.force_exit = self.should_exit and sign is signal.SIGINT  # Ctrl-C a second time: at once
            self.should_exit = True

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

    config = uvicorn.Config(
        app,
        http=Heads,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=DRAIN,
    )
    await Server(config).serve(sockets=[listen])


def _app(
    house: House,
    crew: Crew,
    pages: bool,
    bus: Bus | None,
    consumers: Consumers | None,
    relay: Relay | None,
    links: Mapping[str, Courier] | None,
) -> Any:
    """What is answered over HTTP: the pages and the interface, or the probes alone."""
    from workers import figures
    from workers.gateways import standing
    from workers.link import pieces

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with _running(consumers, crew):
            yield

    if pages:
        from workers.web.app import create_app

        app = create_app(house, lifespan=lifespan)
        app.state.bus = bus
    else:
        from workers.probes import create_probes

        app = create_probes(house, lifespan=lifespan, views=any(name.startswith("view") for name in crew.work))
    _checks(app.state.checks, crew, consumers, relay)
    figures.install(app.state.registry, house, crew, consumers, relay)
    notes: dict[str, Callable[[], str | None]] = {}
    if links or (links is not None and not pages):
        notes["links"] = partial(pieces.note, house)
    if links:
        pieces.install_gauges(app.state.registry, house, links)
    if consumers is not None:
        notes["deliveries"] = partial(standing.note, house)
        standing.install_gauges(app.state.registry, house)
    app.state.notes = notes
    return app


@asynccontextmanager
async def _running(consumers: Consumers | None, crew: Crew) -> AsyncIterator[None]:
    if consumers is None:
        yield
        return
    task = asyncio.create_task(consumers.run())
    task.add_done_callback(lambda done: None if done.cancelled() else crew.ends_with(done.exception()))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, BusLost):
            await task


def _checks(checks: dict[str, Callable[[], str | None]], crew: Crew, consumers: Any, relay: Any) -> None:
    """What `/readyz` asks besides the stores."""
    checks["workers"] = lambda: None if crew.alive else "a worker has ended"
    if consumers is not None:
        checks["bus consumers"] = lambda: None if consumers.connected else "not connected to the bus"
    if relay is not None:
        turn = crew.work.get("relay")
        checks["relay"] = lambda: None if relay.connected or _waits(turn) else "not connected to the bus"


def _waits(work: Any) -> bool:
    """Whether another process does this work now."""
    return isinstance(work, Alone) and not work.held
