"""Not ours."""

from datetime import timedelta

import pytest

from hotline.command import Command
from hotline.facts import Actor
from hotline.ticket import facts as f
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.extending import RequestExtension
from hotline.ticket.handling import Contact, Sign
from hotline.ticket.returning import AcceptReturn, Adjudicate, Argue, Dispute, RefuseReturn
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import Story, given

RULING = Adjudicate(unit=t.ENV, reason="属生态环境职责", hearing="双方意见已听取")


def a_dispute() -> Story:
    """The first return was accepted; the next unit wants to return it too."""
    story = t.a_ticket_wanted_back(t.HOUSING).do(t.DISPATCHER, AcceptReturn(), Dispatch(lead=t.MARKET))
    return story.do(t.MARKETS, t.not_ours())


def test_the_first_return_is_the_centres_to_decide() -> None:
    """Its clock begins; accepted, the ticket waits for another lead and the citizen's clock runs on."""
    story = given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(t.not_ours()).then(f.ReturnRequested)
    assert story.clock("adjudication:a1").running
    assert story.ticket.state is State.IN_PROGRESS
    story = given(story).by(t.DISPATCHER).when(AcceptReturn()).then(f.ReturnAccepted)
    assert story.ticket.state is State.AWAITING_DISPATCH
    assert story.ticket.lead is None
    assert story.clock("citizen").running
    assert story.clock("dispatch").running
    assert story.clock("unit:a1").stopped
    assert story.clock("adjudication:a1").stopped


def test_a_refused_return_leaves_the_part_where_it_was() -> None:
    """Signed stays signed, unsigned unsigned; the words say why."""
    refuse = RefuseReturn(words="属你局职责")
    for start, state in ((t.a_dispatched_ticket, "dispatched"), (t.a_signed_ticket, "signed")):
        story = start().do(t.ENVIRONMENT, t.not_ours())
        story = given(story).by(t.DISPATCHER).when(refuse).then(f.ReturnRefused)
        assert story.ticket.assignments["a1"].state == state
        assert story.clock("adjudication:a1").stopped
        assert story.clock("unit:a1").running


def test_the_second_return_is_a_dispute() -> None:
    """By the same unit or the next: both arguments are heard."""
    again = t.a_ticket_wanted_back().do(t.DISPATCHER, RefuseReturn(words="属你局"))
    given(again).by(t.ENVIRONMENT).when(t.not_ours()).then(f.ReturnRequested, f.DisputeOpened)
    story = a_dispute()
    assert story.ticket.parts("disputed")[0].unit == t.MARKET
    assert story.clock("adjudication:a3").running
    given(story).by(t.DISPATCHER).when(AcceptReturn()).refused("no_such_part")


def test_a_co_handlers_returns_are_counted_by_themselves() -> None:
    """The lead's return does not make the co-handler's first one a dispute."""
    story = t.a_ticket_wanted_back(t.HOUSING)
    story = given(story).by(t.HOUSES).when(t.not_ours()).then(f.ReturnRequested)
    story = given(story).by(t.DISPATCHER).when(AcceptReturn(assignment="a2")).then(f.ReturnAccepted)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.ticket.lead is not None


@pytest.mark.parametrize("unit", [t.MARKET, t.ENV])
def test_what_was_adjudicated_cannot_be_returned(unit: str) -> None:
    """Final for the unit it is left with as for the one it is given to."""
    ruling = RULING.model_copy(update={"unit": unit})
    story = given(a_dispute()).by(t.DISPATCHER).when(ruling).then(f.DisputeAdjudicated)
    holder = story.ticket.lead
    assert holder is not None
    assert holder.unit == unit
    assert holder.settled
    assert story.clock("citizen").running
    assert len(story.clock("citizen").runs) == 1
    given(story).by(t.clerk(unit)).when(t.not_ours()).refused("no_such_part")
    assert "request-return" not in story.allowed(t.clerk(unit))
    given(story).by(t.DISPATCHER).when(Dispute(reason="再议", assignment=holder.id)).refused("no_such_part")


def test_a_leader_may_adjudicate_and_a_unit_may_not() -> None:
    """The centre's decision."""
    given(a_dispute()).by(t.LEADER).when(RULING).then(f.DisputeAdjudicated)
    given(a_dispute()).by(t.MARKETS).when(RULING).refused("wrong_role")
    given(a_dispute()).by(t.DISPATCHER).when(RULING.model_copy(update={"unit": "nobody"})).refused("unknown_unit")
    given(a_dispute()).by(t.DISPATCHER).when(RULING.model_copy(update={"unit": t.HOUSING})).refused("same_unit")


def test_both_sides_are_heard() -> None:
    """The holder, any unit of the ticket, and the centre for one that is not; no stranger."""
    argue = Argue(argument="食品安全法第六条")
    for actor in (t.MARKETS, t.HOUSES, t.ENVIRONMENT):
        given(a_dispute()).by(actor).when(argue).then(f.DisputeArgued)
    given(a_dispute()).by(t.DISPATCHER).when(Argue(argument="转述", unit=t.STREET)).then(f.DisputeArgued)
    given(a_dispute()).by(t.clerk(t.STREET)).when(argue).refused("no_such_part")
    given(a_dispute()).by(t.DISPATCHER).when(argue).refused("unknown_unit")
    given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(argue).refused("no_dispute")


def test_the_centre_opens_a_dispute_itself() -> None:
    """Over a first return too; the time to decide is not given twice."""
    story = t.a_ticket_wanted_back()
    due = story.clock("adjudication:a1").due
    story = given(story).after(hours=5).by(t.DISPATCHER).when(Dispute(reason="需听取双方")).then(f.DisputeOpened)
    assert story.clock("adjudication:a1").due == due


def test_a_return_has_its_time_from_dispatch() -> None:
    """Two working days here; after them it is refused and no longer offered."""
    story = t.a_signed_ticket()
    due = story.clock("return_request:a1").due
    story.now = due
    given(story).by(t.ENVIRONMENT).when(t.not_ours()).then(f.ReturnRequested)
    story.now = due + timedelta(seconds=1)
    given(story).by(t.ENVIRONMENT).when(t.not_ours()).refused("too_late")
    assert "request-return" not in story.allowed(t.ENVIRONMENT)


def test_what_a_return_says_in_the_clear_is_held_to_the_public_test() -> None:
    """The legal basis stays readable for ever, so it holds nobody's number."""
    bad = t.not_ours().model_copy(update={"legal_basis": "见13800138000"})
    given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(bad).refused("personal_data_in_public_text")
    given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(t.not_ours(suggested_unit="nobody")).refused("unknown_unit")


@pytest.mark.parametrize(
    ("start", "end", "by"),
    [
        (t.a_ticket_wanting_time, [t.not_ours(), AcceptReturn()], [t.ENVIRONMENT, t.DISPATCHER]),
        (t.a_ticket_wanting_time, [Contact(way="voice"), t.the_reply()], [t.ENVIRONMENT, t.ENVIRONMENT]),
    ],
)
def test_what_a_part_asked_for_ends_with_it(start: object, end: list[Command], by: list[Actor]) -> None:
    """No decision is owed any more and no clock rings for one."""
    story: Story = start()  # type: ignore[operator]
    for actor, command in zip(by, end, strict=True):
        story.do(actor, command)
    assert story.ticket.extension_wanted is None
    assert story.clock("extension_decision:a1").stopped


def test_another_part_asks_for_time_after_the_first_went_back() -> None:
    """The wish of a part that is gone does not stand in its way."""
    story = t.a_ticket_wanting_time().do(t.ENVIRONMENT, t.not_ours()).do(t.DISPATCHER, AcceptReturn())
    story.do(t.DISPATCHER, Dispatch(lead=t.MARKET)).do(t.MARKETS, Sign())
    given(story).by(t.MARKETS).when(RequestExtension(days=2, reason="检测")).then(f.ExtensionRequested)
