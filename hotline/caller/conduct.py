"""The nuisance ladder: a caller is warned, then restricted, then the police are told.

It goes by the number that calls, whatever name is given; only who has no number is known by his person id alone.  It never
silences an emergency: a restriction is not asked when the request is one.  (Steps and windows are profile data; no published rule
fixes them.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol
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


MOST_PERSONS = 50
"""As many persons under one number are asked about for what was noted before the ladder went by numbers; steps since then are all
found.  (ours)"""


@dataclass(frozen=True, slots=True)
class Who:
    """A caller as the ladder knows him: ``line`` is the vault's keyed digest of his number, None where he gave none; ``persons``
    are those the vault knows under it."""

    line: str | None
    persons: tuple[UUID, ...]

    @property
    def stream(self) -> UUID:
        """The stream in which his conduct is kept from now on."""
        return line_stream_of(self.line) if self.line is not None else stream_of(self.persons[0])

    @property
    def streams(self) -> Iterable[UUID]:
        """All streams in which something may stand of him."""
        line = () if self.line is None else (line_stream_of(self.line),)
        return (*line, *(stream_of(person) for person in self.persons))


class Phonebook(Protocol):
    """The part of the vault that knows who calls from a number."""

    def blind(self, kind: str, value: str) -> str: ...
    def find_by_phone(self, phone: str) -> list[UUID]: ...


def calling(vault: Phonebook, phone: str) -> Who:
    """Whom the ladder asks about when a number calls: for the door and for whoever looks before it alike."""
    return Who(vault.blind("phone", phone), tuple(vault.find_by_phone(phone)[:MOST_PERSONS]))


def together(who: Who | None, person_id: UUID) -> Who:
    """The same caller under the name he gives now."""
    line, persons = (None, ()) if who is None else (who.line, who.persons)
    return Who(line, tuple(dict.fromkeys((person_id, *persons))))


def stream_of(person_id: UUID) -> UUID:
    """The stream in which the conduct of a caller without a number is kept, and of everybody before the ladder went by numbers."""
    return uuid5(NAMESPACE_URL, f"hotline:caller:{person_id}")


def line_stream_of(line: str) -> UUID:
    """The stream of a number, by its keyed digest: without the vault's key nobody can tell whose it is."""
    return uuid5(NAMESPACE_URL, f"hotline:line:{line}")


def known_of(who: Who, read: Callable[[str, UUID], Any]) -> Conduct:
    """All that the ladder knows of a caller; ``read`` gives the state of a stream of a kind."""
    found: list[Conduct] = [each for stream in who.streams if (each := read("caller", stream)) is not None]
    until = [each.restricted_until for each in found if each.restricted_until is not None]
    return Conduct(
        noted=tuple(sorted(moment for each in found for moment in each.noted)),
        restricted_until=max(until, default=None),
    )


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
