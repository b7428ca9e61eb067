"""The relay against a real nats-server: in order, each once, through every loss of the bus."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

import nats
import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import receive
from workers.bus import STREAM, Bus, BusLost
from workers.compose import House
from workers.relay import Relay


@contextmanager
def relaying(house: House, server: NatsServer) -> Iterator[Relay]:
    relay, stop = Relay(house.hotline, Bus(server.url)), Event()
    thread = Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        yield relay
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def ask(server: NatsServer, question: Callable[[JetStreamContext], Any]) -> Any:
    async def connected() -> Any:
        client = await nats.connect(server.url)
        try:
            return await question(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(connected())


def ids_on(server: NatsServer) -> list[str]:
    async def all_ids(js: JetStreamContext) -> list[str]:
        state, found = (await js.stream_info(STREAM)).state, []
        for number in range(state.first_seq, state.last_seq + 1):
            with suppress(NotFoundError):  # a number whose message was taken out
                found.append(str(((await js.get_msg(STREAM, number)).headers or {})["ce-id"]))
        return found

    found: list[str] = ask(server, all_ids)
    return found


def ids_in(house: House) -> list[str]:
    return [recorded.id for recorded in house.hotline.facts_after(0, 10_000)]


def caught_up(house: House, relay: Relay) -> None:
    eventually(lambda: relay.position == house.hotline.position(), what="the bus has the whole log", within=20)


def test_the_bus_has_the_log_in_order(house: House, nats_server: NatsServer) -> None:
    """Every fact is on the bus once, in the order of the log, whether written before or while the relay runs."""
    for _ in range(130):  # more than one batch
        receive(house)
    with relaying(house, nats_server) as relay:
        caught_up(house, relay)
        for _ in range(5):
            receive(house)
        caught_up(house, relay)
    assert ids_on(nats_server) == ids_in(house)


def test_a_new_relay_goes_on_where_the_bus_ends(house: House, nats_server: NatsServer) -> None:
    """The position is the stream's last message: after a restart nothing is sent twice and nothing left out."""
    for _ in range(2):
        receive(house)
        with relaying(house, nats_server) as relay:
            caught_up(house, relay)
    assert ids_on(nats_server) == ids_in(house)


@pytest.mark.parametrize("harm", ["deleted", "emptied", "cut short"])
def test_a_stream_that_was_harmed_heals(house: House, nats_server: NatsServer, harm: str) -> None:
    """Deleted, emptied or cut at its end: the stream is whole again without anybody's doing."""

    async def do_harm(js: JetStreamContext) -> None:
        if harm == "deleted":
            await js.delete_stream(STREAM)
        elif harm == "emptied":
            await js.purge_stream(STREAM)
        else:
            await js.delete_msg(STREAM, (await js.stream_info(STREAM)).state.last_seq)

    for _ in range(3):
        receive(house)
    with relaying(house, nats_server) as relay:
        caught_up(house, relay)
        if harm == "deleted":
            ask(nats_server, do_harm)
            receive(house)
            caught_up(house, relay)
    if harm != "deleted":
        ask(nats_server, do_harm)
        nats_server.restart()  # its memory of message ids would otherwise refuse what it has seen for two minutes
        with relaying(house, nats_server) as relay:
            caught_up(house, relay)
    assert ids_on(nats_server) == ids_in(house)


def test_a_bus_that_was_away_gets_what_it_missed(house: House, nats_server: NatsServer) -> None:
    """The server killed in between: what was written meanwhile arrives after it is back, in order."""
    with relaying(house, nats_server) as relay:
        receive(house)
        caught_up(house, relay)
        nats_server.kill()
        receive(house)
        eventually(lambda: not relay.connected, what="the relay notices")
        nats_server.restart()
        caught_up(house, relay)
    assert ids_on(nats_server) == ids_in(house)


def test_two_relays_leave_no_disorder(house: House, nats_server: NatsServer) -> None:
    """Two relays by mistake at once: the bus still has each fact once, in order."""
    with relaying(house, nats_server) as one, relaying(house, nats_server) as other:
        for _ in range(60):
            receive(house)
        caught_up(house, one)
        caught_up(house, other)
    assert ids_on(nats_server) == ids_in(house)


def test_a_relay_with_patience_gives_up_a_bus_that_is_away_for_good(house: House) -> None:
    """Where somebody watches over the process, the relay ends with BusLost after its patience instead of trying for ever."""
    with pytest.raises(BusLost):
        Relay(house.hotline, Bus("nats://127.0.0.1:1"), patience=0.2).run(Event())


@pytest.mark.parametrize("headers", [{}, {"ce-id": "x", "ce-position": "2"}])
def test_a_strangers_message_takes_the_place_of_no_fact(
    house: House, nats_server: NatsServer, headers: dict[str, str]
) -> None:
    """After something foreign on the stream every fact still comes, none is left out, and the relay is not kept up."""
    with relaying(house, nats_server) as relay:
        receive(house)
        eventually(lambda: relay.position == 3)
        ask(
            nats_server, lambda js: js.publish("hotline.fact.ticket.received", b"\xff{", stream=STREAM, headers=headers)
        )
        for _ in range(3):
            receive(house)
        eventually(lambda: relay.position == 12, within=20)

    async def facts(js: JetStreamContext) -> list[str]:
        found = [(await js.get_msg(STREAM, number)).headers or {} for number in range(1, 14)]
        return [str(one["Nats-Msg-Id"]) for one in found if "Nats-Msg-Id" in one]

    assert ask(nats_server, facts) == ids_in(house)
