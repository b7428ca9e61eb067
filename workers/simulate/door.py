"""How the people of a simulation reach the hotline: through its one door, or (`api`) through the service API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from hotline.call.call import NoteCall
from hotline.command import Command
from hotline.consultation.answering import AnswerConsultation, BookCallBack, Cancel, GiveBack
from hotline.consultation.offering import Decline, PickUp
from hotline.facts import Actor, Recorded
from hotline.handoff import answering
from hotline.handoff.messages import Message
from hotline.knowledge.knowledge import WriteBack
from hotline.rules import Rules
from hotline.seat.presence import BecomeAvailable, GoAway, OpenSeat, SetShifts, SignIn, SignOut
from hotline.ticket.actions import ACTIONS
from hotline.ticket.handoff_facts import TicketHandedOff
from hotline.ticket.receiving import Receive
from hotline.writing import Written
from workers.compose import House
from workers.simulate.bell import Bell
from workers.simulate.beside import Beside, News
from workers.simulate.case import Case
from workers.simulate.proposed import Proposed
from workers.simulate.scoring import Citizen
from workers.simulated import Clock


@dataclass(frozen=True)
class Told:
    """What the one who acted was answered: the names of what followed."""

    topics: frozenset[str]
    number: str = ""
    code: str = ""
    proposal: Proposed | None = None
    """What was read in it."""
    offered: tuple[str, ...] = ()
    """Platforms that a danger read in it was offered to in the same write."""
    citizen: Citizen = ""
    """What became of the citizen's clock."""

    def has(self, topic: str) -> bool:
        return topic in self.topics


@dataclass(frozen=True)
class Rung:
    """What the hotline's clock did to a case: the fact's name and, for an alarm, its level."""

    case: Case
    topic: str
    level: str = ""


_BESIDE: Mapping[tuple[str, str], type[Command]] = {
    **{
        ("seat", command.ACTION): command for command in (OpenSeat, SetShifts, SignIn, BecomeAvailable, GoAway, SignOut)
    },
    ("consultation", "pick-up"): PickUp,
    ("consultation", "decline"): Decline,
    ("consultation", "answer"): AnswerConsultation,
    ("consultation", "give-back"): GiveBack,
    ("consultation", "book-call-back"): BookCallBack,
    ("consultation", "cancel"): Cancel,
    ("knowledge", "write-back"): WriteBack,
    ("call", "note-call"): NoteCall,
    **{("handoff", name): command for name, command in answering.ACTIONS.items()},
}


class Door(Protocol):
    """Every method that acts raises hotline.command.Refused."""

    @property
    def rules(self) -> Rules: ...

    @property
    def hears(self) -> bool:
        """Whether what happens beside tickets is heard here; else nobody acts it out."""
        ...

    @property
    def linked(self) -> bool:
        """Whether 110 can be acted out here: its messages are taken."""
        ...

    def next(self) -> datetime | None:
        """The next moment at which something beside tickets may happen by itself."""
        ...

    def beside(self, kind: str, about: UUID | str, by: Actor, action: str, body: dict[str, Any]) -> Told:
        """Act on a seat (named by its account), a question, an entry of the knowledge base, a hand-off or a call."""
        ...

    def say(self, message: Message) -> Told:
        """Another platform says something to us."""
        ...

    def arrived(self, stream: UUID, case: Case) -> str:
        """The number of the ticket that the matter of this hand-off has become; it is this case's."""
        ...

    def news(self) -> list[News]:
        """What has happened beside tickets since it was asked last."""
        ...

    def go_to(self, moment: datetime) -> datetime:
        """Time passes, to this moment or until something happens that somebody may answer to; gives what time it is."""
        ...

    def receive(self, case: Case, by: Actor, body: dict[str, Any]) -> Told: ...

    def act(self, case: Case, by: Actor, action: str, body: dict[str, Any]) -> Told:
        """A colleague named in ``body`` is given as the actor; the door knows by what id the hotline knows him."""
        ...

    def rung(self) -> Iterable[Rung]:
        """What the hotline's clock has done since it was asked last."""
        ...


class StoreDoor:
    """Straight into a house. With its simulated `clock` it also strikes the hotline's bell and lets its expert desk work;
    without `beside` there are tickets alone."""

    def __init__(self, house: House, clock: Clock | None = None, *, beside: bool = True) -> None:
        self._house, self._clock = house, clock
        self._bell = Bell(house) if clock is not None else None
        self._beside = Beside(house) if beside and clock is not None else None
        self._cases: dict[UUID, Case] = {}
        self._rung: list[Recorded] = []

    @property
    def rules(self) -> Rules:
        return self._house.rules

    @property
    def hears(self) -> bool:
        return self._beside is not None

    @property
    def linked(self) -> bool:
        return self._beside is not None

    def go_to(self, moment: datetime) -> datetime:
        if self._clock is None:
            return moment
        if self._beside is None:
            return self._clock.set(moment)
        due = self._beside.next(self._clock())
        self._clock.set(moment)
        if due is not None and due <= moment:
            self._beside.stir()
            self._strike()
        return moment

    def next(self) -> datetime | None:
        return None if self._beside is None else self._beside.next(self._house.now())

    def receive(self, case: Case, by: Actor, body: dict[str, Any]) -> Told:
        written = self._house.hotline.receive(Receive(**body), by=by, ticket_id=case.id)
        if self._bell is not None:  # only who hears the bell must know later whom it concerns
            self._cases[case.id] = case
        return self._told(written)

    def act(self, case: Case, by: Actor, action: str, body: dict[str, Any]) -> Told:
        named = {name: self._account(told) if isinstance(told, Actor) else told for name, told in body.items()}
        return self._told(self._house.hotline.handle(ACTIONS[action](**named), on=case.id, by=by))

    def _account(self, actor: Actor) -> str:
        """The id of somebody who is named in a body: he must have an account, which nobody can come in with."""
        accounts = self._house.accounts
        if accounts.account(actor.id) is None:
            accounts.issue_token(actor.role, team=actor.team, known_as=actor.id)
        return actor.id

    def beside(self, kind: str, about: UUID | str, by: Actor, action: str, body: dict[str, Any]) -> Told:
        stream = about if isinstance(about, UUID) else uuid5(NAMESPACE_URL, f"hotline:{kind}:{about}")
        return self._told(self._house.hotline.handle(_BESIDE[kind, action](**body), on=stream, by=by))

    def say(self, message: Message) -> Told:
        return self._told(self._house.hotline.take(message, platform=message.sender))

    def arrived(self, stream: UUID, case: Case) -> str:
        self._cases[case.id] = case
        ticket = self._house.hotline.ticket(case.id)
        assert ticket is not None
        return ticket.number

    def rung(self) -> Iterable[Rung]:
        if self._bell is None:
            return
        if self._beside is not None:
            self._beside.stir()
        self._strike()
        rung, self._rung = self._rung, []
        for recorded in rung:
            case = self._cases.get(recorded.originator_id)
            if case is not None:
                yield Rung(case, recorded.fact.TOPIC, getattr(recorded.fact, "level", ""))

    def news(self) -> list[News]:
        if self._beside is None:
            return []
        self._rung += self._beside.allocate()
        return self._beside.news()

    def _strike(self) -> None:
        assert self._bell is not None
        heard = self._bell.strike()
        self._rung += heard
        if self._beside is not None:
            self._beside.take(heard)

    def _told(self, written: Written) -> Told:
        if self._beside is not None:
            self._beside.take(written.facts)
        answer = written.answer
        topics = frozenset(r.fact.TOPIC for r in written.facts)
        read = Proposed.of_answer(answer.get("proposal"))
        offered = tuple(r.fact.platform for r in written.facts if isinstance(r.fact, TicketHandedOff))
        number, code = answer.get("number", ""), answer.get("query_code", "")
        citizen = _citizens(written.facts)
        return Told(topics, number=number, code=code, proposal=read, offered=offered, citizen=citizen)


def _citizens(facts: Iterable[Recorded]) -> Citizen:
    """What facts have made of the citizen's clock."""
    told: Citizen = ""
    for reading in (r for recorded in facts for r in getattr(recorded.fact, "clocks", ())):
        if reading.clock == "citizen":
            told = "runs" if reading.kept is None else "kept" if reading.kept else "late"
    return told
