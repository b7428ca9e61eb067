"""More time, and setting a matter aside."""

from datetime import date, timedelta

import pytest

from hotline.ticket import facts as f
from hotline.ticket.dispatching import Redispatch
from hotline.ticket.extending import (
    ApproveDeferral,
    GrantExtension,
    RefuseDeferral,
    RefuseExtension,
    RequestDeferral,
    RequestExtension,
    Resume,
)
from hotline.ticket.handling import Sign
from hotline.ticket.supervising import Ring
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import given, moment

ASK = RequestExtension(days=3, reason="等检测报告")
GRANT = GrantExtension(told_reason="需要等待检测报告")


def test_an_extension_is_asked_granted_and_moves_what_the_caller_waits_by() -> None:
    """The unit's clock and the citizen's, by working days, weekends left out; and the caller can be told why."""
    story = given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(ASK).then(f.ExtensionRequested)
    assert story.clock("extension_decision:a1").running
    story = given(story).by(t.DISPATCHER).when(GRANT).then(f.ExtensionGranted)
    assert story.clock("citizen").due == story.clock("unit:a1").due == moment("2026-03-27 00:00")
    assert len(story.clock("citizen").runs) == 1
    assert story.clock("extension_decision:a1").stopped
    assert story.facts(f.ExtensionGranted)[0].told_reason == "需要等待检测报告"


def test_an_extension_is_asked_before_the_due_time() -> None:
    """After it the request is refused and no longer offered."""
    story = t.a_signed_ticket()
    story.now = story.clock("citizen").due + timedelta(seconds=1)
    given(story).by(t.ENVIRONMENT).when(ASK).refused("too_late")
    assert "request-extension" not in story.allowed(t.ENVIRONMENT)


def test_one_wish_at_a_time_and_no_more_than_the_profile_allows() -> None:
    """As often, and as many days, as the rules say."""
    given(t.a_ticket_wanting_time()).by(t.ENVIRONMENT).when(ASK).refused("asked_already")
    extended = t.a_ticket_wanting_time().do(t.DISPATCHER, GRANT)
    given(extended).by(t.ENVIRONMENT).when(ASK).refused("no_more_extensions")
    much = ASK.model_copy(update={"days": 16})
    assert given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(much).refused("too_many_days").details == {"days": 15}


def test_a_co_handlers_extension_is_its_own() -> None:
    """It moves neither the caller's due time nor uses up the lead's."""
    story = t.a_signed_ticket(t.HOUSING).do(t.HOUSES, Sign(), ASK)
    due = story.clock("citizen").due
    story.do(t.DISPATCHER, GRANT)
    assert story.clock("citizen").due == due < story.clock("unit:a2").due
    given(story).by(t.ENVIRONMENT).when(ASK).then(f.ExtensionRequested)


def test_a_refused_extension_changes_no_due_time() -> None:
    """The unit may ask again."""
    before = t.a_ticket_wanting_time()
    refuse = RefuseExtension(words="理由不足")
    story = given(before).by(t.DISPATCHER).when(refuse).then(f.ExtensionRefused)
    assert story.clock("citizen") == before.clock("citizen")
    given(story).by(t.ENVIRONMENT).when(ASK).then(f.ExtensionRequested)


def test_nothing_is_decided_that_nobody_asked() -> None:
    """Neither extensions nor deferrals."""
    story = t.a_signed_ticket()
    for actor, command in (
        (t.DISPATCHER, GRANT),
        (t.DISPATCHER, RefuseExtension(words="不同意")),
        (t.LEADER, ApproveDeferral()),
        (t.LEADER, RefuseDeferral(words="不同意")),
    ):
        given(story).by(actor).when(command).refused("nothing_asked")


def test_the_reason_the_caller_is_told_holds_nothing_personal() -> None:
    """It is public."""
    bad = GrantExtension(told_reason="联系13800138000")
    given(t.a_ticket_wanting_time()).by(t.DISPATCHER).when(bad).refused("personal_data_in_public_text")


def test_a_new_lead_does_not_inherit_the_old_ones_wish() -> None:
    """With the redispatch there is nothing left to grant."""
    story = t.a_ticket_wanting_time().do(t.DISPATCHER, Redispatch(lead=t.MARKET, note="改派"))
    given(story).by(t.DISPATCHER).when(GRANT).refused("nothing_asked")
    assert story.clock("extension_decision:a1").stopped


def test_an_extension_is_granted_on_a_running_rework() -> None:
    """The limit that runs is the one that moves; the first due time stays."""
    story = t.a_ticket_in_rework()
    first, rework = story.clock("citizen"), story.clock("rework").due
    story.do(t.ENVIRONMENT, ASK).do(t.DISPATCHER, GRANT)
    assert story.clock("citizen") == first
    assert story.clock("rework").due > rework


def test_a_deferral_needs_a_plan_a_date_and_a_leader() -> None:
    """Then our clocks stand still, and its review date stands in the due list."""
    ask = RequestDeferral(plan="待管网改造", review_on=date(2026, 3, 20))
    story = given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(ask).then(f.DeferralRequested)
    given(story).by(t.DISPATCHER).when(ApproveDeferral()).refused("wrong_role")
    story = given(story).by(t.LEADER).when(ApproveDeferral()).then(f.DeferralApproved)
    assert story.ticket.state is State.DEFERRED
    assert story.clock("citizen").paused
    assert story.clock("unit:a1").paused
    assert story.clock("deferral").alarms == {"red": moment("2026-03-21 00:00")}


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 1), date(2026, 12, 1)])
def test_the_review_date_lies_ahead_and_not_too_far(day: date) -> None:
    """Tomorrow at the earliest, the profile's limit at the latest."""
    ask = RequestDeferral(plan="待管网改造", review_on=day)
    given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(ask).refused("date_out_of_range")


def test_only_the_lead_asks_for_it() -> None:
    """A co-handler cannot set the whole matter aside."""
    story = t.a_signed_ticket(t.HOUSING).do(t.HOUSES, Sign())
    ask = RequestDeferral(plan="待改造", review_on=date(2026, 3, 20))
    given(story).by(t.HOUSES).when(ask).refused("lead_only")


def test_the_law_does_not_wait_for_a_deferral() -> None:
    """Our pauses do not stop a statutory clock."""
    story = t.a_deferred_ticket(category=("market", "market.food_safety"))
    assert story.clock("statutory:market-complaint").running


def test_the_review_date_rings_and_drops_nothing() -> None:
    """The matter stays deferred until somebody resumes it; a second deferral rings again."""
    story = t.a_deferred_ticket()
    ring = Ring(clock="deferral", level="red")
    story.now = story.clock("deferral").due
    story = given(story).by(t.CLOCK).when(ring).then(f.ClockRang)
    assert story.ticket.state is State.DEFERRED
    given(story).by(t.CLOCK).when(ring).then()
    story.do(t.LEADER, Resume()).do(t.ENVIRONMENT, RequestDeferral(plan="再等", review_on=date(2026, 4, 20)))
    story.do(t.LEADER, ApproveDeferral())
    story.now = story.clock("deferral").due
    given(story).by(t.CLOCK).when(ring).then(f.ClockRang)


def test_a_resumed_matter_goes_on_where_it_stood() -> None:
    """The deferred days are not counted against anybody."""
    before = t.a_signed_ticket()
    story = t.a_deferred_ticket()
    story.now = moment("2026-03-09 10:00")
    story = given(story).by(t.ENVIRONMENT).when(Resume()).then(f.TicketResumed)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.clock("deferral").stopped
    # Tuesday to Friday were spanned by the wait; Monday, the first day, never counted.
    assert before.clock("citizen").due == moment("2026-03-24 00:00")
    assert story.clock("citizen").due == moment("2026-03-28 00:00")


def test_a_stranger_does_not_resume_it() -> None:
    """A unit needs a part of it."""
    given(t.a_deferred_ticket()).by(t.HOUSES).when(Resume()).refused("no_such_part")


def test_a_refused_deferral_leaves_it_in_progress() -> None:
    """Nothing stands still."""
    story = t.a_signed_ticket().do(t.ENVIRONMENT, RequestDeferral(plan="待改造", review_on=date(2026, 3, 20)))
    story = given(story).by(t.LEADER).when(RefuseDeferral(words="应立即办理")).then(f.DeferralRefused)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.clock("citizen").running
