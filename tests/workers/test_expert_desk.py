"""The expert desk over a real house: what waits is offered, what fails climbs, and two desks do no harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from hotline.consultation.answering import AnswerConsultation, BookCallBack
from hotline.consultation.consultation import Consultation
from hotline.consultation.facts import ConsultationOffered, ExpertUnavailable
from hotline.consultation.offering import Decline, PickUp
from hotline.facts import Actor, Role
from hotline.seat.facts import Shift
from hotline.seat.presence import OpenSeat, SetShifts, SignIn
from hotline.seat.seat import Seat, stream_of
from projections import consultations, due_list, seats
from projections.rebuild import rebuild
from tests.support.clock import SettableClock
from tests.workers.acting import OPERATOR, SUPERVISOR, act, receive
from workers.clock import TheClock
from workers.compose import House
from workers.expert_desk import NOTES, ExpertDesk


def sits(house: House, name: str, *skills: str, rank: Any = "duty") -> Actor:
    """Somebody sits down for the day."""
    who, stream = Actor(id=name, role=Role.EXPERT), stream_of(name)
    shift = Shift(since=house.now(), until=house.now() + timedelta(hours=12), rank=rank)
    house.hotline.handle(OpenSeat(seat=name, skills=skills or ("tax",)), on=stream, by=SUPERVISOR)
    house.hotline.handle(SetShifts(shifts=(shift,)), on=stream, by=SUPERVISOR)
    house.hotline.handle(SignIn(), on=stream, by=who)
    house.catch_up()
    return who


def asks(house: House, **asked: Any) -> UUID:
    """An operator asks about a new request; the consultation."""
    ticket = receive(house).stream
    given = {"skill": "tax", "way": "warm_transfer", "summary": "个税怎么补缴？", **asked}
    act(house, ticket, "consult-expert", OPERATOR, **given)
    house.catch_up()
    state = house.hotline.ticket(ticket)
    assert state is not None
    assert state.with_expert is not None
    return state.with_expert


def question(house: House, consultation: UUID) -> Consultation:
    state: Consultation = house.hotline.streams.read("consultation", consultation)[1]
    return state


def seat(house: House, name: str) -> Seat:
    state: Seat = house.hotline.streams.read("seat", stream_of(name))[1]
    return state


def turn(house: House) -> int:
    """The desk looks once, the clock once, and the views see it."""
    made = ExpertDesk(house).step()
    house.catch_up()
    TheClock(house, patience=0).ring()
    house.catch_up()
    return made


def test_the_most_urgent_goes_first_then_whoever_has_waited_longest(house: House, clock: SettableClock) -> None:
    """To the longest-idle seat; the views show what the streams say."""
    sits(house, "ex1")
    clock.advance(timedelta(minutes=1))
    sits(house, "ex2")
    first = asks(house)
    clock.advance(timedelta(seconds=1))
    second = asks(house)
    urgent = asks(house, urgency="emergency")
    assert turn(house) == 2
    assert question(house, urgent).seat == "ex1"
    assert question(house, first).seat == "ex2"
    assert question(house, second).phase == "waiting"
    assert {s.seat: s.presence for s in seats.seats(house.views)} == {"ex1": "offered", "ex2": "offered"}
    assert [line.now.id for line in consultations.opened(house.views)] == [urgent, first, second]
    assert [line.now.id for line in consultations.opened(house.views, seat="ex2")] == [first]
    assert [c.id for c in consultations.waiting(house.views, house.now())] == [second]


def test_a_second_desk_that_saw_things_earlier_is_refused_and_does_no_harm(house: House) -> None:
    """Both views are stale: it offers what is offered already, to whom is taken already."""
    sits(house, "ex1")
    consultation = asks(house)
    assert ExpertDesk(house).step() == 1
    assert ExpertDesk(house).step() == 0  # the views have not moved
    assert question(house, consultation).phase == "offered"
    assert seat(house, "ex1").consultation == consultation


def test_an_offer_nobody_answers_goes_on_by_the_clock_and_not_early(house: House, clock: SettableClock) -> None:
    """The seat is away then, and the next one is asked."""
    sits(house, "ex1")
    clock.advance(timedelta(seconds=5))
    sits(house, "ex2")
    consultation = asks(house)
    turn(house)
    clock.advance(timedelta(seconds=19))
    turn(house)
    assert question(house, consultation).seat == "ex1"
    clock.advance(timedelta(seconds=1))
    turn(house)
    assert (seat(house, "ex1").presence, question(house, consultation).phase) == ("away", "waiting")
    assert turn(house) == 1
    assert question(house, consultation).seat == "ex2"


def test_a_question_nobody_can_take_climbs_to_an_ordinary_ticket(house: House, clock: SettableClock) -> None:
    """By the clock alone; every step that failed is in the view with its reason."""
    consultation = asks(house)
    for wait in ({"seconds": 60}, {"seconds": 60}, {"hours": 2}):
        turn(house)
        clock.advance(timedelta(**wait))
        turn(house)
    found = question(house, consultation)
    assert found.phase == "ticket"
    ticket = house.hotline.ticket(found.ticket)
    assert ticket is not None
    assert (ticket.type, ticket.state, ticket.with_expert) == ("consult", "awaiting_dispatch", None)
    facts = [r.fact for r in house.hotline.history(consultation) if r.fact.TOPIC == "consultation.expert_unavailable"]
    reasons = [fact.reason for fact in facts]  # type: ignore[attr-defined]
    assert reasons == ["nobody_on_shift", "nobody_on_shift", "nobody_on_shift", "missed"]
    assert not [t for t in due_list.due(house.views, house.now() + timedelta(days=9)) if t.kind == "consultation"]


def test_a_declined_question_finds_somebody_else_and_a_promised_call_the_one_who_promised(
    house: House, clock: SettableClock
) -> None:
    """Not before its time."""
    one, other = sits(house, "ex1"), sits(house, "ex2")
    consultation = asks(house)
    turn(house)
    house.hotline.handle(Decline(), on=consultation, by=one)
    house.catch_up()
    turn(house)
    house.hotline.handle(PickUp(), on=consultation, by=other)
    house.hotline.handle(BookCallBack(at=house.now() + timedelta(hours=1)), on=consultation, by=other)
    house.catch_up()
    clock.advance(timedelta(minutes=59))
    assert turn(house) == 0
    clock.advance(timedelta(minutes=1))
    turn(house)  # the wrap-up has ended long ago
    assert turn(house) + (question(house, consultation).phase == "offered") >= 1
    assert question(house, consultation).seat == "ex2"
    house.hotline.handle(PickUp(), on=consultation, by=other)
    house.hotline.handle(AnswerConsultation(how="live", answer="可以"), on=consultation, by=other)
    house.catch_up()
    line = consultations.one(house.views, consultation)
    assert line is not None
    assert line.now.phase == "answered"
    assert line.answer is not None
    assert house.vault.unseal(line.now.ticket, "consultation_answered.answer", line.answer) == "可以"


def test_the_views_built_anew_are_the_same(house: House, clock: SettableClock) -> None:
    """Row for row, from the log alone."""
    who = sits(house, "ex1")
    consultation = asks(house)
    turn(house)
    house.hotline.handle(PickUp(), on=consultation, by=who)
    clock.advance(timedelta(minutes=1))
    house.hotline.handle(AnswerConsultation(how="live"), on=consultation, by=who)
    asks(house, way="written")
    house.catch_up()
    for view in (seats.VIEW, consultations.VIEW, due_list.VIEW):
        assert rebuild(house.views, view, house.hotline, switch=False).same is True


def test_offers_go_before_notes_that_there_is_nobody(house: House, clock: SettableClock) -> None:
    """A crowd asks an expert of whom there is none, and later somebody asks one who is free: he is offered it in the first
    look, before it is noted of the whole crowd that nobody is there; a few looks later that is noted too."""
    sits(house, "ex1", "tax")
    crowd = [asks(house, skill="hrss") for _ in range(NOTES + 4)]
    last = asks(house)
    assert turn(house) == 1
    assert question(house, last).seat == "ex1"
    assert sum(bool(question(house, c).failed) for c in crowd) == NOTES
    turn(house)
    assert all(question(house, c).failed == {"nobody_on_shift"} for c in crowd)
    offer = next(r for r in house.hotline.history(last) if isinstance(r.fact, ConsultationOffered))
    notes = [r for c in crowd for r in house.hotline.history(c) if isinstance(r.fact, ExpertUnavailable)]
    places = house.hotline.store.position_of
    assert places(last, offer.originator_version) < min(places(r.originator_id, r.originator_version) for r in notes)  # type: ignore[operator, type-var]
