"""Custody over random histories: two hotlines, anybody doing anything, and a link that loses, doubles and reorders.

The rule is judged from both logs and from nothing else (`tests/handoff_rule.py`), at every pair of places in them that
could have been true at one moment.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.command import Refused
from hotline.handoff.alarms import RingHandOff
from hotline.handoff.answering import Accept, Acknowledge, Dispute, Feedback, Recall
from hotline.ticket.ticket import Ticket
from tests.handoff_rule import Side, judge_all
from tests.handoffs import LINK, POLICE, House, pair


class World:
    """Both hotlines and the link between them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.houses = pair()
        self.seen: Counter[str] = Counter()
        self.refused: set[str] = set()
        for house in self.houses:
            house.receive()

    def step(self) -> None:
        chance = self.chance
        house = chance.choice(self.houses)
        wait = chance.choice([0, 1, 20, 400, 9000])
        for one in self.houses:
            one.wait(seconds=wait)
        what = chance.random()
        if what < 0.5:
            self.carry(house)
        elif what < 0.6:
            self.ring(house)
        elif what < 0.75:
            self.offer(house)
        else:
            self.act(house)

    def offer(self, house: House) -> None:
        tickets = [s for s, (_, state) in house.story.states.items() if isinstance(state, Ticket)]
        body = {"way": self.chance.choice(["push", "one_key"]), "danger": self.chance.random() < 0.3}
        self.attempt("offer", lambda: house.offer(self.chance.choice(tickets), **body))

    def act(self, house: House) -> None:
        if not house.saves:
            return
        stream = self.chance.choice(list(house.saves))
        command = self.chance.choice(
            [
                Accept(), Accept(), Dispute(reason="不属我方"), Recall(reason="撤回"), Acknowledge(),
                Feedback(kind="progress", words="话"), Feedback(kind="result", words="话", outcome="not_ours"),
            ]
        )  # fmt: skip
        self.attempt(command.ACTION, lambda: house.do(command, POLICE, stream))

    def ring(self, house: House) -> None:
        for stream in list(house.saves):
            for clock in ("handoff_received", "handoff_undecided", "handoff_result"):
                for recorded in house.do(RingHandOff(clock=clock, level="red"), LINK, stream):
                    self.seen[type(recorded.fact).__name__] += 1

    def attempt(self, name: str, act: Callable[[], object]) -> None:
        try:
            act()
        except Refused:
            return
        self.seen[name] += 1

    def carry(self, giver: House) -> None:
        """Any message the giver has ever said, new or old, in any order; it may also be lost."""
        said = [message for stream in giver.saves for message in giver.says(stream)]
        taker = next(h for h in self.houses if h is not giver)
        for message in self.chance.sample(said, min(len(said), self.chance.randint(0, 4))):
            try:
                taker.take(message)
            except Refused as refused:
                self.refused.add(refused.code)

    def heal(self) -> None:
        """The link works again: everything is said in order until nobody has anything new to say."""
        while True:
            before = sum(len(house.story.log) for house in self.houses)
            for giver, taker in (self.houses, self.houses[::-1]):
                for stream in list(giver.saves):
                    for message in giver.says(stream):
                        taker.take(message)
            if sum(len(house.story.log) for house in self.houses) == before:
                return

    def check_tickets(self) -> None:
        """A ticket is theirs exactly while its last hand-off that was accepted says so."""
        for house in self.houses:
            for _, state in list(house.story.states.values()):
                if isinstance(state, Ticket) and state.handed is not None:
                    handoff = house.handoff(state.handed.handoff)
                    theirs = state.handed.custody == "theirs"
                    assert theirs == (handoff.holder == handoff.other), f"{state.handed} {handoff.stage}"
            for stream in house.saves:
                assert house.handoff(stream).stream == stream


def live(seed: int, steps: int) -> World:
    world = World(seed)
    for _ in range(steps):
        world.step()
        world.check_tickets()
    return world


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_custody_keeps_the_rule_whatever_the_link_does(seed: int) -> None:
    """Never neither, both only while an answer is in flight, and exactly one when the link has healed."""
    world = live(seed, 50)
    us, them = world.houses
    assert world.refused <= {"message_early", "unknown_handoff"}, "two that keep the rules hear nothing else"
    assert judge_all(us.sides(), them.sides(), settled=False) == []
    world.heal()
    world.check_tickets()
    assert judge_all(us.sides(), them.sides()) == []


def test_the_histories_lived_here_see_everything() -> None:
    """Or the promise above would promise little."""
    seen: Counter[str] = Counter()
    for seed in range(25):
        world = live(seed, 50)
        world.heal()
        seen += world.seen
        for house in world.houses:
            seen.update(type(r.fact).__name__ for r in house.story.log)
    wanted = {
        "HandOffOffered", "HandOffAcknowledged", "HandOffAccepted", "HandOffConfirmed", "HandOffDisputed", "HandOffRecalled",
        "AcceptanceVoided", "HandOffProgressed", "HandOffResulted", "MessageCrossed", "HandOffAlarmed", "HandOffListed",
        "HandOffUndecided", "HandedBack", "HandOffVoided",
    }  # fmt: skip
    assert wanted - set(seen) == set()


def test_the_judge_sees_a_receiver_that_takes_what_was_recalled() -> None:
    """A rule that cannot be broken would not be judged at all."""
    us, them = pair()
    us.receive()
    here = us.offer()
    us.do(Recall(reason="撤回"), on=here)
    for message in us.says(here):
        them.take(message)
    assert judge_all(us.sides(), them.sides(), settled=False) == []
    (name, side), *_ = them.sides().items()
    stolen = Side(side.me, (*side.places, replace(side.places[-1], holder=them.own)))
    assert judge_all(us.sides(), {name: stolen}, settled=False) == [
        f"{name}: offerer's place 1, receiver's {len(stolen.places)}: both hold it and no answer is in flight"
    ]
