"""Noting what the telephone system tells: each event of a call once, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import AwareDatetime

from hotline.call import facts as f
from hotline.command import CallName, Command, Desk, Refused, To
from hotline.facts import Fact, Recorded, Role

OLDEST = timedelta(days=7)
EARLY = timedelta(minutes=5)
"""How far the telephone system's clock may be ahead of ours.  (ours)"""
THREE = 3

Event = Literal["offered", "answered", "ended", "missed", "joined", "left", "returned"]
ONCE = frozenset({"offered", "answered", "ended", "missed"})
"""Events that a call has at most once; parties may come and go, and a call may be returned several times."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call: its single events, who is on the line, and which comings and goings were told."""

    events: frozenset[str] = frozenset()
    present: Mapping[str, f.Who] = field(default_factory=dict)
    told: frozenset[tuple[str, str, datetime]] = frozenset()
    three: bool = False


def stream_of(call_id: str) -> UUID:
    """The stream in which this call is kept."""
    return uuid5(NAMESPACE_URL, f"hotline:call:{call_id}")


def evolve(call: Call | None, recorded: Recorded) -> Call:
    call, fact, at = call or Call(), recorded.fact, recorded.when
    match fact:
        case f.PartyJoined():
            present = {**call.present, fact.party: fact.who}
            return replace(call, present=present, told=call.told | {("joined", fact.party, at)})
        case f.PartyLeft():
            present = {party: who for party, who in call.present.items() if party != fact.party}
            return replace(call, present=present, told=call.told | {("left", fact.party, at)})
        case f.CallReturned():
            return replace(call, told=call.told | {("returned", "", at)})
        case f.ThreeWayBegan():
            return replace(call, three=True)
        case f.ThreeWayEnded():
            return replace(call, three=False)
        case f.CallEnded():
            call = replace(call, present={})
    return replace(call, events=call.events | {fact.TOPIC.partition(".")[2]})


class NoteCall(Command):
    """One event of a call, at the time the telephone system gives; told twice, it is noted once."""

    ACTION: ClassVar[str] = "note-call"
    KIND: ClassVar[str] = "call"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.OPERATOR, Role.ADMIN, Role.SYSTEM})
    event: Event
    call_id: CallName
    happened_at: AwareDatetime
    queue: CallName | None = None
    recording: CallName | None = None
    party: CallName | None = None
    who: f.Who | None = None
    reached: bool | None = None

    @classmethod
    def guard(cls, state: Call | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)

    def decide(self, state: Call | None, desk: Desk) -> Iterator[Fact | To]:
        if not desk.at - OLDEST <= self.happened_at <= desk.at + EARLY:
            raise Refused("time_out_of_range", field="at")
        call = state or Call()
        if self.event in ONCE:
            if self.event not in call.events:
                yield self._single()
                if self.event == "ended" and call.three:
                    yield f.ThreeWayEnded(call_id=self.call_id, left=None)
        elif (self.event, self.party or "", self.happened_at) not in call.told:
            yield from self._coming_and_going(call)

    def _single(self) -> Fact:
        match self.event:
            case "offered":
                return f.CallOffered(call_id=self.call_id, queue=self.queue)
            case "answered":
                return f.CallAnswered(call_id=self.call_id, queue=self.queue)
            case "ended":
                return f.CallEnded(call_id=self.call_id, recording=self.recording)
            case _:
                return f.CallMissed(call_id=self.call_id, queue=self.queue)

    def _coming_and_going(self, call: Call) -> Iterator[Fact]:
        if self.event == "returned":
            if self.reached is None:
                raise Refused("call_detail_missing", event=self.event, field="reached")
            if "missed" not in call.events:
                raise Refused("call_not_missed")
            yield f.CallReturned(call_id=self.call_id, reached=self.reached)
            return
        if self.party is None or self.who is None:
            raise Refused("call_detail_missing", event=self.event, field="party, who")
        if self.event == "joined":
            yield f.PartyJoined(call_id=self.call_id, party=self.party, who=self.who)
            parties = tuple(dict.fromkeys([*call.present, self.party]))
            if not call.three and len(parties) >= THREE:
                yield f.ThreeWayBegan(call_id=self.call_id, parties=parties)
        else:
            yield f.PartyLeft(call_id=self.call_id, party=self.party, who=self.who)
            if call.three and len(set(call.present) - {self.party}) < THREE:
                yield f.ThreeWayEnded(call_id=self.call_id, left=self.party)
