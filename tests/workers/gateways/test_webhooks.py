"""Webhooks: who gets what, and signed how."""

from __future__ import annotations

import base64
import hmac
import json
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from tests.support.clock import SettableClock
from tests.workers.acting import TEXT, dispatched, units
from tests.workers.conftest import Open
from tests.workers.deliveries import delivery_log
from tests.workers.gateways.conftest import StandIn, tell
from workers.compose import House
from workers.gateways.deliverer import Deliverer
from workers.gateways.subscriptions import ALL, NoSubscription, Subscription
from workers.gateways.webhooks import Webhooks


@pytest.fixture
def house(open_house: Open, store_url: str, standin: StandIn) -> House:
    """A house that may call the stand-in, which is inside and without TLS."""
    return open_house(outbox=store_url, webhook_allow=f"127.0.0.1:{standin.port}")


def hook(house: House, standin: StandIn, recipient: str = ALL, kinds: tuple[str, ...] = ()) -> Subscription:
    allowed = house.settings.allowed_hosts
    return house.outbox.subscriptions.add(recipient, standin.url, house.now(), kinds=kinds, allowed=allowed)


def errands(house: House, ticket: UUID, subscription: Subscription) -> list[str]:
    return [e.status for e in house.outbox.errands.of_ticket(ticket) if e.subscription == subscription.id]


def test_a_unit_is_told_what_its_tray_shows_and_signed(house: House, standin: StandIn, clock: SettableClock) -> None:
    """The signature is over exactly the bytes sent; nothing of the request's words or the caller is in them."""
    lead, co, *_ = units(house)
    mine, all_ = hook(house, standin, f"unit:{lead}"), hook(house, standin, kinds=("dispatched",))
    other = hook(house, standin, f"unit:{co}", kinds=("urged",))
    ticket = dispatched(house)
    tell(house)
    standin.start()
    Deliverer(house, Webhooks(house)).step()
    Deliverer(house, Webhooks(house)).step()
    assert errands(house, ticket, mine) == ["delivered"]
    assert errands(house, ticket, all_) == ["delivered", "delivered"]
    assert errands(house, ticket, other) == []
    keys = {e.key: e for e in house.outbox.errands.of_ticket(ticket)}
    for told in standin.requests():
        headers, raw = told["headers"], told["headers"]["raw"]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{raw}".encode()
        subscription = house.outbox.subscriptions.find(keys[headers["webhook-id"]].subscription or UUID(int=0))
        assert subscription is not None
        secret = base64.b64decode(house.outbox.subscriptions.secret(subscription).removeprefix("whsec_"))
        expected = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert json.loads(raw)["type"] == "unit_notice.dispatched"
        assert json.loads(raw)["data"]["number"] in json.loads(raw)["data"]["text"]
        assert TEXT[:6] not in raw
    log = delivery_log(house.outbox, house.outbox.errands.of_ticket(ticket)[-1].fact_id)
    assert [status for who, status, _ in log if who == mine.line] == ["waiting", "delivered"]


def test_a_repeat_has_the_same_id_and_words_and_another_signature(
    house: House, standin: StandIn, clock: SettableClock
) -> None:
    """So that the receiver knows it for one, and still can refuse what is too old."""
    hook(house, standin)
    dispatched(house)
    tell(house)
    standin.start(orders="fail,fail,drop")
    deliverer = Deliverer(house, Webhooks(house), chance=Random(1))
    for _ in range(20):
        deliverer.step()
        clock.advance(minutes=0.5)
    told = standin.requests()
    assert len({t["headers"]["webhook-id"] for t in told}) == 2 == len(standin.accepted())
    assert len(told) == 5
    first = [t["headers"] for t in told if t["headers"]["webhook-id"] == told[0]["headers"]["webhook-id"]]
    assert len({t["raw"] for t in first}) == 1
    assert len({t["webhook-signature"] for t in first}) == len(first)


def test_who_is_gone_or_has_ended_gets_nothing_more(house: House, standin: StandIn, clock: SettableClock) -> None:
    """An ended subscription's errands are dropped, and no new ones are written."""
    one = hook(house, standin)
    first = dispatched(house)
    tell(house)
    assert house.outbox.subscriptions.end(one.id, clock())
    assert not house.outbox.subscriptions.end(one.id, clock())
    standin.start()
    deliverer = Deliverer(house, Webhooks(house))
    while deliverer.step():
        pass
    second = dispatched(house)
    tell(house)
    assert set(errands(house, first, one)) == {"dropped"}
    assert errands(house, second, one) == []
    assert standin.requests() == []


def test_nobody_inside_is_called_even_if_a_name_turns_to_him(
    open_house: Open, standin: StandIn, clock: SettableClock
) -> None:
    """A public name that later resolves to loopback: the errand fails and the machine inside hears nothing."""
    house = open_house()
    rebound = house.outbox.subscriptions.add(ALL, f"https://public.example:{standin.port}/x", clock())
    ticket = dispatched(house)
    tell(house)
    standin.start()
    Deliverer(house, Webhooks(house, lookup=lambda host, port: ["127.0.0.1"])).step()
    assert errands(house, ticket, rebound)[0] == "failed"
    assert {e.reason for e in house.outbox.errands.of_ticket(ticket) if e.status == "failed"} == {"inside"}
    assert standin.requests() == []


@pytest.mark.parametrize(
    ("target", "kinds"),
    [("mailto:not an address", ()), ("mailto:a@b.example?bcc=c@d.example", ()), ("https://a.example/", ("no_such",))],
)
def test_what_cannot_be_subscribed(house: House, clock: SettableClock, target: str, kinds: tuple[str, ...]) -> None:
    """A mailbox that is none, one with more in it, and a kind nobody sends."""
    with pytest.raises(NoSubscription):
        house.outbox.subscriptions.add(ALL, target, clock(), kinds=kinds)
    assert house.outbox.subscriptions.all() == []


def test_another_secret_for_the_asking_and_none_in_the_store(
    open_house: Open, tmp_path: Path, clock: SettableClock
) -> None:
    """Turning it gives another; neither lies in any file."""
    house = open_house()
    one = house.outbox.subscriptions.add(ALL, "https://a.example/", clock())
    first = house.outbox.subscriptions.secret(one)
    turned = house.outbox.subscriptions.turn(one.id)
    assert turned is not None
    second = house.outbox.subscriptions.secret(turned)
    assert first != second
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (first, second):
        raw = base64.b64decode(secret.removeprefix("whsec_"))
        assert raw not in held
        assert raw.hex().encode() not in held
        assert secret.encode() not in held
