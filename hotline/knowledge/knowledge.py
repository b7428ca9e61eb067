"""An entry of the knowledge base: written back by an expert, looked at again in time, and put away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal
from uuid import UUID

from hotline import clocks
from hotline.clocks import AlarmPlan, Reading
from hotline.command import Code, Command, Desk, Line, Refused, To, Words
from hotline.consultation.consultation import Consultation
from hotline.facts import Fact, Recorded, Role
from hotline.knowledge import facts as f

Standing = Literal["valid", "review", "expired", "retired"]
Facts = Iterator[Fact | To]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """An entry as it stands."""

    owner: str
    answer: str
    basis: str | None
    standing: Standing = "valid"
    clocks: Mapping[str, Reading] = field(default_factory=dict)
    version: int = 1


def evolve(entry: Knowledge | None, recorded: Recorded) -> Knowledge | None:
    """The entry after one more fact."""
    fact = recorded.fact
    if isinstance(fact, f.KnowledgeWritten):
        entry = Knowledge(owner=fact.owner, answer=fact.answer, basis=fact.basis)
    if entry is None or not isinstance(fact, f.KnowledgeFact):
        return entry
    readings = {**entry.clocks, **{r.clock: r for r in fact.clocks}}
    entry = replace(entry, clocks=readings, version=recorded.originator_version)
    match fact:
        case f.KnowledgeRenewed():
            return replace(entry, answer=fact.answer, basis=fact.basis, standing="valid")
        case f.KnowledgeFellDue(what="review"):
            return entry if entry.standing == "expired" else replace(entry, standing="review")
        case f.KnowledgeFellDue():
            return replace(entry, standing="expired")
        case f.KnowledgeRetired():
            return replace(entry, standing="retired")
        case _:
            return entry


def dates(desk: Desk, valid_until: date | None, review_on: date | None) -> tuple[date, date]:
    """Until when it holds and when it is looked at again, as the profile has it unless said.  Raises Refused."""
    today, rule = desk.calendar.day_of(desk.at), desk.rules.experts
    latest = today + timedelta(days=rule.knowledge_valid)
    until = valid_until or latest
    review = review_on or min(today + timedelta(days=rule.knowledge_review), until)
    if not today <= until <= latest:
        raise Refused("date_out_of_range", field="valid_until", latest=latest.isoformat())
    if not today < review <= max(until, today + _DAY):
        raise Refused("date_out_of_range", field="review_on", latest=until.isoformat())
    return until, review


def reminders(desk: Desk, until: date, review: date) -> tuple[Reading, ...]:
    """The clocks of an entry: at the beginning of the day of its review, and at the end of the last day it holds."""
    moments: dict[str, datetime] = {
        "review": desk.calendar.end_of(review - _DAY),
        "expiry": desk.calendar.end_of(until),
    }
    return tuple(clocks.fixed(name, at, desk.at, AlarmPlan(), desk.calendar) for name, at in moments.items())


class KnowledgeCommand(Command):
    """A command on an entry that is there and in use."""

    KIND: ClassVar[str] = "knowledge"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.EXPERT, Role.SUPERVISOR})

    @classmethod
    def guard(cls, state: Knowledge | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        if state is None:
            raise Refused("no_such_knowledge")
        if state.standing == "retired":
            raise Refused("knowledge_retired")
        if desk.by.role is Role.EXPERT and state.owner != desk.by.id:
            raise Refused("not_your_knowledge")


class WriteBack(KnowledgeCommand):
    """Write down what was answered, for the next one who asks.  It is read by everybody: nothing personal in it."""

    ACTION: ClassVar[str] = "write-back"
    skill: Code
    title: Line
    question: Words
    answer: Words
    basis: Line | None = None
    consultation: UUID | None = None
    valid_until: date | None = None
    review_on: date | None = None

    @classmethod
    def guard(cls, state: Knowledge | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        if state is not None:
            raise Refused("knowledge_written_already")

    def decide(self, state: Knowledge | None, desk: Desk) -> Facts:
        if self.skill not in desk.rules.experts.skills:
            raise Refused("unknown_skill", skill=self.skill, known="、".join(desk.rules.experts.skills))
        if self.consultation is not None:
            asked: Consultation | None = desk.other("consultation", self.consultation)
            if asked is None or asked.phase != "answered" or asked.seat != desk.by.id:
                raise Refused("not_answered_by_you")
        until, review = dates(desk, self.valid_until, self.review_on)
        yield f.KnowledgeWritten(
            skill=self.skill,
            title=desk.public(self.title, "title"),
            question=desk.public(self.question, "question"),
            answer=desk.public(self.answer, "answer"),
            basis=None if self.basis is None else desk.public(self.basis, "basis"),
            owner=desk.by.id,
            consultation=self.consultation,
            valid_until=until,
            review_on=review,
            clocks=reminders(desk, until, review),
        )


class Renew(KnowledgeCommand):
    """Looked at: it still holds, as it stands or in these words."""

    ACTION: ClassVar[str] = "renew"
    answer: Words | None = None
    basis: Line | None = None
    valid_until: date | None = None
    review_on: date | None = None

    def decide(self, entry: Knowledge, desk: Desk) -> Facts:
        until, review = dates(desk, self.valid_until, self.review_on)
        yield f.KnowledgeRenewed(
            answer=entry.answer if self.answer is None else desk.public(self.answer, "answer"),
            basis=entry.basis if self.basis is None else desk.public(self.basis, "basis"),
            valid_until=until,
            review_on=review,
            clocks=reminders(desk, until, review),
        )


class Retire(KnowledgeCommand):
    """Not to be used any more."""

    ACTION: ClassVar[str] = "retire"
    reason: Line

    def decide(self, entry: Knowledge, desk: Desk) -> Facts:
        stopped = tuple(clocks.stop(r, desk.at) for r in entry.clocks.values() if not r.stopped)
        yield f.KnowledgeRetired(reason=desk.public(self.reason, "reason"), clocks=stopped)


class RingKnowledge(Command):
    """The day of its review, or its last day, has come.  Never early, never twice."""

    ACTION: ClassVar[str] = "ring-knowledge"
    KIND: ClassVar[str] = "knowledge"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
    clock: str
    level: str

    @classmethod
    def guard(cls, state: Knowledge | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        if state is None:
            raise Refused("no_such_knowledge")

    def decide(self, entry: Knowledge, desk: Desk) -> Facts:
        reading = entry.clocks.get(self.clock)
        if reading is not None and clocks.rings(reading, self.level, desk.at):
            what: Literal["review", "expiry"] = "review" if self.clock == "review" else "expiry"
            yield f.KnowledgeFellDue(what=what, clocks=(clocks.stop(reading, desk.at),))
