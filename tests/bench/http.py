"""A lean HTTP/1.1 client on asyncio: whatever it costs is taken from the same two cores as what it measures."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "
_ETAG = b"\r\netag: "


class Answer(NamedTuple):
    """``etag`` as it was sent, quotes and all; empty when there was none."""

    status: int
    etag: bytes
    body: bytes


class Load(NamedTuple):
    """What some clients got done: acts a second, how long each took, and their own share of one processor."""

    rate: float
    seconds: list[float]
    own_share: float


class Connection(asyncio.Protocol):
    """One connection that stays open, with one request under way at a time."""

    def __init__(self) -> None:
        self._got = b""
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    async def call(self, request: bytes) -> Answer:
        """Raises ConnectionError when the server hangs up, RuntimeError for an answer that is no success."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        answer = await self._answer
        if answer.status >= 300:
            raise RuntimeError(f"{request.split(b' HTTP', 1)[0].decode()}: {answer.status} {answer.body.decode()}")
        return answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, ended, body = self._got.partition(_END)
        if not ended:
            return
        length = int(_field(head, _LENGTH) or 0)
        if len(body) < length:
            return
        self._got = b""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(int(head[9:12]), _field(head, _ETAG), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionError("the server hung up"))


Act = Callable[[Connection], Awaitable[object]]


def request(method: str, path: str, body: bytes = b"", **head: str) -> bytes:
    """A request as it goes over the wire."""
    given: Mapping[str, str] = {"Host": "127.0.0.1", **head}
    if body:
        given = {**given, "Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
    return "\r\n".join(lines).encode() + _END + body


def load(port: int, act: Act, clients: int, seconds: float) -> Load:
    """Let clients act, each over and over on a connection of its own, as fast as they are answered."""

    async def act_on(connection: Connection, nth: int, began: float, took: list[float]) -> None:
        while (start := time.perf_counter()) < began + seconds:
            await act(connection)
            took.append(time.perf_counter() - start)

    return asyncio.run(_measured(port, clients, act_on))


def paced(port: int, act: Act, clients: int, seconds: float, per_second: float) -> Load:
    """Let clients act at appointed moments, whether they are answered in time or not: an act that had to wait for the
    one before it has taken that long."""

    async def act_on(connection: Connection, nth: int, began: float, took: list[float]) -> None:
        for moment in (began + n / per_second for n in range(nth, int(seconds * per_second), clients)):
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            await act(connection)
            took.append(time.perf_counter() - moment)

    return asyncio.run(_measured(port, clients, act_on))


async def _measured(
    port: int, clients: int, act_on: Callable[[Connection, int, float, list[float]], Awaitable[None]]
) -> Load:
    loop, took = asyncio.get_running_loop(), list[float]()
    connections = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(clients)]
    gc.collect()
    gc.freeze()  # what a filled city has left in memory is not looked through again and again meanwhile
    began, used = time.perf_counter(), time.process_time()
    try:
        await asyncio.gather(*(act_on(one, nth, began, took) for nth, one in enumerate(connections)))
        elapsed = time.perf_counter() - began
        return Load(len(took) / elapsed, took, (time.process_time() - used) / elapsed)
    finally:
        gc.unfreeze()
        for connection in connections:
            connection.close()


def _field(head: bytes, name: bytes) -> bytes:
    at = head.find(name)
    return head[at + len(name) :].partition(b"\r\n")[0] if at >= 0 else b""
