"""What those who run it can see of the ways out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, generate_latest

from tests.support.clock import SettableClock
from tests.workers.acting import PHONE, receive
from tests.workers.conftest import Open
from tests.workers.gateways.conftest import StandIn, deliver, tell
from workers.compose import House
from workers.gateways.standing import gateways, install_gauges, note
from workers.probes import create_probes


@asynccontextmanager
async def nothing(_: object) -> AsyncIterator[None]:
    yield


def test_without_a_gateway_messages_wait_and_it_is_said(open_house: Open, clock: SettableClock) -> None:
    """Ready all the same; a note tells how many wait and which setting is missing, and the figures tell since when."""
    house = open_house()
    assert note(house) is None
    receive(house)
    tell(house)
    clock.advance(minutes=5)
    app = create_probes(house, lifespan=nothing, views=False)
    app.state.notes = {"deliveries": lambda: note(house)}
    install_gauges(app.state.registry, house)
    web = TestClient(app)
    ready = web.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["notes"] == {"deliveries": "1 wait: HOTLINE_SMS_URL is not set"}
    figures = web.get("/metrics").text
    assert 'hotline_errands{status="waiting",way="text"} 1.0' in figures
    assert 'hotline_errands_waiting_seconds{way="text"} 300.0' in figures


def test_what_is_set_up_is_at_work(open_house: Open) -> None:
    """Webhooks always, as they need nothing but subscribers; the others when their address is set."""
    assert [g.way for g in gateways(open_house())] == ["webhook"]
    both = open_house(sms_url="https://sms.example/", smtp_url="smtps://mail.example")
    assert [g.way for g in gateways(both)] == ["text", "mail", "webhook"]


def test_an_outbox_that_is_away_takes_no_other_figure_with_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the figures is still told."""
    registry = CollectorRegistry()
    install_gauges(registry, house)

    def fail() -> Any:
        raise OSError

    monkeypatch.setattr(house.outbox.errands, "count", fail)
    assert b"hotline_errands{" not in generate_latest(registry)


def test_the_log_names_neither_number_nor_words_nor_address(
    house: House, standin: StandIn, clock: SettableClock
) -> None:
    """What is logged of attempts that fail is a key and a code."""
    written = receive(house)
    tell(house)
    standin.start(orders="fail,refuse")
    with structlog.testing.capture_logs() as lines:
        deliver(house, clock)
    told = json.dumps(lines, default=str)
    assert [line["reason"] for line in lines] == ["http_503", "http_422"]
    for secret in (PHONE, written.answer["number"], house.hotline.token_of(written.stream), standin.url):
        assert secret not in told
