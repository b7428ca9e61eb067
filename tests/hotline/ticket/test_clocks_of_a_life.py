"""The clocks of a ticket, judged by somebody who reads the log and counts day by day, minute by minute."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

import chinese_calendar
import pytest

from hotline.counting import Limit
from hotline.facts import Recorded
from hotline.rules import Rules
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts as h
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import PassDown
from hotline.ticket.extending import GrantExtension, RequestExtension
from hotline.ticket.handling import Sign
from hotline.ticket.ticket import Ticket
from tests import tickets as t
from tests.hotline.slow_clock import SlowClock
from tests.lives import Life
from tests.spec import MONDAY, Story, given, moment

STARTS = (
    "2026-02-11 16:20",  # Spring Festival lies ahead, with make-up days before and after
    "2026-04-30 23:59",  # the last minute before a holiday
    "2026-09-18 08:05",  # a make-up Sunday, National Day
    "2026-12-22 10:00",  # over New Year into days nobody has published yet
    "2025-12-29 14:30",  # over New Year into days that are published
)


def works(day: date) -> bool:
    """Whether offices work, by the published list; the weekday rule where there is none."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


@dataclass
class Judge:
    """Keeps a slow clock for the caller, each unit, each rework and each law, by what the log says happened."""

    rules: Rules
    clocks: dict[str, SlowClock] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    answers: set[str] = field(default_factory=set)
    granted: dict[str, int] = field(default_factory=dict)
    told: tuple[str, str, f.Category] = ("other", "normal", ())
    waiting: set[str] = field(default_factory=set)
    stopped_by_reply: set[str] = field(default_factory=set)
    received: datetime = MONDAY
    follow_up: bool = False

    def hear(self, recorded: Recorded) -> None:
        at, fact = recorded.recorded_at, recorded.fact
        match fact:
            case f.TicketReceived():
                self.received, self.told = at, (fact.type or "other", fact.urgency, fact.category)
            case f.TicketClassified():
                self.told = (fact.type, fact.urgency, fact.category)
                for name, running in self.clocks.items():
                    if running.stopped is None and (name == "citizen" or name.startswith("unit:")):
                        running.set_limit(self.limit(name))
                for law in self.rules.statutory(fact.type, fact.category, self.received.date()):
                    self.clocks.setdefault(f"statutory:{law.id}", SlowClock(law.limit, self.received, works))
            case f.TicketDispatched():
                self.end(at, *fact.ended)
                self.begin(at, *fact.assignments)
                citizen = self.clocks.setdefault("citizen", SlowClock(self.limit("citizen"), at, works))
                again = self.clocks.get("rework")
                if citizen.stopped and (again is None or again.stopped):
                    self.rework(at)
            case f.TicketCoDispatched():
                self.begin(at, *fact.assignments)
            case f.AssignmentPassedDown():
                self.begin(at, fact.assignment)
            case f.ReturnAccepted():
                self.end(at, fact.assignment)
            case f.DisputeAdjudicated() if fact.replacement is not None:
                self.end(at, fact.assignment)
                self.begin(at, fact.replacement)
                self.answers |= {fact.replacement.id} if fact.assignment in self.answers else set()
            case h.TicketHandedOff():
                self.follow_up = fact.follow_up
            case h.HandOffTaken() | h.HandOffVoided() if self.follow_up:
                pass
            case h.HandedBack() | h.HandOffReported() if self.follow_up or not fact.clocks:
                pass  # the part that was handed over is not the one these clocks count, or it ended over there
            case f.SupplementAsked() | f.DeferralApproved() | h.HandOffTaken() | h.HandOffVoided():
                self.waiting = {n for n, c in self.clocks.items() if c.running and not n.startswith("statutory")}
                for name in self.waiting:
                    self.clocks[name].pause(at)
            case (
                f.SupplementGiven() | f.SupplementWaitEnded() | f.TicketResumed() | h.HandedBack() | h.HandOffReported()
            ):
                for name in self.waiting:
                    if self.clocks[name].stopped is None:
                        self.clocks[name].resume(at)
                self.waiting = set()
            case f.ExtensionGranted():
                self.granted[fact.assignment] = self.granted.get(fact.assignment, 0) + fact.days
                for name in (
                    f"unit:{fact.assignment}",
                    *(("citizen", "rework") if fact.assignment in self.answers else ()),
                ):
                    clock = self.clocks.get(name)
                    if clock is not None and clock.stopped is None:
                        per_day = 24 if clock.limit.unit == "hours" else 1
                        longer = clock.limit.model_copy(update={"amount": clock.limit.amount + per_day * fact.days})
                        clock.set_limit(longer)
            case f.AssignmentReplied():
                names = {f"unit:{fact.assignment}"} | (
                    {"citizen", "rework"} if fact.assignment in self.answers else set()
                )
                now = {n for n in names if n in self.clocks and self.clocks[n].stopped is None}
                for name in now:
                    self.clocks[name].stop(at)
                if fact.assignment in self.answers:
                    self.stopped_by_reply = now
            case f.ReplyRejected():
                for name in self.stopped_by_reply:
                    self.clocks[name].resume(at)
            case f.ReworkOrdered():
                self.rework(at)
            case f.TicketClosed() | f.TicketWithdrawn() | f.TicketVoided():
                for each in self.clocks.values():
                    each.stop(at)

    def limit(self, name: str) -> Limit:
        type_, urgency, category = self.told
        ask = self.rules.policy_limit if name == "citizen" else self.rules.unit_limit
        limit = ask(type_, urgency=urgency, category=category)
        parts = self.answers if name == "citizen" else {name.partition(":")[2]}
        days = sum(self.granted.get(p, 0) for p in parts)
        return limit.model_copy(update={"amount": limit.amount + days * (24 if limit.unit == "hours" else 1)})

    def begin(self, at: datetime, *parts: f.NewAssignment) -> None:
        for part in parts:
            self.parents[part.id] = part.parent
            if part.role == "lead" and part.parent is None:
                self.answers = self.answers | {part.id}
            self.clocks[f"unit:{part.id}"] = SlowClock(self.limit(f"unit:{part.id}"), at, works)

    def end(self, at: datetime, *parts: str) -> None:
        for part in parts:
            self.clocks[f"unit:{part}"].stop(at)
            self.end(at, *(child for child, parent in self.parents.items() if parent == part))

    def rework(self, at: datetime) -> None:
        limit = self.rules.small_limit("rework", urgency=self.told[1], category=self.told[2], type=self.told[0])
        assert limit is not None
        self.clocks["rework"] = SlowClock(limit, at, works)

    def agrees(self, ticket: Ticket) -> None:
        for name, slow in self.clocks.items():
            fast = ticket.clocks[name]
            assert (name, fast.due) == (name, slow.due)
            assert (name, fast.running) == (name, slow.running)
            assert (name, fast.stopped_at) == (name, slow.stopped)
            if fast.running and "yellow" in fast.alarms:
                assert (name, fast.alarms["yellow"]) == (name, slow.used_up(Fraction(3, 4)))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    "begin", [t.a_received_ticket, t.a_dispatched_ticket, t.a_replied_ticket, t.a_ticket_in_rework]
)
@pytest.mark.parametrize("seed", range(4))
def test_every_due_time_of_a_life_is_what_counting_by_hand_gives(
    start: str, begin: Callable[..., Story], seed: int
) -> None:
    """Started, paused, resumed, extended, relimited and stopped as the log says, across holidays and make-up days."""
    life = Life(seed, begin(at=moment(start) + timedelta(minutes=random.Random(seed).randrange(0, 2000))))
    judge, heard = Judge(life.story.rules), 0
    for _ in range(40):
        life.step()
        own = [r for r in life.story.log if r.originator_id == life.story.id]
        for recorded in own[heard:]:
            judge.hear(recorded)
        heard = len(own)
        judge.agrees(life.story.ticket)
        if life.story.ticket.over and life.chance.random() < 0.2:
            break


def test_days_that_were_granted_stay_granted_when_the_type_is_corrected() -> None:
    """The caller was told so."""
    story = t.a_ticket_wanting_time(days=3).do(t.DISPATCHER, GrantExtension(told_reason="等待检测"))
    correct = Classify(type="complaint", category=("market", "market.food_safety"))
    same = given(story).by(t.DISPATCHER).when(correct).then(f.TicketClassified)
    assert same.clock("citizen").due == story.clock("citizen").due == moment("2026-03-27 00:00")
    other = given(story).by(t.DISPATCHER).when(Classify(type="help", category=t.FUMES)).then(f.TicketClassified)
    assert other.clock("citizen").due == other.clock("unit:a1").due == moment("2026-03-17 00:00")


def test_a_part_below_extends_its_own_time_and_not_the_callers() -> None:
    """The unit that stays answerable asks for the ticket."""
    story = t.a_dispatched_ticket(lead=t.DISTRICT).do(t.clerk(t.DISTRICT), Sign(), PassDown(unit=t.STREET))
    due = story.clock("citizen").due
    story.do(t.clerk(t.STREET), Sign(), RequestExtension(days=2, reason="等待"))
    story.do(t.DISPATCHER, GrantExtension(told_reason="等待检测"))
    assert story.clock("citizen").due == due < story.clock("unit:a2").due
