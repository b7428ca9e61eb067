"""A house of expert seats without a store: real commands, decided by the real rules, on several streams at once.

What is decided is written only if no stream it wrote to has moved since: that is what the store does, and what two
processes that decide side by side have to live with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hotline.command import Command, Desk, To
from hotline.consultation.consultation import Consultation
from hotline.facts import Actor, Cause, Fact, Recorded, Role
from hotline.reading.personal import find
from hotline.rules import Rules
from hotline.seat.facts import Shift
from hotline.seat.presence import OpenSeat, SetShifts, SignIn
from hotline.seat.seat import Seat, stream_of
from hotline.streams import EVOLVE
from hotline.ticket.consulting import Consult
from hotline.ticket.ticket import Ticket
from tests import tickets as t
from tests.spec import MONDAY, PaperVault, rules_with


def expert(name: str) -> Actor:
    return Actor(id=name, role=Role.EXPERT)


class Raced(Exception):
    """Somebody else wrote one of these streams first."""


@dataclass(frozen=True)
class Decided:
    """What was decided at one moment, and the versions it builds on."""

    facts: tuple[tuple[To, int], ...]
    by: Actor
    happened: Command


@dataclass
class Centre:
    """Tickets, seats and consultations, with what has happened to them."""

    rules: Rules = field(default_factory=rules_with)
    now: datetime = MONDAY
    states: dict[UUID, tuple[int, Any]] = field(default_factory=dict)
    log: list[Recorded] = field(default_factory=list)

    def later(self, **wait: float) -> Centre:
        self.now += timedelta(**wait)
        return self

    def decide(self, command: Command, on: UUID, by: Actor) -> Decided:
        """Decide on what is known now, without writing anything.  Raises Refused."""
        states = dict(self.states)
        desk = Desk(
            id=on,
            at=self.rules.calendar.local(self.now),
            by=by,
            rules=self.rules,
            vault=PaperVault(),
            find_personal=find,
            other=lambda _, stream: states.get(stream, (0, None))[1],
        )
        command.guard(states.get(on, (0, None))[1], desk)
        facts = []
        for decided in command.decide(states.get(on, (0, None))[1], desk):
            told = decided if isinstance(decided, To) else To(command.KIND, on, decided)
            version, state = states.get(told.stream, (0, None))
            facts.append((told, version + 1))
            recorded = self._recorded(told, version + 1, by)
            states[told.stream] = (version + 1, EVOLVE[told.kind](state, recorded))
        return Decided(tuple(facts), by, command)

    def write(self, decided: Decided) -> list[Fact]:
        """Write what was decided.  Raises Raced when a stream has moved since; nothing is written then."""
        seen: dict[UUID, int] = {}
        for told, version in decided.facts:
            if told.stream not in seen and self.states.get(told.stream, (0, None))[0] != version - 1:
                raise Raced
            seen[told.stream] = version
        for told, version in decided.facts:
            recorded = self._recorded(told, version, decided.by)
            self.states[told.stream] = (
                version,
                EVOLVE[told.kind](self.states.get(told.stream, (0, None))[1], recorded),
            )
            self.log.append(recorded)
        return [told.fact for told, _ in decided.facts]

    def do(self, command: Command, on: UUID, by: Actor) -> list[Fact]:
        return self.write(self.decide(command, on, by))

    def _recorded(self, told: To, version: int, by: Actor) -> Recorded:
        return Recorded(
            originator_id=told.stream,
            originator_version=version,
            recorded_at=self.now,
            happened_at=None,
            by=by,
            cause=Cause(correlation_id="test", policy=self.rules.version),
            fact=told.fact,
            position=len(self.log) + 1,
        )

    # -- what there is ---------------------------------------------------------------------------------------------
    def seat(self, name: str) -> Seat:
        found: Seat = self.states[stream_of(name)][1]
        return found

    def ticket(self, ticket: UUID) -> Ticket:
        found: Ticket = self.states[ticket][1]
        return found

    def consultation(self, ticket: UUID) -> Consultation:
        """The last consultation about a ticket."""
        return [
            state for _, state in self.states.values() if isinstance(state, Consultation) and state.ticket == ticket
        ][-1]

    def all(self, kind: type) -> list[Any]:
        return [state for _, state in self.states.values() if isinstance(state, kind)]

    # -- what people do --------------------------------------------------------------------------------------------
    def sits(self, name: str, *skills: str, rank: str = "duty", sign_in: bool = True) -> Actor:
        """Somebody has a seat, is on shift for the next twelve hours, and has sat down."""
        who = expert(name)
        self.do(OpenSeat(seat=name, skills=skills or ("tax",)), stream_of(name), t.SUPERVISOR)
        shift = Shift(since=self.now, until=self.now + timedelta(hours=12), rank=rank)  # type: ignore[arg-type]
        self.do(SetShifts(shifts=(shift,)), stream_of(name), t.SUPERVISOR)
        if sign_in:
            self.do(SignIn(), stream_of(name), who)
        return who

    def request(self, nth: int = 1, **told: Any) -> UUID:
        """Somebody has called."""
        ticket = UUID(int=nth)
        self.do(t.intake(t.received(**told), None, number=f"260302-{nth:06}-0"), ticket, t.OPERATOR)
        return ticket

    def asks(self, nth: int = 1, **asked: Any) -> UUID:
        """An operator has asked about a new request; the consultation's stream."""
        ticket = self.request(nth)
        told = {"skill": "tax", "way": "warm_transfer", "summary": "个税汇算怎么补？", **asked}
        self.do(Consult(**told), ticket, t.OPERATOR)
        return self.consultation(ticket).id
