"""Text messages to callers, over a gateway that is a process of its own and behaves badly."""

from __future__ import annotations

from datetime import datetime
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hotline.notices import CITIZEN, Notice
from hotline.ticket.receiving import Caller
from tests.support.clock import SettableClock
from tests.workers.acting import LEADER, OPERATOR, PHONE, act, closed, receive
from tests.workers.deliveries import delivery_log
from tests.workers.gateways.conftest import StandIn, deliver, tell, unhurried
from workers.compose import House
from workers.eraser import Eraser
from workers.gateways.deliverer import Deliverer
from workers.gateways.texts import Texts

OTHER = "13911112222"
NIGHT = datetime(2026, 3, 2, 22, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MORNING = datetime(2026, 3, 3, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def statuses(house: House) -> dict[str, int]:
    return {status: n for (way, status), n in house.outbox.errands.count().items() if way == "text"}


def test_a_message_goes_out_with_number_words_link_and_key(
    house: House, standin: StandIn, clock: SettableClock
) -> None:
    """The gateway gets the caller's number, the sentence, his own link, and the key in header and body."""
    ticket = receive(house).stream
    tell(house)
    standin.start()
    deliver(house, clock)
    (told,) = standin.requests()
    (errand,) = house.outbox.errands.of_ticket(ticket)
    assert told["headers"]["idempotency-key"] == told["sent"]["id"] == errand.key
    assert told["sent"]["to"] == PHONE
    assert f"https://hotline.example/l/{house.hotline.token_of(ticket)}" in told["sent"]["text"]
    assert errand.status == "delivered"
    assert [t.status for t in house.outbox.of_ticket(ticket)] == ["delivered"]
    assert [s for _, s, _ in delivery_log(house.outbox, errand.fact_id)] == ["waiting", "delivered"]


def test_order_of_each_caller_and_once_each_while_the_gateway_misbehaves(
    house: House, standin: StandIn, clock: SettableClock
) -> None:
    """With a third of all requests failing, dropped after taking, late or answered twice, each caller gets each message
    once and in the order in which things happened."""
    for phone in (PHONE, OTHER, "13500000003"):
        for _ in range(2):
            closed(house, caller=Caller(name="某", phone=phone))
    tell(house)
    waiting = statuses(house)["waiting"]
    standin.start(seed=3, fail=0.15, drop=0.1, delay=0.03, twice=0.1, late=0.05)
    deliver(house, clock)
    went = standin.accepted()
    assert statuses(house) == {"delivered": waiting}
    assert len(went) == waiting == len({sent["id"] for sent in went})
    assert len(standin.requests()) > waiting  # it did misbehave
    written = {e.key: e.id for t in _tickets(house) for e in house.outbox.errands.of_ticket(t)}
    for phone in {sent["to"] for sent in went}:
        order = [written[sent["id"]] for sent in went if sent["to"] == phone]
        assert order == sorted(order)
        assert len(order) > 2


def test_a_gateway_that_is_away_for_hours_loses_nothing(house: House, standin: StandIn, clock: SettableClock) -> None:
    """Nobody answers for six hours: it is asked at least every five minutes and not more than is decent; then all
    messages arrive in order."""
    for phone in (PHONE, OTHER):
        closed(house, caller=Caller(name="某", phone=phone))
    tell(house)
    waiting = statuses(house)["waiting"]
    clock.set(datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")))
    deliverer = Deliverer(house, Texts(house), chance=Random(5), ticks=unhurried())
    deliver(house, clock, minutes=360, pause=2, deliverer=deliverer)
    tried = [e.tries for t in _tickets(house) for e in house.outbox.errands.of_ticket(t)]
    assert statuses(house) == {"waiting": waiting}
    assert 360 / 7 <= sum(tried) <= 360 / 2
    standin.start()
    back = clock()
    deliver(house, clock, minutes=20, pause=1, deliverer=deliverer)
    assert (clock() - back).total_seconds() <= 700
    assert statuses(house) == {"delivered": waiting}
    written = {e.key: e.id for t in _tickets(house) for e in house.outbox.errands.of_ticket(t)}
    for phone in (PHONE, OTHER):
        order = [written[sent["id"]] for sent in standin.accepted() if sent["to"] == phone]
        assert order == sorted(order)


def test_a_refusal_ends_one_message_and_lets_the_next_go(house: House, standin: StandIn, clock: SettableClock) -> None:
    """422 is for ever: failed with its code, not tried again; the caller's next message goes."""
    ticket = closed(house)
    tell(house)
    standin.start(orders="refuse")
    deliver(house, clock)
    first, *others = house.outbox.errands.of_ticket(ticket)
    assert (first.status, first.reason) == ("failed", "http_422")
    assert {e.status for e in others} == {"delivered"}
    assert len(standin.requests()) == 1 + len(others)
    failed = [s for _, s, _ in delivery_log(house.outbox, first.fact_id)]
    assert failed[-1] == "failed"


def test_a_gateway_that_asks_for_time_gets_it(house: House, standin: StandIn, clock: SettableClock) -> None:
    """429 with Retry-After: 7 is no refusal, and nothing is sent for seven seconds."""
    receive(house)
    receive(house, caller=Caller(name="某", phone=OTHER))
    tell(house)
    standin.start(orders="busy,busy")
    deliverer = Deliverer(house, Texts(house), chance=Random(1))
    deliverer.step()
    clock.advance(minutes=0.1)  # six seconds
    assert deliverer.step() == 0
    assert len(standin.requests()) == 2
    clock.advance(minutes=0.05)
    deliver(house, clock, deliverer=deliverer)
    assert statuses(house) == {"delivered": 2}


def test_nobody_is_woken_at_night_but_for_an_emergency(house: House, standin: StandIn, clock: SettableClock) -> None:
    """Messages of the quiet hours wait for the morning; an emergency's goes at once, with what stands before it."""
    clock.set(NIGHT)
    receive(house)
    receive(house, caller=Caller(name="某", phone=OTHER))
    receive(house, caller=Caller(name="某", phone=OTHER), urgency="emergency")
    tell(house)
    standin.start()
    deliverer = Deliverer(house, Texts(house), chance=Random(1))
    deliver(house, clock, minutes=9 * 60, pause=30, deliverer=deliverer)
    assert [sent["to"] for sent in standin.accepted()] == [OTHER, OTHER]
    assert clock() < MORNING
    clock.set(MORNING)
    deliver(house, clock, deliverer=deliverer)
    assert [sent["to"] for sent in standin.accepted()] == [OTHER, OTHER, PHONE]


def test_who_wants_no_messages_gets_none(house: House, standin: StandIn, clock: SettableClock) -> None:
    """Not even one that was written by mistake; nor does a landline, which could not read it."""
    quiet = receive(house, contact_preference="none")
    home = receive(house, caller=Caller(name="某", phone="028-88880000"))
    tell(house)
    notice = Notice(CITIZEN, "text", "notice.received", {"number": "N1"})
    house.outbox.take("x", quiet.facts[0], (notice,), clock())
    standin.start()
    deliver(house, clock)
    assert standin.requests() == []
    reasons = {e.reason for w in (quiet, home) for e in house.outbox.errands.of_ticket(w.stream)}
    assert reasons == {"not_wanted", "no_mobile"}


@pytest.mark.parametrize("swept", [True, False])
def test_nothing_is_sent_about_an_erased_ticket(
    house: House, standin: StandIn, clock: SettableClock, swept: bool
) -> None:
    """Whether the eraser has been through the outbox or only the keys are gone, no message leaves."""
    ticket = receive(house).stream
    tell(house)
    house.vault.erase(ticket)
    if swept:
        house.outbox.forget([ticket])
    standin.start()
    deliver(house, clock)
    assert standin.requests() == []
    assert statuses(house) == {"dropped": 1}


def test_nothing_is_sent_about_a_ticket_that_is_stored_only(
    house: House, standin: StandIn, clock: SettableClock
) -> None:
    """Restricted between the writing of a message and its sending."""
    ticket = closed(house)
    tell(house)
    act(house, ticket, "erase", OPERATOR, reason="来电人要求删除")
    act(house, ticket, "approve-erasure", LEADER)
    while Eraser(house).step():
        pass
    standin.start()
    deliver(house, clock)
    assert standin.requests() == []
    assert set(statuses(house)) == {"dropped"}


def test_no_faster_than_the_gateway_takes(house: House, standin: StandIn, clock: SettableClock) -> None:
    """At ten a second, fifteen that wait do not go all at once."""
    for nth in range(15):
        receive(house, caller=Caller(name="某", phone=f"138000000{nth:02}"))
    tell(house)
    standin.start()
    now = 0.0
    deliverer = Deliverer(house, Texts(house), ticks=lambda: now)
    assert deliverer.step() == 10
    assert deliverer.step() == 0
    now = 0.25
    assert deliverer.step() == 2
    now = 10.0
    assert deliverer.step() == 3


def test_the_token_is_sent_and_may_be_replaced(
    house: House, standin: StandIn, clock: SettableClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The bearer token is read from its file for each message; without the file messages wait."""
    token = tmp_path_factory.mktemp("t") / "token"
    settings = house.settings.model_copy(update={"sms_token_file": token})
    object.__setattr__(house, "settings", settings)
    receive(house)
    tell(house)
    standin.start()
    deliverer = Deliverer(house, Texts(house), chance=Random(1))
    assert deliverer.step() == 0
    assert standin.requests() == []
    token.write_text("a-token\n")
    clock.advance(minutes=1)
    assert deliverer.step() == 1
    assert standin.requests()[0]["headers"]["authorization"] == "Bearer a-token"


def _tickets(house: House) -> list[UUID]:
    return list({r.originator_id: None for r in house.hotline.facts_after(0, 10_000)})
