"""Calls, expert seats and matters between platforms, acted out: people, views and the log say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline.call.facts import CallAnswered, CallOffered
from hotline.consultation.facts import ConsultationOffered, ConsultationPickedUp
from hotline.handoff.facts import HandOffAccepted, HandOffAlarmed, HandOffOffered
from hotline.rules import load
from hotline.rules.platforms import seconds
from projections import call_figures, expert_figures
from tests.support.clock import ZONE
from tests.workers.simulate.conftest import BUSY, Lived
from workers.check import findings
from workers.compose import build
from workers.settings import Settings
from workers.simulate.habits import CHANNELS, TELLS_ONLY, Habits
from workers.simulate.intake import Plan, calls
from workers.simulate.store_run import run_in_store
from workers.simulated import Clock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
FIRST = datetime(2026, 3, 2, tzinfo=ZONE)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Five days of it, with much from 110."""
    house = build(Settings(data=tmp_path_factory.mktemp("busy")), now=Clock(FIRST))
    yield house, run_in_store(house, Plan(220, 5, 5, FIRST, BUSY))
    house.close()


def test_everything_that_seldom_happens_is_counted_alike(busy: Lived) -> None:
    """Declined, let pass, given back, promised and missed; disputed, recalled, returned, alarmed: nobody is surprised, and
    people, views and log agree in every figure."""
    _, outcome = busy
    assert outcome.tally.surprises == []
    assert outcome.differing == {}
    met = {key for key, n in outcome.tally.counts.items() if n}
    assert met >= {
        "unavailable.declined", "unavailable.timed_out", "unavailable.nobody_on_shift", "promise.kept",
        "promise.missed", "consult.instantly", "consult.ticket", "consult.cancelled", "knowledge.written_back",
        "call.missed", "call.called_back", "call.three_way", "handed_in.accepted", "handed_in.recalled",
        "handed_out.accepted", "handed_out.recalled", "handed_out.told", "handed_in.done", "handed_out.done",
        "handoff.came_back", "handoff.alarmed", "handoff.words", "handoff.progressed", "custody.passages",
    }  # fmt: skip


def test_the_invariants_hold_after_it(busy: Lived) -> None:
    """`hotline check` finds every matter with one holder and every view as the log makes it."""
    assert list(findings(busy[0])) == []


def test_an_expert_has_his_seconds(busy: Lived) -> None:
    """Whoever picks up does so within the offer's wait, as in a hotline whose clock always runs."""
    offered: dict[object, datetime] = {}
    taken = 0
    for r in busy[0].hotline.facts_after(0, 1_000_000):
        if isinstance(r.fact, ConsultationOffered):
            offered[r.originator_id] = r.recorded_at
        elif isinstance(r.fact, ConsultationPickedUp):
            taken += 1
            assert r.recorded_at - offered[r.originator_id] < timedelta(seconds=20)
    assert taken > 10


def test_what_110_is_offered_is_alarmed_about_in_time(busy: Lived) -> None:
    """A danger nobody has acknowledged alarms when its wait is over, not at the clock's next half hour."""
    rules, facts = busy[0].rules, busy[0].hotline.facts_after(0, 1_000_000)
    offers = {r.originator_id: r for r in facts if isinstance(r.fact, HandOffOffered)}
    first = [r for r in facts if isinstance(r.fact, HandOffAlarmed) and r.fact.nth == 1]
    assert first
    for r in first:
        offer = offers[r.originator_id].fact
        assert isinstance(offer, HandOffOffered)
        wait = rules.platforms.wait(offer.way, offer.urgency, offer.danger)
        assert r.recorded_at - offers[r.originator_id].recorded_at == timedelta(seconds=seconds(wait))


def test_the_connection_rate_is_that_of_the_calls(busy: Lived) -> None:
    """The view's rate is what the log's own moments give."""
    house, _ = busy
    rule = house.rules.telephone
    facts = house.hotline.facts_after(0, 1_000_000)
    rang = {r.fact.call_id: r.when for r in facts if isinstance(r.fact, CallOffered)}
    answered = [(r.fact.call_id, r.when) for r in facts if isinstance(r.fact, CallAnswered)]
    soon = sum(at - rang[call] <= timedelta(seconds=rule.answered_within) for call, at in answered)
    total = call_figures.figures(house.views, rule.answered_within, rule.connection_target).total
    assert (total.rates.connection.numerator, total.rates.connection.denominator) == (len(answered), len(rang))
    assert total.rates.connection_in_time.numerator == soon
    assert 0 < soon < len(answered) < len(rang)


def test_custody_passes_in_both_directions(busy: Lived) -> None:
    """Matters are accepted from 110 and by 110."""
    facts = busy[0].hotline.facts_after(0, 1_000_000)
    accepted = [r.fact for r in facts if isinstance(r.fact, HandOffAccepted)]
    assert {fact.seq is None for fact in accepted} == {True, False}


def test_110_brings_twenty_times_what_it_is_brought() -> None:
    """Over many requests the two directions stand in the published proportion, and some of ours go to 119 and 120."""
    plan = Plan(60_000, 28, 2, FIRST)
    cases = [case for _, call in calls(plan, load("sichuan-2025")) for case in call]
    brought = sum(case.channel == "police" for case in cases)
    taken = [case.police for case in cases if case.police is not None]
    assert 12 < brought / len(taken) < 34
    assert abs(brought / len(cases) - CHANNELS["police"]) < 0.002
    assert 0 < sum(to != "110" for to in taken) < len(taken) * TELLS_ONLY * 3


def test_about_as_many_are_answered_instantly_as_was_published(tmp_path: Path) -> None:
    """Over a week in which operators ask about nearly all they may, the share lies around that of the published line, 64.3 %."""
    house = build(Settings(data=tmp_path), now=Clock(FIRST))
    try:
        outcome = run_in_store(house, Plan(300, 7, 8, FIRST, replace(Habits(), asks_expert=0.95)))
        assert outcome.differing == {}
        share = expert_figures.figures(house.views).answered_instantly
        assert share.denominator > 20
        assert share.share is not None
        assert abs(share.share - 0.643) < 0.2
    finally:
        house.close()


def test_shares_are_habits(tmp_path: Path) -> None:
    """Who sets a share to nothing has nothing of it."""
    house = build(Settings(data=tmp_path), now=Clock(FIRST))
    try:
        none = replace(Habits(), asks_expert=0.0, missed=0.0)
        outcome = run_in_store(house, Plan(60, 2, 3, FIRST, none))
        assert outcome.differing == {}
        assert outcome.tally.counts["call.missed"] == 0
        assert outcome.tally.counts["consult.asked"] == outcome.tally.counts["consult.by_itself"]
    finally:
        house.close()
