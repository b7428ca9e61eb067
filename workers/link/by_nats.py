"""Over NATS: a stream for each link, as docs/handoff.md has it.

A message is published to `handoff.<to>.<from>` with the headers of its signature and `handoff-answer-to`, on which the
signed answer is awaited. The stream is a road and no store: what is not acknowledged is said again, newly signed, so
nothing is kept longer than a signature is good for. A message is taken off it when what it says is in our log.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from pydantic_core import from_json, to_json

from hotline.command import Refused
from workers.bus import Bus, connected
from workers.gateways.signing import signed
from workers.link.inbound import Taken
from workers.link.lines import Line
from workers.link.proving import TOLERANCE, signed_id
from workers.link.road import Answer, answer_of

log = structlog.get_logger()

SECONDS = 5.0  # that an answer is waited for
PAUSE = 0.5  # seconds before the bus is tried again
ANSWER_TO = "handoff-answer-to"
Take = Callable[[dict[str, str], bytes], Taken]
"""Proves and takes one message. Raises Refused."""


class ByNats:
    """The stream between us and one platform."""

    def __init__(self, line: Line, bus: Bus, take: Take) -> None:
        self._line, self._bus, self._take = line, bus, take
        ours, theirs = token(line.own), token(line.platform)
        self.stream, self._durable = "_".join(("HANDOFF", *sorted((ours, theirs)))), f"to_{ours}"
        self._to_us, self._to_them = f"handoff.{ours}.{theirs}", f"handoff.{theirs}.{ours}"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client: Client | None = None

    def run(self, stop: Event) -> None:
        """Keep the connection up and take what comes, until `stop`."""
        asyncio.run(self._run(stop))

    async def _run(self, stop: Event) -> None:
        self._loop = asyncio.get_running_loop()
        while not stop.is_set():
            try:
                async with connected(self._bus, f"hotline-link-{self._line.platform}") as client:
                    await self._serve(client, stop)
            except Exception as trouble:  # noqa: BLE001  # the bus may fail in any way; the log keeps everything
                if self._client is not None:
                    log.warning("link_waits_for_bus", platform=self._line.platform, error=type(trouble).__name__)
            finally:
                self._client = None
            await asyncio.to_thread(stop.wait, PAUSE)

    async def _serve(self, client: Client, stop: Event) -> None:
        js = client.jetstream(timeout=5)
        await self._declare(js)
        config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=10, max_deliver=-1)
        inbox = await js.pull_subscribe(self._to_us, self._durable, stream=self.stream, config=config)
        self._client = client
        while not stop.is_set() and not client.is_closed:
            with suppress(TimeoutError):
                for message in await inbox.fetch(16, timeout=1):
                    await self._one(client, message)

    async def _declare(self, js: JetStreamContext) -> None:
        """Make the stream if the other side has not."""
        try:
            await js.stream_info(self.stream)
        except NotFoundError:
            await js.add_stream(
                StreamConfig(
                    name=self.stream,
                    subjects=[self._to_us, self._to_them],
                    retention=RetentionPolicy.WORK_QUEUE,
                    storage=StorageType.FILE,
                    max_age=TOLERANCE,
                    max_msgs=10_000,
                    num_replicas=self._bus.replicas,
                )
            )

    async def _one(self, client: Client, message: Msg) -> None:
        headers = {name.lower(): value for name, value in (message.headers or {}).items()}
        try:
            taken = await asyncio.to_thread(self._take, headers, message.data)
            told: dict[str, object] = {"status": 200, "applied": taken.applied, "last": taken.last}
        except Refused as refusal:
            told = {"status": 409, "code": refusal.code} | {k: v for k, v in refusal.details.items() if k == "last"}
        except Exception as fault:  # noqa: BLE001  # a store that is away: it comes again
            log.error("not_taken", platform=self._line.platform, error=type(fault).__name__)
            await message.nak(delay=1)
            return
        await message.ack()
        if subject := headers.get(ANSWER_TO):
            body = to_json(told)
            id_ = f"answer:{headers.get('webhook-id', '')}"
            await client.publish(subject, body, headers=signed(self._line.secrets[0], id_, datetime.now(UTC), body))

    def send(self, id_: str, body: bytes) -> Answer | None:
        if self._loop is None or self._client is None:
            return None
        future = asyncio.run_coroutine_threadsafe(self._ask(self._client, id_, body), self._loop)
        try:
            return future.result(2 * SECONDS)
        except (NatsError, OSError, TimeoutError, Refused, ValueError):
            future.cancel()
            return None

    async def _ask(self, client: Client, id_: str, body: bytes) -> Answer | None:
        inbox = client.new_inbox()
        waiting = await client.subscribe(inbox, max_msgs=1)
        try:
            headers = {**signed(self._line.secrets[0], id_, datetime.now(UTC), body), ANSWER_TO: inbox}
            await client.jetstream(timeout=5).publish(self._to_them, body, stream=self.stream, headers=headers)
            answer = await waiting.next_msg(SECONDS)
        finally:
            with suppress(NatsError):
                await waiting.unsubscribe()
        given = {name.lower(): value for name, value in (answer.headers or {}).items()}
        if signed_id(self._line, given, answer.data, time.time()) != f"answer:{id_}":
            return None
        told = from_json(answer.data)
        status = told.get("status") if isinstance(told, dict) else None
        return answer_of(status if isinstance(status, int) else 502, told)


def token(platform: str) -> str:
    """A platform's name as it stands in subjects and names of streams."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", platform)
