"""Giving a ticket to units."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from hotline.ticket import facts as f
from hotline.ticket.calling_back import Rework
from hotline.ticket.closing import Reopen
from hotline.ticket.dispatching import CoDispatch, Dispatch, PassDown, Redispatch
from hotline.ticket.handling import Contact, Sign
from hotline.ticket.returning import AcceptReturn, Adjudicate, Dispute
from hotline.ticket.supplementing import AskSupplement, GiveSupplement
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import given, moment

TO_MARKET = Redispatch(lead=t.MARKET, note="改派")


def disputed(part: str) -> Dispute:
    return Dispute(assignment=part, reason="两家都说不归")


def test_one_lead_and_its_co_handlers_each_have_a_part_of_their_own() -> None:
    """Tier, role and clocks per assignment; the citizen's clock starts with the first dispatch."""
    dispatch = Dispatch(lead=t.ENV, co=(t.HOUSING, t.STREET), note="请牵头")
    story = given(t.a_classified_ticket()).by(t.DISPATCHER).when(dispatch).then(f.TicketDispatched)
    parts = story.ticket.assignments
    assert [(p.unit, p.role, p.tier) for p in parts.values()] == [
        (t.ENV, "lead", "district"),
        (t.HOUSING, "co", "district"),
        (t.STREET, "co", "street"),
    ]
    for name in ("citizen", "unit:a1", "unit:a2", "unit:a3", "sign:a2", "first_contact:a3", "return_request:a1"):
        assert story.clock(name).running, name
    assert story.clock("dispatch").stopped
    assert story.ticket.state is State.IN_PROGRESS


def test_a_unit_is_named_once() -> None:
    """Neither twice in one body nor beside its own part."""
    with pytest.raises(ValidationError):
        Dispatch(lead=t.ENV, co=(t.ENV,))
    given(t.a_dispatched_ticket()).by(t.DISPATCHER).when(CoDispatch(units=(t.ENV,))).refused("same_unit")
    given(t.a_dispatched_ticket()).by(t.DISPATCHER).when(CoDispatch(units=(t.HOUSING, t.HOUSING))).refused("same_unit")
    given(t.a_dispatched_ticket()).by(t.DISPATCHER).when(Redispatch(lead=t.ENV, note="再派")).refused("same_unit")
    given(t.a_classified_ticket()).by(t.DISPATCHER).when(Dispatch(lead="nobody")).refused("unknown_unit")


def test_redispatch_never_restarts_the_citizens_clock() -> None:
    """The new lead's own clock begins, the caller's goes on; the co-handlers stay."""
    before = t.a_signed_ticket(t.HOUSING)
    story = given(before).at("2026-03-05 10:00").by(t.DISPATCHER).when(TO_MARKET).then(f.TicketDispatched)
    assert story.clock("citizen") == before.clock("citizen")
    assert story.clock("unit:a1").stopped
    assert story.clock("unit:a3").runs[0].since == moment("2026-03-05 10:00")
    assert [(p.unit, p.role) for p in story.ticket.parts()] == [(t.HOUSING, "co"), (t.MARKET, "lead")]


def test_a_return_and_a_second_dispatch_do_not_restart_it_either() -> None:
    """Tickets must not gain time by flying from desk to desk."""
    story = t.a_ticket_wanted_back().do(t.DISPATCHER, AcceptReturn())
    assert story.ticket.state is State.AWAITING_DISPATCH
    assert story.clock("citizen").running
    due = story.clock("citizen").due
    story.do(t.DISPATCHER, Dispatch(lead=t.MARKET), days=3)
    assert story.clock("citizen").due == due
    assert len(story.clock("citizen").runs) == 1


def test_redispatch_does_not_restart_the_rework_limit() -> None:
    """Another unit inherits what is left of it."""
    story = t.a_ticket_in_rework()
    before = story.clock("rework")
    after = given(story).after(days=1).by(t.DISPATCHER).when(TO_MARKET).then(f.TicketDispatched)
    assert after.clock("rework") == before


def test_the_units_clock_runs_from_dispatch_and_not_from_signing() -> None:
    """Otherwise unsigned tickets stand still while returns fly."""
    story = t.a_dispatched_ticket()
    since = story.now
    story.do(t.ENVIRONMENT, Sign(), days=1)
    assert [r.since for r in story.clock("unit:a1").runs] == [since]


def test_a_third_lead_without_one_settled_makes_a_problem_ticket() -> None:
    """Watched by a leader at once (Bayannur's rule)."""
    story = t.a_dispatched_ticket().do(t.DISPATCHER, TO_MARKET)
    third = Redispatch(lead=t.HOUSING, note="再改派")
    story = given(story).by(t.DISPATCHER).when(third).then(f.TicketDispatched, f.ProblemRaised, f.SupervisionEscalated)
    assert story.facts(f.ProblemRaised)[0].ground == "leads"
    fourth = Redispatch(lead="jinjiang-hrss", note="再改派")
    given(story).by(t.DISPATCHER).when(fourth).then(f.TicketDispatched)


def test_a_lead_that_replied_was_settled_and_the_count_begins_anew() -> None:
    """Three leads in a row without one settled are asked for, not three in a lifetime."""
    story = t.a_dispatched_ticket(lead=t.MARKET).do(t.DISPATCHER, Redispatch(lead=t.ENV, note="改派"))
    story.do(t.ENVIRONMENT, Sign(), Contact(way="voice"), t.the_reply()).do(t.REVIEWER, t.rejected())
    given(story).by(t.DISPATCHER).when(Redispatch(lead=t.HOUSING, note="改派")).then(f.TicketDispatched)


def test_a_co_handlers_adjudication_does_not_settle_the_lead() -> None:
    """A third lead is still a problem after it."""
    story = t.a_dispatched_ticket(t.STREET).do(t.DISPATCHER, TO_MARKET)
    story.do(t.DISPATCHER, disputed("a2"))
    story.do(t.DISPATCHER, Adjudicate(assignment="a2", unit=t.STREET, reason="属地", hearing="已听取"))
    third = Redispatch(lead=t.HOUSING, note="再改派")
    given(story).by(t.DISPATCHER).when(third).then(f.TicketDispatched, f.ProblemRaised, f.SupervisionEscalated)


def test_a_settled_lead_is_not_redispatched() -> None:
    """Adjudication is final for the centre too."""
    story = t.a_dispatched_ticket().do(t.DISPATCHER, disputed("a1"))
    story.do(t.DISPATCHER, Adjudicate(unit=t.ENV, reason="属环境", hearing="已听取"))
    given(story).by(t.DISPATCHER).when(TO_MARKET).refused("lead_is_settled")


def test_a_unit_passes_its_part_down_and_stays_answerable() -> None:
    """District to street to section, never sideways or up."""
    story = t.a_dispatched_ticket(lead=t.DISTRICT).do(t.clerk(t.DISTRICT), Sign())
    down = PassDown(unit=t.STREET, note="请办理")
    story = given(story).by(t.clerk(t.DISTRICT)).when(down).then(f.AssignmentPassedDown)
    story.do(t.clerk(t.STREET), Sign(), PassDown(unit=t.SECTION))
    assert [(p.unit, p.tier, p.parent) for p in story.ticket.parts()] == [
        (t.DISTRICT, "district", None),
        (t.STREET, "street", "a1"),
        (t.SECTION, "section", "a2"),
    ]
    assert story.ticket.lead is not None
    assert story.ticket.lead.unit == t.DISTRICT
    given(story).by(t.clerk(t.DISTRICT)).when(PassDown(unit="city-market")).refused("not_below")
    given(story).by(t.clerk(t.DISTRICT)).when(PassDown(unit="nobody")).refused("unknown_unit")


def test_what_was_passed_down_is_taken_back_with_its_part() -> None:
    """Redispatch ends the whole branch, clocks included."""
    story = t.a_dispatched_ticket(lead=t.DISTRICT).do(t.clerk(t.DISTRICT), Sign(), PassDown(unit=t.STREET))
    story.do(t.DISPATCHER, TO_MARKET)
    assert [p.unit for p in story.ticket.parts()] == [t.MARKET]
    assert story.clock("unit:a1").stopped
    assert story.clock("unit:a2").stopped


def test_a_report_never_goes_to_the_accused_unit_or_one_below_it() -> None:
    """By no door: dispatch, redispatch, co-dispatch, passing down, adjudication (信访工作条例 第四十六条)."""
    report = t.a_classified_ticket(type="report", accused_unit=t.DISTRICT)
    for unit in (t.DISTRICT, t.ENV, t.SECTION):
        given(report).by(t.DISPATCHER).when(Dispatch(lead=unit)).refused("accused_unit")
        given(report).by(t.DISPATCHER).when(Dispatch(lead="city-market", co=(unit,))).refused("accused_unit")
    given(report).by(t.DISPATCHER).when(Dispatch(lead="city")).then(f.TicketDispatched)
    report.do(t.DISPATCHER, Dispatch(lead="city-environment"))
    given(report).by(t.DISPATCHER).when(CoDispatch(units=(t.ENV,))).refused("accused_unit")
    given(report).by(t.DISPATCHER).when(Redispatch(lead=t.ENV, note="改派")).refused("accused_unit")
    city = t.a_classified_ticket(type="report", accused_unit=t.DISTRICT).do(t.DISPATCHER, Dispatch(lead="city"))
    city.do(t.clerk("city"), Sign())
    given(city).by(t.clerk("city")).when(PassDown(unit=t.DISTRICT)).refused("accused_unit")
    report.do(t.DISPATCHER, disputed("a1"))
    ruling = Adjudicate(unit=t.ENV, reason="属地", hearing="已听取")
    given(report).by(t.DISPATCHER).when(ruling).refused("accused_unit")


def test_a_reopened_ticket_is_worked_on_under_the_rework_limit() -> None:
    """Its first due time, and whether it was kept, stay as they were."""
    story = t.a_closed_ticket()
    first = story.clock("citizen")
    story.do(t.REVIEWER, Reopen(reason="复发")).do(t.DISPATCHER, Dispatch(lead=t.ENV))
    assert story.clock("citizen") == first
    assert first.kept
    assert story.clock("rework").running
    assert story.clock("unit:a2").running


def test_the_second_round_of_rework_has_a_limit_of_its_own() -> None:
    """Each round begins its limit anew; the citizen's clock is not touched."""
    story = t.a_ticket_in_rework()
    first = story.clock("rework").due
    story.do(t.ENVIRONMENT, Contact(way="voice"), t.the_reply()).do(t.REVIEWER, t.accepted(), t.unhappy())
    story.now += timedelta(days=7)
    story.do(t.REVIEWER, Rework(reason="仍未解决"))
    assert story.clock("rework").due == first + timedelta(days=7)


def test_a_co_handler_may_become_the_lead() -> None:
    """Its part as co-handler ends and a lead's begins; the unit stays on the ticket once."""
    take_over = Redispatch(lead=t.HOUSING, note="由协办单位牵头")
    story = given(t.a_signed_ticket(t.HOUSING)).by(t.DISPATCHER).when(take_over).then(f.TicketDispatched)
    assert [(p.unit, p.role) for p in story.ticket.parts()] == [(t.HOUSING, "lead")]
    assert story.clock("unit:a2").stopped
    assert story.clock("unit:a3").running


def test_a_dispute_is_decided_and_not_redispatched_past() -> None:
    """Redispatch is refused while both sides are being heard."""
    story = t.a_signed_ticket().do(t.DISPATCHER, disputed("a1"))
    given(story).by(t.DISPATCHER).when(TO_MARKET).refused("dispute_first")


def test_only_a_supervisor_changes_what_an_adjudication_settled() -> None:
    """A dispatcher cannot move a settled lead; a supervisor can, for instance when it is accused later."""
    ruling = Adjudicate(unit=t.ENV, reason="职责所在", hearing="双方已陈述")
    story = t.a_signed_ticket().do(t.DISPATCHER, disputed("a1")).do(t.DISPATCHER, ruling)
    given(story).by(t.DISPATCHER).when(TO_MARKET).refused("lead_is_settled")
    given(story).by(t.SUPERVISOR).when(TO_MARKET).then(f.TicketDispatched)


def test_decisions_wait_while_the_caller_is_asked() -> None:
    """The centre's time to decide on an extension stands still while nothing can be decided."""
    story = t.a_ticket_wanting_time().do(t.OPERATOR, AskSupplement(question="请补充门牌号"))
    assert story.clock("extension_decision:a1").paused
    story = story.do(t.CITIZEN, GiveSupplement(text="3 号楼"))
    assert story.clock("extension_decision:a1").running
