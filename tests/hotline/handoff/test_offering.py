"""Offering a ticket to another platform, and what may be done with it meanwhile."""

import pytest

from hotline.facts import Actor
from hotline.handoff import facts as hf
from hotline.handoff.answering import Acknowledge, Recall
from hotline.handoff.handoff import offer_id, stream_of
from hotline.handoff.messages import Accept, AcceptBody
from hotline.handoff.taking import Take
from hotline.ticket import handoff_facts as h
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.handing_over import HandOver
from hotline.ticket.supervising import Note
from tests import tickets as t
from tests.handoffs import LINK, POLICE
from tests.spec import TICKET, given

STREAM = stream_of("110", offer_id(TICKET, 1))


def to(platform: str = "110", **told: object) -> HandOver:
    return HandOver.model_validate({"to": platform, "way": "push", "summary": "路口斗殴", "reason": "治安案件", **told})


def test_an_offer_stands_on_the_ticket_and_in_a_stream_of_its_own() -> None:
    """Written in one save; the ticket stays in its state, and ours."""
    story = given(t.a_received_ticket()).by(t.OPERATOR).when(to()).then(h.TicketHandedOff, hf.HandOffOffered)
    assert story.ticket.handed is not None
    assert story.ticket.handed.custody == "offered"
    assert story.states[STREAM][1].holder == story.rules.platforms.own
    assert story.facts(hf.HandOffOffered)[0].person_id == TICKET


def test_a_confidential_caller_is_not_passed_on() -> None:
    """Nor one whom the operator keeps to himself."""
    for story, offer in (
        (t.a_received_ticket(confidential=True), to()),
        (t.a_received_ticket(), to(share_caller=False)),
    ):
        after = given(story).by(t.OPERATOR).when(offer).then(h.TicketHandedOff, hf.HandOffOffered)
        assert after.facts(hf.HandOffOffered)[0].person_id is None


def test_what_goes_to_an_unknown_platform_is_refused() -> None:
    """Only those of the profile."""
    given(t.a_received_ticket()).by(t.OPERATOR).when(to("112")).refused("unknown_platform")


def test_a_ticket_is_offered_once_at_a_time() -> None:
    """Until the offer is settled."""
    story = t.a_received_ticket().do(t.OPERATOR, to())
    given(story).by(t.OPERATOR).when(to("water")).refused("handed_off_already")


def test_what_units_work_on_is_handed_off_only_with_a_follow_up_here() -> None:
    """Two may not work on one matter."""
    given(t.a_dispatched_ticket()).by(t.DISPATCHER).when(to()).refused("still_with_units")
    given(t.a_dispatched_ticket()).by(t.DISPATCHER).when(to(follow_up=True)).then(h.TicketHandedOff, hf.HandOffOffered)


def test_nobody_here_goes_on_with_what_is_offered() -> None:
    """Notes may be taken; with a follow-up everything may."""
    classify = Classify(type="complaint", category=t.FUMES, urgency="normal")
    story = t.a_classified_ticket().do(t.OPERATOR, to())
    given(story).by(t.OPERATOR).when(classify).refused("with_other_platform")
    given(story).by(t.DISPATCHER).when(Dispatch(lead=t.ENV)).refused("with_other_platform")
    story.do(t.OPERATOR, Note(text="对方在核实"))
    followed = t.a_classified_ticket().do(t.OPERATOR, to(follow_up=True))
    followed.do(t.DISPATCHER, Dispatch(lead=t.ENV))


def test_a_closed_ticket_is_not_handed_off() -> None:
    """Nobody owes the caller anything more."""
    given(t.a_closed_ticket()).by(t.SUPERVISOR).when(to()).refused("over")


@pytest.mark.parametrize("actor", [t.REVIEWER, t.ENVIRONMENT, t.CITIZEN])
def test_who_may_not_hand_off(actor: Actor) -> None:
    """The centre and the police desk only."""
    given(t.a_received_ticket()).by(actor).when(to()).refused("wrong_role")


def test_a_recalled_ticket_goes_on_here() -> None:
    """The overlay is gone."""
    story = t.a_classified_ticket().do(t.OPERATOR, to())
    story.decide(Recall(reason="来电人已和解"), POLICE, STREAM)
    assert story.ticket.handed is None
    story.do(t.DISPATCHER, Dispatch(lead=t.ENV))


def test_what_must_be_told_at_once_is_a_danger() -> None:
    """Leads on instability to 110, by the boundary rule, whether or not the operator ticked danger."""
    story = t.a_received_ticket().do(t.OPERATOR, to(signs=["instability"]))
    assert story.facts(hf.HandOffOffered)[0].danger
    assert not t.a_received_ticket().do(t.OPERATOR, to(signs=["crime"])).facts(hf.HandOffOffered)[0].danger


def test_a_lead_on_instability_goes_to_110_in_the_write_that_receives_it() -> None:
    """With its words, as a danger, and a follow-up stays here; fire and danger to life go to each platform they concern."""
    story = t.a_received_ticket(signs=["instability"])
    (offer,) = story.facts(hf.HandOffOffered)
    assert (offer.receiver, offer.danger, offer.number) == ("110", True, story.ticket.number)
    assert story.ticket.handed is not None
    assert story.ticket.handed.follow_up
    story.do(t.OPERATOR, Classify(type="complaint", category=t.FUMES, urgency="normal"))
    both = t.a_received_ticket(signs=["fire", "life_danger"])
    assert [(o.receiver, o.keep) for o in both.facts(hf.HandOffOffered)] == [("119", True), ("110", False)]
    assert t.a_received_ticket(signs=["crime"]).facts(hf.HandOffOffered) == [], "what is shown decides nothing"
    secret = t.a_received_ticket(signs=["instability"], state_secret=True)
    assert secret.facts(hf.HandOffOffered) == [], "a state secret is not passed on here"


def test_fire_is_told_and_the_matter_stays_ours() -> None:
    """119 and 120 never hold a matter of ours; the ticket is free all the time, also to tell another."""
    stream = stream_of("119", offer_id(TICKET, 1))
    story = t.a_classified_ticket().do(t.OPERATOR, to("119", way="one_key", danger=True))
    assert story.ticket.handed is None
    story.do(t.OPERATOR, to("120", way="one_key", danger=True))
    story.do(t.DISPATCHER, Dispatch(lead=t.ENV))
    told = story.decide(Acknowledge(), t.OPERATOR, stream)
    assert [type(r.fact) for r in told] == [hf.HandOffAcknowledged, h.HandOffEnded]
    assert story.states[stream][1].holder == story.rules.platforms.own
    assert story.states[stream][1].stage == "told"


@pytest.mark.parametrize("taken", [False, True])
def test_fire_and_ambulance_are_told_whoever_has_the_matter(taken: bool) -> None:
    """While it is offered to 110, or held by 110: the offer there goes on as it stood, and nobody else may take it over."""
    story = t.a_classified_ticket().do(t.OPERATOR, to())
    if taken:
        head = {"handoff_id": offer_id(TICKET, 1), "sender": "110", "to": story.rules.platforms.own, "at": story.now}
        story.decide(Take(message=Accept(**head, seq=1, body=AcceptBody(reference="J1"))), LINK, STREAM)
    before = story.ticket.handed
    assert before is not None
    assert "hand-off" in story.allowed(t.OPERATOR)
    story.do(t.OPERATOR, to("120", way="one_key", danger=True))
    assert [offer.receiver for offer in story.facts(hf.HandOffOffered)] == ["110", "120"]
    assert (story.ticket.handed, before.custody) == (before, "theirs" if taken else "offered")
    given(story).by(t.OPERATOR).when(to("water")).refused("handed_off_already")
    story.decide(Acknowledge(), t.OPERATOR, stream_of("120", offer_id(TICKET, 2)))
    assert story.ticket.handed == before
    given(story).by(t.DISPATCHER).when(Dispatch(lead=t.ENV)).refused("with_other_platform")
