"""What the people of a simulation know of one request. They never look into the store: this is all they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from hotline.ticket.ticket import OVER, State
from workers.simulate.agenda import Act
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
        self.parked.clear()
        for part in self.parts:
            part.done("ended")
