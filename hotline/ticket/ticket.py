"""The state of a ticket: what the rules ask for, and nothing that only people look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from hotline.clocks import Reading
from hotline.ticket import facts as f
from hotline.ticket.reading_facts import Proposal


class State(StrEnum):
    """Where a ticket is in its life."""

    RECEIVED = "received"
    AWAITING_DISPATCH = "awaiting_dispatch"
    IN_PROGRESS = "in_progress"
    NEEDS_SUPPLEMENT = "needs_supplement"
    DEFERRED = "deferred"
    REPLIED = "replied"
    CALLBACK_DUE = "callback_due"
    CLOSED = "closed"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    VOID = "void"


OVER = frozenset({State.CLOSED, State.ARCHIVED, State.WITHDRAWN, State.VOID})
"""States in which nobody owes the caller anything more."""

Part = Literal["dispatched", "signed", "return_requested", "disputed", "replied", "ended"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit's part.  ``settled`` means adjudicated: that unit cannot return it again.  ``lost`` means ended before the
    ticket was: returned, adjudicated away or redispatched, and no longer that unit's to see."""

    id: str
    unit: str
    role: f.AssignmentRole
    tier: str
    parent: str | None
    state: Part = "dispatched"
    signed: bool = False
    settled: bool = False
    returns: int = 0
    extensions: int = 0
    extended_days: int = 0
    contacts: int = 0
    reached: bool = False
    lost: bool = False

    @property
    def answers(self) -> bool:
        """Whether this is, or was, the part that answers for the ticket."""
        return self.role == "lead" and self.parent is None

    @property
    def live(self) -> bool:
        return self.state != "ended"

    @property
    def at_work(self) -> bool:
        """Still owes its reply."""
        return self.state not in ("ended", "replied")


@dataclass(frozen=True, slots=True)
class Handed:
    """Where a ticket stands between platforms; ``custody`` passes when the other's acceptance is in our log."""

    handoff: UUID
    platform: str
    custody: Literal["offered", "theirs"]
    follow_up: bool
    """Whether a part of it stays here."""

    @property
    def binds(self) -> bool:
        """Whether nobody here may go on with it meanwhile: two platforms would work on one matter."""
        return not self.follow_up


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request with what has become of it.  ``version`` is that of its last fact."""

    id: UUID
    number: str
    channel: f.Channel
    received_at: datetime
    person_id: UUID | None
    reachable: bool
    contact_preference: f.ContactPreference
    callback_wanted: bool
    confidential: bool
    about_team: str | None
    text_withheld: bool
    source: f.Source
    retention: str
    type: f.Type | None
    category: f.Category
    urgency: f.Urgency
    accused_unit: str | None
    district: str | None
    proposal: Proposal | None = None
    """What was read in it last."""
    version: int = 1
    state: State = State.RECEIVED
    back_to: State | None = None
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    clocks: Mapping[str, Reading] = field(default_factory=dict)
    rung: frozenset[tuple[str, str]] = frozenset()
    extension_wanted: tuple[str, int] | None = None
    deferral_wanted: tuple[str, date] | None = None
    returns: int = 0
    leads_tried: tuple[str, ...] = ()
    lead_settled: bool = False
    replied_at: datetime | None = None
    reworks: int = 0
    call_back: Literal["voice", "text"] | None = None
    call_attempts: int = 0
    unhappy: bool = False
    answered: bool = False
    source_accepted: bool = False
    closed_at: datetime | None = None
    outcome: f.Outcome | None = None
    urged_at: datetime | None = None
    said_at: tuple[datetime, ...] = ()
    """When its caller added or rated something himself, within a day of the last time."""
    attached: int = 0
    excluded: frozenset[f.Exclusion] = frozenset()
    problem: bool = False
    escalated: bool = False
    with_expert: UUID | None = None
    """The consultation that is open; ``expert`` is whoever has picked it up."""
    expert: str | None = None
    handed: Handed | None = None
    handed_before: Handed | None = None
    """Where it stood before it came back; what a void acceptance leads back to."""
    came_by: tuple[str, UUID] | None = None
    """Platform and id of the hand-off by which it last came to us."""
    first_received_by: str | None = None
    """The platform the citizen turned to first; None when that was us."""
    handoffs: int = 0
    passages: int = 0
    ping_pong: bool = False
    hold: bool = False
    erasure_wanted_by: str | None = None
    restricted: bool = False
    erased: bool = False

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def units(self) -> frozenset[str]:
        """Units with a part in it that they did not lose; they see the ticket."""
        return frozenset(a.unit for a in self.assignments.values() if not a.lost)

    @property
    def lead(self) -> Assignment | None:
        """The unit that answers for the ticket now."""
        return next((a for a in self.assignments.values() if a.role == "lead" and a.live and a.parent is None), None)

    def parts(self, *states: Part) -> tuple[Assignment, ...]:
        """The assignments in any of ``states``; all that are live when none is named."""
        return tuple(a for a in self.assignments.values() if (a.state in states if states else a.live))

    def clock(self, name: str) -> Reading | None:
        return self.clocks.get(name)

    def running(self, *kinds: str) -> tuple[Reading, ...]:
        """The clocks that run now, of the named kinds or of all."""
        return tuple(r for r in self.clocks.values() if r.running and (not kinds or r.kind in kinds))


def below(t: Ticket, part_id: str) -> tuple[str, ...]:
    """A part and every live part that was passed down from it."""
    found = [part_id]
    for a in t.assignments.values():
        if a.parent in found and a.live:
            found.append(a.id)
    return tuple(found)


def unsettled_leads(t: Ticket) -> tuple[str, ...]:
    """The leads tried since one was last settled, by its reply or by adjudication."""
    return () if t.lead_settled else t.leads_tried


def with_parts(t: Ticket, *parts: Assignment) -> Ticket:
    """The ticket with these parts in place of those of the same names."""
    return replace(t, assignments={**t.assignments, **{p.id: p for p in parts}})


def ended(t: Ticket, state: State, at: datetime) -> Ticket:
    """The ticket over, every part with it."""
    t = with_parts(t, *(replace(a, state="ended") for a in t.parts()))
    return replace(t, state=state, closed_at=at, back_to=None)
