"""The streams on the bus, declared once. JetStream is a copy of the log that can be rebuilt at any time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import unquote, urlsplit

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from workers.directory import CannotStart
from workers.settings import Settings
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


@dataclass(frozen=True)
class Bus:
    """Where the bus is, and on how many servers of a cluster each message is on the disk before it is confirmed."""

    url: str = field(repr=False)
    """Several servers of one cluster stand with commas between them; name and password stand in the first at least."""
    replicas: int = 1

    @classmethod
    def of(cls, given: Settings, url: str | None = None) -> Self:
        """The bus of these settings, or the same at another address. Raises CannotStart when there is none."""
        address = url or given.nats_url
        if address is None:
            raise CannotStart("请设置 HOTLINE_NATS_URL。 / Set HOTLINE_NATS_URL to the address of the bus.")
        return cls(address, given.nats_replicas)

    @property
    def servers(self) -> list[str]:
        """Their addresses, without what opens them: FastStream refuses to be told twice."""
        given = [urlsplit(one.strip()) for one in self.url.split(",") if one.strip()]
        return [one._replace(netloc=one.netloc.rpartition("@")[2]).geturl() for one in given]

    @property
    def login(self) -> tuple[str, str] | None:
        """Name and password, told apart so that they also open servers the cluster itself tells us of."""
        first = urlsplit(self.url.split(",")[0].strip())
        return (unquote(first.username), unquote(first.password or "")) if first.username else None


class BusLost(Exception):
    """The bus has been out of reach for longer than this process was told to wait for it."""


async def declare(js: JetStreamContext, replicas: int = 1) -> None:
    """Make the streams that are missing and bring the others to what stands here; safe from several processes."""
    for config in (replace(one, num_replicas=replicas) for one in STREAMS):
        assert config.name is not None
        try:
            await js.stream_info(config.name)
        except NotFoundError:
            await js.add_stream(config)
        else:
            await js.update_stream(config)


@asynccontextmanager
async def connected(bus: Bus, name: str) -> AsyncIterator[Client]:
    """One connection that ends with the first trouble: whoever holds it starts again from what the stream says.

    Each server is tried twice; then it raises what nats-py raises, or OSError.
    """
    user, password = bus.login or (None, None)
    client = await nats.connect(
        bus.servers, name=name, user=user, password=password,
        allow_reconnect=False, max_reconnect_attempts=1, reconnect_time_wait=0.1, connect_timeout=2, ping_interval=5, max_outstanding_pings=2,
        error_cb=_silent, closed_cb=_silent, disconnected_cb=_silent,
    )  # fmt: skip
    try:
        yield client
    finally:
        await client.close()


async def _silent(*_: object) -> None:
    """The one who uses the connection meets the error and logs it."""
