"""What another platform offers and nobody here takes: the alarm about it, and the end of its words, in a real house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from hotline.facts import Recorded
from hotline.handoff import facts as f
from hotline.handoff import messages as m
from hotline.handoff.answering import Dispute
from hotline.handoff.handoff import ticket_of
from projections import handoffs
from projections.anew import begin_anew
from tests.support.clock import SettableClock
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import NAME, PHONE, TEXT, receive
from tests.workers.link.rig import POLICE_DESK
from tests.workers.pieces import Town
from tests.workers.test_clock import ring_all
from tests.workers.test_erased import traces
from workers.check import findings
from workers.clock import TheClock
from workers.compose import House, build
from workers.eraser import Eraser
from workers.settings import Settings


def comes(house: House, handoff_id: UUID | None = None, **body: Any) -> UUID:
    """110 offers us a matter; our stream of it."""
    offer = m.Offer(
        handoff_id=handoff_id or uuid4(),
        sender="110",
        to=house.rules.platforms.own,
        seq=1,
        at=house.now(),
        body=m.OfferBody(
            **{"way": "push", **body},
            matter=m.Matter(text=TEXT, place="样例路 12 号 3 单元", caller=m.Person(name=NAME, phone=PHONE)),
            number="JW-1",
            first_received_by="110",
        ),
    )
    return house.hotline.take(offer, platform="110").stream


def said(house: House, stream: UUID, kind: type[f.HandOffFact]) -> list[Recorded]:
    return [r for r in house.hotline.history(stream) if isinstance(r.fact, kind)]


def test_an_offer_nobody_answers_is_among_the_alarms_until_it_is(house: House, clock: SettableClock) -> None:
    """An urgent one among the alarms, an ordinary one on the daily list; an answer takes it off."""
    urgent, ordinary = comes(house, urgency="urgent"), comes(house)
    clock.advance(timedelta(seconds=29))
    ring_all(house)
    assert handoffs.listed(house.views, attention="unanswered") == []
    clock.advance(timedelta(minutes=5))
    for _ in range(2):
        ring_all(house)
    assert [line.now.stream for line in handoffs.listed(house.views, attention="unanswered")] == [urgent]
    assert [line.now.stream for line in handoffs.listed(house.views, attention="listed")] == [ordinary]
    house.hotline.handle(Dispute(reason="属警情"), on=urgent, by=POLICE_DESK)
    house.catch_up()
    assert handoffs.listed(house.views, attention="unanswered") == []
    assert len(said(house, urgent, f.HandOffUnanswered)) == 1


@pytest.mark.parametrize("end", ["left", "disputed", "recalled"])
def test_no_fragment_of_what_we_never_took_is_left(
    house: House, clock: SettableClock, tmp_path: Path, end: str
) -> None:
    """Kept while its time runs, whatever is tidied meanwhile; then neither words nor caller are in any file, and the offer
    is still counted, with what became of it."""
    stream = comes(house)
    ticket = ticket_of(stream)
    if end == "disputed":
        house.hotline.handle(Dispute(reason="属警情"), on=stream, by=POLICE_DESK)
    if end == "recalled":
        head = {"handoff_id": house.hotline.streams.read("handoff", stream)[1].id, "sender": "110", "seq": 2}
        recall = m.Recall(**head, to=house.rules.platforms.own, at=house.now(), body=m.Reasoned(reason=TEXT))
        house.hotline.take(recall, platform="110")
    for _ in range(29):
        clock.advance(timedelta(days=1))
        ring_all(house)
        TheClock(house).tidy()
    while Eraser(house).step():
        pass
    offer = said(house, stream, f.HandOffOffered)[0].fact
    assert isinstance(offer, f.HandOffOffered)
    assert house.vault.unseal(ticket, "handoff.matter", offer.matter) is not None
    assert house.vault.find_by_phone(PHONE)
    clock.advance(timedelta(days=2))
    ring_all(house)
    assert len(said(house, stream, f.HandOffForgotten)) == 1
    assert [line for line in findings(house) if str(stream) in line] != [], "the check sees words that should be gone"
    while Eraser(house).step():
        pass
    house.catch_up()
    assert traces(tmp_path) == []
    assert house.vault.find_by_phone(PHONE) == []
    assert house.vault.erased(ticket)
    assert house.vault.unseal(ticket, "handoff.matter", offer.matter) is None
    assert list(findings(house)) == []
    (line,) = handoffs.listed(house.views, platform="110", ours=False)
    assert (line.now.stream, line.now.forgotten) == (stream, True)
    assert line.now.stage == {"left": "offered"}.get(end, end)
    TheClock(house).tidy()
    assert house.vault.erased(ticket), "and its tombstone stays"


def test_a_view_that_is_behind_costs_no_open_offer_its_words(house: House, clock: SettableClock) -> None:
    """The view of hand-offs is begun anew and has seen nothing yet when the keys are tidied: the log is asked, which knows
    the offer; a key without facts goes all the same."""
    for _ in range(3):
        receive(house)
    stream, lost = comes(house), UUID(int=7)
    sealed = house.vault.seal(lost, "x", "y")
    house.vault.flush()
    house.catch_up()
    begin_anew(house.views, handoffs.VIEW)
    clock.advance(hours=25)
    TheClock(house).tidy()
    offer = said(house, stream, f.HandOffOffered)[0].fact
    assert isinstance(offer, f.HandOffOffered)
    assert house.vault.unseal(ticket_of(stream), "handoff.matter", offer.matter) is not None
    assert house.vault.unseal(lost, "x", sealed) is None


def test_an_offer_written_long_after_its_key_was_made_is_found(house: House, clock: SettableClock) -> None:
    """Nobody tidied for a week in which much was written: the key is as old, and the log is looked through from there."""
    lost = UUID(int=7)
    house.vault.seal(lost, "x", "y")
    house.vault.flush()
    streams = []
    for _ in range(7):
        clock.advance(days=1)
        receive(house)
        streams.append(comes(house))
    clock.advance(days=2)
    TheClock(house).tidy()
    assert house.vault.never_heard_of([ticket_of(stream) for stream in streams]) == set()
    assert house.vault.never_heard_of([lost]) == {lost}


@pytest.fixture
def town(postgres_url: str, nats_server: NatsServer, tmp_path: Path) -> Iterator[Town]:
    found = Town(tmp_path, postgres_url, nats_server.url)
    own = tmp_path / "own.toml"
    own.write_text('extends = "sichuan-2025"\n[platforms.waits]\nurgent = "6 seconds"\n', encoding="utf-8")
    found.env["HOTLINE_PROFILE"] = str(own)
    yield found
    found.close()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_alarm_outlives_kill_9_and_is_never_early(town: Town, tmp_path: Path) -> None:
    """The clock and the views' process are killed while an offer lies unanswered; the alarm comes when they are back, after
    its wait, and once."""
    settings = Settings(data=tmp_path / "data", store=town.store, profile=town.env["HOTLINE_PROFILE"])
    house = build(settings, now=lambda: datetime.now(UTC))
    try:
        killed = [town.start("clock"), town.start("project")]
        for piece in killed:
            eventually(lambda piece=piece: piece.ready, within=90, every=0.1, what="ready")  # type: ignore[misc]
        stream = comes(house, urgency="urgent")
        for piece in killed:
            piece.kill()
        due = house.hotline.streams.read("handoff", stream)[1].clocks["handoff_answered"].due
        for name in ("clock", "clock", "project"):
            town.start(name)
        eventually(lambda: said(house, stream, f.HandOffUnanswered), within=60, every=0.1, what="the alarm")
        eventually(
            lambda: handoffs.listed(house.views, attention="unanswered"), within=30, every=0.1, what="it is listed"
        )
        (alarm,) = said(house, stream, f.HandOffUnanswered)
        assert alarm.recorded_at >= due
    finally:
        house.close()
