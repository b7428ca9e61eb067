"""The end, and what may follow it."""

from datetime import timedelta

import pytest

from hotline.ticket import facts as f
from hotline.ticket.calling_back import CallBack, Rework
from hotline.ticket.closing import AcceptAsSource, Close, Reopen
from hotline.ticket.supervising import Ring
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import MONDAY, given

ORDER = f.Source(kind="instruction", outside_number="督〔2026〕7号", due=MONDAY + timedelta(days=10))


def test_closing_stops_every_clock_but_those_that_follow_it() -> None:
    """Nobody owes the caller anything more."""
    story = t.a_closed_ticket(t.HOUSING)
    assert {name for name, r in story.ticket.clocks.items() if not r.stopped} == {"archive", "reopen"}
    assert not story.ticket.parts()


def test_an_instruction_closes_when_its_source_has_accepted() -> None:
    """A happy caller is not enough; the acceptance then closes it, since nothing else is waited for."""
    story = given(t.a_ticket_to_call_back(source=ORDER)).by(t.REVIEWER).when(t.happy()).then(f.CallerAnswered)
    given(story).by(t.REVIEWER).when(Close()).refused("source_has_not_accepted")
    story = given(story).by(t.LEADER).when(AcceptAsSource(words="同意")).then(f.SourceAccepted, f.TicketClosed)
    assert story.ticket.state is State.CLOSED
    assert story.clock("instruction").kept


def test_an_acceptance_before_the_call_back_lets_the_happy_answer_close() -> None:
    """In either order."""
    story = t.a_replied_ticket(source=ORDER).do(t.LEADER, AcceptAsSource()).do(t.REVIEWER, t.accepted())
    given(story).by(t.LEADER).when(AcceptAsSource()).refused("accepted_already")
    given(story).by(t.REVIEWER).when(t.happy()).then(f.CallerAnswered, f.TicketClosed)


def test_an_acceptance_does_not_hide_an_unhappy_caller() -> None:
    """Triage decides first."""
    story = t.an_unhappy_ticket(source=ORDER)
    story = given(story).by(t.LEADER).when(AcceptAsSource()).then(f.SourceAccepted)
    assert story.ticket.state is State.CALLBACK_DUE
    given(story).by(t.REVIEWER).when(Close()).then(f.TicketClosed)


def test_an_unreachable_caller_does_not_close_an_instruction() -> None:
    """It waits for its source."""
    story = t.a_ticket_to_call_back(source=ORDER)
    for _ in range(2):
        story = given(story).by(t.REVIEWER).when(CallBack(reached=False)).then(f.CallerNotReached)
    given(story).by(t.LEADER).when(AcceptAsSource()).then(f.SourceAccepted, f.TicketClosed)


def test_a_citizens_request_has_no_source_to_accept_it() -> None:
    """Refused by name."""
    given(t.a_ticket_to_call_back()).by(t.LEADER).when(AcceptAsSource()).refused("no_source")


def test_inside_the_window_for_any_reason_after_it_on_a_new_fact() -> None:
    """Then it waits for dispatch again."""
    story = t.a_closed_ticket()
    end = story.clock("reopen").due
    story.now = end
    reopened = given(story).by(t.REVIEWER).when(Reopen(reason="复发")).then(f.TicketReopened)
    assert reopened.ticket.state is State.AWAITING_DISPATCH
    assert reopened.ticket.outcome is None
    assert reopened.clock("archive").stopped
    assert reopened.clock("dispatch").running
    story.now = end + timedelta(seconds=1)
    given(story).by(t.REVIEWER).when(Reopen(reason="复发")).refused("reopen_window_over")
    given(story).by(t.REVIEWER).when(Reopen(reason="新证据", new_fact=True)).then(f.TicketReopened)


def test_what_was_answered_on_the_line_is_received_again() -> None:
    """It has never been dispatched."""
    story = given(t.an_answered_ticket()).by(t.REVIEWER).when(Reopen(reason="答错了")).then(f.TicketReopened)
    assert story.ticket.state is State.RECEIVED


def test_what_was_not_recorded_cannot_be_reopened() -> None:
    """A state secret stays out of the system."""
    secret = t.a_received_ticket(state_secret=True)
    given(secret).by(t.REVIEWER).when(Reopen(reason="复发", new_fact=True)).refused("nothing_to_reopen")


def test_a_closed_ticket_is_put_away_after_the_profiles_time() -> None:
    """Not a moment before, and once; an archived one is not reopened."""
    story = t.a_closed_ticket()
    ring = Ring(clock="archive", level="red")
    due = story.clock("archive").due
    story.now = due - timedelta(microseconds=1)
    given(story).by(t.CLOCK).when(ring).then()
    story.now = due
    story = given(story).by(t.CLOCK).when(ring).then(f.TicketArchived)
    assert story.ticket.state is State.ARCHIVED
    assert not story.ticket.running()
    given(story).by(t.CLOCK).when(ring).then()
    given(story).by(t.REVIEWER).when(Reopen(reason="复发", new_fact=True)).refused("not_now")


def test_a_reopened_ticket_is_not_put_away() -> None:
    """Its archive clock has stopped."""
    story = t.a_closed_ticket().do(t.REVIEWER, Reopen(reason="复发"))
    story.now += timedelta(days=60)
    given(story).by(t.CLOCK).when(Ring(clock="archive", level="red")).then()


@pytest.mark.parametrize("story", [t.a_received_ticket, t.a_signed_ticket, t.a_replied_ticket])
def test_nothing_closes_that_nobody_was_asked_about(story: object) -> None:
    """Close belongs to the call-back."""
    given(story()).by(t.REVIEWER).when(Close()).refused("not_now")  # type: ignore[operator]


def test_a_reworked_order_needs_a_new_acceptance_and_something_always_reminds() -> None:
    """What the source accepted was another result; and an order without a due time still has a clock while it waits."""
    order = f.Source(kind="instruction", outside_number="督〔2026〕8号")
    story = t.an_unhappy_ticket(source=order).do(t.LEADER, AcceptAsSource()).do(t.REVIEWER, Rework(reason="未解决"))
    assert not story.ticket.source_accepted
    waiting = given(t.a_ticket_to_call_back(source=order)).by(t.REVIEWER).when(t.happy()).then(f.CallerAnswered)
    assert waiting.clock("triage").running
