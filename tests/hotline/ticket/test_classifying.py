"""Deciding what a request is."""

from hotline.ticket import facts as f
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import Redispatch
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import given, moment

FOOD = ("market", "market.food_safety")


def test_a_person_decides_what_it_is_and_it_waits_for_dispatch() -> None:
    """Type, category and urgency are one fact."""
    classify = Classify(type="complaint", category=t.FUMES)
    story = given(t.a_received_ticket()).by(t.OPERATOR).when(classify).then(f.TicketClassified)
    assert story.ticket.state is State.AWAITING_DISPATCH
    assert story.ticket.retention == "d30"


def test_a_category_must_stand_in_the_tree_without_a_gap() -> None:
    """From the top down."""
    for path in (("environment.air_fumes",), ("market", "environment.air_fumes"), ("weather",)):
        classify = Classify(type="complaint", category=path)
        given(t.a_received_ticket()).by(t.OPERATOR).when(classify).refused("unknown_category")


def test_saying_the_same_again_is_no_fact() -> None:
    """A correction that corrects nothing writes nothing."""
    again = Classify(type="complaint", category=t.FUMES)
    given(t.a_signed_ticket()).by(t.DISPATCHER).when(again).then()


def test_another_type_brings_another_limit_over_the_same_time() -> None:
    """The citizen's clock is never started afresh by a correction."""
    before = t.a_signed_ticket()
    correct = Classify(type="consult", category=t.FUMES)
    story = given(before).at("2026-03-04 10:00").by(t.DISPATCHER).when(correct).then(f.TicketClassified)
    assert story.clock("citizen").runs == before.clock("citizen").runs
    assert before.clock("citizen").due == moment("2026-03-24 00:00")
    assert story.clock("citizen").due == moment("2026-03-06 00:00")
    assert story.clock("unit:a1").due == moment("2026-03-06 00:00")


def test_a_law_counts_from_the_day_the_request_came_in() -> None:
    """However late somebody sees that the law applies."""
    story = t.a_received_ticket().do(t.OPERATOR, Classify(type="complaint", category=FOOD), days=2)
    assert story.clock("statutory:market-complaint").runs[0].since == moment("2026-03-02 09:00")
    assert story.clock("statutory:market-complaint").due == moment("2026-03-12 00:00")


def test_a_report_does_not_stay_with_the_unit_it_accuses() -> None:
    """It must be given to another first (信访工作条例 第四十六条)."""
    accuse = Classify(type="report", category=t.FUMES, accused_unit=t.ENV)
    story = t.a_signed_ticket()
    given(story).by(t.DISPATCHER).when(accuse).refused("accused_unit")
    above = Classify(type="report", category=t.FUMES, accused_unit=t.DISTRICT)
    given(story).by(t.DISPATCHER).when(above).refused("accused_unit")
    story.do(t.DISPATCHER, Redispatch(lead="city-environment", note="涉被举报单位"))
    given(story).by(t.DISPATCHER).when(accuse).then(f.TicketClassified)


def test_an_ordinary_complaint_goes_to_the_unit_it_is_about() -> None:
    """Only a report of misconduct is kept from the accused."""
    about = Classify(type="complaint", category=t.FUMES, accused_unit=t.ENV)
    given(t.a_signed_ticket()).by(t.DISPATCHER).when(about).then(f.TicketClassified)
