"""What a ticket comes to, field by field, by the commands that lead there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline.calendar import SHANGHAI
from hotline.facts import Actor, Role
from hotline.rates.outcome import OutcomeRow
from hotline.ticket.answering import Explain, Void
from hotline.ticket.calling_back import CallBack, Rate, Rework
from hotline.ticket.classifying import Classify
from hotline.ticket.closing import Reopen
from hotline.ticket.dispatching import Dispatch, PassDown, Redispatch
from hotline.ticket.extending import GrantExtension
from hotline.ticket.handling import Contact, Sign
from hotline.ticket.inspecting import Inspect
from hotline.ticket.keeping import ApproveErasure, RequestErasure
from hotline.ticket.receiving import Withdraw
from hotline.ticket.returning import AcceptReturn, Adjudicate, Dispute
from hotline.ticket.supervising import Exclude, Include, Ring, Urge
from projections.moments import micros
from projections.scoreboard import outcome_of
from tests import tickets as t
from tests.spec import MONDAY, Story, moment

QUESTIONS = ("contacted", "resolved", "satisfied")


def of(story: Story) -> OutcomeRow:
    """What the story has come to."""
    found = outcome_of(r for r in story.log if r.originator_id == story.id)
    assert found is not None
    return found


def facets(story: Story, *names: str) -> tuple[Any, ...]:
    row = of(story)
    return tuple(row.facet(name) for name in names)


def day(at: datetime) -> int:
    return (at.astimezone(SHANGHAI).date() - datetime(1970, 1, 1).date()).days  # noqa: DTZ001  # a date alone


def first(story: Story, topic: str) -> datetime:
    return next(r.recorded_at for r in story.log if topic == r.fact.TOPIC)


# -- what it is ------------------------------------------------------------------------------------------------
def test_what_was_taken_down_is_there_at_once() -> None:
    """Number, channel, source, district and the moment with its day; nothing has been asked and nothing is due."""
    story = t.a_received_ticket(channel="wechat", place={"district": "jinjiang"}, urgency="urgent")
    row = of(story)
    assert (row.kind, row.number, row.district) == ("ticket", story.ticket.number, "jinjiang")
    assert (row.received_at, row.received_day) == (micros(MONDAY), day(MONDAY))
    assert facets(story, "channel", "source", "type", "urgency") == ("wechat", "citizen", "none", "urgent")
    assert facets(story, *QUESTIONS, "ended", "on_time", "direct") == (*["not_asked"] * 3, "none", "none", "no")
    assert (row.unit, row.tier, row.co_units, row.category, row.head, row.due_at) == (None, None, (), None, None, None)


def test_what_a_person_classified_last_counts() -> None:
    """Type, urgency and the finest category with its head."""
    story = t.a_classified_ticket(type="help").do(
        t.OPERATOR, Classify(type="complaint", category=t.FUMES, urgency="urgent")
    )
    row = of(story)
    assert facets(story, "type", "urgency") == ("complaint", "urgent")
    assert (row.category, row.head) == ("environment.air_fumes", "environment")


# -- whose it is -----------------------------------------------------------------------------------------------
def test_the_lead_answers_for_it_with_co_handlers_beside() -> None:
    """The lead with its tier; those below a part are no co-handlers; the first dispatch is kept."""
    story = t.a_signed_ticket(t.MARKET)
    row = of(story)
    assert (row.unit, row.co_units) == (t.ENV, (t.MARKET,))
    assert row.tier == story.rules.units[t.ENV].tier
    assert row.dispatched_at == micros(first(story, "ticket.dispatched"))
    below = t.a_classified_ticket().do(t.DISPATCHER, Dispatch(lead=t.DISTRICT))
    below.do(t.clerk(t.DISTRICT), Sign(), PassDown(unit=t.STREET))
    assert (of(below).unit, of(below).co_units) == (t.DISTRICT, ())


def test_a_unit_that_lost_its_part_answers_for_nothing() -> None:
    """Given back, redispatched or adjudicated away; a return that was asked for is counted."""
    back = t.a_ticket_wanted_back(t.MARKET).do(t.DISPATCHER, AcceptReturn(assignment="a1", words="同意"))
    assert (of(back).unit, of(back).tier, of(back).co_units, of(back).returns) == (None, None, (t.MARKET,), 1)
    other = t.a_signed_ticket().do(t.DISPATCHER, Redispatch(lead=t.MARKET, note="改派"))
    assert of(other).unit == t.MARKET
    assert of(other).dispatched_at == micros(first(other, "ticket.dispatched"))
    disputed = t.a_ticket_wanted_back().do(t.DISPATCHER, Dispute(assignment="a1", reason="争议"))
    disputed.do(t.SUPERVISOR, Adjudicate(assignment="a1", unit=t.HOUSING, reason="依清单", hearing="已陈述"))
    assert of(disputed).unit == t.HOUSING


def test_who_answered_last_answers_for_what_was_opened_again() -> None:
    """Until it is given to another; a unit that becomes the lead is no co-handler any more."""
    story = t.a_closed_ticket(t.MARKET).do(t.REVIEWER, Reopen(reason="复发"))
    assert of(story).unit == t.ENV
    story.do(t.DISPATCHER, Dispatch(lead=t.MARKET))
    assert (of(story).unit, of(story).co_units) == (t.MARKET, ())


# -- in time ---------------------------------------------------------------------------------------------------
def test_the_first_contact_is_when_the_caller_was_reached() -> None:
    """When it was so, not when it was entered; an attempt is none."""
    story = t.a_signed_ticket()
    visit = story.now
    story.do(t.ENVIRONMENT, Contact(way="voice", reached=False))
    assert of(story).contacted_at is None
    story.do(t.ENVIRONMENT, Contact(way="voice"))
    assert of(story).contacted_at == micros(story.now)
    story.do(t.ENVIRONMENT, Contact(way="visit", happened_at=visit))
    assert of(story).contacted_at == micros(visit)


def test_a_reply_by_the_due_time_is_kept() -> None:
    """The citizen's due with the day that it ends; the moment of the reply."""
    story = t.a_replied_ticket()
    row, due = of(story), story.clock("citizen").due
    assert (row.due_at, row.due_day, row.replied_at) == (
        micros(due),
        day(due - timedelta(microseconds=1)),
        micros(story.now),
    )
    assert (due.hour, due.minute) == (0, 0)
    assert facets(story, "on_time", "claimed") == ("kept", "resolved")


def test_a_reply_after_it_is_late_and_an_overdue_one_is_late_as_soon_as_it_rang() -> None:
    """Pending while neither is certain: the due may have passed without anybody having said so yet."""
    story = t.a_contacted_ticket()
    due = story.clock("citizen").due
    story.now = due
    assert facets(story, "on_time") == ("pending",)
    story.decide(Ring(clock="citizen", level="yellow"), t.CLOCK)
    assert facets(story, "on_time") == ("pending",)
    story.decide(Ring(clock="citizen", level="red"), t.CLOCK)
    assert (facets(story, "on_time"), of(story).replied_at) == (("late",), None)
    story.do(t.ENVIRONMENT, t.the_reply("explained"))
    assert facets(story, "on_time", "claimed") == ("late", "explained")


def test_an_extension_moves_the_due() -> None:
    """Granted, it is counted and what it is judged by."""
    story = t.a_ticket_wanting_time()
    before = of(story).due_at
    story.do(t.SUPERVISOR, GrantExtension(told_reason="等检测"))
    row = of(story)
    assert row.extensions == 1
    assert before is not None
    assert row.due_at == micros(story.clock("citizen").due) > before


def test_an_extension_after_the_bell_undoes_it() -> None:
    """Asked before the due and granted after it: it is late no more until the new due rings."""
    story = t.a_ticket_wanting_time()
    story.now = story.clock("citizen").due
    story.decide(Ring(clock="citizen", level="red"), t.CLOCK)
    assert facets(story, "on_time") == ("late",)
    story.do(t.SUPERVISOR, GrantExtension(told_reason="等检测"))
    assert facets(story, "on_time") == ("pending",)


def test_a_rejected_reply_was_none() -> None:
    """The clock goes on, and the reply that then stops it counts; one after a rework does not."""
    story = t.a_replied_ticket().do(t.REVIEWER, t.rejected())
    assert (of(story).replied_at, facets(story, "on_time", "claimed")) == (None, ("pending", "resolved"))
    story.do(t.ENVIRONMENT, t.the_reply())
    stopped = micros(story.now)
    story.do(t.REVIEWER, t.accepted(), t.unhappy(), Rework(reason="还在冒烟"))
    story.do(t.ENVIRONMENT, Contact(way="voice"), t.the_reply("explained"))
    assert (of(story).replied_at, of(story).reworks) == (stopped, 1)
    assert facets(story, "on_time", "claimed") == ("kept", "explained")


def test_a_co_handlers_reply_claims_nothing() -> None:
    """Only the lead's is the ticket's."""
    story = t.a_contacted_ticket(t.MARKET).do(t.MARKETS, Sign(), t.the_reply("unresolved"))
    assert (of(story).replied_at, facets(story, "claimed", "on_time")) == (None, ("none", "pending"))


def test_a_due_that_nobody_had_to_keep_was_neither_kept_nor_late() -> None:
    """Withdrawn before it: there is nothing to say.  Withdrawn after it: it was late."""
    story = t.a_signed_ticket().do(t.OPERATOR, Withdraw())
    assert facets(story, "on_time", "ended") == ("none", "withdrawn")
    assert of(story).closed_at == micros(story.now)
    overdue = t.a_signed_ticket()
    overdue.now = overdue.clock("citizen").due
    overdue.do(t.OPERATOR, Withdraw())
    assert facets(overdue, "on_time") == ("late",)


# -- how it ended ----------------------------------------------------------------------------------------------
def test_answered_on_the_line_without_any_dispatch_is_direct() -> None:
    """Not so when it is opened again, nor what was merely explained, nor a void call."""
    story = t.an_answered_ticket()
    assert facets(story, "ended", "outcome", "direct", "on_time") == ("closed", "answered", "yes", "none")
    assert of(story).closed_day == day(story.now)
    story.do(t.REVIEWER, Reopen(reason="没有听懂"))
    assert facets(story, "ended", "outcome", "direct") == ("none", "none", "no")
    assert (of(story).closed_at, of(story).closed_day) == (None, None)
    explained = t.a_received_ticket().do(t.OPERATOR, Explain(ground="private", words="涉及他人隐私"))
    assert facets(explained, "ended", "outcome", "direct") == ("closed", "explained", "no")
    assert facets(t.a_received_ticket().do(t.OPERATOR, Void(kind="silent")), "ended", "outcome") == ("voided", "none")


def test_urges_are_counted() -> None:
    """Each that was taken down."""
    story = t.a_signed_ticket().do(t.CITIZEN, Urge())
    story.do(t.CITIZEN, Urge(), days=3)
    assert of(story).urges == 2


# -- what the caller says --------------------------------------------------------------------------------------
def test_who_is_to_be_asked_is_silent_until_he_answers() -> None:
    """Review decides on a call-back; whoever is not to be asked is not asked."""
    assert facets(t.a_replied_ticket(), *QUESTIONS) == ("not_asked",) * 3
    assert facets(t.a_ticket_to_call_back(), *QUESTIONS) == ("silent",) * 3
    unreached = t.a_ticket_to_call_back().do(t.REVIEWER, CallBack(reached=False), CallBack(reached=False))
    assert facets(unreached, "ended", *QUESTIONS) == ("closed", *["silent"] * 3)
    unwanted = t.a_replied_ticket(callback_wanted=False).do(t.REVIEWER, t.accepted())
    assert facets(unwanted, "ended", *QUESTIONS) == ("closed", *["not_asked"] * 3)


def test_the_last_answer_to_each_question_counts() -> None:
    """A later answer that leaves a question out leaves its answer as it was; every answer is counted."""
    story = t.a_ticket_to_call_back()
    said = CallBack(
        reached=True, contacted=True, resolution="unresolved", satisfaction="dissatisfied", cause="recurring"
    )
    story.do(t.REVIEWER, said)
    assert facets(story, *QUESTIONS, "cause") == ("yes", "unresolved", "dissatisfied", "recurring")
    story.do(t.CITIZEN, Rate(resolution="resolved"))
    assert facets(story, *QUESTIONS, "cause") == ("yes", "resolved", "dissatisfied", "recurring")
    story.do(t.CITIZEN, Rate(satisfaction="basically"))
    assert facets(story, *QUESTIONS, "cause") == ("yes", "resolved", "basically", "none")
    assert of(story).answers == 3


def test_a_rework_leaves_what_was_said_until_it_is_said_anew() -> None:
    """Nobody turns an unhappy answer into silence by handling the matter again."""
    story = t.a_ticket_in_rework()
    story.do(t.ENVIRONMENT, Contact(way="voice"), t.the_reply())
    story.do(t.REVIEWER, t.accepted(), CallBack(reached=False), CallBack(reached=False))
    assert facets(story, "ended", "satisfied", "resolved") == ("closed", "dissatisfied", "unresolved")


def test_who_rates_unasked_was_asked_nothing_else() -> None:
    """Only the questions he answered are answered, and only they count as asked."""
    story = t.an_answered_ticket().do(t.CITIZEN, Rate(satisfaction="satisfied"))
    assert facets(story, *QUESTIONS) == ("not_asked", "not_asked", "satisfied")


# -- inspected, left out, erased -------------------------------------------------------------------------------
def test_what_an_inspector_found_last_stands_beside_claim_and_answer() -> None:
    """Three sources kept apart."""
    auditor = Actor(id="au1", role=Role.AUDITOR)
    story = t.a_closed_ticket().do(auditor, Inspect(resolution="explained", words="查看"))
    story.do(t.SUPERVISOR, Inspect(resolution="unresolved", words="再查"))
    assert facets(story, "claimed", "resolved", "inspected") == ("resolved", "resolved", "unresolved")


def test_an_exclusion_made_and_revoked_leaves_what_was_known_then() -> None:
    """As of each moment the ticket counts as it counted; several grounds hold side by side."""
    story = t.a_closed_ticket()
    moments: list[datetime] = [story.now]
    for command in (
        Exclude(ground="unreasonable", reason="不属实", approver="sv1"),
        Exclude(ground="outside_duty", reason="不属职责", approver="sv1"),
        Include(ground="unreasonable", reason="复核有效", approver="sv1"),
    ):
        story.do(t.REVIEWER, command, days=3)
        moments.append(story.now)
    then = [outcome_of(story.log, as_of=at) for at in moments]
    assert [row and row.facet("excluded") for row in then] == [
        frozenset(),
        {"unreasonable"},
        {"unreasonable", "outside_duty"},
        {"outside_duty"},
    ]


def test_what_was_erased_still_counts() -> None:
    """Not one field changes, and nothing in the row was anybody's."""
    story = t.a_closed_ticket().do(t.OPERATOR, RequestErasure(reason="本人申请删除"))
    before = of(story)
    story.do(t.SUPERVISOR, ApproveErasure(), days=30 * 366)
    assert story.ticket.erased
    assert of(story) == before


def test_an_answer_entered_late_stood_from_when_it_was_given() -> None:
    """On Friday evening nobody knew it; it was so all the same."""
    story = t.a_ticket_to_call_back()
    said = moment("2026-03-06 17:00")
    story.now = moment("2026-03-09 09:00")
    answer = t.happy().model_copy(update={"happened_at": said})
    story.decide(answer, t.REVIEWER)
    friday = moment("2026-03-06 20:00")
    known, stood = outcome_of(story.log, as_of=friday), outcome_of(story.log, happened_by=friday)
    assert known is not None
    assert stood is not None
    assert (known.facet("satisfied"), stood.facet("satisfied")) == ("silent", "satisfied")


def lives() -> list[Callable[[], Story]]:
    return [t.a_received_ticket, t.a_signed_ticket, t.a_closed_ticket, t.an_unhappy_ticket, t.a_deferred_ticket]


@pytest.mark.parametrize("made", lives())
def test_nothing_before_it_was_taken_down(made: Callable[[], Story]) -> None:
    """A ticket is there from its receipt, in neither time before."""
    story = made()
    before = moment("2026-03-02 08:59")
    assert outcome_of(story.log, as_of=before) is None
    assert outcome_of(story.log, happened_by=before) is None
