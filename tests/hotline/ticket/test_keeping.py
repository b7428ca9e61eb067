"""Seeing what is hidden, holding, erasing."""

from datetime import timedelta

import pytest

from hotline.command import Command
from hotline.ticket import facts as f
from hotline.ticket.calling_back import Rate
from hotline.ticket.closing import Reopen
from hotline.ticket.keeping import ApproveErasure, Hold, RefuseErasure, ReleaseHold, RequestErasure, Unmask
from hotline.ticket.supervising import ConfirmDues, Exclude, Note, Ring
from tests import tickets as t
from tests.spec import Story, given, rules_with

ERASE = RequestErasure(reason="本人依法申请")
HOLD, RELEASE = Hold(reason="行政诉讼"), ReleaseHold(reason="已结案")
ALL_YEARS = timedelta(days=366 * 31)


def asked() -> Story:
    return t.a_closed_ticket().do(t.SUPERVISOR, ERASE)


def restricted() -> Story:
    return asked().do(t.LEADER, ApproveErasure())


def erased() -> Story:
    story = asked()
    story.now += ALL_YEARS
    return story.do(t.LEADER, ApproveErasure())


def test_who_looks_says_why_and_only_for_a_while() -> None:
    """Reason sealed, fields named, time-boxed."""
    look = Unmask(fields=("caller",), reason="核实地址")
    story = given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(look).then(f.CallerUnmasked)
    seen = story.facts(f.CallerUnmasked)[0]
    assert seen.until == story.now + timedelta(minutes=15)
    assert "核实" not in seen.model_dump_json()


@pytest.mark.parametrize("told", [{"confidential": True}, {"type": "report"}])
def test_a_confidential_caller_and_a_whistle_blower_stay_hidden_from_units(told: dict[str, object]) -> None:
    """The centre may look, with a reason; not offered to units at all."""
    look = Unmask(fields=("caller",), reason="核实")
    story = t.a_signed_ticket(**told)
    given(story).by(t.ENVIRONMENT).when(look).refused("hidden_from_units")
    assert "unmask" not in story.allowed(t.ENVIRONMENT)
    given(story).by(t.DISPATCHER).when(look).then(f.CallerUnmasked)


def test_erasure_is_for_what_is_over_and_asked_once() -> None:
    """An open ticket needs its words."""
    given(t.a_signed_ticket()).by(t.SUPERVISOR).when(ERASE).refused("still_open")
    given(asked()).by(t.SUPERVISOR).when(ERASE).refused("asked_already")
    given(t.a_closed_ticket()).by(t.LEADER).when(ApproveErasure()).refused("nothing_asked")


def test_somebody_else_approves() -> None:
    """Four eyes for yes and for no."""
    given(asked()).by(t.SUPERVISOR).when(ApproveErasure()).refused("approve_another")
    refusal = RefuseErasure(reason="法定期限未满")
    given(asked()).by(t.SUPERVISOR).when(refusal).refused("approve_another")
    story = given(asked()).by(t.LEADER).when(refusal).then(f.ErasureRefused)
    given(story).by(t.SUPERVISOR).when(ERASE).then(f.ErasureRequested)


def test_before_the_statutory_retention_ends_it_is_stored_only() -> None:
    """Thirty years for a complaint; then the clock erases it, not a moment before."""
    story = given(asked()).by(t.LEADER).when(ApproveErasure()).then(f.ProcessingRestricted)
    until = story.facts(f.ProcessingRestricted)[0].until
    assert until.year == 2056
    assert [r.clock for r in story.ticket.running()] == ["retention"]
    ring = Ring(clock="retention", level="red")
    story.now = until - timedelta(seconds=1)
    given(story).by(t.CLOCK).when(ring).then()
    story.now = until
    story = given(story).by(t.CLOCK).when(ring).then(f.TicketErased)
    assert story.ticket.erased
    assert not story.ticket.running()


@pytest.mark.parametrize(
    "command",
    [
        Note(text="记"),
        Unmask(fields=("text",), reason="看"),
        Reopen(reason="复发", new_fact=True),
        Rate(satisfaction="satisfied"),
    ],
)
def test_what_is_stored_only_is_not_processed_and_what_is_erased_is_gone(command: Command) -> None:
    """Both refused by name before anything is sealed under a key that may be no more."""
    by = t.CITIZEN if isinstance(command, Rate) else t.SUPERVISOR
    given(restricted()).by(by).when(command).refused("store_only")
    given(erased()).by(by).when(command).refused("erased")


def test_after_the_retention_it_is_erased_at_once() -> None:
    """And still counts: it can be left out of rates and taken in again."""
    story = asked()
    story.now += ALL_YEARS
    story = given(story).by(t.LEADER).when(ApproveErasure()).then(f.TicketErased)
    out = Exclude(ground="not_counted", reason="测试工单", approver="sv1")
    given(story).by(t.REVIEWER).when(out).then(f.TicketExcluded)
    given(story).by(t.SUPERVISOR).when(ERASE).refused("erased")
    given(story).by(t.CLOCK).when(ConfirmDues()).then()


def test_a_hold_comes_first() -> None:
    """Nothing is erased while it lasts: not by approval, not by the clock."""
    story = given(asked()).by(t.SUPERVISOR).when(HOLD).then(f.HoldPlaced)
    given(story).by(t.LEADER).when(ApproveErasure()).refused("held")
    story = restricted().do(t.SUPERVISOR, HOLD)
    story.now += ALL_YEARS
    given(story).by(t.CLOCK).when(Ring(clock="retention", level="red")).then()
    story = given(story).by(t.SUPERVISOR).when(RELEASE).then(f.HoldReleased)
    given(story).by(t.CLOCK).when(Ring(clock="retention", level="red")).then(f.TicketErased)


def test_a_hold_released_in_time_leaves_the_retention_as_it_was() -> None:
    """It was only interrupted."""
    story = restricted()
    due = story.clock("retention").due
    story.do(t.SUPERVISOR, HOLD, RELEASE, days=30)
    assert story.clock("retention").running
    assert story.clock("retention").due == due


def test_holding_twice_and_releasing_nothing_are_refused() -> None:
    """By name."""
    story = t.a_signed_ticket().do(t.SUPERVISOR, HOLD)
    given(story).by(t.SUPERVISOR).when(HOLD).refused("held_already")
    given(t.a_signed_ticket()).by(t.SUPERVISOR).when(RELEASE).refused("not_held")


@pytest.mark.parametrize("command", [HOLD, ERASE])
def test_reasons_that_outlive_the_key_hold_nothing_personal(command: Command) -> None:
    """They stay in the clear."""
    bad = command.model_copy(update={"reason": "本人13800138000申请"})
    given(t.a_closed_ticket()).by(t.SUPERVISOR).when(bad).refused("personal_data_in_public_text")


def test_the_recorded_class_decides_how_long_a_ticket_is_kept() -> None:
    """Given a complaint of thirty years, when the profile puts complaints into another class, then it is still kept for thirty;
    and it is not erased by a guess when the profile no longer names its class."""
    story, rules = asked(), rules_with()
    short, long = (next(row for row in rules.profile.retention if row.years == years) for years in (10, 30))
    story.rules = rules_with(retention=(long.model_copy(update={"types": ()}), short))
    assert story.rules.retention("complaint").years == 10
    restricted = given(story).by(t.LEADER).when(ApproveErasure()).then(f.ProcessingRestricted)
    assert restricted.facts(f.ProcessingRestricted)[0].until.year == 2056
    story = asked()
    story.rules = rules_with(retention=(short,))
    assert given(story).by(t.LEADER).when(ApproveErasure()).refused("unknown_retention").details == {"retention": "d30"}
    assert "approve-erasure" not in story.allowed(t.LEADER)
