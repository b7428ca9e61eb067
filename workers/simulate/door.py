"""How the people of a simulation reach the hotline: through its one door, or (`api`) through the service API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from hotline.facts import Actor
from hotline.rules import Rules
from hotline.ticket.actions import ACTIONS
from hotline.ticket.receiving import Receive
from hotline.writing import Written
from workers.compose import House
from workers.simulate.bell import Bell
from workers.simulate.case import Case
from workers.simulated import Clock


@dataclass(frozen=True)
class Told:
    """What the one who acted was answered: the names of what followed."""

    topics: frozenset[str]
    number: str = ""
    code: str = ""

    def has(self, topic: str) -> bool:
        return topic in self.topics


@dataclass(frozen=True)
class Rung:
    """What the hotline's clock did to a case: the fact's name and, for an alarm, its level."""

    case: Case
    topic: str
    level: str = ""


class Door(Protocol):
    """Every method that acts raises hotline.command.Refused."""

    @property
    def rules(self) -> Rules: ...

    def go_to(self, moment: datetime) -> None:
        """It is `moment` now."""

    def receive(self, case: Case, by: Actor, body: dict[str, Any]) -> Told: ...

    def act(self, case: Case, by: Actor, action: str, body: dict[str, Any]) -> Told:
        """A colleague named in ``body`` is given as the actor; the door knows by what id the hotline knows him."""
        ...

    def rung(self) -> Iterable[Rung]:
        """What the hotline's clock has done since it was asked last."""
        ...


class StoreDoor:
    """Straight into a house. With its simulated `clock` it also strikes the hotline's bell."""

    def __init__(self, house: House, clock: Clock | None = None) -> None:
        self._house, self._clock = house, clock
        self._bell = Bell(house) if clock is not None else None
        self._cases: dict[UUID, Case] = {}

    @property
    def rules(self) -> Rules:
        return self._house.rules

    def go_to(self, moment: datetime) -> None:
        if self._clock is not None:
            self._clock.set(moment)

    def receive(self, case: Case, by: Actor, body: dict[str, Any]) -> Told:
        written = self._house.hotline.receive(Receive(**body), by=by, ticket_id=case.id)
        if self._bell is not None:  # only who hears the bell must know later whom it concerns
            self._cases[case.id] = case
        return _told(written)

    def act(self, case: Case, by: Actor, action: str, body: dict[str, Any]) -> Told:
        named = {name: self._account(told) if isinstance(told, Actor) else told for name, told in body.items()}
        return _told(self._house.hotline.handle(ACTIONS[action](**named), on=case.id, by=by))

    def _account(self, actor: Actor) -> str:
        """The id of somebody who is named in a body: he must have an account, which nobody can come in with."""
        accounts = self._house.accounts
        if accounts.account(actor.id) is None:
            accounts.issue_token(actor.role, team=actor.team, known_as=actor.id)
        return actor.id

    def rung(self) -> Iterable[Rung]:
        for recorded in self._bell.strike() if self._bell else ():
            case = self._cases.get(recorded.originator_id)
            if case is not None:
                yield Rung(case, recorded.fact.TOPIC, getattr(recorded.fact, "level", ""))


def _told(written: Written) -> Told:
    answer = written.answer
    topics = frozenset(r.fact.TOPIC for r in written.facts)
    return Told(topics, number=answer.get("number", ""), code=answer.get("query_code", ""))
