"""Both sides of a hand-off, step by step: what follows from each message, and what is refused by name."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hotline.command import Refused
from hotline.handoff import facts as f
from hotline.handoff import messages as m
from hotline.handoff.alarms import RingHandOff
from hotline.handoff.answering import Accept, Acknowledge, Dispute, Feedback, HandOffCommand, Recall, allowed
from hotline.ticket import facts as tf
from hotline.ticket import handoff_facts as h
from hotline.ticket.answering import Answer
from hotline.ticket.classifying import Classify
from hotline.ticket.handing_over import HandOver
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.handoffs import LINK, POLICE, House, deliver, pair
from tests.spec import TICKET, given


def kinds(found: list[Any]) -> list[type]:
    return [type(r.fact) for r in found]


def refused(code: str, house: House, command: object, on: object, by: object = POLICE) -> None:
    before = len(house.story.log)
    with pytest.raises(Refused) as raised:
        house.story.decide(command, by, on)  # type: ignore[arg-type]
    assert raised.value.code == code
    assert len(house.story.log) == before, "a refusal changes nothing"


def offered(**told: Any) -> tuple[House, House, Any, Any]:
    """A matter offered by one hotline and known at the other: (offerer, receiver, its stream here, and there)."""
    us, them = pair()
    us.receive()
    here = us.offer(**told)
    deliver(us, them, here)
    there = next(iter(them.saves))
    return us, them, here, there


def passed() -> tuple[House, House, Any, Any]:
    us, them, here, there = offered()
    them.do(Accept(), on=there)
    deliver(them, us, there)
    deliver(us, them, here)
    return us, them, here, there


def test_custody_passes_when_the_acceptance_is_in_the_offerers_log() -> None:
    """Not before; the receiver claims it meanwhile, and the ticket is there in the same save as the acceptance."""
    us, them, here, there = offered()
    found = them.do(Accept(), on=there)
    assert kinds(found) == [f.HandOffAccepted, tf.TicketReceived, h.HandOffArrived]
    received = found[1].fact
    assert isinstance(received, tf.TicketReceived)
    assert received.channel == "police"
    assert them.handoff(there).holder == them.own
    assert us.handoff(here).holder == us.own
    deliver(them, us, there)
    assert us.handoff(here).holder == them.own
    assert us.story.ticket.handed is not None
    assert us.story.ticket.handed.custody == "theirs"
    assert not them.handoff(there).confirmed
    deliver(us, them, here)
    assert them.handoff(there).confirmed


def test_every_message_is_applied_once() -> None:
    """However often and in whatever order it arrives."""
    us, them, here, there = passed()
    before = len(us.story.log) + len(them.story.log)
    for _ in range(3):
        deliver(them, us, there)
        deliver(us, them, here)
    assert len(us.story.log) + len(them.story.log) == before


def test_a_message_before_its_time_is_refused() -> None:
    """It is to be sent again after the one it follows."""
    us, them, _here, there = offered()
    them.do(Accept(), on=there)
    received, accept = them.says(there)
    with pytest.raises(Refused, match="message_early"):
        us.take(accept)
    us.take(received)
    us.take(accept)


def test_an_acceptance_that_meets_a_recall_is_void() -> None:
    """The offerer's log decides; the receiver's ticket is withdrawn, and both logs name the offerer."""
    us, them, here, there = offered()
    them.do(Accept(), on=there)
    us.do(Recall(reason="来电人撤回"), on=here)
    deliver(them, us, there)
    assert kinds(us.history(here))[-1] is f.AcceptanceVoided
    deliver(us, them, here)
    assert us.handoff(here).holder == them.handoff(there).holder == us.own
    ticket = them.story.states[them.handoff(there).ticket][1]
    assert ticket.state is State.WITHDRAWN
    assert [m_.kind for m_ in us.says(here)] == ["offer", "recall", "recalled"]


def test_accepting_what_was_recalled_is_refused() -> None:
    """By our people; and from the link when the other side has been told already."""
    us, them, here, there = offered()
    us.do(Recall(reason="来电人撤回"), on=here)
    deliver(us, them, here)
    refused("accept_of_recalled", them, Accept(), there)
    refused("accept_of_recalled", them, Dispute(reason="不属我方"), there)
    head: dict[str, Any] = {"handoff_id": us.handoff(here).id, "sender": them.own, "to": us.own, "at": us.story.now}
    us.take(m.Received(**head, seq=1))
    us.take(m.Accept(**head, seq=2, body=m.AcceptBody(reference="J1")))
    with pytest.raises(Refused, match="accept_of_recalled"):
        us.take(m.Accept(**head, seq=3, body=m.AcceptBody(reference="J1")))


def test_feedback_comes_after_the_acceptance_only() -> None:
    """From our own people and from the other side."""
    us, them, here, there = offered()
    refused("feedback_before_acceptance", them, Feedback(kind="progress", words="已出警"), there)
    head: dict[str, Any] = {"handoff_id": us.handoff(here).id, "sender": them.own, "to": us.own, "at": us.story.now}
    us.take(m.Received(**head, seq=1))
    with pytest.raises(Refused, match="feedback_before_acceptance"):
        us.take(m.Progress(**head, seq=2, body=m.ProgressBody(words="已出警")))


def test_what_is_fed_back_early_waits_for_the_confirmation() -> None:
    """So that the offerer never hears of progress before it has recorded the acceptance."""
    us, them, here, there = offered()
    them.do(Accept(), on=there)
    them.do(Feedback(kind="progress", words="已出警"), on=there)
    assert [said.kind for said in them.says(there)] == ["received", "accept"]
    deliver(them, us, there)
    deliver(us, them, here)
    assert [said.kind for said in them.says(there)] == ["received", "accept", "progress"]


def test_progress_and_result_show_on_the_ticket_and_close_it() -> None:
    """What names nobody may be read by the caller."""
    us, them, _here, there = passed()
    them.do(Feedback(kind="progress", words="话"), on=there)
    them.do(Feedback(kind="result", words="话", outcome="done"), on=there)
    deliver(them, us, there)
    reports = us.story.facts(h.HandOffReported)
    assert [(r.public, r.outcome) for r in reports] == [(True, None), (True, "done")]
    assert us.story.ticket.state is State.CLOSED
    assert us.story.ticket.handed is None
    refused("feedback_after_result", them, Feedback(kind="progress", words="话"), there)


def test_a_result_that_it_is_not_theirs_lets_the_ticket_go_on_here() -> None:
    """With its clocks."""
    us, them, _here, there = passed()
    paused = [r.clock for r in us.story.ticket.clocks.values() if r.paused]
    assert paused == ["dispatch"]
    them.do(Feedback(kind="result", words="话", outcome="not_ours"), on=there)
    deliver(them, us, there)
    assert us.story.ticket.handed is None
    assert us.story.clock("dispatch").running


def test_closing_the_ticket_tells_the_platform_it_came_from() -> None:
    """Without anybody thinking of it."""
    _us, them, _here, there = passed()
    ticket = them.handoff(there).ticket
    them.do(Answer(answer="已解释"), t.OPERATOR, ticket)
    assert them.handoff(there).outcome == "done"
    assert them.says(there)[-1].kind == "result"


def test_a_return_is_a_new_offer_and_brings_our_own_ticket_back() -> None:
    """Named after the hand-off by which it went; no second ticket begins."""
    us, them, here, there = passed()
    ticket = them.handoff(there).ticket
    them.do(HandOver(to=us.own, way="push", summary="属民事纠纷", reason="不属警情"), POLICE, ticket)
    back = next(s for s in them.saves if s != there)
    deliver(them, us, back)
    mine = next(s for s in us.saves if s != here)
    assert us.handoff(mine).offer.returns == us.handoff(here).id
    assert us.handoff(mine).ticket == us.story.id
    assert kinds(us.do(Accept(), on=mine)) == [f.HandOffAccepted, h.HandedBack]
    assert us.story.ticket.handed is None
    assert us.story.clock("dispatch").running


def test_a_matter_that_goes_to_and_fro_raises_an_alarm_once() -> None:
    """At the third passage, by the profile."""
    us, them = pair()
    us.receive()
    for _ in range(2):
        for giver, taker in ((us, them), (them, us)):
            ticket = (
                us.story.id
                if giver is us
                else next(r.originator_id for r in them.story.log if isinstance(r.fact, tf.TicketReceived))
            )
            stream = giver.offer(on=ticket)
            deliver(giver, taker, stream)
            theirs = next(s for s in taker.saves if taker.handoff(s).id == giver.handoff(stream).id)
            taker.do(Accept(), on=theirs)
            deliver(taker, giver, theirs)
            deliver(giver, taker, stream)
    raised = us.story.facts(h.PingPongRaised)
    assert [fact.passages for fact in raised] == [3]


def test_a_dispute_leaves_it_with_the_offerer() -> None:
    """Words go to and fro, and it may still be accepted."""
    us, them, here, there = offered()
    them.do(Dispute(reason="属城管"), on=there)
    refused("nothing_disputed", us, Dispute(reason="属治安"), here)
    deliver(them, us, there)
    us.do(Dispute(reason="属治安"), on=here)
    deliver(us, them, here)
    assert us.handoff(here).holder == them.handoff(there).holder == us.own
    them.do(Accept(), on=there)
    deliver(them, us, there)
    assert us.handoff(here).holder == them.own


def test_still_undecided_the_first_receiver_keeps_it() -> None:
    """After the profile's wait, by a timer, and the other side is told."""
    us, them, here, there = offered()
    them.do(Dispute(reason="属城管"), on=there)
    deliver(them, us, there)
    assert us.do(RingHandOff(clock="handoff_undecided", level="red"), LINK, here) == [], "never early"
    us.wait(hours=2)
    assert kinds(us.do(RingHandOff(clock="handoff_undecided", level="red"), LINK, here)) == [
        f.HandOffRecalled,
        h.HandOffEnded,
    ]
    assert us.do(RingHandOff(clock="handoff_undecided", level="red"), LINK, here) == [], "once"
    deliver(us, them, here)
    assert them.handoff(there).stage == "recalled"
    assert us.story.ticket.handed is None


def test_still_undecided_a_receiver_that_had_it_first_must_accept() -> None:
    """A matter handed back to whom the citizen turned to first ends there."""
    us, them, _here, there = passed()
    ticket = them.handoff(there).ticket
    back = them.offer(on=ticket)
    deliver(them, us, back)
    mine = next(s for s in us.saves if us.handoff(s).id == them.handoff(back).id)
    us.do(Dispute(reason="属警情"), on=mine)
    deliver(us, them, mine)
    us.wait(hours=2)
    found = us.do(RingHandOff(clock="handoff_undecided", level="red"), LINK, mine)
    assert kinds(found) == [f.HandOffAccepted, h.HandedBack]
    assert isinstance(found[0].fact, f.HandOffAccepted)
    assert found[0].fact.settled
    deliver(us, them, mine)
    assert them.handoff(back).holder == us.handoff(mine).holder == us.own


@pytest.mark.parametrize(("way", "first", "second"), [("one_key", 15, 30), ("push", 30, 60)])
def test_a_danger_alarms_again_and_again_until_it_is_acknowledged(way: str, first: int, second: int) -> None:
    """After 15 seconds by voice and 30 by an urgent push, and then after twice as long each time."""
    us, them = pair()
    us.receive()
    here = us.offer(way=way, danger=True)
    ring = RingHandOff(clock="handoff_received", level="red")
    us.wait(seconds=first - 1)
    assert us.do(ring, LINK, here) == []
    us.wait(seconds=1)
    assert kinds(us.do(ring, LINK, here)) == [f.HandOffAlarmed]
    us.wait(seconds=second - 1)
    assert us.do(ring, LINK, here) == []
    us.wait(seconds=1)
    assert kinds(us.do(ring, LINK, here)) == [f.HandOffAlarmed]
    deliver(us, them, here)
    there = next(iter(them.saves))
    assert them.says(there) == [], "a danger is acknowledged by a person only"
    them.do(Acknowledge(), on=there)
    deliver(them, us, there)
    us.wait(hours=1)
    assert us.do(ring, LINK, here) == []
    assert us.handoff(here).holder == us.own


def test_an_ordinary_push_goes_to_the_daily_list_once() -> None:
    """After five minutes, and no alarm is raised for it."""
    us, _them = pair()
    us.receive()
    here = us.offer()
    us.wait(minutes=5)
    ring = RingHandOff(clock="handoff_received", level="red")
    assert kinds(us.do(ring, LINK, here)) == [f.HandOffListed]
    us.wait(hours=5)
    assert us.do(ring, LINK, here) == []


def offered_to_us(**told: Any) -> tuple[House, House, UUID, UUID]:
    """Somebody else's offer that has reached us: we, they, our stream of it and theirs."""
    us, them = pair()
    them.receive()
    there = them.offer(**told)
    deliver(them, us, there)
    return us, them, next(iter(us.saves)), there


ANSWERED = RingHandOff(clock="handoff_answered", level="red")


def test_an_ordinary_offer_that_lies_before_us_goes_to_the_daily_list() -> None:
    """After five minutes in which nobody here has answered it, not a second before, and once."""
    us, _them, here, _there = offered_to_us()
    us.wait(minutes=5, seconds=-1)
    assert us.do(ANSWERED, LINK, here) == []
    us.wait(seconds=1)
    assert kinds(us.do(ANSWERED, LINK, here)) == [f.HandOffListed]
    us.wait(days=1)
    assert us.do(ANSWERED, LINK, here) == []


@pytest.mark.parametrize(("told", "wait"), [({"way": "one_key"}, 15), ({"urgency": "urgent"}, 30)])
def test_a_pressing_offer_that_lies_before_us_raises_an_alarm(told: dict[str, Any], wait: int) -> None:
    """By voice after fifteen seconds, as an urgent push after thirty; once, since it stays among the alarms."""
    us, _them, here, _there = offered_to_us(**told)
    us.wait(seconds=wait - 1)
    assert us.do(ANSWERED, LINK, here) == []
    us.wait(seconds=1)
    assert kinds(us.do(ANSWERED, LINK, here)) == [f.HandOffUnanswered]
    us.wait(days=1)
    assert us.do(ANSWERED, LINK, here) == []


def test_a_danger_that_was_acknowledged_and_then_forgotten_raises_an_alarm_too() -> None:
    """That somebody has it before him is no answer yet."""
    us, _them, here, _there = offered_to_us(danger=True)
    us.wait(minutes=1)
    assert us.do(ANSWERED, LINK, here) == [], "until it is acknowledged, that is what is waited for"
    us.do(Acknowledge(), on=here)
    us.wait(seconds=30)
    assert kinds(us.do(ANSWERED, LINK, here)) == [f.HandOffUnanswered]


@pytest.mark.parametrize("answer", [Accept(), Dispute(reason="属警情")])
def test_what_was_answered_raises_no_alarm(answer: Accept | Dispute) -> None:
    """Whatever the answer was."""
    us, _them, here, _there = offered_to_us()
    us.do(answer, on=here)
    us.wait(hours=1)
    assert us.do(ANSWERED, LINK, here) == []


WORDS = RingHandOff(clock="handoff_words", level="red")


@pytest.mark.parametrize("end", ["left", "disputed", "recalled"])
def test_words_of_what_we_never_took_are_given_up_in_time(end: str) -> None:
    """Thirty days after it came, at the end of the day, however it ended; once.  Then it can no longer be accepted, what is still said of it keeps
    no words, and the matter is the other side's as it was."""
    us, them, here, there = offered_to_us()
    if end == "disputed":
        us.do(Dispute(reason="属警情"), on=here)
    if end == "recalled":
        them.do(Recall(reason="来电人已和解"), on=there)
        deliver(them, us, there)
    due = us.handoff(here).clocks["handoff_words"].due
    assert 30 <= (due - us.story.now) / timedelta(days=1) < 31
    us.story.now = due - timedelta(seconds=1)
    assert us.do(WORDS, LINK, here) == []
    us.story.now = due
    assert kinds(us.do(WORDS, LINK, here)) == [f.HandOffForgotten]
    assert us.do(WORDS, LINK, here) == []
    assert us.handoff(here).holder == them.own
    with pytest.raises(Refused, match="accept_of_recalled" if end == "recalled" else "handoff_forgotten"):
        us.do(Accept(), on=here)
    if end != "recalled":
        said = us.do(Dispute(reason="属警情"), on=here)
        assert isinstance(said[0].fact, f.HandOffDisputed)
        assert said[0].fact.reason is None
    assert us.history(here)[0].fact.TOPIC == "handoff.offered", "that it was offered still counts"


def test_words_of_what_we_took_are_the_tickets() -> None:
    """They go when the ticket's go; and a matter of our own that was offered back keeps its words in its ticket."""
    us, _them, here, _there = offered_to_us()
    us.do(Accept(), on=here)
    us.wait(days=60)
    assert us.do(WORDS, LINK, here) == []
    us, them, _here, there = passed()
    back = them.offer(on=them.handoff(there).ticket)
    deliver(them, us, back)
    mine = next(s for s in us.saves if us.handoff(s).id == them.handoff(back).id)
    us.wait(days=60)
    assert us.do(WORDS, LINK, mine) == []


def test_a_result_that_does_not_come_is_missed() -> None:
    """Once, after the profile's wait."""
    us, _them, here, _there = passed()
    us.wait(days=12)
    ring = RingHandOff(clock="handoff_result", level="red")
    assert kinds(us.do(ring, LINK, here)) == [f.ResultMissing]
    assert us.do(ring, LINK, here) == []


def test_what_only_the_other_side_may_do_is_refused() -> None:
    """Each by a name of its own."""
    us, them, here, there = offered()
    refused("not_ours_to_accept", us, Accept(), here)
    refused("not_ours_to_recall", them, Recall(reason="误"), there)
    refused("not_ours_to_report", us, Feedback(kind="progress", words="话"), here)
    refused("acknowledged_already", them, Acknowledge(), there)
    refused("no_such_handoff", us, Accept(), UUID(int=99))
    refused("wrong_role", them, Accept(), there, t.OPERATOR)
    us, them, here, there = passed()
    refused("recall_of_accepted", us, Recall(reason="误"), here)
    refused("handoff_accepted_already", them, Accept(), there)
    refused("dispute_after_acceptance", them, Dispute(reason="误"), there)


def test_a_message_of_a_hand_off_nobody_knows_is_refused() -> None:
    """Only an offer begins one, and only from a platform of the profile, to us."""
    us, them, here, _ = offered()
    head: dict[str, Any] = {"handoff_id": TICKET, "sender": them.own, "to": us.own, "seq": 1, "at": us.story.now}
    with pytest.raises(Refused, match="unknown_handoff"):
        us.take(m.Accept(**head, body=m.AcceptBody(reference="J1")))
    offer = us.says(here)[0]
    with pytest.raises(Refused, match="unknown_handoff"):
        them.take(offer.model_copy(update={"sender": "113", "handoff_id": TICKET}))
    with pytest.raises(Refused, match="wrong_side"):
        them.take(offer.model_copy(update={"to": "112", "handoff_id": TICKET}))
    with pytest.raises(Refused, match="message_early"):
        them.take(offer.model_copy(update={"seq": 2, "handoff_id": TICKET}))


@pytest.mark.parametrize("kind", ["offer", "recall", "confirmed", "recalled"])
def test_what_only_an_offerer_says_is_refused_from_a_receiver(kind: str) -> None:
    """Whatever it claims."""
    us, them, here, _ = offered()
    us.do(Recall(reason="误"), on=here)
    body = {"offer": us.says(here)[0].body, "recall": m.Reasoned(reason="误")}.get(kind, m.Nothing())
    head: dict[str, Any] = {
        "handoff_id": us.handoff(here).id,
        "sender": them.own,
        "to": us.own,
        "seq": 1,
        "at": us.story.now,
    }
    message = {"offer": m.Offer, "recall": m.Recall, "confirmed": m.Confirmed, "recalled": m.Recalled}[kind]
    with pytest.raises(Refused, match="wrong_side"):
        us.take(message(**head, body=body))


def test_a_confirmation_of_nothing_and_a_recall_of_the_accepted_are_refused() -> None:
    """An offerer that contradicts its own log changes nothing here."""
    us, them, here, there = offered()
    head: dict[str, Any] = {
        "handoff_id": us.handoff(here).id,
        "sender": us.own,
        "to": them.own,
        "seq": 2,
        "at": us.story.now,
    }
    for message in (m.Confirmed(**head), m.Recalled(**head)):
        with pytest.raises(Refused, match="confirmed_without_acceptance"):
            them.take(message)
    with pytest.raises(Refused, match="nothing_disputed"):
        them.take(m.Dispute(**head, body=m.Reasoned(reason="误")))
    us, them, here, there = passed()
    head = {"handoff_id": us.handoff(here).id, "sender": us.own, "to": them.own, "seq": 3, "at": us.story.now}
    with pytest.raises(Refused, match="recall_of_accepted"):
        them.take(m.Recall(**head, body=m.Reasoned(reason="误")))
    assert them.handoff(there).holder == them.own


def test_allowed_agrees_with_the_guards() -> None:
    """Of both sides, at each stage."""
    us, them, here, there = offered()
    assert allowed(us.handoff(here), us.story.desk(POLICE, here)) == ("acknowledge", "recall")
    assert allowed(them.handoff(there), them.story.desk(POLICE, there)) == ("accept", "dispute")
    us, them, here, there = passed()
    assert allowed(us.handoff(here), us.story.desk(POLICE, here)) == ()
    assert allowed(them.handoff(there), them.story.desk(POLICE, there)) == ("feedback", "return")
    assert issubclass(Accept, HandOffCommand)


def test_a_ticket_held_elsewhere_cannot_be_worked_on_here() -> None:
    """Until it comes back."""
    us, *_ = passed()
    classify = Classify(type="complaint", category=t.FUMES, urgency="normal")
    given(us.story).by(t.OPERATOR).when(classify).refused("with_other_platform")
