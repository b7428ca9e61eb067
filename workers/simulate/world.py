"""The world of a simulation: its time, its people's agenda, the way to the hotline, and what everybody has counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Concatenate, ParamSpec

from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.rules import Rules
from hotline.ticket.ticket import State
from workers.simulate import texts
from workers.simulate.agenda import Agenda, Hours
from workers.simulate.case import WAITING, Case
from workers.simulate.door import Door, Told
from workers.simulate.habits import Habits
from workers.simulate.staff import Staff, staff
from workers.simulate.tally import Tally

P = ParamSpec("P")
Move = Callable[Concatenate["World", P], None]


class World:
    """One simulation. Acts are functions of the world and what they concern; nothing here runs by itself."""

    def __init__(self, door: Door, rules: Rules, start: datetime, *, habits: Habits | None = None, pace: float = 1.0):
        self.door, self.rules, self.now = door, rules, start
        self.habits = habits or Habits()
        self.hours = Hours(rules.calendar, pace)
        self.staff: Staff = staff(rules)
        self.agenda, self.tally = Agenda(), Tally()
        self.cases: list[Case] = []

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
        while (moment := self.agenda.next) is not None and moment < until:
            self.now = max(self.now, moment)
            self.door.go_to(self.now)
            self.agenda.take()()
        self.now = max(self.now, until)
        self.door.go_to(self.now)

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
        if count:
            self.tally.add(count)
        for topic, key in (("ticket.problem_raised", "problem"), ("ticket.supervision_escalated", "escalated")):
            if told.has(topic):
                self.tally.add(f"pressed.{key}")
        return told

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
        """Whether a case waits for its caller or a date; then the act is parked until it goes on."""
        if case.stage not in WAITING:
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
