"""Asking the caller, and what follows an unhappy answer."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from hotline.ticket import facts as f
from hotline.ticket.calling_back import CallBack, Rate, Rework
from hotline.ticket.closing import Close
from hotline.ticket.handling import Contact
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import Story, given

REWORK = Rework(reason="还在冒烟")
MISSED = CallBack(reached=False)


def test_a_happy_answer_closes() -> None:
    """Contacted, resolved, satisfied."""
    story = given(t.a_ticket_to_call_back()).by(t.REVIEWER).when(t.happy()).then(f.CallerAnswered, f.TicketClosed)
    assert story.ticket.state is State.CLOSED
    assert story.ticket.outcome == "handled"
    assert story.facts(f.TicketClosed)[0].reached


@pytest.mark.parametrize("answer", [{"resolution": "unresolved"}, {"satisfaction": "dissatisfied"}])
def test_an_unhappy_answer_goes_to_triage(answer: dict[str, object]) -> None:
    """Not resolved, or dissatisfied: somebody decides what follows, under a limit."""
    call = CallBack(reached=True, **answer)  # type: ignore[arg-type]
    story = given(t.a_ticket_to_call_back()).by(t.REVIEWER).when(call).then(f.CallerAnswered)
    assert story.ticket.state is State.CALLBACK_DUE
    assert story.ticket.unhappy
    assert story.clock("triage").running
    given(story).by(t.REVIEWER).when(t.happy()).refused("answered_already")


def test_triage_is_rework_explanation_or_an_unresolved_close() -> None:
    """Each is offered, and only after an unhappy answer."""
    assert {"rework", "explain", "close"} <= set(t.an_unhappy_ticket().allowed(t.REVIEWER))
    assert not {"rework", "explain", "close"} & set(t.a_ticket_to_call_back().allowed(t.REVIEWER))
    story = given(t.an_unhappy_ticket()).by(t.REVIEWER).when(Close()).then(f.TicketClosed)
    assert story.ticket.outcome == "unresolved"


def test_two_attempts_then_unreachable() -> None:
    """The first is kept as an attempt, the second closes the ticket as not reached."""
    story = given(t.a_ticket_to_call_back()).by(t.REVIEWER).when(MISSED).then(f.CallerNotReached)
    given(story).by(t.REVIEWER).when(Close()).refused("caller_not_asked")
    story = given(story).by(t.REVIEWER).when(MISSED).then(f.CallerNotReached, f.TicketClosed)
    assert [a.attempt for a in story.facts(f.CallerNotReached)] == [1, 2]
    assert not story.facts(f.TicketClosed)[0].reached


def test_a_call_back_obeys_the_preference() -> None:
    """Who wants text is not called."""
    story = t.a_ticket_to_call_back(contact_preference="text")
    given(story).by(t.REVIEWER).when(t.happy()).refused("other_contact_wanted")
    text = t.happy().model_copy(update={"way": "text"})
    given(story).by(t.REVIEWER).when(text).then(f.CallerAnswered, f.TicketClosed)


@pytest.mark.parametrize(
    "body",
    [
        {"reached": False, "resolution": "resolved"},
        {"reached": False, "contacted": True},
        {"reached": True},
        {"reached": True, "satisfaction": "satisfied", "cause": "recurring"},
    ],
)
def test_an_answer_that_contradicts_itself_is_no_answer(body: dict[str, object]) -> None:
    """Nobody unreached answers, nobody reached says nothing, a cause belongs to dissatisfaction."""
    with pytest.raises(ValidationError):
        CallBack.model_validate(body)


def test_the_callers_own_rating_counts_as_the_answer() -> None:
    """Given unasked, it closes the ticket; given again inside the window the last one counts and all are kept."""
    good, bad = Rate(satisfaction="satisfied"), Rate(resolution="unresolved", satisfaction="dissatisfied")
    story = given(t.a_ticket_to_call_back()).by(t.CITIZEN).when(good).then(f.CallerAnswered, f.TicketClosed)
    story = given(story).by(t.CITIZEN).when(bad).then(f.CallerAnswered)
    assert story.ticket.state is State.CLOSED
    assert len(story.facts(f.CallerAnswered)) == 2


def test_an_unhappy_rating_goes_to_triage_and_a_second_does_not_win_it_time() -> None:
    """The limit for deciding what follows began with the first."""
    bad = Rate(satisfaction="dissatisfied")
    story = given(t.a_ticket_to_call_back()).by(t.CITIZEN).when(bad).then(f.CallerAnswered)
    due = story.clock("triage").due
    story = given(story).after(days=1).by(t.CITIZEN).when(bad).then(f.CallerAnswered)
    assert story.clock("triage").due == due


def test_the_rating_window_ends() -> None:
    """After it rating is refused and no longer offered."""
    story = t.a_closed_ticket()
    story.now += timedelta(days=9)
    assert "rate" in story.allowed(t.CITIZEN)
    story.now += timedelta(days=3)
    given(story).by(t.CITIZEN).when(Rate(satisfaction="satisfied")).refused("rating_window_over")
    assert "rate" not in story.allowed(t.CITIZEN)


def test_a_rating_needs_content_and_a_result() -> None:
    """An empty one is none; a state secret has no result to rate."""
    with pytest.raises(ValidationError):
        Rate()
    secret = t.a_received_ticket(state_secret=True)
    given(secret).by(t.CITIZEN).when(Rate(satisfaction="satisfied")).refused("nothing_to_rate")


def test_a_rework_goes_back_to_the_lead_under_its_own_limit() -> None:
    """The first due time, and whether it was kept, stay as they were; the caller must be contacted anew."""
    before = t.an_unhappy_ticket()
    story = given(before).by(t.REVIEWER).when(REWORK).then(f.ReworkOrdered)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.clock("citizen") == before.clock("citizen")
    assert story.clock("citizen").kept
    assert story.clock("rework").running
    assert story.clock("rework_contact").running
    assert story.clock("triage").stopped
    given(story).by(t.ENVIRONMENT).when(t.the_reply()).refused("contact_first")
    given(t.a_ticket_to_call_back()).by(t.REVIEWER).when(REWORK).refused("not_in_triage")


def again(story: Story) -> Story:
    return story.do(t.ENVIRONMENT, Contact(way="voice"), t.the_reply()).do(t.REVIEWER, t.accepted(), t.unhappy())


def test_the_third_rework_makes_a_problem_ticket() -> None:
    """And a leader watches it from then on; the fourth says nothing new."""
    story = again(again(t.a_ticket_in_rework()).do(t.REVIEWER, REWORK))
    story = given(story).by(t.REVIEWER).when(REWORK).then(f.ReworkOrdered, f.ProblemRaised, f.SupervisionEscalated)
    assert story.facts(f.ProblemRaised)[0].ground == "reworks"
    assert [r.round for r in story.facts(f.ReworkOrdered)] == [1, 2, 3]
    given(again(story)).by(t.REVIEWER).when(REWORK).then(f.ReworkOrdered)
