"""What was read in a request, as it is kept: the proposal with its reasons, and what people made of it.

Places in the text stand here, never a word of it: whoever may open the text finds the words by them.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from hotline.ticket.facts import Category, TicketFact, Type, Urgency, Value


class Guessed(Value):
    """A category as its path, and how probable it was read to be."""

    category: Category
    probability: float


class Reason(Value):
    """Words that weighed: a stretch of the text (end excluded), what for, by which rule, how much."""

    start: int
    end: int
    about: str
    rule: str
    weight: float


class AlarmRead(Value):
    """An emergency rule that held, where, and whose such a danger is."""

    rule: str
    kind: str
    owner: str
    start: int
    end: int


class Stretch(Value):
    """A stretch of the text, or of the address, and what it is: a place, something personal, a matter of its own."""

    start: int
    end: int
    what: str
    source: str = "text"


class Proposal(Value):
    """A reading as it was made. ``model``, ``rules`` and ``catalogue`` name by content what read and what sends; ``unit`` is
    None where nobody could be proposed, and ``reason`` says why it is this one or none."""

    model: str
    rules: str
    categories: tuple[Guessed, ...]
    type: Type
    type_probability: float
    urgency: Urgency
    urgency_probability: float
    owner: str
    owner_probability: float
    skill: str | None
    alarms: tuple[AlarmRead, ...]
    evidence: tuple[Reason, ...]
    personal: tuple[Stretch, ...]
    matters: tuple[Stretch, ...]
    could_not_read: tuple[str, ...]
    district: str | None
    district_probability: float
    street: str | None
    street_probability: float
    cell: str | None
    places: tuple[Stretch, ...]
    unit: str | None
    co: tuple[str, ...]
    rule: str | None
    catalogue: str
    reason: str

    @property
    def alarmed(self) -> tuple[str, ...]:
        """The emergency rules that held; where the weights alone say so, that."""
        rules = tuple(sorted({alarm.rule for alarm in self.alarms}))
        return rules or (("weights",) if self.urgency == "emergency" else ())

    @property
    def category(self) -> Category:
        """The most probable path; empty where nothing could be read."""
        return self.categories[0].category if self.categories else ()


class TicketRead(TicketFact):
    """The request was read and a proposal made of it. It decides nothing."""

    TOPIC: ClassVar[str] = "ticket.read"
    proposal: Proposal


class ReadingConfirmed(TicketFact):
    """The proposal was carried out as it stood: ``by_rule`` by the profile, else by a person. ``rule`` of ``catalogue`` chose
    the units."""

    TOPIC: ClassVar[str] = "ticket.reading_confirmed"
    unit: str
    co: tuple[str, ...] = Field(default=())
    rule: str | None
    catalogue: str
    reason: str
    by_rule: bool
