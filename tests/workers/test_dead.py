"""Dead letters against a real nats-server: seen, handled once more, and never told twice."""

import asyncio
import json
from pathlib import Path
from threading import Event, Thread

import nats
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from hotline.facts import Recorded, Role
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import PHONE, receive
from workers.broker import Consumers, Reader
from workers.bus import Bus
from workers.cli import app
from workers.compose import House
from workers.dead import BusAway, letters, replay
from workers.notifier import NAME, notifier
from workers.parts import consumers
from workers.relay import Relay
from workers.web.app import create_app

NOWHERE = Bus("nats://127.0.0.1:1")


def broken(_: Recorded) -> None:
    raise ValueError(PHONE)


@pytest.fixture
def bus(house: House, nats_server: NatsServer) -> Bus:
    """A bus with the two facts of one request, on both of which the notifier failed to the end."""
    receive(house)
    found, stop = Bus(nats_server.url), Event()
    relay = Thread(target=Relay(house.hotline, found).run, args=(stop,))
    relay.start()

    async def fail() -> None:
        task = asyncio.create_task(Consumers(found, {NAME: Reader(broken)}, ladder=()).run())
        try:
            await asyncio.to_thread(eventually, lambda: there(found) == 2, within=20, what="both are given up")
        finally:
            task.cancel()
            await asyncio.wait([task])

    try:
        asyncio.run(fail())
    finally:
        stop.set()
        relay.join(10)
    return found


def there(bus: Bus) -> int:
    try:
        return len(letters(bus))
    except BusAway:  # the stream is being made
        return 0


def test_a_dead_letter_names_its_fact_and_nothing_personal(house: House, bus: Bus) -> None:
    """Oldest first: consumer, fact, kind of error, when; no word of the error itself. Pages go on after an id."""
    found = letters(bus)
    assert [one.fact for one in found] == [r.id for r in house.hotline.facts_after(0)]
    assert {(one.consumer, one.reason) for one in found} == {(NAME, "ValueError")}
    assert all(one.buried_at is not None for one in found)
    assert PHONE not in repr(found)
    assert letters(bus, limit=1) == found[:1]
    assert letters(bus, after=found[0].id) == found[1:]


def test_one_that_fails_again_stays_and_one_that_is_done_goes(house: House, bus: Bus) -> None:
    """Dead and done are always all: nothing is lost by trying, and a second try of one that is done finds nothing."""
    before = letters(bus)
    assert [one.fault for one in replay(bus, {NAME: Reader(broken)})] == ["ValueError", "ValueError"]
    assert letters(bus) == before
    assert [one.fault for one in replay(bus, consumers(house), [before[1].id])] == [None]
    assert letters(bus) == before[:1]
    assert [one.fault for one in replay(bus, consumers(house))] == [None]
    assert letters(bus) == []
    assert replay(bus, consumers(house), [before[0].id]) == []
    assert house.outbox.count() == {"waiting": 1}


def test_handling_again_tells_nobody_twice(house: House, bus: Bus) -> None:
    """A fact that was dealt with after all, and then taken from the dead letters too, is told once."""
    for recorded in house.hotline.facts_after(0):
        notifier(house)(recorded)
    assert house.outbox.count() == {"waiting": 1}
    assert all(one.fault is None for one in replay(bus, consumers(house)))
    assert house.outbox.count() == {"waiting": 1}


def test_what_is_no_fact_or_nobodys_stays(house: House, bus: Bus) -> None:
    """A foreign message, or one of a consumer that is no more, cannot be handled and is kept."""

    async def publish() -> None:
        client = await nats.connect(bus.url)
        for name in (NAME, "gone"):
            await client.jetstream().publish(f"hotline.dead.{name}", b"no fact", headers={"hotline-consumer": name})
        await client.close()

    replay(bus, consumers(house))
    asyncio.run(publish())
    assert {one.fault for one in replay(bus, consumers(house))} == {"NotAFact"}
    assert [one.consumer for one in letters(bus)] == [NAME, "gone"]


def test_the_command_lists_and_replays(house: House, bus: Bus) -> None:
    """`hotline dead list` shows a line each; `replay ID…` says what became of each, and 1 for one that is not there."""
    env = {"HOTLINE_DATA": str(house.settings.data), "HOTLINE_NATS_URL": bus.url}
    first, second = letters(bus)
    run = CliRunner().invoke
    listed = run(app, ["dead", "list"], env=env)
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.output.splitlines()] == [str(first.id), str(second.id)]
    assert first.fact in listed.output
    assert run(app, ["dead", "replay", str(first.id), "999"], env=env).exit_code == 1
    assert letters(bus) == [second]
    done = run(app, ["dead", "replay"], env=env)
    assert (done.exit_code, letters(bus)) == (0, [])
    away = run(app, ["dead", "list"], env={**env, "HOTLINE_NATS_URL": NOWHERE.url})
    assert away.exit_code == 1
    assert "HOTLINE_NATS_URL" in away.output


def test_supervisors_see_and_replay_over_the_interface(house: House, bus: Bus) -> None:
    """Supervisors list and replay; others are refused; what is gone is 404; without a bus it is 503."""
    application = create_app(house)
    application.state.bus = bus
    with TestClient(application) as web:

        def ask(method: str, path: str, role: Role) -> tuple[int, object]:
            token = house.accounts.issue_token(role)
            answer = web.request(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
            return answer.status_code, answer.json()

        status, listed = ask("GET", "/dead", Role.SUPERVISOR)
        assert status == 200
        assert isinstance(listed, list)
        assert [one["fact"] for one in listed] == [one.fact for one in letters(bus)]
        assert PHONE not in json.dumps(listed)
        assert ask("GET", "/dead", Role.OPERATOR)[0] == 403
        path = f"/dead/{listed[0]['id']}/replay"
        assert ask("POST", path, Role.DISPATCHER)[0] == 403
        assert ask("POST", path, Role.SUPERVISOR) == (200, listed[0])
        assert ask("POST", path, Role.SUPERVISOR)[0] == 404
        assert len(letters(bus)) == 1
        application.state.bus = NOWHERE
        assert ask("GET", "/dead", Role.ADMIN)[0] == 503


def test_a_bus_that_nobody_has_used_has_no_dead_letters(nats_server: NatsServer) -> None:
    """An empty nats-server: an empty list, no error; and nothing listening is told as such."""
    assert letters(Bus(nats_server.url)) == []
    with pytest.raises(BusAway):
        letters(NOWHERE)


def test_the_command_finds_the_bus_of_a_running_hotline(tmp_path: Path) -> None:
    """Without an address the embedded nats-server is asked while it runs; afterwards the command says what to set."""
    server = NatsServer(tmp_path / "nats")
    env = {"HOTLINE_DATA": str(tmp_path)}
    try:
        assert CliRunner().invoke(app, ["dead", "list"], env=env).exit_code == 0
    finally:
        server.stop()
    gone = CliRunner().invoke(app, ["dead", "list"], env=env)
    assert gone.exit_code == 1
    assert "HOTLINE_NATS_URL" in gone.output
