"""Promises in the form they are made: given a ticket, when somebody does something, then these facts follow.

    given(a_signed_ticket()).after(hours=2).by(ENVIRONMENT).when(Contact(way="voice")).then(CallerContacted)
    given(a_signed_ticket()).by(OPERATOR).when(Sign()).refused("wrong_role")

A `Story` is what has happened so far: real commands, decided by the real rules, on no store at all.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from hotline.clocks import Reading
from hotline.command import Command, Desk, Refused, To
from hotline.facts import Actor, Cause, Fact, Recorded, Role
from hotline.reading.personal import find
from hotline.rules import Rules, load
from hotline.streams import EVOLVE
from hotline.ticket.actions import allowed
from hotline.ticket.ticket import Ticket
from hotline.vault.index import drawn

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
"""An ordinary working week lies ahead of it."""
TICKET = UUID(int=2026)


def moment(text: str) -> datetime:
    """`2026-03-04 10:00`, in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def rules_with(profile: str = "sichuan-2025", **changes: Any) -> Rules:
    """A shipped profile with some of its parts exchanged."""
    rules = load(profile)
    return Rules(rules.profile.model_copy(update=changes), f"{rules.version}+") if changes else rules


class PaperVault:
    """Seals by replacing every word: what comes out cannot hold what went in."""

    def seal(self, ticket_id: UUID, label: str, text: str) -> str:
        return f"s1.A.{label.replace('.', '_')}-{len(text)}"

    def draw(self, kind: str, value: str) -> float:
        return drawn(kind, value, None)

    def line_of(self, person_id: UUID) -> str | None:
        return None


STAFF = {
    name: Actor(id=name, role=role)
    for name, role in {
        "rv1": Role.REVIEWER,
        "sv1": Role.SUPERVISOR,
        "ld1": Role.LEADER,
        "op1": Role.OPERATOR,
        "somebody": Role.SUPERVISOR,
    }.items()
} | {"of-the-team": Actor(id="of-the-team", role=Role.SUPERVISOR, team="intake-day")}
"""Who has an account, by its id."""


@dataclass
class Story:
    """A ticket's life as far as it has been told."""

    rules: Rules = field(default_factory=lambda: load("sichuan-2025"))
    now: datetime = MONDAY
    id: UUID = TICKET
    log: list[Recorded] = field(default_factory=list)
    states: dict[UUID, tuple[int, Any]] = field(default_factory=dict)

    @property
    def ticket(self) -> Ticket:
        found: Ticket = self.states[self.id][1]
        return found

    def clock(self, name: str) -> Reading:
        return self.ticket.clocks[name]

    def facts(self, *kinds: type[Fact]) -> list[Any]:
        return [r.fact for r in self.log if isinstance(r.fact, kinds)]

    def allowed(self, by: Actor) -> tuple[str, ...]:
        return allowed(self.ticket, self.desk(by))

    def desk(self, by: Actor, on: UUID | None = None) -> Desk:
        return Desk(
            id=on or self.id,
            at=self.rules.calendar.local(self.now),
            by=by,
            rules=self.rules,
            vault=PaperVault(),
            find_personal=find,
            other=lambda _, stream: self.states.get(stream, (0, None))[1],
            staff=STAFF.get,
        )

    def do(self, by: Actor, *commands: Command, **wait: float) -> Story:
        """Somebody does one thing after another, each `wait` after what was before (ten minutes unless said)."""
        for command in commands:
            self.now += timedelta(**(wait or {"minutes": 10}))
            self.decide(command, by)
        return self

    def decide(self, command: Command, by: Actor, on: UUID | None = None) -> list[Recorded]:
        """Guard, decide, remember; ``on`` another stream than the ticket's.  Raises Refused; nothing has changed then."""
        desk = self.desk(by, on)
        state = self.states.get(desk.id, (0, None))[1]
        command.guard(state, desk)
        return [self._record(command, decided, by, desk.id) for decided in list(command.decide(state, desk))]

    def _record(self, command: Command, decided: Fact | To, by: Actor, on: UUID) -> Recorded:
        told = decided if isinstance(decided, To) else To(command.KIND, on, decided)
        version, state = self.states.get(told.stream, (0, None))
        recorded = Recorded(
            originator_id=told.stream,
            originator_version=version + 1,
            recorded_at=self.now,
            happened_at=getattr(command, "happened_at", None),
            by=by,
            cause=Cause(correlation_id="test", policy=self.rules.version),
            fact=told.fact,
            position=len(self.log) + 1,
        )
        self.states[told.stream] = (version + 1, EVOLVE[told.kind](state, recorded))
        self.log.append(recorded)
        return recorded

    def fork(self) -> Story:
        """Another story that begins the same way."""
        twin = copy(self)
        twin.log, twin.states = list(self.log), dict(self.states)
        return twin


@dataclass
class Given:
    story: Story
    actor: Actor | None = None
    command: Command | None = None

    def at(self, text: str) -> Given:
        self.story.now = moment(text)
        return self

    def after(self, **wait: float) -> Given:
        self.story.now += timedelta(**wait)
        return self

    def by(self, actor: Actor) -> Given:
        self.actor = actor
        return self

    def when(self, command: Command) -> Given:
        self.command = command
        return self

    def then(self, *expected: type[Fact]) -> Story:
        """Exactly these facts follow, in this order.  The story goes on from there."""
        assert self.actor is not None, "say by whom"
        assert self.command is not None, "say what"
        found = [type(r.fact) for r in self.story.decide(self.command, self.actor)]
        assert found == list(expected), f"{[f.__name__ for f in found]}"
        return self.story

    def refused(self, code: str) -> Refused:
        """It is refused by that name, and nothing has changed."""
        assert self.actor is not None, "say by whom"
        assert self.command is not None, "say what"
        before, told = dict(self.story.states), len(self.story.log)
        with pytest.raises(Refused) as raised:
            self.story.decide(self.command, self.actor)
        assert raised.value.code == code
        assert self.story.states == before
        assert len(self.story.log) == told
        return raised.value


def given(story: Story) -> Given:
    return Given(story.fork())
