"""Who holds a matter: one holder at every moment, in stretches that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from hotline.facts import Recorded
from hotline.handoff import facts as f
from hotline.handoff.alarms import RingHandOff
from hotline.handoff.answering import Accept, Acknowledge, Recall
from hotline.seeing import Scope
from projections import board_view, custody, handoffs
from projections.custody import Custody
from projections.follow import catch_up
from projections.view import Views
from tests import tickets as t
from tests.handoffs import LINK, POLICE, House, deliver, pair
from tests.projections.lives import PaperLog, docs_of, life

ELSEWHERE = Scope(units=None, district="jinjiang", not_about="intake-day", never_accused=frozenset())


def of(facts: list[Recorded] | tuple[Recorded, ...]) -> Custody:
    ((ticket, doc),) = docs_of(custody.VIEW, facts).items()
    return custody.read(ticket, doc)


def ticket_of(house: House) -> list[Recorded]:
    return [r for r in house.story.log if r.originator_id == house.story.id]


@pytest.mark.parametrize("seed", range(600, 630))
def test_there_is_one_holder_at_every_moment(seed: int) -> None:
    """From receipt to the end without gap and overlap, and the times of all holders add up to the time it was open."""
    history = life(seed)
    found = of(history)
    for before, after in pairwise(found.stretches):
        assert before.until is not None
        assert before.until <= after.since
    assert found.stretches[0].since == history[0].recorded_at
    at = history[-1].recorded_at + timedelta(days=1)
    gaps = sum((b.since - a.until for a, b in pairwise(found.stretches) if a.until), timedelta())
    end = found.stretches[-1].until or at
    assert sum(found.dwell(at).values(), timedelta()) == end - found.stretches[0].since - gaps
    if gaps:
        assert any(r.fact.TOPIC == "ticket.reopened" for r in history), "only a matter that was over is nobody's"


@pytest.mark.parametrize("seed", range(630, 650))
def test_whole_seconds_add_up_as_the_stretches_do(seed: int) -> None:
    """Rounded down one by one they would lose a second here and there; and made of its history a custody is the view's."""
    history = life(seed)
    found = of(history)
    assert custody.replay(history) == found
    at = history[-1].recorded_at + timedelta(hours=7, milliseconds=333)
    begun = found.stretches[0].since
    gaps = [(b.since - begun, a.until - begun) for a, b in pairwise(found.stretches) if a.until]
    whole = ((found.stretches[-1].until or at) - begun) // timedelta(seconds=1)
    second = timedelta(seconds=1)
    assert sum(found.seconds(at)) == whole - sum(since // second - until // second for since, until in gaps)


def test_what_was_only_told_holds_nothing() -> None:
    """A unit holds unsigned until it signs; a platform that was told or offered stands beside the holder until it answers."""
    story = t.a_dispatched_ticket()
    own = [r for r in story.log if r.originator_id == story.id]
    assert (of(own).now, of(own).signed) == (of(own).stretches[-1], False)
    assert of(own).stretches[-1].kind == "unit"
    us, them = pair()
    us.receive()
    here = us.offer()
    found = of(ticket_of(us))
    assert found.now is not None
    assert (found.now.kind, found.told) == ("centre", them.own)
    us.do(Recall(reason="来电人已和解"), on=here)
    assert of(ticket_of(us)).told is None
    us.offer(to="119", way="one_key", danger=True)
    found = of(ticket_of(us))
    assert found.now is not None
    assert (found.now.kind, found.told) == ("centre", "119")


def test_telling_fire_while_110_is_waited_for_changes_nothing_of_custody() -> None:
    """110 is waited for until it answers, and holds the matter from then on; that 119 knows by now ends neither."""
    us, them = pair()
    us.receive()
    here = us.offer()
    fire = us.offer(to="119", way="one_key", danger=True)
    assert of(ticket_of(us)).told == them.own
    us.do(Acknowledge(), on=fire)
    assert of(ticket_of(us)).told == them.own
    deliver(us, them, here)
    them.do(Accept(), on=next(iter(them.saves)))
    deliver(them, us)
    again = us.offer(to="120", way="one_key", danger=True)
    found = of(ticket_of(us))
    assert found.now is not None
    assert (found.now.kind, found.now.holder, found.told) == ("platform", them.own, "120")
    us.do(Acknowledge(), on=again)
    found = of(ticket_of(us))
    assert found.now is not None
    assert (found.now.holder, found.told) == (them.own, None)


def test_units_hold_it_from_dispatch_to_reply() -> None:
    """Then it is the centre's again."""
    story = t.a_replied_ticket()
    kinds = [(s.kind, s.holder) for s in of([r for r in story.log if r.originator_id == story.id]).stretches]
    assert kinds == [("centre", "12345"), ("unit", t.ENV), ("centre", "12345")]


def test_the_other_platform_holds_it_from_its_acceptance_in_our_log() -> None:
    """Not from the offer; and it is ours again when it came back."""
    us, them = pair()
    us.receive()
    here = us.offer()
    deliver(us, them, here)
    there = next(iter(them.saves))
    them.wait(hours=1)
    them.do(Accept(), on=there)
    us.wait(hours=3)
    deliver(them, us, there)
    deliver(us, them, here)
    found = of(ticket_of(us))
    assert [(s.kind, s.holder) for s in found.stretches] == [("centre", "12345"), ("platform", them.own)]
    assert found.stretches[0].until == us.story.now
    back = them.offer(on=them.handoff(there).ticket)
    deliver(them, us, back)
    us.wait(hours=2)
    us.do(Accept(), on=next(s for s in us.saves if s != here))
    found = of(ticket_of(us))
    assert found.now is not None
    assert found.now.kind == "centre"
    assert (found.returns, found.passages, found.ping_pong) == (1, 2, False)
    assert found.dwell(us.story.now) == {
        ("centre", "12345"): timedelta(hours=3),
        ("platform", them.own): timedelta(hours=2),
    }


def test_what_needs_somebodys_eyes_is_listed_until_it_is_settled(views: Views) -> None:
    """A danger nobody has acknowledged among the alarms, an ordinary push on the daily list."""
    us, them = pair()
    us.receive()
    here = us.offer(danger=True)
    us.wait(seconds=30)
    us.do(RingHandOff(clock="handoff_received", level="red"), LINK, here)
    facts = [r for r in us.story.log if isinstance(r.fact, f.HandOffFact)]
    catch_up(views, handoffs.VIEW, PaperLog(_placed(facts)).after)
    (line,) = handoffs.listed(views, attention="danger", open_only=True)
    assert (line.now.other, line.now.ticket, line.now.stage) == (them.own, us.story.id, "offered")
    everything = _placed(list(us.story.log))
    with pytest.raises(ValueError, match="x"):
        handoffs.listed(views, after="x")
    for attention in (None, "danger"):
        assert handoffs.listed(views, attention=attention, after=handoffs.cursor(line)) == []
    assert handoffs.listed(views, scope=ELSEWHERE) == [line], "the board knows no such ticket yet"
    catch_up(views, board_view.VIEW, PaperLog(everything).after)
    assert handoffs.listed(views, scope=ELSEWHERE) == []
    everywhere = replace(ELSEWHERE, district=None, never_accused=frozenset({t.ENV}))
    assert handoffs.listed(views, scope=everywhere) == [line]
    assert handoffs.listed(views, scope=replace(everywhere, units=frozenset({t.ENV}))) == []
    us.do(Acknowledge(), POLICE, here)
    facts = [r for r in us.story.log if isinstance(r.fact, f.HandOffFact)]
    catch_up(views, handoffs.VIEW, PaperLog(_placed(facts)).after)
    assert handoffs.listed(views, attention="danger") == []
    assert handoffs.of_ticket(views, us.story.id)[0].now.acknowledged
    assert handoffs.listed(views, platform="110") == []
    assert handoffs.listed(views, stage="offered", ours=True) != []


def _placed(facts: list[Recorded]) -> list[Recorded]:
    return [replace(r, position=nth) for nth, r in enumerate(facts, start=1)]
