"""A ticket's facts under other rules: the same rules give the same facts, other rules what they would have given."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.command import Command, Refused
from hotline.counting import Limit
from hotline.facts import Actor, Recorded
from hotline.rates.rewriting import rewritten
from hotline.rules import Rules
from hotline.ticket import facts as f
from hotline.ticket.classifying import Classify
from hotline.ticket.extending import GrantExtension
from hotline.ticket.supervising import ConfirmDues, Ring
from hotline.ticket.supplementing import GiveSupplement
from tests import tickets as t
from tests.lives import Life
from tests.other_rules import DAYS, HARDER, OF_2027, SHORT, citizens, own, under
from tests.spec import MONDAY, Story, moment, rules_with


# -- the recomputation is the rule ---------------------------------------------------------------------------------
@settings(max_examples=40)
@given(st.integers(0, 2**32))
def test_under_its_own_rules_a_life_comes_out_as_it_went_in(seed: int) -> None:
    """Given any life, when it is told under the rules it was lived by, then every fact is the one that is stored."""
    life = Life(seed)
    for _ in range(50):
        life.step()
    assert under(life.story, life.story.rules) == own(life.story)


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_so_it_does_where_the_rules_changed_on_the_way(seed: int) -> None:
    """Given a life over New Year in which another profile came into force, and a calendar, when each fact is told under the
    rules it was written by, then every fact is the one that is stored."""
    ways = (rules_with(), HARDER, Rules(HARDER.profile.model_copy(update={"calendar": (OF_2027,)}), "2027"))
    story = t.a_received_ticket(ways[0], at=moment("2026-12-20 10:00"), person=UUID(int=seed))
    life = Life(seed, story)
    for rules in ways:
        story.rules = rules
        for _ in range(20):
            life.step()
    by_version = {rules.version: rules for rules in ways}
    assert list(rewritten(own(story), lambda r: by_version[r.cause.policy], story.now)) == own(story)


class Twins(Story):
    """A story that other rules hear too, as long as they take the same."""

    other: Story | None = None

    def decide(self, command: Command, by: Actor, on: UUID | None = None) -> list[Recorded]:
        told = super().decide(command, by, on)
        if self.other is not None and not isinstance(command, Ring | ConfirmDues):
            self.other.now, length = self.now, len(self.other.log)
            try:
                heard = self.other.decide(command, by, on)
            except Refused:
                heard = []
            if [type(r.fact) for r in heard] != [type(r.fact) for r in told]:
                del self.other.log[length:]
                self.log = self.log[: -len(told)] if told else self.log
                self.other = None
        return told


def counted(facts: list[Recorded]) -> Iterator[tuple[str, str, object]]:
    """Fact, clock, and what is counted of it; not its alarms, since nobody rings here."""
    for recorded in facts:
        if isinstance(recorded.fact, f.TicketFact) and not isinstance(recorded.fact, f.ClockRang):
            for r in recorded.fact.clocks:
                yield recorded.fact.TOPIC, r.clock, r.model_copy(update={"alarms": {}})


class Quiet(Life):
    """A life in which nothing rings."""

    def ring_what_is_due(self) -> None:
        return


def any_request(seed: int, rules: Rules) -> Story:
    chance = random.Random(seed)
    return t.a_received_ticket(
        rules,
        read=chance.random() < 0.5,
        person=UUID(int=seed),
        urgency=chance.choice(["normal", "normal", "urgent", "emergency"]),
        type=chance.choice([None, "complaint"]),
        category=chance.choice([(), t.FUMES, ("market", "market.consumer_rights"), ("utilities", "utilities.water")]),
        source=f.Source(kind="instruction", due=MONDAY + timedelta(days=9)) if chance.random() < 0.15 else f.Source(),
    )


@settings(max_examples=50)
@given(st.integers(0, 2**32))
def test_other_rules_would_have_counted_so(seed: int) -> None:
    """Given any life, when the same commands are given at the same moments to a hotline of other rules, then it counts as the
    life told under those rules does."""
    first, other = any_request(seed, rules_with()), any_request(seed, HARDER)
    story = Twins(first.rules, first.now, first.id, first.log, first.states)
    story.other = other
    life = Quiet(seed, story)
    for _ in range(40):
        if story.other is None:
            break
        life.step()
    assert list(counted(under(story, HARDER))) == list(counted(own(other)))


def test_a_calendar_that_came_later_is_looked_at_from_the_start() -> None:
    """Given a due over New Year that was provisional and then confirmed, when it is told under rules that know the calendar,
    then it is right at once and there is nothing to confirm."""
    story = t.a_dispatched_ticket(at=moment("2026-12-31 10:00"))
    assert citizens(own(story)).provisional
    knowing = rules_with(calendar=(OF_2027,))
    story.rules = knowing
    story.do(t.CLOCK, ConfirmDues())
    told = under(story, knowing)
    first = next(
        c for r in told if isinstance(r.fact, f.TicketDispatched) for c in r.fact.clocks if c.clock == "citizen"
    )
    assert isinstance(told[-1].fact, f.DuesConfirmed)
    assert told[-1].fact.clocks == ()
    assert (first.due, first.provisional) == (citizens(own(story)).due, False)


def test_days_that_were_granted_stay_granted_and_a_pause_a_pause() -> None:
    """Given three days granted and a wait for the caller over two midnights, when the limit is told as one day, then the
    due is that of four working days, and the one waited through does not count."""
    story = t.a_signed_ticket().do(t.ENVIRONMENT, t.AskSupplement(question="门牌号？"))
    story.do(t.CITIZEN, GiveSupplement(text="三号"), days=2)
    story.do(t.ENVIRONMENT, t.RequestExtension(days=3, reason="等检测报告")).do(
        t.DISPATCHER, GrantExtension(told_reason="待检测")
    )
    told = citizens(under(story, SHORT))
    assert told.limit == Limit(amount=4, unit="working_days")
    assert told.runs == story.clock("citizen").runs
    assert f"{told.due:%m-%d %H:%M}" == "03-10 00:00"


def test_an_instructions_due_is_its_sources() -> None:
    """Given an instruction that must be answered by a day, when it is told under other limits, then that day stays."""
    due = MONDAY + timedelta(days=9)
    story = t.a_dispatched_ticket(source=f.Source(kind="instruction", due=due))
    found = [
        c
        for r in under(story, SHORT)
        if isinstance(r.fact, f.TicketFact)
        for c in r.fact.clocks
        if c.kind == "instruction"
    ]
    assert [c.due for c in found] == [due]


def test_a_laws_clock_that_the_log_does_not_know_begins_and_ends_with_the_ticket() -> None:
    """Given a matter that had no law's limit, when it is told under rules that set one, then that clock runs from receipt and
    has stopped with the end."""
    market = ("market", "market.consumer_rights")
    story = t.a_closed_ticket(rules=HARDER, category=market)
    assert not any(name.startswith("statutory") for name in story.ticket.clocks)
    laws = [
        c
        for r in under(story, rules_with())
        if isinstance(r.fact, f.TicketFact)
        for c in r.fact.clocks
        if c.kind == "statutory"
    ]
    assert {c.runs[0].since for c in laws} == {MONDAY}
    assert {c.clock for c in laws if c.stopped} == {c.clock for c in laws} != set()


def test_classes_that_other_rules_tell_apart_move_the_due() -> None:
    """Given a class corrected between two that had one limit, when it is told under rules that tell them apart, then the limit
    is that of the new class."""
    same = rules_with(limits=rules_with().profile.limits.model_copy(update={"policy": (DAYS,), "unit": ()}))
    story = t.a_dispatched_ticket(rules=same)
    story.do(t.OPERATOR, Classify(type="complaint", category=("utilities", "utilities.water")))
    assert citizens(under(story, HARDER)).limit == Limit(amount=24, unit="hours")
    assert "citizen" not in [c.clock for c in own(story)[-1].fact.clocks]  # type: ignore[attr-defined]  # a ticket's fact
