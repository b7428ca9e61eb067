"""Who is told what, from one fact and the ticket as that fact left it."""

import ast
import inspect
from typing import Any

import pytest

from hotline import notices as notices_module
from hotline.facts import Fact
from hotline.notices import CITIZEN, TELLING, Notice, notices, sentence, until
from hotline.texts import catalogue
from hotline.ticket import facts as f
from hotline.ticket.evolving import replay
from hotline.ticket.extending import GrantExtension, RefuseDeferral, RefuseExtension, RequestDeferral
from hotline.ticket.handling import Sign
from hotline.ticket.keeping import ApproveErasure, RequestErasure
from hotline.ticket.receiving import Withdraw
from hotline.ticket.returning import AcceptReturn, Adjudicate, Argue, Dispute, RefuseReturn
from hotline.ticket.supervising import ConfirmDues, Ring, Supervise, Urge
from tests import tickets as t
from tests.spec import Story, moment


def told(story: Story, fact: type[Fact]) -> tuple[Notice, ...]:
    """What is told because of the last fact of a kind."""
    mine = [r for r in story.log if r.originator_id == story.id]
    recorded = next(r for r in reversed(mine) if isinstance(r.fact, fact))
    ticket = replay(None, mine[: recorded.originator_version])
    assert ticket is not None
    return notices(recorded, ticket, story.rules)


def kinds(story: Story, fact: type[Fact]) -> dict[str, str]:
    return {n.recipient: n.kind.partition(".")[2] for n in told(story, fact)}


@pytest.mark.parametrize(
    ("story", "fact", "kind"),
    [
        (t.a_received_ticket(), f.TicketReceived, "received"),
        (t.a_ticket_asked_for_more(), f.SupplementAsked, "supplement_asked"),
        (t.a_ticket_to_call_back(), f.ReplyAccepted, "replied"),
        (t.a_closed_ticket(), f.TicketClosed, "closed_rate"),
        (t.an_answered_ticket(), f.TicketClosed, "closed_rate"),
        (t.a_received_ticket().do(t.OPERATOR, Withdraw()), f.TicketWithdrawn, "withdrawn"),
    ],
)
def test_a_caller_is_told_each_thing_by_text_message(story: Story, fact: type[Fact], kind: str) -> None:
    """A caller hears of what he must know or may do, once each, in a text message with the number in it."""
    (notice,) = (n for n in told(story, fact) if n.recipient == CITIZEN)
    assert (notice.kind, notice.way) == (f"notice.{kind}", "text")
    assert notice.slots["number"] == story.ticket.number


def test_a_caller_is_told_of_an_extension_with_its_reason_and_the_new_due() -> None:
    """An extension is told to the caller with its reason, and the due as a day's 24:00."""
    story = t.a_ticket_wanting_time().do(t.DISPATCHER, GrantExtension(told_reason="检测报告未出"))
    (notice,) = (n for n in told(story, f.ExtensionGranted) if n.recipient == CITIZEN)
    assert notice.slots["reason"] == "检测报告未出"
    assert notice.slots["due"] == until(story.clock("citizen").due, story.rules)
    assert notice.slots["due"].endswith("24:00")


def test_a_co_handlers_extension_is_no_news_to_the_caller() -> None:
    """More time for a co-handler leaves the caller's due as it is, so he is not told."""
    story = t.a_signed_ticket(t.MARKET).do(t.MARKETS, Sign())
    from hotline.ticket.extending import RequestExtension

    story.do(t.MARKETS, RequestExtension(days=2, reason="会商")).do(t.DISPATCHER, GrantExtension(told_reason="会商"))
    assert kinds(story, f.ExtensionGranted) == {f"unit:{t.MARKET}": "extension_granted"}


@pytest.mark.parametrize("preference", ["voice", "text"])
def test_voice_and_text_both_get_text_messages(preference: str) -> None:
    """Whoever may be contacted at all gets notices as text messages."""
    assert kinds(t.a_received_ticket(contact_preference=preference), f.TicketReceived) == {CITIZEN: "received"}


@pytest.mark.parametrize(
    "changes",
    [{"contact_preference": "none"}, {"reachable": False}, {"state_secret": True}],
    ids=["wants no contact", "no telephone", "state secret"],
)
def test_who_must_not_or_cannot_be_reached_is_told_nothing(changes: dict[str, Any]) -> None:
    """No wish for contact, no telephone, or a secret that was not taken down: nothing is sent."""
    story = t.a_received_ticket(**changes)
    assert told(story, f.TicketReceived) == ()


def test_each_unit_learns_its_part() -> None:
    """A dispatch tells the lead and every co-handler which they are and until when."""
    story = t.a_dispatched_ticket(t.MARKET)
    by_unit = {n.recipient: n for n in told(story, f.TicketDispatched)}
    assert set(by_unit) == {f"unit:{t.ENV}", f"unit:{t.MARKET}"}
    assert by_unit[f"unit:{t.ENV}"].slots["role_zh"] == "主办"
    assert by_unit[f"unit:{t.MARKET}"].slots["role_zh"] == "协办"
    assert all(n.way == "tray" and n.slots["due"] != "-" for n in by_unit.values())


def test_the_centres_decision_on_a_return_reaches_the_unit() -> None:
    """A return accepted or refused is told to the unit that asked."""
    asked = t.a_ticket_wanted_back()
    assert kinds(asked.fork().do(t.DISPATCHER, AcceptReturn()), f.ReturnAccepted) == {
        f"unit:{t.ENV}": "return_accepted"
    }
    refused = asked.fork().do(t.DISPATCHER, RefuseReturn(words="属你局"))
    assert kinds(refused, f.ReturnRefused) == {f"unit:{t.ENV}": "return_refused"}


def test_an_adjudication_reaches_winner_and_loser() -> None:
    """Who has to handle it after an adjudication is told, and so is who no longer has to."""
    story = t.a_ticket_wanted_back().do(t.DISPATCHER, Dispute(reason="权责不清"))
    story.do(t.ENVIRONMENT, Argue(argument="非我局职责"))
    story.do(t.DISPATCHER, Adjudicate(unit=t.HOUSING, reason="属物业管理", hearing="双方已到场"))
    assert kinds(story, f.DisputeAdjudicated) == {
        f"unit:{t.HOUSING}": "adjudicated_yours",
        f"unit:{t.ENV}": "adjudicated_away",
    }


def test_a_rejected_reply_and_a_rework_reach_the_lead() -> None:
    """What the review or the caller sends back is told to the unit, a rework with its round and limit."""
    assert kinds(t.a_replied_ticket().do(t.REVIEWER, t.rejected()), f.ReplyRejected) == {
        f"unit:{t.ENV}": "reply_rejected"
    }
    (notice,) = told(t.a_ticket_in_rework(), f.ReworkOrdered)
    assert (notice.recipient, notice.kind, notice.slots["round"]) == (f"unit:{t.ENV}", "unit_notice.rework", "1")


def test_an_urge_reaches_those_who_still_owe_a_reply() -> None:
    """The caller's nudge goes to the units at work and not to one that has replied."""
    story = t.a_contacted_ticket(t.MARKET).do(t.ENVIRONMENT, t.the_reply()).do(t.OPERATOR, Urge())
    assert kinds(story, f.TicketUrged) == {f"unit:{t.MARKET}": "urged"}


def test_decisions_on_time_reach_the_unit() -> None:
    """An extension refused and a deferral decided either way are told to the unit."""
    refused = t.a_ticket_wanting_time().do(t.DISPATCHER, RefuseExtension(words="不予延期"))
    assert kinds(refused, f.ExtensionRefused) == {f"unit:{t.ENV}": "extension_refused"}
    assert kinds(t.a_deferred_ticket(), f.DeferralApproved) == {f"unit:{t.ENV}": "deferral_approved"}
    asked = t.a_signed_ticket().do(t.ENVIRONMENT, RequestDeferral(plan="待改造", review_on="2026-03-20"))  # type: ignore[arg-type]
    assert kinds(asked.do(t.LEADER, RefuseDeferral(words="不同意")), f.DeferralRefused) == {
        f"unit:{t.ENV}": "deferral_refused"
    }


@pytest.mark.parametrize("level", ["yellow", "red"])
def test_a_card_reaches_the_units_at_work(level: Any) -> None:
    """A yellow or red card put on by a person is told to the units at work."""
    story = t.a_dispatched_ticket().do(t.SUPERVISOR, Supervise(level=level, reason="久拖不决"))
    assert kinds(story, f.TicketSupervised) == {f"unit:{t.ENV}": f"supervised_{level}"}


def test_a_clock_that_rings_is_told_to_the_unit_that_answers_for_it() -> None:
    """Yellow and red of the caller's clock go to the lead, of a unit's clock to that unit."""
    story = t.a_signed_ticket(t.MARKET)
    for clock, unit in (("citizen", t.ENV), ("unit:a2", t.MARKET)):
        story.now = story.clock(clock).due
        story.do(t.CLOCK, Ring(clock=clock, level="red"), minutes=1)
        assert kinds(story, f.ClockRang) == {f"unit:{unit}": "clock_red"}


def test_the_centres_own_clocks_are_not_told_to_units() -> None:
    """A dispatch that is overdue is the centre's affair."""
    story = t.a_classified_ticket()
    story.now = story.clock("dispatch").due
    story.do(t.CLOCK, Ring(clock="dispatch", level="red"), minutes=1)
    assert told(story, f.ClockRang) == ()


def test_a_due_moved_by_the_calendar_is_news_to_nobody() -> None:
    """When the official calendar arrives, nobody gets a second notice."""
    story = t.a_dispatched_ticket()
    fact = f.DuesConfirmed(calendar_until=moment("2027-12-31").date(), clocks=(story.clock("citizen"),))
    story._record(ConfirmDues(), fact, t.CLOCK, story.id)
    assert told(story, f.DuesConfirmed) == ()


def test_a_ticket_that_is_stored_only_tells_nobody_anything() -> None:
    """From the store-only stage on, nothing is processed, and so nothing told."""
    story = t.a_closed_ticket().do(t.OPERATOR, RequestErasure(reason="来电人要求")).do(t.LEADER, ApproveErasure())
    assert told(story, f.ProcessingRestricted) == ()


def test_every_notice_reads_in_both_languages() -> None:
    """Every sentence of the catalogue can be made, in Chinese and English, and a caller's names the link."""
    slots = dict.fromkeys(
        ("number", "due", "reason", "role_zh", "role_en", "round", "days", "review_on", "clock_zh", "clock_en"), "X"
    )
    wanted = [key for key in catalogue() if key.startswith(("notice.", "unit_notice."))]
    assert len(wanted) > 25
    for key in wanted:
        for language in ("zh", "en"):
            text = sentence(Notice(CITIZEN, "text", key, slots), language, link="LINK")  # type: ignore[arg-type]
            assert "{" not in text
            assert ("LINK" in text) == (key.startswith("notice.") and key != "notice.withdrawn")


def test_a_due_at_midnight_is_told_as_the_end_of_the_day_before() -> None:
    """A day limit ends at 24:00 of its last day, and is told so."""
    rules = t.a_received_ticket().rules
    assert until(moment("2026-03-10 00:00"), rules) == "2026-03-09 24:00"
    assert until(moment("2026-03-10 09:30"), rules) == "2026-03-10 09:30"


def test_every_fact_that_is_told_is_one_that_is_looked_at() -> None:
    """What the sentences are chosen by and what the notifier looks at are the same facts: none is passed over."""
    arms = [
        node.cls for node in ast.walk(ast.parse(inspect.getsource(notices_module))) if isinstance(node, ast.MatchClass)
    ]
    assert {arm.attr for arm in arms if isinstance(arm, ast.Attribute)} == {fact.__name__ for fact in TELLING}
