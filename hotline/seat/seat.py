"""The state of a seat, when it is on shift, and which seat is next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from hotline.calendar import Calendar
from hotline.clocks import Reading
from hotline.facts import Recorded
from hotline.rules.experts import Hours
from hotline.seat import facts as f

Presence = Literal["offline", "available", "offered", "engaged", "wrap_up", "away"]
NoSeat = Literal["nobody_on_shift", "all_engaged"]
"""Why nobody can be offered a consultation now."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat.  ``skills`` are what it may answer, ``using`` what the expert has signed in for."""

    seat: str
    skills: tuple[str, ...]
    using: tuple[str, ...] = ()
    presence: Presence = "offline"
    idle_since: datetime | None = None
    consultation: UUID | None = None
    shifts: tuple[f.Shift, ...] = ()
    clocks: Mapping[str, Reading] = field(default_factory=dict)
    version: int = 1


def stream_of(seat: str) -> UUID:
    """The stream in which the seat of this account is kept."""
    return uuid5(NAMESPACE_URL, f"hotline:seat:{seat}")


def evolve(seat: Seat | None, recorded: Recorded) -> Seat | None:
    """The state after one more fact."""
    fact = recorded.fact
    if isinstance(fact, f.SeatOpened):
        return Seat(seat=fact.seat, skills=fact.skills, version=recorded.originator_version)
    if seat is None or not isinstance(fact, f.SeatFact):
        return seat
    clocks = {**seat.clocks, **{r.clock: r for r in fact.clocks}}
    return replace(_moved(seat, fact, recorded.recorded_at), clocks=clocks, version=recorded.originator_version)


def _moved(seat: Seat, fact: f.SeatFact, at: datetime) -> Seat:
    match fact:
        case f.SkillsSet():
            return replace(seat, skills=fact.skills, using=tuple(s for s in seat.using if s in fact.skills))
        case f.ShiftsSet():
            return replace(seat, shifts=fact.shifts)
        case f.SignedIn():
            return replace(seat, using=fact.skills, presence="available", idle_since=at)
        case f.BecameAvailable() | f.WrapUpEnded():
            return replace(seat, presence="available", idle_since=at, consultation=None)
        case f.WentAway():
            return replace(seat, presence="away", consultation=None)
        case f.SignedOut():
            return replace(seat, presence="offline", using=(), consultation=None)
        case f.SeatOffered():
            return replace(seat, presence="offered", consultation=fact.consultation)
        case f.OfferEnded(reason="timed_out"):
            return replace(seat, presence="away", consultation=None)
        case f.OfferEnded(reason="declined"):  # to the end of the line; an offer taken back costs no place in it
            return replace(seat, presence="available", idle_since=at, consultation=None)
        case f.OfferEnded():
            return replace(seat, presence="available", consultation=None)
        case f.SeatEngaged():
            return replace(seat, presence="engaged", consultation=fact.consultation)
        case f.WrapUpBegan():
            return replace(seat, presence="wrap_up")
        case _:
            return seat


def rank_at(seat: Seat, at: datetime, hours: Hours, calendar: Calendar) -> f.Rank | None:
    """The rank in which the seat is on shift at a moment, None when it is not."""
    if seat.shifts:
        return next((s.rank for s in seat.shifts if s.since <= at < s.until), None)
    local = calendar.local(at)
    if hours.working_days and not calendar.is_working(calendar.day_of(at)):
        return None
    return "duty" if hours.since <= local.time() < hours.until else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a seat must offer to be offered a consultation: a skill, one of these ranks, and not to have been tried."""

    skill: str
    ranks: frozenset[str]
    tried: Collection[str]
    at: datetime
    hours: Hours
    calendar: Calendar
    preferred: str | None = None
    """Whoever promised to call back goes first."""


def fits(seat: Seat, wanted: Wanted) -> bool:
    """Whether the seat sits there for this, free or not."""
    present = seat.presence != "offline" and wanted.skill in seat.using
    return present and rank_at(seat, wanted.at, wanted.hours, wanted.calendar) in wanted.ranks


def free(seat: Seat, wanted: Wanted) -> bool:
    """Whether it can be offered to this seat now."""
    return seat.presence == "available" and seat.seat not in wanted.tried and fits(seat, wanted)


def next_seat(seats: Iterable[Seat], wanted: Wanted) -> Seat | NoSeat:
    """The longest-idle free seat, or why there is none."""
    fitting = [seat for seat in seats if fits(seat, wanted)]
    waiting = [seat for seat in fitting if free(seat, wanted)]
    if waiting:
        return min(waiting, key=lambda s: (s.seat != wanted.preferred, s.idle_since or wanted.at, s.seat))
    return "all_engaged" if fitting else "nobody_on_shift"
