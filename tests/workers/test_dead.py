"""Dead letters against a real nats-server: seen, handled once more, and never told twice."""

import asyncio
import json
from pathlib import Path
from threading import Event, Thread

import nats
import pytest
from fastapi.testclient import TestClient
from nats.js import JetStreamContext
from typer.testing import CliRunner

from hotline.command import Refused
from hotline.facts import Recorded, Role
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import PHONE, receive
from workers.broker import Consumers, Reader
from workers.bus import Bus
from workers.cli import app
from workers.compose import House
from workers.dead import BusAway, letters, replay
from workers.dead_dropping import all_dropped, count_dropped, drop
from workers.notifier import NAME, notifier
from workers.parts import consumers
from workers.relay import Relay
from workers.web.app import create_app

NOWHERE = Bus("nats://127.0.0.1:1")


def broken(_: Recorded) -> None:
    raise ValueError(PHONE)


UNREAD = frozenset({"ticket.read"})


@pytest.fixture
def bus(house: House, nats_server: NatsServer) -> Bus:
    """A bus with a request and its number, on both of which the notifier failed to the end; how it was read is no news."""
    receive(house)
    found, stop = Bus(nats_server.url), Event()
    relay = Thread(target=Relay(house.hotline, found).run, args=(stop,))
    relay.start()

    async def fail() -> None:
        task = asyncio.create_task(Consumers(found, {NAME: Reader(broken, UNREAD)}, ladder=()).run())
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
    assert [one.fact for one in found] == [r.id for r in house.hotline.facts_after(0) if r.fact.TOPIC not in UNREAD]
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


def test_dead_done_and_dropped_are_all_there_ever_was(house: House, bus: Bus) -> None:
    """What can never be handled is given up: it leaves the bus, and who, when and why stay written down; given up again, or
    after it was handled, it is not there."""

    async def publish() -> None:
        client = await nats.connect(bus.url)
        await client.jetstream().publish(f"hotline.dead.{NAME}", b"no fact", headers={"hotline-consumer": NAME})
        await client.close()

    asyncio.run(publish())
    engine, all_ = house.outbox.errands.engine, letters(bus)
    hopeless = all_[-1]
    with pytest.raises(Refused, match="personal_data_in_public_text"):
        drop(bus, engine, hopeless.id, by="su1", why=f"来电人 {PHONE} 已去世", at=house.now())
    assert (letters(bus), all_dropped(engine)) == (all_, [])
    found = drop(bus, engine, hopeless.id, by="su1", why="不是事实", at=house.now())
    assert found is not None
    assert (found.letter.id, found.by, found.why, found.at) == (hopeless.id, "su1", "不是事实", house.now())
    assert all_dropped(engine) == [found]
    assert drop(bus, engine, hopeless.id, by="su2", why="再来一次", at=house.now()) is None
    done = [one for one in replay(bus, consumers(house), [all_[0].id]) if one.fault is None]
    assert drop(bus, engine, all_[0].id, by="su1", why="已处理", at=house.now()) is None
    assert len(letters(bus)) + len(done) + count_dropped(engine) == len(all_) == 3


def test_a_drop_that_was_cut_off_is_finished_and_not_doubled(
    house: House, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given it died between writing down and taking off, dropping again takes it off, and what was written first stands."""
    engine, (first, _) = house.outbox.errands.engine, letters(bus)
    with monkeypatch.context() as cut:
        cut.setattr(JetStreamContext, "delete_msg", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            drop(bus, engine, first.id, by="su1", why="不是事实", at=house.now())
    assert len(letters(bus)) == 2
    found = drop(bus, engine, first.id, by="su2", why="再来一次", at=house.now())
    assert found is not None
    assert (found.by, found.why) == ("su1", "不是事实")
    assert (len(letters(bus)), count_dropped(engine)) == (1, 1)


def test_the_command_drops_with_a_reason(house: House, bus: Bus) -> None:
    """`dead drop ID --reason`: written down with the user and the reason; without a reason, with a personal one, or for one
    that is not there it ends with 1 or 2 and nothing is lost."""
    env = {"HOTLINE_DATA": str(house.settings.data), "HOTLINE_NATS_URL": bus.url}
    first, second = letters(bus)
    run = CliRunner().invoke
    assert "没有放弃过" in run(app, ["dead", "dropped"], env=env).output
    for wrong in (["--reason", " "], ["--reason", f"{PHONE} 的来电"], []):
        assert run(app, ["dead", "drop", str(first.id), *wrong], env=env).exit_code in (1, 2)
    assert run(app, ["dead", "drop", "999", "--reason", "不是事实"], env=env).exit_code == 1
    assert letters(bus) == [first, second]
    assert run(app, ["dead", "drop", str(first.id), "--reason", "不是事实"], env=env).exit_code == 0
    assert letters(bus) == [second]
    (line,) = run(app, ["dead", "dropped"], env=env).output.splitlines()
    assert line.startswith(f"{first.id} ")
    assert "cli:" in line
    assert line.endswith("不是事实")


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

        def ask(method: str, path: str, role: Role, body: object = None) -> tuple[int, object]:
            token = house.accounts.issue_token(role)
            answer = web.request(method, f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}, json=body)
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
        path = f"/dead/{listed[1]['id']}/drop"
        assert ask("POST", path, Role.OPERATOR, {"reason": "不是事实"})[0] == 403
        assert ask("POST", path, Role.SUPERVISOR, {"reason": f"来电人 {PHONE}"})[0] in (409, 422)
        assert ask("POST", path, Role.SUPERVISOR, {})[0] == 422
        assert len(letters(bus)) == 1
        status, gone = ask("POST", path, Role.SUPERVISOR, {"reason": "不是事实"})
        assert (status, letters(bus)) == (200, [])
        assert ask("POST", path, Role.SUPERVISOR, {"reason": "不是事实"})[0] == 404
        assert ask("GET", "/dead/dropped", Role.SUPERVISOR) == (200, [gone])
        assert ask("GET", "/dead/dropped", Role.OPERATOR)[0] == 403
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
