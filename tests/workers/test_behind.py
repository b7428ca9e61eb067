"""A log restored to an earlier time than what has followed it: noticed at the start, and mended by `hotline repair`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nats.js import JetStreamContext

from hotline.facts import Recorded
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import act, clerk, dispatched, receive, units
from tests.workers.conftest import Open
from tests.workers.deliveries import delivery_log
from tests.workers.test_relay import ask, caught_up, ids_in, ids_on, relaying
from workers import backup_sqlite
from workers.behind import must_fit
from workers.bus import STREAM, Bus
from workers.check import findings
from workers.compose import House
from workers.directory import CannotStart
from workers.eraser import Eraser
from workers.notifier import NAME as NOTIFIER
from workers.notifier import notifier
from workers.outbox import Told
from workers.repairing import repair


def all_follow(house: House) -> None:
    """Views, eraser and notifier at the end of the log."""
    for recorded in house.hotline.facts_after(0, 10_000):
        notifier(house)(recorded)
    while Eraser(house).step():
        pass
    house.catch_up()


def copied(house: House, name: str) -> Path:
    """A copy of one store, made as an administrator would with SQLite's own means."""
    url = getattr(house.settings, name)
    copy = backup_sqlite.path_of(url).with_suffix(".copy")
    backup_sqlite.copy(name, url, copy)
    return copy


def put_back(house: House, name: str, copy: Path) -> None:
    """The house closed, and one store as it was."""
    house.close()
    store = backup_sqlite.path_of(getattr(house.settings, name))
    for beside in ("-wal", "-shm"):
        store.with_name(store.name + beside).unlink(missing_ok=True)
    shutil.move(copy, store)


def told_of(house: House, fact: Recorded) -> Told | None:
    """What its caller was told of a fact."""
    told = house.outbox.of_ticket(fact.originator_id)
    return next((one for one in told if (one.fact_id, one.recipient) == (fact.id, "citizen")), None)


def refused(house: House, bus: Bus | None = None) -> str:
    with pytest.raises(CannotStart) as told:
        must_fit(house, bus)
    assert "hotline repair" in str(told.value)
    return str(told.value)


def mended(house: House, bus: Bus | None = None) -> None:
    repair(house, bus, lambda line: None)
    must_fit(house, bus)


def test_a_house_at_work_fits(open_house: Open, store_url: str, nats_server: NatsServer) -> None:
    """Nothing is said about a house nobody has restored, whether its followers are at the end or behind."""
    house = open_house(store=store_url)
    bus = Bus(nats_server.url)
    must_fit(house, bus)
    receive(house)
    must_fit(house, bus)
    with relaying(house, nats_server) as relay:
        caught_up(house, relay)
        all_follow(house)
        must_fit(house, bus)


def test_a_log_behind_its_followers_is_noticed_and_mended(open_house: Open) -> None:
    """The log alone was put back: every view and the outbox are named; repaired, they are what the log makes of them,
    and a new fact in the place of a lost one is told."""
    house = open_house()
    ticket = dispatched(house)
    all_follow(house)
    copy = copied(house, "store")
    lead = clerk(units(house)[0])
    act(house, ticket, "sign", lead)
    act(house, ticket, "ask-supplement", lead, question="请补充门牌号。")
    lost = house.hotline.history(ticket)[-1]
    all_follow(house)
    assert told_of(house, lost) is not None
    put_back(house, "store", copy)

    house = open_house()
    told = refused(house)
    for view in ("board", "dossier", "progress", "due_list"):
        assert f"View {view} stands at" in told
    assert "People were told" in told
    assert told.splitlines()[0] in list(findings(house))

    mended(house)
    assert list(findings(house)) == []
    assert told_of(house, lost) is None
    assert delivery_log(house.outbox, lost.id)[-1][1] == "lost"
    act(house, ticket, "sign", lead)
    act(house, ticket, "ask-supplement", lead, question="请补充楼层。")
    all_follow(house)
    assert house.hotline.history(ticket)[-1].id == lost.id
    again = told_of(house, lost)
    assert again is not None
    assert again.notice is not None
    assert list(findings(house)) == []


def test_a_bus_ahead_of_the_log_is_emptied_and_nobody_is_told_twice(open_house: Open, nats_server: NatsServer) -> None:
    """The bus has facts the log has lost: noticed, also when the log has meanwhile grown past them; repaired, the bus
    has the log again, and going through it once more tells nobody anything."""
    house = open_house()
    bus = Bus(nats_server.url)
    receive(house)
    all_follow(house)
    copy = copied(house, "store")
    receive(house)
    with relaying(house, nats_server) as relay:
        caught_up(house, relay)
    put_back(house, "store", copy)
    house = open_house()
    assert "The bus stands at" in refused(house, bus)
    for _ in range(2):
        receive(house)
    assert "comes from another log" in refused(house, bus)

    mended(house, bus)
    told = house.outbox.count()
    with relaying(house, nats_server) as relay:
        caught_up(house, relay)
    assert ids_on(nats_server) == ids_in(house)
    first = house.hotline.facts_after(0, 1)[0]
    assert house.outbox.dealt_with(NOTIFIER, [first.id]) == {first.id}
    notifier(house)(first)
    assert house.outbox.count() == told


def test_a_vault_older_than_the_log_is_noticed(open_house: Open) -> None:
    """Keys are missing: neither start nor repair goes on; only who gives them up goes on without those words."""
    house = open_house()
    copy = copied(house, "vault")
    ticket = receive(house).stream
    all_follow(house)
    put_back(house, "vault", copy)
    house = open_house()
    assert "older than the log" in refused(house)
    assert "no key for 1 tickets" in "\n".join(findings(house))
    with pytest.raises(CannotStart, match="--give-up-keys"):
        repair(house, None, lambda line: None)
    repair(house, None, lambda line: None, give_up_keys=True)
    must_fit(house)
    assert house.vault.erased(ticket)
    assert list(findings(house)) == []


def test_an_emptied_bus_or_none_is_no_reason_to_refuse(
    open_house: Open, nats_server: NatsServer, free_port: Callable[[], int]
) -> None:
    """A bus that is away, new or emptied fills up by itself."""
    house = open_house()
    receive(house)
    must_fit(house, Bus(nats_server.url))
    must_fit(house, Bus(f"nats://127.0.0.1:{free_port()}"))
    with relaying(house, nats_server) as relay:
        caught_up(house, relay)

    async def purge(js: JetStreamContext) -> None:
        await js.purge_stream(STREAM)

    ask(nats_server, purge)
    must_fit(house, Bus(nats_server.url))


def test_a_relay_stops_before_a_bus_that_is_ahead(open_house: Open, nats_server: NatsServer) -> None:
    """A bus that was away at the start and turns out to be ahead is left alone: the relay sends nothing and is not ready."""
    house = open_house()
    receive(house)
    copy = copied(house, "store")
    receive(house)
    with relaying(house, nats_server) as relay:
        caught_up(house, relay)
    before = ids_on(nats_server)
    put_back(house, "store", copy)
    house = open_house()
    with relaying(house, nats_server) as relay:
        for _ in range(5):
            receive(house)
        eventually(lambda: relay.mismatch, what="the relay has seen the bus")
        assert not relay.connected
    assert ids_on(nats_server) == before
