"""Lives of tickets lived at random, by everybody who may do something, with what must hold after each step."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import islice
from uuid import UUID

import pytest

from hotline.command import Command, Refused
from hotline.facts import Actor, FactMapper, Role
from hotline.ticket import facts as f
from hotline.ticket.actions import ACTIONS
from hotline.ticket.evolving import replay
from hotline.ticket.supervising import ConfirmDues, Ring
from hotline.ticket.ticket import OVER, State
from tests import handoffs
from tests import tickets as t
from tests.bodies import bodies, commands
from tests.spec import Story

PEOPLE = (
    t.OPERATOR, t.DISPATCHER, t.REVIEWER, t.SUPERVISOR, t.LEADER, t.ADMIN, t.CITIZEN,
    t.ENVIRONMENT, t.MARKETS, t.HOUSES, t.clerk(t.DISTRICT), t.clerk(t.STREET), t.clerk(t.SECTION),
    Actor(id="an1", role=Role.ANALYST), Actor(id="au1", role=Role.AUDITOR), Actor(id="op9", role=Role.OPERATOR, team="intake-day"),
)  # fmt: skip
AFTER_THE_END = {"archive", "reopen", "retention"}
LIKED = {
    "dispatch": 9, "sign": 6, "contact": 6, "reply": 9, "review": 6, "call-back": 6, "rework": 20, "close": 12, "rate": 0.5,
    "grant-extension": 4, "approve-deferral": 4, "accept-return": 6, "adjudicate": 4, "resume": 3, "request-deferral": 2,
    "request-extension": 2, "reopen": 3, "approve-erasure": 2, "release-hold": 0.3, "classify": 0.15, "co-dispatch": 0.2,
    "ask-supplement": 0.4, "supplement": 0.05, "note": 0.02, "unmask": 0.02, "urge": 0.1, "supervise": 0.1, "escalate": 0.1,
    "inspect": 0.05, "exclude": 0.02, "include": 0.05, "hold": 0.02, "erase": 0.2, "withdraw": 0.02, "void": 0.1, "answer": 0.2, "refer": 0.1,
    "explain": 0.2, "attach": 0.02, "consult-expert": 0.3, "hand-off": 0.1, "confirm-reading": 0.3,
}  # fmt: skip
"""How likely a step is beside the others: a life in which everybody only writes notes shows little."""


def begun(seed: int, chance: random.Random) -> Story:
    """Any request at all."""
    return t.a_received_ticket(
        read=chance.random() < 0.5,
        person=UUID(int=seed),
        reachable=chance.random() < 0.9,
        contact_preference=chance.choice(["voice", "voice", "text", "none"]),
        urgency=chance.choice(["normal", "normal", "urgent", "emergency"]),
        about_team=chance.choice([None, None, "intake-day"]),
        confidential=chance.random() < 0.2,
        source=f.Source(kind="instruction") if chance.random() < 0.15 else f.Source(),
    )


class Life:
    """A ticket lived at random."""

    def __init__(self, seed: int, story: Story | None = None) -> None:
        self.chance = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.story = story or begun(seed, self.chance)

    def step(self) -> None:
        story, chance = self.story, self.chance
        story.now += timedelta(minutes=chance.choice([0, 1, 7, 45, 180, 600, 1440, 2880, 5000]))
        if chance.random() < 0.3:
            self.ring_what_is_due()
            return
        if story.ticket.handed is not None and chance.random() < 0.5:
            self.seen.update(type(r.fact).__name__ for r in handoffs.other_side(story, chance))
            return
        offers = [(actor, action) for actor in chance.sample(PEOPLE, 8) for action in story.allowed(actor)]
        if not offers:
            return
        actor, action = chance.choices(offers, [LIKED.get(name, 1) for _, name in offers])[0]
        choice = commands(action, story)
        chance.shuffle(choice)
        self.take(actor, action, choice)

    def take(self, actor: Actor, action: str, choice: list[Command]) -> None:
        refused = []
        for command in choice:
            before = self.story.ticket
            try:
                told = self.story.decide(command, actor)
            except Refused as refusal:
                assert self.story.ticket is before, "a refusal changes nothing"
                refused.append(refusal.code)
            else:
                self.seen[action] += 1
                self.seen.update(type(r.fact).__name__ for r in told)
                return
        raise AssertionError(f"{action} is offered to {actor.id}, and refused whatever he says: {Counter(refused)}")

    def ring_what_is_due(self) -> None:
        story = self.story
        for reading in list(story.ticket.clocks.values()):
            for level, at in sorted(reading.alarms.items(), key=lambda kv: kv[1]):
                told = story.decide(Ring(clock=reading.clock, level=level), t.CLOCK)
                assert bool(told) <= (at <= story.now), "never early"
                self.seen.update(type(r.fact).__name__ for r in told)
                for recorded in told:
                    assert at <= recorded.recorded_at
                    if isinstance(recorded.fact, f.ClockRang):
                        assert level not in story.clock(reading.clock).alarms, "once each"
                if told and not isinstance(told[0].fact, f.ClockRang):
                    return
        story.decide(ConfirmDues(), t.CLOCK)

    def check(self) -> None:
        ticket = self.story.ticket
        running = {r.clock for r in ticket.running()}
        kinds = Counter(r.kind for r in ticket.running())
        assert kinds["citizen"] <= 1
        if ticket.state in OVER:
            assert {name.partition(":")[0] for name in running} <= AFTER_THE_END, running
            assert not ticket.parts()
        elif ticket.source.kind == "citizen" and ticket.handed is None:
            assert running, f"nothing reminds anybody of a ticket that is {ticket.state}"
        live = {a.id for a in ticket.parts()}
        for reading in ticket.running():
            assert reading.assignment is None or reading.assignment in live, f"{reading.clock} runs for nobody"
        for part in ticket.parts():
            unit = ticket.clocks[f"unit:{part.id}"]
            again = ticket.reworks or unit.stopped
            assert unit.running or unit.paused or part.state == "replied" or again
        waiting = ticket.state in (State.NEEDS_SUPPLEMENT, State.DEFERRED)
        assert not (waiting and kinds["citizen"] + kinds["unit"] + kinds["rework"]), "our clocks run while we wait"
        away = ticket.handed is not None and ticket.handed.custody == "theirs" and not ticket.handed.follow_up
        idle = waiting or away or ticket.hold
        assert all(not r.paused or idle for r in ticket.clocks.values()), "a clock waits for nothing"
        if (citizen := ticket.clock("citizen")) is not None:
            first = next(r for r in self.story.log if isinstance(r.fact, f.TicketDispatched))
            assert citizen.runs[0].since == first.recorded_at, "counted from the first dispatch, for ever"

    def check_offers(self) -> None:
        """Every action that is not listed is refused, whatever the body."""
        actor = self.chance.choice(PEOPLE)
        listed = self.story.allowed(actor)
        for action in ACTIONS:
            if action in listed:
                continue
            for body in islice(bodies(action, self.story.ticket, self.story.now, self.story.rules), 2):
                command = ACTIONS[action].model_validate(body)
                with pytest.raises(Refused):
                    self.story.decide(command, actor)

    def check_replay(self) -> None:
        """The state in memory is the state of the log, after a way through the store's own form."""
        mapper = FactMapper()
        own = [r for r in self.story.log if r.originator_id == self.story.id]
        read = [mapper.to_domain_event(mapper.to_stored_event(r)) for r in own]
        assert replay(None, read) == self.story.ticket


def live(seed: int, steps: int) -> Life:
    """A life of so many steps, and no more than a dozen after its end."""
    life, after_the_end = Life(seed), 0
    for n in range(steps):
        life.step()
        life.check()
        if n % 10 == 0:
            life.check_offers()
        after_the_end = after_the_end + 1 if life.story.ticket.over else 0
        if after_the_end > 12:
            break
    life.check_replay()
    return life
