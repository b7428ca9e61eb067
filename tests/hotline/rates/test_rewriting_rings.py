"""What rang, and what is late, when a ticket is told under other rules."""

from __future__ import annotations

from datetime import timedelta

from hotline.rates.rewriting import rewritten
from hotline.rules.parts import LimitRow
from hotline.ticket import facts as f
from hotline.ticket.supervising import Ring
from tests import tickets as t
from tests.other_rules import SHORT, citizens, own, rings, under
from tests.spec import moment, rules_with


def test_a_due_that_comes_earlier_rings_at_its_own_moment() -> None:
    """Given a ticket that was answered in time on the fourth day, when its limit is told as one day, then its clock rang when
    that day was over, once, and it is late."""
    story = t.a_contacted_ticket().do(t.ENVIRONMENT, t.the_reply(), days=3)
    assert (citizens(own(story)).kept, rings(own(story))) == (True, [])
    told = under(story, SHORT)
    assert citizens(told).kept is False
    assert [ring for ring in rings(told) if ring[0] == "red"] == [("red", "03-04 00:00")]


def test_a_ring_falls_away_where_the_due_comes_later() -> None:
    """Given a clock of one day that rang before the answer came, when its limit is told as longer, then it never rang, and the
    answer is in time."""
    story = t.a_contacted_ticket(rules=SHORT)
    story.now += timedelta(days=2)
    for level in ("yellow", "red"):
        story.decide(Ring(clock="citizen", level=level), t.CLOCK)
    story.do(t.ENVIRONMENT, t.the_reply())
    assert [level for level, _ in rings(own(story))] == ["yellow", "red"]
    told = under(story, rules_with())
    assert (citizens(told).kept, rings(told)) == (True, [])


def test_what_nobody_has_answered_yet_is_late_as_soon_as_its_due_is_past() -> None:
    """Given an open ticket inside its limit, when its limit is told as one day, then it has rung by now, and not before its due
    is over."""
    story = t.a_contacted_ticket()
    before, after = moment("2026-03-04 00:00"), moment("2026-03-04 00:01")
    assert ("red", "03-04 00:00") not in rings(list(rewritten(own(story), lambda _: SHORT, before)))
    assert ("red", "03-04 00:00") in rings(list(rewritten(own(story), lambda _: SHORT, after)))


def test_what_the_house_did_by_itself_is_not_done_again() -> None:
    """Given a wait for the caller that ended by itself, when it is told under another wait, then it still ended then."""
    story = t.a_ticket_asked_for_more()
    story.now = story.clock("supplement").due
    story.decide(Ring(clock="supplement", level="red"), t.CLOCK)
    small = {**rules_with().profile.limits.small, "supplement": (LimitRow.model_validate({"limit": "1 hours"}),)}
    limits = rules_with().profile.limits.model_copy(update={"small": small})
    told = under(story, rules_with(limits=limits))
    assert [type(r.fact) for r in told if not isinstance(r.fact, f.ClockRang)] == [type(r.fact) for r in own(story)]
    assert citizens(told).runs == story.clock("citizen").runs
