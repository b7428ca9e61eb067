"""Consumers of the bus against a real nats-server: again after a fault, buried when hopeless, never told twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import nats
import pytest
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from hotline.facts import Recorded
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import PHONE, classified, receive
from workers.broker import Consumers, Reader
from workers.bus import DEAD_STREAM, STREAM, Bus, BusLost, connected, declare
from workers.compose import House
from workers.notifier import NAME, notifier
from workers.relay import Relay

QUICK = (0.05, 0.1)  # a ladder of two steps


@pytest.fixture
def relay(house: House, nats_server: NatsServer) -> Iterator[Relay]:
    relay, stop = Relay(house.hotline, Bus(nats_server.url)), Event()
    thread = Thread(target=relay.run, args=(stop,))
    thread.start()
    yield relay
    stop.set()
    thread.join(10)


@asynccontextmanager
async def consuming(server: NatsServer, handler: Callable[[Recorded], Any] | Reader) -> AsyncIterator[JetStreamContext]:
    reader = handler if isinstance(handler, Reader) else Reader(handler)
    consumers = Consumers(Bus(server.url), {NAME: reader}, QUICK)
    task = asyncio.create_task(consumers.run())
    client = await nats.connect(server.url)
    try:
        await until(lambda: consumers.connected)
        yield client.jetstream()
    finally:
        task.cancel()
        await asyncio.wait([task])
        await client.close()


async def until(probe: Callable[[], Any], within: float = 15.0) -> None:
    await asyncio.to_thread(eventually, probe, within=within)


async def becomes(ask: Callable[[], Awaitable[int]], wanted: int, within: float = 20.0) -> None:
    """Wait until the bus answers `wanted`."""
    async with asyncio.timeout(within):
        while await ask() != wanted:  # noqa: ASYNC110  # there is nothing to be woken by: the bus has to be asked
            await asyncio.sleep(0.05)


async def dead_letters(js: JetStreamContext) -> int:
    return int((await js.stream_info(DEAD_STREAM)).state.messages)


async def unanswered(js: JetStreamContext) -> int:
    return int((await js.consumer_info(STREAM, NAME)).num_ack_pending or 0)


async def dealt_with(js: JetStreamContext) -> int:
    """How far the consumer has dealt with everything, 0 while the stream is being made anew."""
    try:
        floor = (await js.consumer_info(STREAM, NAME)).ack_floor
    except NotFoundError:
        return 0
    return floor.stream_seq if floor else 0


async def test_a_fault_that_passes_costs_nothing(house: House, relay: Relay, nats_server: NatsServer) -> None:
    """A handler that fails once gets the same fact again and the others are not held up for ever."""
    tried: list[str] = []

    def handler(recorded: Recorded) -> None:
        tried.append(recorded.id)
        if tried.count(recorded.id) == 1:
            raise RuntimeError("not now")

    written = receive(house)
    async with consuming(nats_server, handler) as js:
        await until(lambda: len(tried) == 2 * len(written.facts))
        await until(lambda: relay.position == written.position)
        assert sorted(tried) == sorted([r.id for r in house.hotline.facts_after(0)] * 2)
        assert (await js.stream_info(DEAD_STREAM)).state.messages == 0


async def test_a_hopeless_message_is_buried_before_it_is_taken_off(
    house: House, relay: Relay, nats_server: NatsServer
) -> None:
    """After the last step of the ladder the fact lies among the dead letters, whole, with the reason and no words of it."""
    tried: list[str] = []

    def handler(recorded: Recorded) -> None:
        tried.append(recorded.id)
        raise ValueError(PHONE)

    first, *others = receive(house).facts
    async with consuming(nats_server, handler) as js:
        await becomes(lambda: dead_letters(js), 1 + len(others))
        letters = [await js.get_msg(DEAD_STREAM, n + 1) for n in range(1 + len(others))]
        letter = next(one for one in letters if (one.headers or {})["ce-id"] == first.id)
        given = letter.headers or {}
        assert letter.subject == "hotline.dead.notify"
        assert (given["hotline-consumer"], given["hotline-reason"]) == (NAME, "ValueError")
        assert PHONE not in str(given)
        stored = house.hotline.store.select_notifications(0, 1, inclusive_of_start=False)[0]
        assert letter.data == stored.state
        assert tried.count(first.id) == 1 + len(QUICK)
        await becomes(lambda: unanswered(js), 0)


async def test_a_message_that_is_no_fact_is_buried_too(nats_server: NatsServer) -> None:
    """Something foreign on our subject ends among the dead letters and never reaches a handler."""
    reached: list[Recorded] = []
    async with consuming(nats_server, reached.append) as js:
        await js.publish("hotline.fact.ticket.received", b"no json", stream=STREAM)
        await becomes(lambda: dead_letters(js), 1)
    assert reached == []


async def test_what_is_passed_by_is_not_even_opened(house: House, relay: Relay, nats_server: NatsServer) -> None:
    """A consumer that is told which topics are no news to it is done with them at once; a foreign topic still is not."""
    reached: list[Recorded] = []
    first, *_ = receive(house).facts
    passed_by = frozenset({"number.claimed", "ticket.read"})
    async with consuming(nats_server, Reader(reached.append, passed_by)) as js:
        await until(lambda: reached)
        await js.publish(
            "hotline.fact.number.claimed", b"no json", stream=STREAM, headers={"ce-type": "number.claimed"}
        )
        await js.publish("hotline.fact.number.lost", b"no json", stream=STREAM, headers={"ce-type": "number.lost"})
        await becomes(lambda: dead_letters(js), 1)
        await becomes(lambda: unanswered(js), 0)
    assert [recorded.id for recorded in reached] == [first.id]


async def test_notices_are_written_once_however_often_the_bus_tells(
    house: House, relay: Relay, nats_server: NatsServer
) -> None:
    """A stream deleted and filled again brings every fact a second time, and nobody is told a second time."""
    for _ in range(3):
        classified(house)
    async with consuming(nats_server, notifier(house)) as js:
        await until(lambda: house.outbox.count() == {"waiting": 3})
        await js.delete_stream(STREAM)
        receive(house)
        await until(lambda: house.outbox.count() == {"waiting": 4})
        # every fact of the log has come again, and the consumer is done with it
        await becomes(lambda: dealt_with(js), house.hotline.position())
        assert house.outbox.count() == {"waiting": 4}


async def test_a_deleted_consumer_is_made_again_and_tells_nobody_twice(
    house: House, relay: Relay, nats_server: NatsServer
) -> None:
    """The consumer deleted on the server: it is back by itself, is given the whole log again, and tells only what is new."""
    async with consuming(nats_server, notifier(house)) as js:
        receive(house)
        await until(lambda: house.outbox.count() == {"waiting": 1})
        await js.delete_consumer(STREAM, NAME)
        receive(house)
        await until(lambda: house.outbox.count() == {"waiting": 2}, within=30)
        await becomes(lambda: dealt_with(js), house.hotline.position())
        assert house.outbox.count() == {"waiting": 2}


async def test_consumers_come_back_after_the_server_was_away(
    house: House, relay: Relay, nats_server: NatsServer
) -> None:
    """The server killed and started again: what was written meanwhile is told."""
    async with consuming(nats_server, notifier(house)):
        receive(house)
        await until(lambda: house.outbox.count() == {"waiting": 1})
        await asyncio.to_thread(nats_server.kill)
        receive(house)
        await asyncio.to_thread(nats_server.restart)
        await until(lambda: house.outbox.count() == {"waiting": 2}, within=30)


async def test_streams_are_declared_once_and_again_without_harm(nats_server: NatsServer) -> None:
    """Declaring a second time keeps what is on the bus."""
    client = await nats.connect(nats_server.url)
    js = client.jetstream()
    await declare(js)
    await js.publish("hotline.fact.x.y", b"1", stream=STREAM)
    await declare(js)
    assert (await js.stream_info(STREAM)).state.messages == 1
    await client.close()


async def test_consumers_with_patience_give_up_a_bus_that_is_away_for_good() -> None:
    """Where somebody watches over the process, consumers end with BusLost after their patience."""
    with pytest.raises(BusLost):
        await Consumers(Bus("nats://127.0.0.1:1"), {NAME: Reader(lambda _: None)}, patience=0.2).run()


async def test_name_and_password_stand_in_the_address(tmp_path: Path) -> None:
    """A nats-server that asks for a login lets in whoever has it in the address, and nobody else."""
    server = NatsServer(tmp_path / "closed", "authorization { user: hot, password: 'p@ss/word' }")
    try:
        address = server.url.replace("nats://", "nats://hot:p%40ss%2Fword@")
        async with connected(Bus(address), "test") as client:
            await declare(client.jetstream())
        consumers = Consumers(Bus(address), {NAME: Reader(lambda _: None)})
        task = asyncio.create_task(consumers.run())
        await until(lambda: consumers.connected)
        task.cancel()
        await asyncio.wait([task])
        with pytest.raises(NatsError):
            async with connected(Bus(server.url), "test"):
                pass
    finally:
        server.stop()
