"""The relay: the log's facts onto the bus, in order, each once.

Its position is the last message of the stream, and nothing else: no second place to keep in step, and a stream that was
cut short, emptied or deleted fills up again by itself. Each message names the place it must get, so that a whole batch can
travel at once and a lost one, or a second relay, can leave no gap and no disorder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event
from time import monotonic

import structlog
from eventsourcing.persistence import Notification
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import PubAck

from hotline.application import Hotline
from projections.database import is_loss
from workers.behind import bus_mismatches, last_fact
from workers.bus import STREAM, Bus, BusLost, connected, declare
from workers.wire import headers, subject

log = structlog.get_logger()

BATCH = 100  # facts under way at once
POLL = 0.2  # seconds after which another process's facts are noticed
REST = 0.02  # seconds between two batches: under load they grow, and cost less for each fact
PAUSE = 0.5  # seconds before the bus is tried again


class Relay:
    """One relay; `position` is how far the bus has the log, `connected` whether it is reached.

    `patience`: seconds a bus that is away is waited for; None for ever.
    """

    def __init__(self, hotline: Hotline, bus: Bus, patience: float | None = None) -> None:
        self._hotline, self._bus, self._patience = hotline, bus, patience
        self.position = 0
        self.connected = False
        self.mismatch: str | None = None  # what the bus has that the log has not

    def run(self, stop: Event) -> None:
        """Until `stop`. Raises BusLost when patience ends, and what says that the log is out of reach."""
        try:
            asyncio.run(self._run(stop))
        finally:
            self.connected = False

    async def _run(self, stop: Event) -> None:
        last = monotonic()
        while not stop.is_set():
            try:
                async with connected(self._bus, "hotline-relay") as client:
                    await self._follow(client, stop)
            except Exception as trouble:  # the bus may fail in any way; the log keeps everything
                if is_loss(trouble):
                    raise
                if self.connected:
                    log.warning("relay_waits_for_bus", error=type(trouble).__name__)
                    last = monotonic()
                self.connected = False
                if self._patience is not None and monotonic() - last > self._patience:
                    raise BusLost from None
                await asyncio.to_thread(stop.wait, PAUSE)

    async def _follow(self, client: Client, stop: Event) -> None:
        js = client.jetstream(timeout=5)
        await declare(js, self._bus.replicas)
        self.position, sequence = await self._end(js)
        self.connected = True
        log.info("relay_follows", position=self.position)
        while not stop.is_set():
            seen = self._hotline.written
            found = self._hotline.store.select_notifications(self.position, BATCH, inclusive_of_start=False)
            if found:
                sequence = await _send(js, found, sequence)
                self.position = found[-1].id
                await asyncio.to_thread(stop.wait, REST)
            else:
                await asyncio.to_thread(self._hotline.wait_for_news, POLL, after=seen)
                if client.is_closed:
                    raise ConnectionError("closed")

    async def _end(self, js: JetStreamContext) -> tuple[int, int]:
        """The log's position the bus has reached, and the stream's last sequence number. Raises OtherLog."""
        sequence = (await js.stream_info(STREAM)).state.last_seq
        last = await last_fact(js)
        known, self.mismatch = self.mismatch, next(bus_mismatches(self._hotline, last), None)
        if self.mismatch is not None:
            if known is None:
                log.error("bus_has_another_log", told=self.mismatch)
            raise OtherLog
        return (last.position if last else 0), sequence


async def _send(js: JetStreamContext, facts: Sequence[Notification], sequence: int) -> int:
    """Publish a batch behind `sequence` and wait until all of it is on the bus's disk; returns the new last number.
    Raises what nats-py raises, or OutOfStep; then the stream's own end says how much of it arrived."""
    sends = [_publish(js, fact, _place(facts, nth, sequence)) for nth, fact in enumerate(facts)]
    confirmed = await asyncio.gather(*sends)
    if any(one.duplicate for one in confirmed):
        raise OutOfStep
    return sequence + len(facts)


def _place(facts: Sequence[Notification], nth: int, sequence: int) -> dict[str, str]:
    """What must be the stream's last message: a number alone would let a stranger's message take the place of a fact,
    and the next fact would follow it as if nothing were missing."""
    place = {"Nats-Expected-Last-Sequence": str(sequence + nth)}
    return place | ({"Nats-Expected-Last-Msg-Id": headers(facts[nth - 1])["Nats-Msg-Id"]} if nth else {})


async def _publish(js: JetStreamContext, fact: Notification, place: dict[str, str]) -> PubAck:
    return await js.publish(subject(fact.topic), fact.state, stream=STREAM, headers=headers(fact) | place)


class OtherLog(Exception):
    """The bus has facts that the log has not: the log was restored, and `hotline repair` must be run."""


class OutOfStep(Exception):
    """The bus remembers a fact that is not where it should be: a second relay was there, or somebody took a message out
    by hand; in the second case the bus takes it again when its memory of two minutes has passed."""
