"""One process of the hotline: threads, consumers of the bus and the web, as many of them as are asked for, until a signal.

One asyncio loop carries the web and the consumers; handlers and endpoints are plain functions in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog

from workers.broker import Consumers
from workers.compose import House
from workers.relay import Relay
from workers.running import Crew

log = structlog.get_logger()

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    house: House,
    crew: Crew,
    *,
    listen: socket.socket | None = None,
    consumers: Consumers | None = None,
    relay: Relay | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run until SIGINT or SIGTERM, then end everything. `ready` is called when requests are answered."""
    crew.start()
    try:
        if listen is not None:
            asyncio.run(_web(house, crew, listen, consumers, relay, ready))
        else:
            asyncio.run(_quiet(consumers, ready))
    finally:
        if not crew.stop():
            log.warning("work_did_not_end_in_time")


async def _quiet(consumers: Consumers | None, ready: Callable[[], None]) -> None:
    asked = asyncio.Event()
    for sign in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(sign, asked.set)
    async with _running(consumers):
        ready()
        await asked.wait()


async def _web(
    house: House,
    crew: Crew,
    listen: socket.socket,
    consumers: Consumers | None,
    relay: Relay | None,
    ready: Callable[[], None],
) -> None:
    import uvicorn

    from workers.web.app import create_app

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        async with _running(consumers):
            yield

    app = create_app(house, lifespan=lifespan)
    _checks(app.state.checks, crew, consumers, relay)

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Ours: uvicorn would raise the signal again when it is done, and end us before the rest is in order."""
            for sign in SIGNALS:
                asyncio.get_running_loop().add_signal_handler(sign, self._end, sign)
            yield

        def _end(self, sign: signal.Signals) -> None:
            app.state.news.close()  # pages that follow a ticket would keep us waiting
            self.force_exit = self.should_exit and sign is signal.SIGINT  # Ctrl-C a second time: at once
            self.should_exit = True

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready()

    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, lifespan="on", timeout_graceful_shutdown=3
    )
    await Server(config).serve(sockets=[listen])


@asynccontextmanager
async def _running(consumers: Consumers | None) -> AsyncIterator[None]:
    if consumers is None:
        yield
        return
    task = asyncio.create_task(consumers.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _checks(checks: dict[str, Callable[[], str | None]], crew: Crew, consumers: Any, relay: Any) -> None:
    """What `/readyz` asks besides the stores."""
    checks["workers"] = lambda: None if crew.alive else "a worker has ended"
    for name, part in (("bus consumers", consumers), ("relay", relay)):
        if part is not None:
            checks[name] = lambda part=part: None if part.connected else "not connected to the bus"  # type: ignore[misc]
