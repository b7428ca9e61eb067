"""The link over NATS, as docs/handoff.md has it, written anew like everything else here.

A message is published to `handoff.<to>.<from>` of the link's stream with the headers of its signature and
`handoff-answer-to`, a subject on which the answer is awaited, signed in turn as `answer:<webhook-id>`. The stream is a
road and no store: whoever gets no answer sends again.
"""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from threading import Event
from typing import Any

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from workers.standin_police.inbound import receive
from workers.standin_police.platform import Platform
from workers.standin_police.sending import SECONDS, Answer
from workers.standin_police.signing import Untrusted, headers, verify

PAUSE = 0.5  # seconds before the bus is tried again


class Link:
    """One connection, kept up for ever; `send` may be called from any thread."""

    def __init__(self, platform: Platform, secret: str, url: str) -> None:
        self._platform, self._secret, self._servers = platform, secret, url.split(",")
        self._loop = asyncio.new_event_loop()
        self._client: Client | None = None
        ours, theirs = (re.sub(r"[^A-Za-z0-9_-]", "_", name) for name in (platform.me, platform.peer))
        self._stream, self._durable = "_".join(["HANDOFF", *sorted((ours, theirs))]), f"to_{ours}"
        self._to_us, self._to_them = f"handoff.{ours}.{theirs}", f"handoff.{theirs}.{ours}"

    def run(self, stop: Event) -> None:
        """Until `stop`."""
        self._loop.run_until_complete(self._run(stop))

    async def _run(self, stop: Event) -> None:
        while not stop.is_set():
            with suppress(NatsError, OSError, TimeoutError):
                client = await nats.connect(self._servers, allow_reconnect=False, connect_timeout=2, error_cb=_silent)
                try:
                    await self._serve(client, stop)
                finally:
                    self._client = None
                    await client.close()
            await asyncio.sleep(PAUSE)

    async def _serve(self, client: Client, stop: Event) -> None:
        js = client.jetstream(timeout=5)
        try:
            await js.stream_info(self._stream)
        except NotFoundError:
            await js.add_stream(
                StreamConfig(
                    name=self._stream,
                    subjects=[self._to_us, self._to_them],
                    retention=RetentionPolicy.WORK_QUEUE,
                    storage=StorageType.FILE,
                    max_age=300,
                    max_msgs=10_000,
                )
            )
        config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=10, max_deliver=-1)
        inbox = await js.pull_subscribe(self._to_us, self._durable, stream=self._stream, config=config)
        self._client = client
        while not stop.is_set() and not client.is_closed:
            with suppress(TimeoutError):
                for message in await inbox.fetch(16, timeout=1):
                    await self._take(client, message)

    async def _take(self, client: Client, message: Msg) -> None:
        given = {name.lower(): value for name, value in (message.headers or {}).items()}
        if self._platform.away:
            await message.nak(delay=1)
            return
        status, told = await asyncio.to_thread(receive, self._platform, self._secret, given, message.data)
        await message.ack()
        subject = given.get("handoff-answer-to", "")
        if subject and not (status == 200 and self._platform.loses()):
            body = json.dumps({"status": status, **told}).encode()
            signed = headers(self._secret, f"answer:{given.get('webhook-id', '')}", body)
            await client.publish(subject, body, headers=signed)

    def send(self, id_: str, body: bytes) -> Answer:
        """Publish one message and wait for its answer."""
        future = asyncio.run_coroutine_threadsafe(self._ask(id_, body), self._loop)
        try:
            return future.result(SECONDS * 2)
        except (NatsError, OSError, TimeoutError, Untrusted, ValueError):
            future.cancel()
            return None

    async def _ask(self, id_: str, body: bytes) -> Answer:
        client = self._client
        if client is None:
            return None
        inbox = client.new_inbox()
        waiting = await client.subscribe(inbox, max_msgs=1)
        try:
            signed = {**headers(self._secret, id_, body), "handoff-answer-to": inbox}
            await client.jetstream(timeout=5).publish(self._to_them, body, stream=self._stream, headers=signed)
            answer = await waiting.next_msg(SECONDS)
        finally:
            with suppress(NatsError):
                await waiting.unsubscribe()
        given = {name.lower(): value for name, value in (answer.headers or {}).items()}
        if verify(self._secret, given, answer.data) != f"answer:{id_}":
            return None
        told: dict[str, Any] = json.loads(answer.data)
        return told.pop("status"), told


async def _silent(*_: object) -> None:
    """Whoever uses the connection meets the error."""
