"""The nuisance ladder: a caller is warned, then restricted, then the police are told.

It never silences an emergency: a restriction is not asked when the request is one.  (Steps and windows are
profile data; no published rule fixes them.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from hotline.facts import Fact, Recorded
from hotline.rules.parts import NuisanceRule


class NuisanceNoted(Fact):
    """A nuisance or malicious call by this caller."""

    TOPIC: ClassVar[str] = "caller.nuisance_noted"
    person_id: UUID
    ticket: UUID


class CallerWarned(Fact):
    """The caller was warned."""

    TOPIC: ClassVar[str] = "caller.warned"
    person_id: UUID


class CallerRestricted(Fact):
    """Requests of this caller that are no emergency are not taken until then."""

    TOPIC: ClassVar[str] = "caller.restricted"
    person_id: UUID
    until: datetime


class PoliceTold(Fact):
    """The police were told of this caller."""

    TOPIC: ClassVar[str] = "caller.police_told"
    person_id: UUID
    ticket: UUID


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the ladder knows of one caller."""

    noted: tuple[datetime, ...] = ()
    restricted_until: datetime | None = None
    version: int = 0

    def restricted(self, at: datetime) -> bool:
        return self.restricted_until is not None and at < self.restricted_until


def stream_of(person_id: UUID) -> UUID:
    """The stream in which this caller's conduct is kept."""
    return uuid5(NAMESPACE_URL, f"hotline:caller:{person_id}")


def evolve(conduct: Conduct | None, recorded: Recorded) -> Conduct:
    conduct = replace(conduct or Conduct(), version=recorded.originator_version)
    match recorded.fact:
        case NuisanceNoted():
            return replace(conduct, noted=(*conduct.noted, recorded.recorded_at))
        case CallerRestricted(until=until):
            return replace(conduct, restricted_until=until)
        case _:
            return conduct


def climb(
    conduct: Conduct | None, rule: NuisanceRule, *, person_id: UUID, ticket: UUID, at: datetime, malicious: bool
) -> Iterator[Fact]:
    """One nuisance more: the facts of the step it leads to.  A malicious call goes to the police at once."""
    since = at - timedelta(days=rule.window_days)
    count = 1 + sum(1 for t in (conduct or Conduct()).noted if t > since)
    yield NuisanceNoted(person_id=person_id, ticket=ticket)
    if count == rule.warn_at:
        yield CallerWarned(person_id=person_id)
    if count >= rule.restrict_at:
        yield CallerRestricted(person_id=person_id, until=at + timedelta(days=rule.restrict_days))
    if malicious or count >= rule.police_at:
        yield PoliceTold(person_id=person_id, ticket=ticket)
