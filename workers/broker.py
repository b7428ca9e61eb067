"""Consumers of the bus: how they are declared, how often a fault is tried again, and what becomes of a hopeless message.

A handler that fails gets the message again after 1 s, 5 s, 30 s, 2 min and 10 min; then it is put, with the reason, among
the dead letters, and only then taken off. This ladder is for faults of a handler only. A peer that is away, such as a
gateway, is served from a store of its own, in order and without limit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.security import SASLPlaintext
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig

from hotline.facts import Recorded
from workers.bus import DEAD, DEAD_STREAM, STREAM, Bus, BusLost, declare
from workers.wire import FACTS, read, topic_of

log = structlog.get_logger()

LADDER = (1.0, 5.0, 30.0, 120.0, 600.0)  # seconds
ACK_WAIT = 60.0  # seconds after which a message whose holder died comes again
AT_ONCE = 16
LOOK_EVERY = 1.0  # seconds between two looks whether our consumers are still there
PAUSE = 0.5

Handler = Callable[[Recorded], Any]


@dataclass(frozen=True)
class Reader:
    """What is done with the messages of one consumer.  Those of the topics it ``passes_by`` are not even opened; a topic
    that nobody here knows is, and ends among the dead letters."""

    handler: Handler
    passes_by: frozenset[str] = frozenset()


def make_broker(bus: Bus, consumers: Mapping[str, Reader], ladder: tuple[float, ...] = LADDER) -> NatsBroker:
    """A broker with one durable consumer for each name; handlers are plain functions and run in threads."""
    broker = NatsBroker(
        bus.servers,
        security=SASLPlaintext(*bus.login) if bus.login else None,
        ack_policy=AckPolicy.MANUAL,
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        ping_interval=5,
        max_outstanding_pings=2,
        graceful_timeout=3.0,
        logger=None,  # its own log would print messages and errors as they are
        apply_types=False,
    )
    for name, reader in consumers.items():
        _subscribe(broker, name, reader, ladder)
    return broker


def _subscribe(broker: NatsBroker, name: str, reader: Reader, ladder: tuple[float, ...]) -> None:
    async def climb(message: NatsMessage) -> None:
        """Handle one message; on a fault put it off, or after the last step among the dead letters."""
        try:
            if topic_of(message.headers) not in reader.passes_by:
                await asyncio.to_thread(reader.handler, read(message.headers, message.body))
        except Exception as fault:  # noqa: BLE001  # what may go wrong in a handler is not known here
            await _put_off(broker, name, message, ladder, type(fault).__name__)
        else:
            await message.ack()

    broker.subscriber(
        f"{FACTS}.>",
        stream=JStream(STREAM, declare=False),
        durable=name,
        config=ConsumerConfig(ack_wait=ACK_WAIT, max_deliver=-1, max_ack_pending=AT_ONCE * 4),
        pull_sub=PullSub(batch_size=AT_ONCE, timeout=1.0),
        decoder=_whole,
    )(climb)


async def _whole(message: NatsMessage) -> NatsMessage:
    """Hand the message over as it came: what it says is judged inside the ladder, so that a broken one is buried too."""
    return message


async def _put_off(broker: NatsBroker, name: str, message: NatsMessage, ladder: tuple[float, ...], fault: str) -> None:
    tried = message.raw_message.metadata.num_delivered
    about = {"consumer": name, "fact": str(message.headers.get("ce-id", "")), "tried": tried, "error": fault}
    if tried <= len(ladder):
        log.warning("handler_failed", **about)
        await message.nack(delay=ladder[tried - 1])
    else:
        await bury(broker, name, message, fault)
        log.error("dead_letter", **about)
        await message.reject()


async def bury(broker: NatsBroker, name: str, message: NatsMessage, reason: str) -> None:
    """Put a message among the dead letters; returns when it is on the bus's disk."""
    kept = {key: str(value) for key, value in message.headers.items() if key.lower().startswith("ce-")}
    sequence = message.raw_message.metadata.sequence.stream
    await broker.publish(
        message.body,
        f"{DEAD}.{name}",
        stream=DEAD_STREAM,
        # With the fact's own id: a stream that was filled anew gives other facts the same numbers.
        headers={
            **kept,
            "Nats-Msg-Id": f"{name}:{kept.get('ce-id', '')}:{sequence}",
            "hotline-consumer": name,
            "hotline-reason": reason,
        },
        timeout=5,
    )


class Consumers:
    """The consumers of this process, started again whenever the bus, its stream or a consumer went away. `pending` counts
    the messages they have still to deal with, `dead_letters` all that were given up; both a second old at most.

    `patience`: seconds a bus that is away is waited for; None for ever.
    """

    def __init__(
        self,
        bus: Bus,
        consumers: Mapping[str, Reader],
        ladder: tuple[float, ...] = LADDER,
        *,
        patience: float | None = None,
    ) -> None:
        self._bus, self._consumers, self._ladder, self._patience = bus, consumers, ladder, patience
        self.connected = False
        self.dead_letters, self.pending = 0, 0

    async def run(self) -> None:
        """Until cancelled. Raises BusLost when patience ends."""
        last = monotonic()
        while True:
            broker = None
            try:
                broker = make_broker(self._bus, self._consumers, self._ladder)
                await self._serve(broker)
            except (NatsError, OSError, TimeoutError) as trouble:
                if self.connected:
                    log.warning("consumers_start_again", error=type(trouble).__name__)
                    last = monotonic()
            finally:
                self.connected = False
                if broker is not None:
                    await broker.stop()
            if self._patience is not None and monotonic() - last > self._patience:
                raise BusLost
            await asyncio.sleep(PAUSE)

    async def _serve(self, broker: NatsBroker) -> None:
        async with asyncio.timeout(self._patience):  # it would try for ever by itself
            client = await broker.connect()
        js = client.jetstream(timeout=5)
        await declare(js, self._bus.replicas)
        await broker.start()
        self.connected = True
        log.info("consumers_follow", consumers=sorted(self._consumers))
        while True:
            await asyncio.sleep(LOOK_EVERY)  # then both raise when the stream or a consumer was deleted
            infos = [await js.consumer_info(STREAM, name) for name in self._consumers]
            self.pending = sum((info.num_pending or 0) + (info.num_ack_pending or 0) for info in infos)
            self.dead_letters = (await js.stream_info(DEAD_STREAM)).state.messages
