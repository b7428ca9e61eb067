"""What the people of a simulation know of one request. They never look into the store: this is all they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from hotline.facts import Actor
from hotline.ticket.ticket import OVER, State
from workers.simulate.agenda import Act
from workers.simulate.proposed import Proposed
from workers.simulate.scoring import Score
from workers.simulate.texts import Pattern

WAITING = frozenset({State.NEEDS_SUPPLEMENT, State.DEFERRED})
"""Stages in which offices put off what they meant to do."""


@dataclass(eq=False)
class Part:
    """One unit's part, as that unit knows it."""

    unit: str
    role: str
    parent: Part | None = None
    state: str = "dispatched"
    settled: bool = False
    signed: bool = False
    tries: int = 0
    reached: bool = False
    wants_time: bool = False
    wants_deferral: bool = False

    def done(self, state: str) -> None:
        """Replied or ended; what the unit had asked for is forgotten with it."""
        self.state, self.wants_time, self.wants_deferral = state, False, False

    @property
    def live(self) -> bool:
        return self.state != "ended"

    @property
    def at_work(self) -> bool:
        return self.state not in ("ended", "replied")

    @property
    def is_lead(self) -> bool:
        return self.role == "lead" and self.parent is None


@dataclass(eq=False)
class Case:
    """One matter of one caller."""

    id: UUID
    rng: Random
    kind: str
    """What it is: a type, or "nuisance", "secret", "order"."""
    channel: str
    pattern: Pattern
    slots: Mapping[str, str]
    district: str | None
    name: str | None
    phone: str | None
    anonymous: bool = False
    preference: str = "voice"
    callback: bool = True
    confidential: bool = False
    about_team: str | None = None
    call_id: str | None = None
    number: str = ""
    code: str = ""
    stage: State | None = None
    back_to: State | None = None
    type: str | None = None
    urgency: str = "normal"
    accused: str | None = None
    owner: str = ""
    """The unit whose matter it really is."""
    parts: list[Part] = field(default_factory=list)
    parked: list[Act] = field(default_factory=list)
    leads: int = 0
    rejections: int = 0
    attempts: int = 0
    reworks: int = 0
    answered: bool = False
    extended: bool = False
    deferral_asked: bool = False
    questions: int = 0
    asking: bool = False
    """Whether an expert has been asked, and the operator waits for what he says."""
    elsewhere: bool = False
    """Whether the matter is offered to another platform or held by it, so that nobody here goes on with it."""
    police: str | None = None
    """The platform it must go to (110, 119, 120)."""
    legs: int = 0
    """How often somebody else came on the line."""
    handoffs: int = 0
    """How often it was offered to other platforms."""
    handed_back: bool = False
    proposed: Proposed | None = None
    """What was read in it when it was taken down."""
    score: Score = field(default_factory=Score)
    """How it would count."""

    @property
    def open(self) -> bool:
        return self.stage is not None and self.stage not in OVER

    @property
    def reachable(self) -> bool:
        return self.phone is not None

    @property
    def ordered(self) -> bool:
        return self.kind == "order"

    @property
    def lead(self) -> Part | None:
        return next((p for p in self.parts if p.live and p.is_lead), None)

    def held_by(self, unit: str) -> bool:
        return any(p.live and p.unit == unit for p in self.parts)

    def end(self, part: Part) -> None:
        """A part is over, and what was passed down from it."""
        for each in self.parts:
            if each is part or (each.live and each.parent is part):
                each.done("ended")

    def finish(self, stage: State) -> None:
        """Nobody owes the caller anything more."""
        self.stage = stage
        self.elsewhere = False
        self.parked.clear()
        for part in self.parts:
            part.done("ended")


@dataclass(eq=False)
class Expert:
    """An expert as he knows himself."""

    actor: Actor
    skills: tuple[str, ...]
    rank: str | None
    """The rank of his shifts; None for one who keeps the profile's hours."""
    rng: Random
    presence: str = "offline"
    at_home: bool = False
    """Whether his day is over, so that he leaves as soon as he may."""


@dataclass(eq=False)
class Question:
    """A question to the experts, as those concerned know it."""

    id: UUID
    case: Case
    way: str
    by_itself: bool
    phase: str = "waiting"
    seat: str | None = None
    rank: str = "duty"
    offers: int = 0
    depth: int = 1
    picked: bool = False
    given_back: bool = False
    call_back: str | None = None


@dataclass(eq=False)
class Parcel:
    """A matter between two platforms, as both sides of a simulation know it."""

    stream: UUID
    id: UUID
    case: Case
    to: str
    ours: bool
    way: str
    danger: bool = False
    follow_up: bool = False
    said: int = 0
    """How many messages the other side has sent."""
    stage: str = "offered"
    acknowledged: bool = False
    confirmed: bool = False
    outcome: str | None = None
    returned: bool = False
    """Whether the other side has offered it back."""
