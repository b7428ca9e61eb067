"""Noting what the telephone system tells: each event of a call once, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import AwareDatetime

from hotline.call import facts as f
from hotline.command import Code, Command, Desk, Refused, To
from hotline.facts import Fact, Recorded, Role

OLDEST = timedelta(days=7)
EARLY = timedelta(minutes=5)
"""How far the telephone system's clock may be ahead of ours.  (ours)"""


@dataclass(frozen=True, slots=True)
class Call:
    """The events of a call that are known."""

    events: frozenset[str] = frozenset()


def stream_of(call_id: str) -> UUID:
    """The stream in which this call is kept."""
    return uuid5(NAMESPACE_URL, f"hotline:call:{call_id}")


def evolve(call: Call | None, recorded: Recorded) -> Call:
    call = call or Call()
    return replace(call, events=call.events | {recorded.fact.TOPIC.partition(".")[2]})


class NoteCall(Command):
    """One event of a call, at the time the telephone system gives; told twice, it is noted once."""

    ACTION: ClassVar[str] = "note-call"
    KIND: ClassVar[str] = "call"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.OPERATOR, Role.ADMIN, Role.SYSTEM})
    event: Literal["offered", "answered", "ended", "missed"]
    call_id: Code
    happened_at: AwareDatetime
    queue: Code | None = None
    recording: Code | None = None

    @classmethod
    def guard(cls, state: Call | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)

    def decide(self, state: Call | None, desk: Desk) -> Iterator[Fact | To]:
        if not desk.at - OLDEST <= self.happened_at <= desk.at + EARLY:
            raise Refused("time_out_of_range", field="at")
        if state is None or self.event not in state.events:
            yield self._fact()

    def _fact(self) -> Fact:
        match self.event:
            case "offered":
                return f.CallOffered(call_id=self.call_id, queue=self.queue)
            case "answered":
                return f.CallAnswered(call_id=self.call_id, queue=self.queue)
            case "ended":
                return f.CallEnded(call_id=self.call_id, recording=self.recording)
            case "missed":
                return f.CallMissed(call_id=self.call_id, queue=self.queue)
