"""What a process without pages answers: alive, ready, and figures about its own pieces."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from math import isnan

import pytest
from fastapi.testclient import TestClient

from tests.support.clock import SettableClock
from tests.workers.acting import receive
from workers import figures, parts
from workers.broker import Consumers
from workers.bus import Bus
from workers.compose import House
from workers.probes import create_probes
from workers.relay import Relay
from workers.running import Crew, Work


@asynccontextmanager
async def nothing(_: object) -> AsyncIterator[None]:
    yield


def figure(text: str, name: str) -> float:
    return float(next(line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(f"{name} ")))


def probed(house: House, part: Callable[[House], dict[str, Work]], relay: Relay | None = None) -> TestClient:
    crew = Crew(part(house))
    app = create_probes(house, lifespan=nothing, views=part is parts.followers)
    figures.install(app.state.registry, house, crew, Consumers(Bus("nats://127.0.0.1:1"), {}), relay)
    return TestClient(app)


def test_a_clock_tells_how_late_it_is(house: House, clock: SettableClock) -> None:
    """A moment that has come and was not rung shows as its age in seconds; before it came, as none."""
    receive(house)
    house.catch_up()
    page = probed(house, parts.clock)
    assert page.get("/livez").status_code == 200
    assert page.get("/readyz").json() == {"ready": True, "wrong": {}}
    assert figure(page.get("/metrics").text, "hotline_clock_late_seconds") == 0
    clock.advance(days=400)
    assert figure(page.get("/metrics").text, "hotline_clock_late_seconds") > timedelta(days=300).total_seconds()


def test_a_relay_tells_how_far_the_bus_is_behind(house: House) -> None:
    """The distance is counted in facts, and a bus that is not reached shows as 0 connected."""
    written = receive(house)
    told = probed(house, parts.reactions, Relay(house.hotline, Bus("nats://127.0.0.1:1"))).get("/metrics").text
    assert figure(told, "hotline_relay_behind") == written.position
    assert figure(told, "hotline_relay_connected") == 0


def test_views_behind_are_told_where_views_are_written(house: House) -> None:
    """`project` tells how far each view is behind; a process without views does not."""
    written = receive(house)
    assert (
        f'hotline_view_behind{{view="board"}} {float(written.position)}'
        in probed(house, parts.followers).get("/metrics").text
    )
    assert "hotline_view_behind" not in probed(house, parts.reactions).get("/metrics").text


def test_a_store_that_is_away_takes_no_other_figure_with_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are still answered when a store cannot be read: its own are then not a number."""
    page = probed(house, parts.clock)
    monkeypatch.setattr(house.views, "engine", None)
    told = page.get("/metrics")
    assert told.status_code == 200
    assert isnan(figure(told.text, "hotline_clock_late_seconds"))


def test_addresses_of_a_cluster_stand_in_one_setting() -> None:
    """Commas part the addresses of one cluster's servers."""
    bus = Bus("nats://some:p%40ss@a:1, nats://b:2,")
    assert bus.servers == ["nats://a:1", "nats://b:2"]
    assert bus.login == ("some", "p@ss")
    assert "p%40ss" not in repr(bus)
