"""A consultation: asked, offered, picked up or passed on, answered; and what the ticket and the seat are told of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from hotline.command import Command, Refused
from hotline.consultation import facts as f
from hotline.consultation.answering import AnswerConsultation, BookCallBack, Cancel, GiveBack
from hotline.consultation.climbing import RingConsultation
from hotline.consultation.offering import Decline, NoteNobody, Offer, PickUp
from hotline.facts import Actor, Fact, Role
from hotline.rules.experts import Rung
from hotline.seat import facts as s
from hotline.seat.presence import BecomeAvailable, GoAway, RingSeat, SignIn, SignOut
from hotline.seat.seat import stream_of
from hotline.ticket import expert_facts as e
from hotline.ticket import facts as tf
from hotline.ticket.answering import Answer, Void
from hotline.ticket.classifying import Classify
from hotline.ticket.consulting import Consult
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.handing_over import HandOver
from hotline.ticket.receiving import Withdraw
from hotline.ticket.supervising import Ring
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.experts import Centre, expert
from tests.spec import rules_with

TICKET = UUID(int=1)
TAX = ("finance", "finance.personal_tax")


def kinds(facts: list[Fact]) -> list[type[Fact]]:
    return [type(fact) for fact in facts]


def refused(centre: Centre, command: Command, on: UUID, by: Actor) -> str:
    before = dict(centre.states)
    with pytest.raises(Refused) as refusal:
        centre.do(command, on, by)
    assert centre.states == before
    return refusal.value.code


def offered() -> tuple[Centre, UUID, Actor]:
    """A question that has just been offered to the only expert."""
    centre = Centre()
    who = centre.sits("ex1")
    consultation = centre.asks()
    centre.do(Offer(seat="ex1"), consultation, t.CLOCK)
    return centre, consultation, who


def engaged() -> tuple[Centre, UUID, Actor]:
    centre, consultation, who = offered()
    centre.do(PickUp(), consultation, who)
    return centre, consultation, who


def ring(centre: Centre, consultation: UUID, clock: str) -> list[Fact]:
    return centre.do(RingConsultation(clock=clock, level="red"), consultation, t.CLOCK)


# -- asking ------------------------------------------------------------------------------------------------------------
def test_an_operator_asks_and_the_ticket_knows_it() -> None:
    """The ticket stays in its state; the question waits on the first step, its summary sealed."""
    centre = Centre()
    consultation = centre.asks()
    ticket = centre.ticket(TICKET)
    assert (ticket.state, ticket.with_expert, ticket.expert) == (State.RECEIVED, consultation, None)
    asked = next(r.fact for r in centre.log if isinstance(r.fact, f.ConsultationAsked))
    assert (asked.ticket, asked.rank, asked.by_itself) == (TICKET, "duty", False)
    assert asked.summary is not None
    assert "个税" not in asked.summary
    assert asked.clocks[0].due == centre.now + timedelta(seconds=60)


def test_one_question_at_a_time_and_another_when_it_is_over() -> None:
    """A second one gets a stream of its own."""
    centre = Centre()
    first = centre.asks()
    again = Consult(skill="tax", way="written", summary="还有一个问题")
    assert refused(centre, again, TICKET, t.OPERATOR) == "with_expert_already"
    centre.do(Cancel(), first, t.OPERATOR)
    centre.do(again, TICKET, t.OPERATOR)
    assert centre.ticket(TICKET).with_expert not in (None, first)


def test_what_cannot_be_asked_is_refused_by_name() -> None:
    """An unknown skill, a profile without experts, or nobody for that way."""
    centre = Centre()
    centre.request()
    astrology = Consult(skill="astrology", way="written", summary="…")
    assert refused(centre, astrology, TICKET, t.OPERATOR) == "unknown_skill"
    rule = rules_with().experts
    ask = Consult(skill="tax", way="written", summary="…")
    for ladder in ((Rung(rank="ticket"),), (*(r.model_copy(update={"written": None}) for r in rule.ladder),)):
        centre.rules = rules_with(experts=rule.model_copy(update={"ladder": ladder}))
        assert refused(centre, ask, TICKET, t.OPERATOR) == "no_experts"


# -- offering ----------------------------------------------------------------------------------------------------------
def test_an_offer_stands_at_the_seat_and_waits_so_long_as_the_profile_says() -> None:
    """The step's own wait stands still meanwhile."""
    centre, consultation, _ = offered()
    assert (centre.seat("ex1").presence, centre.seat("ex1").consultation) == ("offered", consultation)
    c = centre.consultation(TICKET)
    assert (c.phase, c.seat) == ("offered", "ex1")
    assert c.clocks["offer"].due == centre.now + timedelta(seconds=20)
    assert c.clocks["wait"].alarms == {}


def test_a_seat_that_is_not_free_is_not_offered_anything() -> None:
    """Taken, away, without the skill, off shift, in another rank, unknown, or asked before on this step."""
    centre = Centre()
    away, backup = centre.sits("away"), "backup"
    centre.do(GoAway(), stream_of("away"), away)
    centre.sits("hrss", "hrss")
    centre.sits(backup, rank="backup")
    taken = centre.asks(2)
    centre.sits("busy")
    centre.do(Offer(seat="busy"), taken, t.CLOCK)
    consultation = centre.asks()
    for seat in ("away", "hrss", backup, "nobody", "busy"):
        assert refused(centre, Offer(seat=seat), consultation, t.CLOCK) == "seat_not_free"
    assert refused(centre, Offer(seat="hrss"), consultation, t.SUPERVISOR) == "wrong_role"


def test_what_is_offered_already_is_not_offered_again() -> None:
    """Whichever allocator comes second is refused."""
    centre, consultation, _ = offered()
    centre.sits("ex2")
    assert refused(centre, Offer(seat="ex2"), consultation, t.CLOCK) == "consultation_not_waiting"


def test_picking_up_tells_seat_and_ticket() -> None:
    """The expert holds the matter from then on."""
    centre, consultation, who = offered()
    told = centre.do(PickUp(), consultation, who)
    assert kinds(told) == [f.ConsultationPickedUp, s.SeatEngaged, e.ExpertPickedUp]
    assert centre.ticket(TICKET).expert == "ex1"
    assert all(r.stopped for r in centre.consultation(TICKET).clocks.values())


def test_only_the_one_who_was_asked_picks_up_or_declines() -> None:
    """And only while it is offered."""
    centre, consultation, who = offered()
    for command in (PickUp(), Decline()):
        assert refused(centre, command, consultation, expert("ex2")) == "not_offered_to_you"
        assert refused(centre, command, consultation, t.SUPERVISOR) == "wrong_role"
        assert refused(centre, command, UUID(int=99), who) == "no_such_consultation"
    centre.do(PickUp(), consultation, who)
    assert refused(centre, PickUp(), consultation, who) == "not_offered_to_you"


def test_a_declined_offer_goes_on_to_the_next_and_not_back() -> None:
    """The seat stays available, at the end of the line; that step of the ladder is recorded as failed with it."""
    centre, consultation, who = offered()
    told = centre.later(seconds=5).do(Decline(), consultation, who)
    assert kinds(told) == [f.ExpertUnavailable, s.OfferEnded]
    assert (told[0].reason, told[0].seat, told[0].rank) == ("declined", "ex1", "duty")  # type: ignore[attr-defined]
    assert (centre.seat("ex1").presence, centre.seat("ex1").idle_since) == ("available", centre.now)
    assert refused(centre, Offer(seat="ex1"), consultation, t.CLOCK) == "seat_not_free"
    centre.sits("ex2")
    assert kinds(centre.do(Offer(seat="ex2"), consultation, t.CLOCK)) == [f.ConsultationOffered, s.SeatOffered]


def test_an_offer_nobody_answers_passes_on_when_its_wait_is_over_and_not_before() -> None:
    """Never early, never twice; the seat is taken to be away."""
    centre, consultation, who = offered()
    centre.later(seconds=19)
    assert ring(centre, consultation, "offer") == []
    told = ring(centre.later(seconds=1), consultation, "offer")
    assert kinds(told) == [f.ExpertUnavailable, s.OfferEnded]
    assert ring(centre, consultation, "offer") == []
    assert centre.seat("ex1").presence == "away"
    assert centre.consultation(TICKET).clocks["wait"].alarms != {}
    assert refused(centre, PickUp(), consultation, who) == "not_offered_to_you"


def test_nobody_to_offer_to_is_noted_once_for_each_reason() -> None:
    """However often the allocator looks."""
    centre = Centre()
    consultation = centre.asks()
    for reason, facts in (("nobody_on_shift", 1), ("nobody_on_shift", 0), ("all_engaged", 1), ("all_engaged", 0)):
        told = centre.do(NoteNobody(reason=reason), consultation, t.CLOCK)  # type: ignore[arg-type]
        assert len(told) == facts


# -- the ladder --------------------------------------------------------------------------------------------------------
def test_a_caller_on_the_line_climbs_from_duty_to_backup_to_a_call_back_to_a_ticket() -> None:
    """Each step after its wait; every one that failed is recorded; the request becomes an ordinary enquiry."""
    centre = Centre()
    consultation = centre.asks()
    assert ring(centre.later(seconds=59), consultation, "wait") == []
    assert kinds(ring(centre.later(seconds=1), consultation, "wait")) == [f.ExpertUnavailable, f.LadderClimbed]
    assert kinds(ring(centre.later(seconds=60), consultation, "wait")) == [f.ExpertUnavailable, f.CallBackBooked]
    assert centre.consultation(TICKET).clocks["wait"].due == centre.now + timedelta(hours=2)
    told = ring(centre.later(hours=2), consultation, "wait")
    ended = [f.ExpertUnavailable, f.ConsultationTurned, e.ConsultationEnded, tf.TicketClassified]
    assert kinds(told) == ended
    reasons = [r.fact.reason for r in centre.log if isinstance(r.fact, f.ExpertUnavailable)]
    assert reasons == ["not_offered", "not_offered", "missed"]
    ticket = centre.ticket(TICKET)
    assert (ticket.type, ticket.category, ticket.state) == ("consult", TAX, State.AWAITING_DISPATCH)
    assert ticket.with_expert is None
    assert ticket.clocks["dispatch"].running


def test_a_question_in_writing_leaves_out_the_call_back() -> None:
    """Nobody is on the line."""
    centre = Centre()
    consultation = centre.asks(way="written")
    ring(centre.later(hours=4), consultation, "wait")
    ring(centre.later(hours=4), consultation, "wait")
    assert centre.consultation(TICKET).phase == "ticket"


def test_a_backup_is_asked_on_the_second_step_only() -> None:
    """Duty experts too, once more."""
    centre = Centre()
    centre.sits("back", rank="backup")
    consultation = centre.asks()
    assert refused(centre, Offer(seat="back"), consultation, t.CLOCK) == "seat_not_free"
    ring(centre.later(seconds=60), consultation, "wait")
    centre.do(Offer(seat="back"), consultation, t.CLOCK)
    assert centre.consultation(TICKET).seat == "back"


def test_an_offer_that_outlasts_the_step_makes_the_next_step_begin() -> None:
    """When it ends: the wait of the step has passed meanwhile."""
    centre, consultation, _ = offered()
    told = ring(centre.later(minutes=2), consultation, "offer")
    assert kinds(told) == [f.ExpertUnavailable, s.OfferEnded, f.LadderClimbed]
    assert centre.consultation(TICKET).rank == "backup"


def test_a_request_classified_already_keeps_what_it_is() -> None:
    """Only what nobody has classified becomes an enquiry."""
    centre = Centre()
    ticket = centre.request()
    centre.do(Classify(type="complaint", category=t.FUMES), ticket, t.OPERATOR)
    centre.do(Consult(skill="tax", way="written", summary="…"), ticket, t.OPERATOR)
    consultation = centre.consultation(ticket).id
    ring(centre.later(hours=4), consultation, "wait")
    told = ring(centre.later(hours=4), consultation, "wait")
    assert kinds(told)[-1] is e.ConsultationEnded
    assert centre.ticket(ticket).type == "complaint"


# -- with the expert ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("how", "outcome"), [("live", "answered_live"), ("written", "answered_written")])
def test_an_answer_gives_the_ticket_back_and_begins_the_wrap_up(how: str, outcome: str) -> None:
    """The words are sealed; the seat is free by itself when its time for writing up is over."""
    centre, consultation, who = engaged()
    told = centre.do(AnswerConsultation(how=how, answer="可在次年补办。"), consultation, who)  # type: ignore[arg-type]
    assert kinds(told) == [f.ConsultationAnswered, e.ConsultationEnded, s.WrapUpBegan]
    assert told[1].outcome == outcome  # type: ignore[attr-defined]
    assert "次年" not in told[0].answer  # type: ignore[attr-defined]
    assert (centre.ticket(TICKET).with_expert, centre.ticket(TICKET).expert) == (None, None)
    timer = RingSeat(clock="wrap_up", level="red")
    assert centre.later(seconds=119).do(timer, stream_of("ex1"), t.CLOCK) == []
    assert kinds(centre.later(seconds=1).do(timer, stream_of("ex1"), t.CLOCK)) == [s.WrapUpEnded]
    assert centre.do(timer, stream_of("ex1"), t.CLOCK) == []
    assert centre.seat("ex1").presence == "available"


def test_who_is_done_writing_up_says_so_and_no_timer_rings() -> None:
    """Available at once, or away, or gone."""
    for command, presence in ((BecomeAvailable(), "available"), (GoAway(), "away"), (SignOut(), "offline")):
        centre, consultation, who = engaged()
        centre.do(AnswerConsultation(how="live"), consultation, who)
        centre.do(command, stream_of("ex1"), who)
        assert centre.seat("ex1").presence == presence
        late = centre.later(minutes=5).do(RingSeat(clock="wrap_up", level="red"), stream_of("ex1"), t.CLOCK)
        assert late == []


def test_an_answer_in_writing_needs_words() -> None:
    """A named refusal."""
    centre, consultation, who = engaged()
    assert refused(centre, AnswerConsultation(how="written"), consultation, who) == "answer_missing"


@pytest.mark.parametrize("command", [SignIn(), GoAway(), BecomeAvailable(), SignOut()])
def test_nobody_leaves_in_the_middle(command: Command) -> None:
    """Neither from an offer nor from a consultation: it would be nobody's."""
    centre, consultation, who = offered()
    assert refused(centre, command, stream_of("ex1"), who) == "seat_busy"
    centre.do(PickUp(), consultation, who)
    assert refused(centre, command, stream_of("ex1"), who) == "seat_busy"


@pytest.mark.parametrize("by", [expert("ex1"), t.SUPERVISOR], ids=lambda a: a.id)
def test_what_is_given_back_waits_for_somebody_else(by: Actor) -> None:
    """On the same step, with its whole wait; a supervisor may take it from a seat that has gone silent."""
    centre, consultation, _ = engaged()
    assert refused(centre, GiveBack(reason="…"), consultation, expert("ex2")) == "not_with_you"
    told = centre.later(minutes=3).do(GiveBack(reason="不属我处"), consultation, by)
    assert kinds(told) == [f.ConsultationGivenBack, e.ExpertLeft, s.WrapUpBegan]
    c = centre.consultation(TICKET)
    assert (c.phase, c.rank, c.clocks["wait"].due) == ("waiting", "duty", centre.now + timedelta(seconds=60))
    assert (centre.ticket(TICKET).with_expert, centre.ticket(TICKET).expert) == (consultation, None)


def test_a_promise_to_call_is_kept_by_picking_up_in_time() -> None:
    """Not before the time agreed on, then first by whoever promised; the step is not offered to anybody meanwhile."""
    centre, consultation, who = engaged()
    other = centre.sits("ex2")
    at = centre.now + timedelta(hours=1)
    told = centre.do(BookCallBack(at=at), consultation, who)
    assert kinds(told) == [f.CallBackBooked, e.ExpertLeft, s.WrapUpBegan]
    centre.do(BecomeAvailable(), stream_of("ex1"), who)
    assert refused(centre, Offer(seat="ex1"), consultation, t.CLOCK) == "consultation_not_waiting"
    assert centre.consultation(TICKET).promised == "ex1"
    centre.later(hours=1).do(Offer(seat="ex2"), consultation, t.CLOCK)
    picked = centre.do(PickUp(), consultation, other)[0]
    assert isinstance(picked, f.ConsultationPickedUp)
    assert picked.call_back


def test_a_call_promised_for_a_question_in_writing_and_given_back_is_still_promised() -> None:
    """Somebody else may call within the step's wait; nobody having called is what makes it a ticket, and is noted."""
    centre = Centre()
    consultation, who = centre.asks(way="written"), centre.sits("ex1")
    centre.do(Offer(seat="ex1"), consultation, t.CLOCK)
    centre.do(PickUp(), consultation, who)
    centre.do(BookCallBack(at=centre.now + timedelta(hours=1)), consultation, who)
    centre.do(BecomeAvailable(), stream_of("ex1"), who)
    centre.later(hours=1).do(Offer(seat="ex1"), consultation, t.CLOCK)
    centre.do(PickUp(), consultation, who)
    told = centre.do(GiveBack(reason="不属我处"), consultation, who)
    assert kinds(told) == [f.ConsultationGivenBack, e.ExpertLeft, s.WrapUpBegan]
    c = centre.consultation(TICKET)
    assert (c.phase, c.rank, c.over) == ("waiting", "call_back", False)
    centre.now = c.clocks["wait"].due
    assert kinds(ring(centre, consultation, "wait"))[:2] == [f.ExpertUnavailable, f.ConsultationTurned]


def test_a_promise_to_call_that_nobody_keeps_is_missed_and_becomes_a_ticket() -> None:
    """When the time within which to call is over."""
    centre, consultation, who = engaged()
    centre.do(BookCallBack(at=centre.now + timedelta(hours=1)), consultation, who)
    assert ring(centre.later(hours=2, minutes=59), consultation, "wait") == []
    told = ring(centre.later(minutes=1), consultation, "wait")
    assert isinstance(told[0], f.ExpertUnavailable)
    assert told[0].reason == "missed"
    assert centre.consultation(TICKET).phase == "ticket"


def test_a_promise_must_be_for_a_time_to_come_and_soon() -> None:
    """And the profile must have call-backs at all."""
    centre, consultation, who = engaged()
    for at in (centre.now, centre.now + timedelta(days=3, seconds=1)):
        assert refused(centre, BookCallBack(at=at), consultation, who) == "call_back_time"
    rule = rules_with().experts
    centre.rules = rules_with(experts=rule.model_copy(update={"ladder": (rule.ladder[0], rule.ladder[-1])}))
    assert refused(centre, BookCallBack(at=centre.now + timedelta(hours=1)), consultation, who) == "no_call_backs"


# -- taken back --------------------------------------------------------------------------------------------------------
def test_who_asked_may_cancel_and_a_supervisor() -> None:
    """Whatever the question waits for; nobody else, and not twice."""
    centre, consultation, _ = offered()
    assert refused(centre, Cancel(), consultation, Actor(id="op2", role=Role.OPERATOR)) == "not_your_consultation"
    told = centre.do(Cancel(), consultation, t.OPERATOR)
    assert kinds(told) == [f.ConsultationCancelled, e.ConsultationEnded, s.OfferEnded]
    assert centre.seat("ex1").presence == "available"
    assert refused(centre, Cancel(), consultation, t.SUPERVISOR) == "consultation_over"
    centre, consultation, _ = engaged()
    assert kinds(centre.do(Cancel(), consultation, t.SUPERVISOR))[-1] is s.WrapUpBegan


def test_an_offer_taken_back_costs_the_seat_no_place_in_the_line() -> None:
    """It did nothing to deserve it."""
    centre, consultation, _ = offered()
    idle = centre.seat("ex1").idle_since
    centre.later(seconds=5).do(Cancel(), consultation, t.OPERATOR)
    assert centre.seat("ex1").idle_since == idle


@pytest.mark.parametrize("end", [Withdraw(), Answer(answer="请到窗口办理"), Void(kind="silent")])
@pytest.mark.parametrize("begin", [offered, engaged])
def test_a_ticket_that_ends_takes_its_question_with_it(end: Command, begin: object) -> None:
    """Nobody goes on answering a request that is over."""
    centre, _, _ = begin()  # type: ignore[operator]
    centre.do(end, TICKET, t.OPERATOR)
    assert centre.consultation(TICKET).phase == "cancelled"
    assert centre.seat("ex1").presence in ("available", "wrap_up")
    assert centre.ticket(TICKET).with_expert is None


def test_a_ticket_given_to_units_is_theirs_and_not_the_experts() -> None:
    """Its question is taken back."""
    centre = Centre()
    ticket = centre.request()
    centre.do(Classify(type="complaint", category=t.FUMES), ticket, t.OPERATOR)
    centre.do(Consult(skill="tax", way="written", summary="…"), ticket, t.OPERATOR)
    centre.do(Dispatch(lead=t.ENV), ticket, t.DISPATCHER)
    assert centre.consultation(ticket).phase == "cancelled"


@pytest.mark.parametrize("begin", [offered, engaged])
def test_a_matter_offered_to_another_platform_is_not_asked_about_here(begin: object) -> None:
    """Two must not work on one matter; where a part stays here, so does the question."""
    centre, _, _ = begin()  # type: ignore[operator]
    given = {"to": "110", "way": "push", "summary": "楼道有人斗殴", "reason": "属公安职责"}
    centre.do(HandOver(**given), TICKET, t.OPERATOR)  # type: ignore[arg-type]
    assert centre.consultation(TICKET).phase == "cancelled"
    assert centre.seat("ex1").presence in ("available", "wrap_up")
    centre, _, _ = begin()  # type: ignore[operator]
    centre.do(HandOver(**given, follow_up=True), TICKET, t.OPERATOR)  # type: ignore[arg-type]
    assert not centre.consultation(TICKET).over


def test_nor_does_it_go_to_the_seats_by_itself_from_there() -> None:
    """The timer falls silent."""
    centre = Centre()
    ticket = centre.request(type="consult", category=PENSION)
    centre.do(HandOver(to="110", way="push", summary="…", reason="属公安职责"), ticket, t.OPERATOR)
    assert kinds(centre.later(minutes=10).do(Ring(clock="expert", level="red"), ticket, t.CLOCK)) == [tf.ClockRang]
    assert centre.ticket(ticket).with_expert is None


# -- by itself ---------------------------------------------------------------------------------------------------------
PENSION = ("social_insurance",)


def test_an_enquiry_on_the_profiles_list_goes_to_the_seats_by_itself() -> None:
    """When nobody has taken it within the wait; in writing, since nobody is on the line."""
    centre = Centre()
    ticket = centre.request(type="consult", category=PENSION)
    timer = Ring(clock="expert", level="red")
    assert centre.later(minutes=9).do(timer, ticket, t.CLOCK) == []
    told = centre.later(minutes=1).do(timer, ticket, t.CLOCK)
    assert kinds(told) == [e.ExpertConsulted, f.ConsultationAsked]
    c = centre.consultation(ticket)
    assert (c.skill, c.way, c.by_itself) == ("hrss", "written", True)
    assert centre.do(timer, ticket, t.CLOCK) == []
    centre.do(Cancel(), c.id, Actor(id="op9", role=Role.OPERATOR))
    assert centre.consultation(ticket).over


@pytest.mark.parametrize(
    ("taken", "by"),
    [
        (Answer(answer="可网上办理"), t.OPERATOR),
        (Consult(skill="hrss", way="warm_transfer", summary="…"), t.OPERATOR),
        (Withdraw(), t.OPERATOR),
        (Classify(type="complaint", category=t.FUMES), t.OPERATOR),
    ],
)
def test_what_somebody_has_taken_does_not_go_there_again(taken: Command, by: Actor) -> None:
    """Answered, asked already, withdrawn, or found to be something else."""
    centre = Centre()
    ticket = centre.request(type="consult", category=PENSION)
    centre.do(taken, ticket, by)
    assert centre.later(minutes=11).do(Ring(clock="expert", level="red"), ticket, t.CLOCK) == []


def test_a_request_classified_as_an_enquiry_of_that_kind_is_on_the_list_from_then() -> None:
    """And given to a unit it is not any more."""
    centre = Centre()
    ticket = centre.request()
    centre.do(Classify(type="consult", category=PENSION), ticket, t.OPERATOR)
    assert centre.ticket(ticket).clocks["expert"].running
    centre.do(Dispatch(lead="jinjiang-hrss"), ticket, t.DISPATCHER)
    assert not centre.ticket(ticket).clocks["expert"].running


def test_a_list_that_has_changed_meanwhile_sends_nothing_there() -> None:
    """The timer falls silent for good."""
    centre = Centre()
    ticket = centre.request(type="consult", category=PENSION)
    centre.rules = rules_with(experts=centre.rules.experts.model_copy(update={"by_itself": ()}))
    assert kinds(centre.later(minutes=10).do(Ring(clock="expert", level="red"), ticket, t.CLOCK)) == [tf.ClockRang]
    assert centre.ticket(ticket).clocks["expert"].stopped
