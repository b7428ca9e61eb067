"""The world of a simulation: its time, its people's agenda, the way to the hotline, and what everybody has counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.handoff.messages import Message
from hotline.rules import Rules
from hotline.ticket.ticket import State
from workers.simulate import texts
from workers.simulate.agenda import Agenda, Hours
from workers.simulate.beside import News
from workers.simulate.case import WAITING, Case, Expert, Parcel, Question
from workers.simulate.door import Door, Told
from workers.simulate.habits import Habits
from workers.simulate.staff import Staff, staff
from workers.simulate.tally import Tally

P = ParamSpec("P")
Move = Callable[Concatenate["World", P], object]


class World:
    """One simulation. Acts are functions of the world and what they concern; nothing here runs by itself."""

    def __init__(self, door: Door, rules: Rules, start: datetime, *, habits: Habits | None = None, pace: float = 1.0):
        self.door, self.rules, self.now = door, rules, start
        self.habits = habits or Habits()
        self.hours = Hours(rules.calendar, pace)
        self.staff: Staff = staff(rules)
        self.agenda, self.tally = Agenda(), Tally()
        self.cases: list[Case] = []
        self.by_id: dict[UUID, Case] = {}
        self.hears: dict[str, Callable[[World, News], None]] = {}
        self.questions: dict[UUID, Question] = {}
        self.experts: dict[str, Expert] = {}
        self.parcels: dict[UUID, Parcel] = {}
        self.known: set[str] = set()
        """Categories that an entry of the knowledge base has been written about."""

    # -- when ------------------------------------------------------------------------------------------------------
    def at(self, moment: datetime, act: Move[P], *args: P.args, **kwargs: P.kwargs) -> None:
        """Note an act for a moment."""
        self.agenda.at(moment, partial(act, self, *args, **kwargs))

    def soon(self, minutes: float, act: Move[P], *args: P.args, **kwargs: P.kwargs) -> None:
        """After natural minutes."""
        self.at(self.hours.later(self.now, minutes), act, *args, **kwargs)

    def office(self, minutes: float, act: Move[P], *args: P.args, **kwargs: P.kwargs) -> None:
        """After office minutes."""
        self.at(self.hours.in_office(self.now, minutes), act, *args, **kwargs)

    def by_day(self, minutes: float, act: Move[P], *args: P.args, **kwargs: P.kwargs) -> None:
        """After natural minutes, when people are awake."""
        self.at(self.hours.by_day(self.now, minutes), act, *args, **kwargs)

    def run(self, until: datetime) -> None:
        """Let everybody act up to a moment, which is not included."""
        while (moment := self._next()) is not None and moment < until:
            self.now = max(self.now, self.door.go_to(max(self.now, moment)))
            self._hear()
            if (due := self.agenda.next) is not None and due <= self.now:
                self.agenda.take()()
                self._hear()
        while self.now < until:
            self.now = max(self.now, self.door.go_to(until))
            self._hear()

    def _next(self) -> datetime | None:
        """When somebody acts, or something happens by itself that somebody may answer to."""
        return min((at for at in (self.agenda.next, self.door.next()) if at is not None), default=None)

    def _hear(self) -> None:
        for news in self.door.news():
            self.hears[news.kind](self, news)

    # -- what ------------------------------------------------------------------------------------------------------
    def do(
        self, case: Case, by: Actor, action: str, *, count: str = "", expected: tuple[str, ...] = (), **body: Any
    ) -> Told | None:
        """Act on a case and count it; None when it was refused. A refusal that is not `expected` fails the run."""
        try:
            told = self.door.act(case, by, action, body)
        except Refused as refusal:
            self.tally.refuse(action, refusal.code, refusal.code in expected)
            return None
        case.score.note(action, body, told.citizen, case.leads > 0)
        if count:
            self.tally.add(count)
        for topic, key in (("ticket.problem_raised", "problem"), ("ticket.supervision_escalated", "escalated")):
            if told.has(topic):
                self.tally.add(f"pressed.{key}")
        return told

    def beside(
        self,
        kind: str,
        about: UUID | str,
        by: Actor,
        action: str,
        /,
        *,
        count: str = "",
        expected: tuple[str, ...] = (),
        **body: Any,
    ) -> Told | None:
        """Act on something beside tickets and count it, like `do`."""
        try:
            told = self.door.beside(kind, about, by, action, body)
        except Refused as refusal:
            self.tally.refuse(f"{kind} {action}", refusal.code, refusal.code in expected)
            return None
        if count:
            self.tally.add(count)
        return told

    def link(self, message: Message) -> Told | None:
        """Another platform says something; None when it was refused."""
        try:
            return self.door.say(message)
        except Refused as refusal:
            self.tally.refuse(f"link {message.kind}", refusal.code, expected=False)
            return None

    @property
    def police_at_work(self) -> bool:
        """Whether 110 is acted out."""
        return self.door.linked and "110" in self.rules.platforms.lines

    def someone(self, role: Role, case: Case) -> Actor:
        """Somebody of that role who may act on this case."""
        return self.staff.any(role, case)

    def chance(self, case: Case, share: float) -> bool:
        return case.rng.random() < share

    def say(self, case: Case, kind: str) -> str:
        """One of the phrases of a kind, about this case's places."""
        return self.fill(case, case.rng.choice(texts.phrases(kind)).text)

    def fill(self, case: Case, text: str) -> str:
        return texts.fill(text, {"phone": case.phone or "12345", **case.slots}, case.rng)

    # -- waiting ---------------------------------------------------------------------------------------------------
    def put_off(self, case: Case, act: Move[P], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether a case waits for its caller, a date or another platform; then the act is parked until it goes on."""
        if case.stage not in WAITING and not case.elsewhere:
            return False
        case.parked.append(partial(act, self, *args, **kwargs))
        return True

    def go_on(self, case: Case) -> None:
        """What was parked is taken up again."""
        parked, case.parked = case.parked, []
        for act in parked:
            self.agenda.at(self.hours.in_office(self.now, case.rng.uniform(10, 90)), act)

    def back_from_caller(self, case: Case) -> None:
        """The wait for a supplement is over."""
        case.stage, case.back_to = case.back_to or State.RECEIVED, None
        self.go_on(case)
