"""Pressure, clocks that ring, and what is left out of rates."""

from datetime import timedelta

import pytest

from hotline.calendar import CalendarTable
from hotline.command import Command
from hotline.facts import Actor, Role
from hotline.rules.parts import CalendarYear
from hotline.ticket import facts as f
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.extending import GrantExtension
from hotline.ticket.handling import Contact, Sign
from hotline.ticket.supervising import ConfirmDues, Escalate, Exclude, Include, Note, Ring, Supervise, Urge
from hotline.ticket.supplementing import AskSupplement, GiveSupplement
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import Story, given, moment, rules_with


def ring(level: str, clock: str = "citizen") -> Ring:
    return Ring(clock=clock, level=level)


def test_an_urge_is_a_fact_on_the_ticket_and_not_a_new_one() -> None:
    """Asking how far it is counts as one; a second soon after is refused with the time of the next."""
    story = given(t.a_signed_ticket()).by(t.CITIZEN).when(Urge(words="怎么样了")).then(f.TicketUrged)
    assert given(story).after(hours=23).by(t.CITIZEN).when(Urge()).refused("urged_already").details["again"]
    given(story).after(hours=24).by(t.CITIZEN).when(Urge()).then(f.TicketUrged)


@pytest.mark.parametrize("command", [Urge(), Supervise(level="red", reason="逾期"), Escalate(reason="久拖")])
def test_nobody_presses_for_what_is_over(command: Command) -> None:
    """Refused by name, and not offered."""
    by = t.CITIZEN if isinstance(command, Urge) else t.SUPERVISOR
    given(t.a_closed_ticket()).by(by).when(command).refused("over")
    assert command.ACTION not in t.a_closed_ticket().allowed(by)


def test_cards_and_escalation_are_overlays_and_not_states() -> None:
    """The work goes on; a ticket is escalated once."""
    story = t.a_signed_ticket()
    story = given(story).by(t.SUPERVISOR).when(Supervise(level="yellow", reason="临期")).then(f.TicketSupervised)
    story = given(story).by(t.LEADER).when(Escalate(reason="久拖不决")).then(f.SupervisionEscalated)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.ticket.escalated
    given(story).by(t.LEADER).when(Escalate(reason="再提")).refused("escalated_already")


@pytest.mark.parametrize("level", ["yellow", "red", "notice", "criticism"])
def test_each_level_rings_once_and_never_early(level: str) -> None:
    """Even when the clock process was away and comes late."""
    story = t.a_signed_ticket()
    due = story.clock("citizen").alarms[level]
    story.now = due - timedelta(microseconds=1)
    given(story).by(t.CLOCK).when(ring(level)).then()
    story.now = due + timedelta(days=3)
    story = given(story).by(t.CLOCK).when(ring(level)).then(f.ClockRang)
    assert level not in story.clock("citizen").alarms, "what has rung is no longer in the due list"
    given(story).by(t.CLOCK).when(ring(level)).then()


def test_yellow_comes_at_three_quarters_and_red_when_due() -> None:
    """15 working days from Monday 2 March: the 11th is counted at 24:00 of the 17th, a quarter more is 06:00."""
    alarms = t.a_signed_ticket().clock("citizen").alarms
    assert alarms["yellow"] == moment("2026-03-18 06:00")
    assert alarms["red"] == moment("2026-03-24 00:00")
    assert alarms["notice"] == moment("2026-03-25 00:00")
    assert alarms["criticism"] == moment("2026-03-31 00:00")


def test_a_stopped_or_waiting_clock_is_silent() -> None:
    """Nobody is pressed for what he does not owe."""
    for story in (t.a_replied_ticket(), t.a_ticket_asked_for_more()):
        story.now += timedelta(days=60)
        given(story).by(t.CLOCK).when(ring("red")).then()
        given(story).by(t.CLOCK).when(ring("red", "none-such")).then()


def test_a_clock_that_waited_does_not_ring_the_same_level_again() -> None:
    """Yellow rang, the caller was asked, the alarms are counted anew: yellow stays rung."""
    story = t.a_signed_ticket()
    story.now = story.clock("citizen").alarms["yellow"]
    story.do(t.CLOCK, ring("yellow"), minutes=0)
    story.do(t.ENVIRONMENT, AskSupplement(question="？")).do(t.CITIZEN, GiveSupplement(text="答"), days=3)
    assert "yellow" not in story.clock("citizen").alarms
    assert "red" in story.clock("citizen").alarms


def test_a_limit_that_begins_anew_rings_anew() -> None:
    """The second round of review is a limit of its own."""
    story = t.a_replied_ticket()
    story.now = story.clock("review").due
    story.do(t.CLOCK, ring("red", "review"), minutes=0).do(t.REVIEWER, t.rejected())
    story.do(t.ENVIRONMENT, Contact(way="voice"), t.the_reply())
    story.now = story.clock("review").due
    given(story).by(t.CLOCK).when(ring("red", "review")).then(f.ClockRang)


def test_more_time_that_was_given_rings_when_it_is_over() -> None:
    """The old due time rang red; the new one is not silent for it."""
    story = t.a_ticket_wanting_time()
    story.now = story.clock("citizen").due
    story.do(t.CLOCK, ring("red"), minutes=0).do(t.DISPATCHER, GrantExtension(told_reason="等待检测"))
    story.now = story.clock("citizen").due
    given(story).by(t.CLOCK).when(ring("red")).then(f.ClockRang)


def test_only_the_clock_rings() -> None:
    """Nobody else's to call."""
    given(t.a_signed_ticket()).by(t.SUPERVISOR).when(ring("red")).refused("wrong_role")


TABLE_2027 = CalendarYear(
    year=2027,
    holidays=("2027-01-01", "2027-01-04"),  # type: ignore[arg-type]
    workdays=("2027-01-02",),  # type: ignore[arg-type]
    source="a table for this test",
)


def in_december() -> Story:
    story = t.a_received_ticket()
    story.now = moment("2026-12-28 09:00")
    story.do(t.OPERATOR, Classify(type="help", category=t.FUMES)).do(t.DISPATCHER, Dispatch(lead=t.ENV))
    return story


def test_days_nobody_has_published_are_provisional_until_they_are() -> None:
    """One fact counts them again when the table arrives; nobody is told a second time of what has rung."""
    story = in_december()
    assert story.clock("citizen").provisional
    given(story).by(t.CLOCK).when(ConfirmDues()).then()
    story.now = story.clock("citizen").alarms["yellow"]
    story.do(t.CLOCK, ring("yellow"), minutes=0)
    story.rules = rules_with(calendar=(TABLE_2027,))
    assert isinstance(story.rules.calendar.tables[0], CalendarTable)
    # 29, 30, 31 December; 2 January by make-up; then Tuesday 5, 6, 7.
    story = given(story).by(t.CLOCK).when(ConfirmDues()).then(f.DuesConfirmed)
    assert story.clock("citizen").due == moment("2027-01-08 00:00")
    assert not story.clock("citizen").provisional
    assert "yellow" not in story.clock("citizen").alarms
    assert story.facts(f.DuesConfirmed)[0].calendar_until.isoformat() == "2027-12-31"
    given(story).by(t.CLOCK).when(ConfirmDues()).then()


def test_an_answer_is_judged_by_the_confirmed_due_time_too() -> None:
    """A clock that stopped while its due was provisional is counted again as well."""
    story = in_december().do(t.ENVIRONMENT, Sign(), Contact(way="voice"), t.the_reply())
    story.rules = rules_with(calendar=(TABLE_2027,))
    story = given(story).by(t.CLOCK).when(ConfirmDues()).then(f.DuesConfirmed)
    assert story.clock("citizen").due == moment("2027-01-08 00:00")
    assert story.clock("citizen").kept


def test_an_exclusion_has_a_reason_and_somebody_elses_approval() -> None:
    """A fact, never a silent drop; said twice it is said once; revocable by a fact."""
    out = Exclude(ground="unreasonable", reason="多次核实不属实", approver="sv1")
    given(t.a_closed_ticket()).by(t.REVIEWER).when(out.model_copy(update={"approver": "rv1"})).refused(
        "approve_another"
    )
    story = given(t.a_closed_ticket()).by(t.REVIEWER).when(out).then(f.TicketExcluded)
    given(story).by(t.REVIEWER).when(out).then()
    back = Include(ground="unreasonable", reason="复核有效", approver="sv1")
    story = given(story).by(t.REVIEWER).when(back).then(f.TicketIncluded)
    assert not story.ticket.excluded
    given(story).by(t.REVIEWER).when(back).refused("not_excluded")


@pytest.mark.parametrize(
    ("approver", "code"),
    [("rv1", "approve_another"), ("nobody-here", "no_such_approver"), ("op1", "may_not_approve")],
)
def test_an_approver_is_somebody_who_may_approve(approver: str, code: str) -> None:
    """Not oneself, nobody without an account, and nobody whose work it is not; for the revocation as well."""
    out = Exclude(ground="unreasonable", reason="多次核实不属实", approver=approver)
    given(t.a_closed_ticket()).by(t.REVIEWER).when(out).refused(code)
    story = t.a_closed_ticket().do(t.REVIEWER, out.model_copy(update={"approver": "ld1"}))
    back = Include(ground="unreasonable", reason="复核有效", approver=approver)
    given(story).by(t.REVIEWER).when(back).refused(code)


def test_nobody_approves_what_is_about_his_own_team() -> None:
    """A complaint about a team is not judged by that team, in no way."""
    out = Exclude(ground="unreasonable", reason="多次核实不属实", approver="of-the-team")
    given(t.a_received_ticket(about_team="intake-day")).by(t.REVIEWER).when(out).refused("may_not_approve")
    given(t.a_received_ticket()).by(t.REVIEWER).when(out).then(f.TicketExcluded)


def test_an_exclusions_reason_holds_nothing_personal() -> None:
    """It stays readable when the ticket's key is gone."""
    out = Exclude(ground="unreachable", reason="13800138000 停机", approver="sv1")
    given(t.a_closed_ticket()).by(t.REVIEWER).when(out).refused("personal_data_in_public_text")


def test_a_complaint_about_the_hotline_bypasses_the_team_it_is_about() -> None:
    """Whatever the role; other teams work on it."""
    story = t.a_received_ticket(about_team="intake-day")
    own, other = (Actor(id="x", role=Role.OPERATOR, team=team) for team in ("intake-day", "intake-night"))
    given(story).by(own).when(Note(text="记")).refused("own_team")
    assert story.allowed(own) == ()
    given(story).by(other).when(Note(text="记")).then(f.NoteAdded)
