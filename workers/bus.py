"""The streams on the bus, declared once. JetStream is a copy of the log that can be rebuilt at any time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from workers.wire import FACTS

STREAM = "HOTLINE"
DEAD_STREAM = "HOTLINE_DEAD"
DEAD = "hotline.dead"

STREAMS = (
    StreamConfig(
        name=STREAM,
        subjects=[f"{FACTS}.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_msgs=2_000_000,  # ours: some 100,000 tickets; no reservation of disk, and the last message always stays
        duplicate_window=120,
    ),
    StreamConfig(  # apart, so that no flood of facts pushes a dead letter out
        name=DEAD_STREAM,
        subjects=[f"{DEAD}.>"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_msgs=100_000,
        duplicate_window=120,
    ),
)


async def declare(js: JetStreamContext) -> None:
    """Make the streams that are missing and bring the others to what stands here; safe from several processes."""
    for config in STREAMS:
        assert config.name is not None
        try:
            await js.stream_info(config.name)
        except NotFoundError:
            await js.add_stream(config)
        else:
            await js.update_stream(config)


@asynccontextmanager
async def connected(url: str, name: str) -> AsyncIterator[Client]:
    """One connection that ends with the first trouble: whoever holds it starts again from what the stream says."""
    client = await nats.connect(
        url, name=name, allow_reconnect=False, connect_timeout=2, ping_interval=5, max_outstanding_pings=2,
        error_cb=_silent, closed_cb=_silent, disconnected_cb=_silent,
    )  # fmt: skip
    try:
        yield client
    finally:
        await client.close()


async def _silent(*_: object) -> None:
    """The one who uses the connection meets the error and logs it."""
