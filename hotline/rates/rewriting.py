"""A past ticket under other rules: its facts, with every clock as those rules and their calendar would have set it.

What people did, and when, stays as it was: who was given it, what was asked, granted, paused, replied.  So a clock's runs are
those of the log.  Counted again are limits, dues and alarms, by the very functions that commands use; and whether a clock
rang follows from its new due.  A due that somebody outside gave (an instruction's) and a date that people chose stay.

What this cannot say: people would have acted otherwise under other limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NoReturn

from hotline import clocks
from hotline.clocks import Reading
from hotline.command import Desk
from hotline.facts import SYSTEM, Cause, Fact, Recorded
from hotline.rules import Rules
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.classifying import relimited
from hotline.ticket.consulting import CLOCK as EXPERT
from hotline.ticket.consulting import until_by_itself
from hotline.ticket.evolving import evolve
from hotline.ticket.receiving import statutory
from hotline.ticket.supervising import ConfirmDues, Ring
from hotline.ticket.ticket import Ticket

RulesOf = Callable[[Recorded], Rules]
"""The rules for a fact: one profile's for all of them, or for each those it was written under."""


Stored = Mapping[str, Reading]
"""The clocks as the log has them, by name."""


def rewritten(history: Iterable[Recorded], rules_of: RulesOf, until: datetime) -> Iterator[Recorded]:
    """One ticket's history under other rules, as known at ``until``.

    Under the rules it was written by, it comes out as it went in.  A ring that other dues bring about stands at its moment,
    with the version and position of the fact before it: it has no place of its own in the log.
    """
    replay: _Replay | None = None
    for recorded in history:
        if replay is None:
            replay = _Replay(recorded)
        else:
            yield from replay.rings(rules_of(recorded), recorded.recorded_at)
        told = replay.told(rules_of(recorded), recorded)
        if told is not None:
            yield told
    if replay is not None:
        yield from replay.rings(rules_of(replay.last), until)


@dataclass
class _Replay:
    """The ticket as it stands under other rules, beside its clocks as the log has them; ``last`` is the fact before."""

    last: Recorded
    stored: dict[str, Reading] = field(default_factory=dict)
    other: Ticket | None = None

    def told(self, rules: Rules, recorded: Recorded) -> Recorded | None:
        """The next fact under other rules; None if it would not have come about."""
        desk, before = _desk(recorded, rules), self.other
        fact = _retold(self.stored, before, recorded.fact, desk)
        self.last = recorded
        if isinstance(recorded.fact, f.TicketFact):
            self.stored |= {r.clock: r for r in recorded.fact.clocks}
        if fact is None:
            return None
        told = replace(recorded, fact=fact)
        self.other = evolve(before, told)
        left = tuple(_left_over(self.stored, before, self.other, desk))
        if left and isinstance(fact, f.TicketFact):
            told = replace(told, fact=_with(fact, (*fact.clocks, *left)))
            self.other = evolve(before, told)
        return told

    def rings(self, rules: Rules, until: datetime) -> Iterator[Recorded]:
        """The rings before ``until`` that only the other dues bring about, in order."""
        tried: set[tuple[str, str]] = set()
        while (due := self._next_ring(until, tried)) is not None:
            at, clock, level = due
            tried.add((clock, level))
            place = replace(
                self.last,
                recorded_at=max(at, self.last.recorded_at),
                happened_at=None,
                by=SYSTEM,
                cause=Cause(correlation_id="", policy=rules.version),
            )
            rang = _rang(self.other, clock, level, _desk(place, rules))
            if rang is not None:
                told = replace(place, fact=rang)
                self.other = evolve(self.other, told)
                yield told

    def _next_ring(self, until: datetime, tried: set[tuple[str, str]]) -> tuple[datetime, str, str] | None:
        # An alarm for the same moment in both rang, or did not, as the log says.  Not at ``until`` itself: a reply at its due
        # is in time.
        waiting = (
            (at, name, level)
            for name, reading in (self.other.clocks.items() if self.other is not None else ())
            for level, at in reading.alarms.items()
            if at < until and (name, level) not in tried and at != _alarm(self.stored, name, level)
        )
        return min(waiting, default=None)


def _retold(stored: Stored, other: Ticket | None, fact: Fact, desk: Desk) -> Fact | None:
    """A fact with its clocks under other rules; None if it would not have come about."""
    if not isinstance(fact, f.TicketFact):
        return fact
    match fact:
        case f.ClockRang():
            mine = _alarm(other.clocks if other is not None else {}, fact.clock, fact.level)
            same = mine == _alarm(stored, fact.clock, fact.level)
            return _rang(other, fact.clock, fact.level, desk) if same else None
        case f.DuesConfirmed():
            counted = list(ConfirmDues().decide(other, desk)) if other is not None else []
            return next((new for new in counted if isinstance(new, f.DuesConfirmed)), _with(fact, ()))
        case f.TicketReceived() | f.TicketClassified():
            return _with(fact, _by_classification(stored, other, fact, desk))
        case _:
            return _with(fact, tuple(_moved(stored, other, fact, desk))) if fact.clocks else fact


def _with(fact: f.TicketFact, readings: tuple[Reading, ...]) -> f.TicketFact:
    return fact.model_copy(update={"clocks": readings})


def _by_classification(
    stored: Stored, other: Ticket | None, fact: f.TicketReceived | f.TicketClassified, desk: Desk
) -> tuple[Reading, ...]:
    """What follows from what a matter is: other rules may tell matters apart that the log's did not."""
    if isinstance(fact, f.TicketClassified) and other is not None:
        begun = relimited(other, desk, fact.type, fact.urgency, fact.category)
    else:
        begun = list(_moved(stored, other, fact, desk, "dispatch"))
    laws = statutory(desk, fact.type, fact.category, since=other)
    return (*begun, *laws, *_moved(stored, other, fact, desk, EXPERT, "instruction"))


def _moved(stored: Stored, other: Ticket | None, fact: f.TicketFact, desk: Desk, *kinds: str) -> Iterator[Reading]:
    """What a fact did to each clock (of these kinds, or to all), done under other rules."""
    before, mine = dict(stored), dict(other.clocks) if other is not None else {}
    for new in fact.clocks:
        if kinds and new.kind not in kinds:
            continue
        old, before[new.clock] = before.get(new.clock), new
        for reading in _same_done(old, new, mine.get(new.clock), other, fact, desk):
            mine[reading.clock] = reading
            yield reading


def _same_done(
    old: Reading | None, new: Reading, mine: Reading | None, other: Ticket | None, fact: f.TicketFact, desk: Desk
) -> Iterator[Reading]:
    """What turned ``old`` into ``new``, done to ``mine``; nothing for a clock the other rules do not have."""
    if old is None or _begins_anew(old, new):
        yield from _begun(new, other, fact, desk)
    elif mine is None:
        return
    elif new == old:
        yield mine
    elif new.stopped and not old.stopped:
        yield clocks.stop(mine, desk.at)
    elif new.running and not old.running and other is not None:
        yield c.go_on(desk, other, mine)
    elif old.running and not new.running:
        yield clocks.pause(mine, desk.at)
    elif isinstance(fact, f.ExtensionGranted):
        yield clocks.extend(mine, fact.days, desk.at, desk.calendar, desk.plan(mine.clock))
    else:
        yield mine


def _begins_anew(old: Reading, new: Reading) -> bool:
    """A clock of the same name that began again, as a rework's does; going on adds a run instead."""
    return new.runs[0].since != old.runs[0].since or (new.running and len(new.runs) == 1 and not old.running)


def _begun(new: Reading, other: Ticket | None, fact: f.TicketFact, desk: Desk) -> Iterator[Reading]:
    if new.kind == EXPERT and isinstance(fact, f.TicketReceived | f.TicketClassified):
        yield from until_by_itself(desk, fact.type, fact.urgency, fact.category)
    elif new.limit is None:  # given from outside, or a date people chose
        yield clocks.fixed(new.clock, new.due, desk.at, desk.plan(new.clock), desk.calendar)
    else:
        # A matter that was never written down is never told apart from others.
        told_apart = None if other is None or other.text_withheld else other
        yield from c.start(desk, told_apart, new.clock)


def _left_over(stored: Stored, before: Ticket | None, after: Ticket | None, desk: Desk) -> Iterator[Reading]:
    """Clocks that only the other rules have end with the ticket, like all of them."""
    if before is not None and after is not None and after.over and not before.over:
        yield from c.stop(desk, before, *(name for name in after.clocks if name not in stored))


def _rang(other: Ticket | None, clock: str, level: str, desk: Desk) -> Fact | None:
    """What a ring tells now; None where it tells nothing, or would do more than tell: what was done stays as it was."""
    told = list(Ring(clock=clock, level=level).decide(other, desk)) if other is not None else []
    return told[0] if len(told) == 1 and isinstance(told[0], f.ClockRang) else None


def _alarm(readings: Stored, clock: str, level: str) -> datetime | None:
    reading = readings.get(clock)
    return reading.alarms.get(level) if reading is not None else None


def _desk(recorded: Recorded, rules: Rules) -> Desk:
    """The desk a fact was decided at, with other rules on it."""
    return Desk(
        id=recorded.originator_id,
        at=rules.calendar.local(recorded.recorded_at),
        by=recorded.by,
        rules=rules,
        vault=_NoVault(),
        find_personal=lambda _: (),
        other=lambda _kind, _stream: None,
    )


class _NoVault:
    """Nothing is sealed and nothing drawn: no words are written here."""

    def seal(self, ticket_id: object, label: str, text: str) -> NoReturn:
        raise LookupError("nothing is decided here")

    def draw(self, kind: str, value: str) -> NoReturn:
        raise LookupError("nothing is decided here")

    def line_of(self, person_id: object) -> NoReturn:
        raise LookupError("nothing is decided here")
