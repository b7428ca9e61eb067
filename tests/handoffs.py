"""Two hotlines that hand matters to each other, decided by the real rules on no store, over a link that loses, repeats
and reorders: what one says is what follows from its log."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from hotline.command import Command
from hotline.facts import Actor, Recorded, Role
from hotline.handoff import facts as f
from hotline.handoff import messages as m
from hotline.handoff.answering import Accept, Recall
from hotline.handoff.handoff import HandOff, evolve, stream_of
from hotline.handoff.labels import MATTER
from hotline.handoff.outgoing import outgoing
from hotline.handoff.taking import Newcomer, Take
from hotline.rules import Rules
from hotline.rules.platforms import Line
from hotline.ticket.facts import Access
from hotline.ticket.handing_over import HandOver
from hotline.ticket.number import draw
from tests import tickets as t
from tests.handoff_rule import Place, Side
from tests.spec import MONDAY, TICKET, Story, rules_with

POLICE = Actor(id="pd1", role=Role.POLICE_DESK)
LINK = Actor(id="system", role=Role.SYSTEM)


def rules_of(own: str, other: str, profile: str = "sichuan-2025") -> Rules:
    """A hotline of that name that knows one other platform besides those of the profile."""
    platforms = rules_with(profile).platforms
    line = Line(name=platforms.lines["110"].name, kind="two_way", link="http", channel="police")
    lines = {**platforms.lines, other: line}
    return rules_with(profile, platforms=platforms.model_copy(update={"own": own, "lines": lines}))


def opened(ticket: UUID, label: str, sealed: str) -> str:
    return '{"text": "事由"}' if label == MATTER else "话"


def nobody(person: UUID) -> None:
    return None


class House:
    """One of the two."""

    def __init__(self, own: str, other: str, seed: int = 0) -> None:
        self.own, self.other = own, other
        self.story = Story(rules_of(own, other), now=MONDAY, id=UUID(int=seed))
        self.saves: dict[UUID, list[int]] = {}
        """For each hand-off the lengths its history has had after each write."""

    def receive(self, **told: Any) -> None:
        self.story.decide(t.intake(t.received(**told), TICKET), t.OPERATOR)

    def do(self, command: Command, by: Actor = POLICE, on: UUID | None = None) -> list[Recorded]:
        found = self.story.decide(command, by, on)
        for stream in {r.originator_id for r in found if isinstance(r.fact, f.HandOffFact)}:
            self.saves.setdefault(stream, []).append(len(self.history(stream)))
        return found

    def offer(self, on: UUID | None = None, **told: Any) -> UUID:
        """Hand a ticket over, our own unless said; the stream of the hand-off."""
        body = {"to": self.other, "way": "push", "summary": "事由", "reason": "属对方职责", **told}
        found = self.do(HandOver.model_validate(body), t.OPERATOR, on)
        return next(r.originator_id for r in found if isinstance(r.fact, f.HandOffOffered))

    def take(self, message: m.Message) -> list[Recorded]:
        new = Newcomer(number=draw(self.story.now), access=Access(code="c", token="t"), person_id=None, reachable=False)
        return self.do(Take(message=message, newcomer=new), LINK, stream_of(self.other, message.handoff_id))

    def history(self, stream: UUID) -> list[Recorded]:
        return [r for r in self.story.log if r.originator_id == stream]

    def handoff(self, stream: UUID) -> HandOff:
        found: HandOff = self.story.states[stream][1]
        return found

    def says(self, stream: UUID) -> list[m.Message]:
        return outgoing(self.history(stream), opened, nobody)

    def wait(self, **time: float) -> None:
        self.story.now += timedelta(**time)

    def sides(self) -> dict[str, Side]:
        """Our log of each hand-off as the rule of custody reads it: one place for each write."""
        return {str(self.handoff(stream).id): self._side(stream) for stream in self.saves}

    def _side(self, stream: UUID) -> Side:
        history, places = self.history(stream), []
        for length in self.saves[stream]:
            state: HandOff | None = None
            for recorded in history[:length]:
                state = evolve(state, recorded)
            assert state is not None
            wrote = tuple(message.kind for message in outgoing(history[:length], opened, nobody))
            places.append(Place(state.holder, wrote, state.heard))
        return Side(self.own, tuple(places))


def pair() -> tuple[House, House]:
    return House("12345-a", "12345-b", seed=1), House("12345-b", "12345-a", seed=2)


def deliver(giver: House, taker: House, stream: UUID | None = None) -> None:
    """Everything one side has to say, in order, taken by the other; what it took before it takes for nothing."""
    for one in [stream] if stream is not None else list(giver.saves):
        for message in giver.says(one):
            taker.take(message)


def other_side(story: Story, chance: random.Random) -> list[Recorded]:
    """Something the platform says that this ticket was offered to, or our own recall; and a return is accepted at once."""
    assert story.ticket.handed is not None
    stream = story.ticket.handed.handoff
    handoff: HandOff = story.states[stream][1]
    head: dict[str, Any] = {
        "handoff_id": handoff.id,
        "sender": handoff.other,
        "to": handoff.us,
        "seq": handoff.heard + 1,
        "at": story.now,
    }
    if handoff.stage == "accepted":
        answers: list[m.Message] = [
            m.Progress(**head, body=m.ProgressBody(words="已出警")),
            m.Result(
                **head, body=m.ResultBody(words="已处置", outcome=chance.choice(["done", "not_ours", "unfounded"]))
            ),
            _return(handoff, story),
        ]
        said = chance.choice(answers)
        if isinstance(said, m.Offer) and not (story.ticket.over or story.ticket.erased or story.ticket.restricted):
            back = stream_of(handoff.other, said.handoff_id)
            found = story.decide(Take(message=said), LINK, back)
            found += story.decide(Accept(), POLICE, back)
            if chance.random() < 0.3:
                void = said.model_copy(update={"seq": 2})
                recalled = m.Recall.model_validate(
                    void.model_dump(exclude={"kind", "body"}) | {"body": {"reason": "撤回"}}
                )
                found += story.decide(Take(message=recalled), LINK, back)
            return found
        if isinstance(said, m.Offer):  # a matter that is over here would be a new one
            return []
        return story.decide(Take(message=said), LINK, stream)
    if chance.random() < 0.3:
        return story.decide(Recall(reason="来电人已和解"), POLICE, stream)
    early: list[m.Message] = [
        m.Received(**head),
        m.Accept(**head, body=m.AcceptBody(reference="J1")),
        m.Dispute(**head, body=m.Reasoned(reason="不属警情")),
    ]
    return story.decide(Take(message=chance.choice(early)), LINK, stream)


def _return(handoff: HandOff, story: Story) -> m.Offer:
    return m.Offer(
        handoff_id=uuid5(handoff.id, f"back:{len(story.log)}"),
        sender=handoff.other,
        to=handoff.us,
        seq=1,
        at=story.now,
        body=m.OfferBody(
            way="push",
            matter=m.Matter(text="属民事纠纷"),
            number="J1",
            returns=handoff.id,
            first_received_by=handoff.us,
        ),
    )
