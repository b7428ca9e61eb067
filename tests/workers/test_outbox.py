"""The outbox: once, sealed, logged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.notices import CITIZEN, Notice
from tests.support.clock import SettableClock
from tests.workers.acting import receive
from tests.workers.conftest import Open
from tests.workers.deliveries import delivery_log
from workers.compose import House

TOLD = (
    Notice(CITIZEN, "text", "notice.received", {"number": "N1"}),
    Notice("unit:env", "tray", "unit_notice.urged", {"number": "N1"}),
)


@pytest.fixture
def house(open_house: Open, store_url: str) -> Iterator[House]:
    """A house whose outbox is on each store."""
    return open_house(outbox=store_url)


def test_a_fact_that_comes_twice_tells_nobody_twice(house: House, clock: SettableClock) -> None:
    """The mark that a fact is dealt with and its notices are one transaction: the second time does nothing."""
    (fact, *_) = receive(house).facts
    assert house.outbox.take("notify", fact, TOLD, clock()) == 2
    assert house.outbox.take("notify", fact, TOLD, clock()) == 0
    assert house.outbox.count() == {"waiting": 1, "delivered": 1}


def test_a_units_notice_lies_in_its_tray_and_a_callers_waits(house: House, clock: SettableClock) -> None:
    """A unit reads its own notices, newest first; a caller's waits for a gateway with the link still to be filled in."""
    first, second = receive(house).facts[0], receive(house).facts[0]
    house.outbox.take("notify", first, TOLD, clock())
    house.outbox.take("notify", second, TOLD, clock.advance(minutes=1))
    tray = house.outbox.for_unit("env")
    assert [t.fact_id for t in tray] == [second.id, first.id]
    assert tray[0].at == clock()
    assert "N1" in (tray[0].text() or "")
    assert [t.fact_id for t in house.outbox.for_unit("env", before=tray[0].id)] == [first.id]
    assert house.outbox.for_unit("other") == []
    assert "https://x/t/1" in (house.outbox.waiting()[0].text("en", link="https://x/t/1") or "")


def test_every_attempt_stays_in_the_delivery_log(house: House, clock: SettableClock) -> None:
    """The log of attempts only grows; the notice shows the last of them."""
    (fact, *_) = receive(house).facts
    house.outbox.take("notify", fact, TOLD, clock())
    house.outbox.log(fact.id, CITIZEN, "failed", clock.advance(minutes=1))
    house.outbox.log(fact.id, CITIZEN, "delivered", clock.advance(minutes=1))
    mine = [status for who, status, _ in delivery_log(house.outbox, fact.id) if who == CITIZEN]
    assert mine == ["waiting", "failed", "delivered"]
    assert house.outbox.waiting() == []


def test_what_is_told_is_sealed_and_goes_with_the_key(house: House, tmp_path: Path, clock: SettableClock) -> None:
    """The words of a notice stand nowhere in the clear, and nobody reads them once the ticket is erased."""
    written = receive(house)
    secret = Notice(CITIZEN, "text", "notice.extended", {"number": "N1", "due": "D", "reason": "绝无仅有的理由"})
    house.outbox.take("notify", written.facts[0], (secret,), clock())
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or "绝无仅有的理由".encode() not in file.read_bytes()
    house.vault.erase(written.stream)
    (told,) = house.outbox.of_ticket(written.stream)
    assert told.notice is None
    house.outbox.forget([written.stream])
    assert house.outbox.of_ticket(written.stream)[0].text() is None


def test_an_erased_ticket_is_told_about_no_more(house: House, clock: SettableClock) -> None:
    """A late fact of an erased or stored-only ticket writes no notice, and is dealt with."""
    erased, stored = receive(house), receive(house)
    house.vault.erase(erased.stream)
    house.vault.restrict(stored.stream)
    for written in (erased, stored):
        assert house.outbox.take("notify", written.facts[0], TOLD, clock()) == 0
    assert house.outbox.count() == {}


def test_a_follower_remembers_how_far_it_is(house: House) -> None:
    """A position is 0 until moved, and each name has its own."""
    assert house.outbox.position("eraser") == 0
    house.outbox.move("eraser", 7)
    house.outbox.move("eraser", 9)
    assert (house.outbox.position("eraser"), house.outbox.position("other")) == (9, 0)
