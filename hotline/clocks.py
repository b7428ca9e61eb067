"""Clocks of a ticket: started, paused, resumed, stopped and extended, each with its due and its alarms.

Pure functions from one reading to the next. A reading stands in a stored fact, so that a due is recorded once and never
recomputed while facts are read. How days and hours are counted is told in `counting`. Two rules hold for all clocks here:

- time does not run backwards on a clock: a moment earlier than its last mark (two machines whose times differ by a little)
  is taken as that mark;
- a stopped clock keeps its due as it stood, since that is what the answer is judged by; a limit changed meanwhile takes
  effect if the clock resumes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hotline import counting
from hotline.calendar import Calendar
from hotline.counting import Limit, Run

__all__ = [
    "AlarmPlan", "Limit", "Reading", "Run",
    "extend", "fixed", "longer", "pause", "recompute", "relimit", "resume", "rings", "start", "stop", "timer",
]  # fmt: skip

PUBLISHED = Calendar()


@dataclass(frozen=True)
class AlarmPlan:
    """When a clock makes itself heard: yellow at a share of the limit, red when due, and levels counted from the due."""

    yellow_share: float | None = None
    red: bool = True
    after: Mapping[str, Limit] = field(default_factory=dict)


class Reading(BaseModel):
    """One clock of one ticket as a fact leaves it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clock: str = Field(min_length=1)
    limit: Limit | None
    """None if the due was given from outside, as an instruction's is."""
    runs: tuple[Run, ...] = Field(min_length=1)
    """Every stretch in which it ran; the last is open while it runs."""
    due: AwareDatetime
    provisional: bool = False
    """Whether the due lies past the published calendar."""
    alarms: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Level to moment; empty while the clock does not run."""
    stopped_at: AwareDatetime | None = None
    """Stopped for good, or until a rejection resumes it."""

    @property
    def kind(self) -> str:
        """What the clock measures: the part of its name before the colon."""
        return self.clock.partition(":")[0]

    @property
    def assignment(self) -> str | None:
        """The assignment a per-assignment clock belongs to, else None (a law's id after the colon is not an assignment)."""
        return None if self.kind == "statutory" else self.clock.partition(":")[2] or None

    @property
    def running(self) -> bool:
        """Whether it is counting now."""
        return self.runs[-1].until is None

    @property
    def stopped(self) -> bool:
        """Whether it has stopped; a paused clock has not."""
        return self.stopped_at is not None

    @property
    def paused(self) -> bool:
        """Whether it stands still and is expected to go on."""
        return not self.running and not self.stopped

    @property
    def kept(self) -> bool | None:
        """Whether it stopped in time; None if it has not stopped."""
        return None if self.stopped_at is None else self.stopped_at <= self.due


def start(clock: str, limit: Limit, at: datetime, calendar: Calendar, plan: AlarmPlan) -> Reading:
    """A clock that begins to run at `at`. Raises ValueError for a moment without a time zone, as all functions here do."""
    since = calendar.local(at)
    return _recounted(Reading(clock=clock, limit=limit, runs=(Run(since=since),), due=since), calendar, plan)


def fixed(clock: str, due: datetime, at: datetime, plan: AlarmPlan, calendar: Calendar = PUBLISHED) -> Reading:
    """A clock whose due somebody outside has set. Pauses do not move it; yellow is a share of the natural time to it."""
    runs = (Run(since=calendar.local(at)),)
    return _recounted(Reading(clock=clock, limit=None, runs=runs, due=calendar.local(due)), calendar, plan)


def timer(clock: str, wait: Limit, at: datetime, calendar: Calendar) -> Reading:
    """A moment so much later, that is rung once and not moved by anything."""
    return fixed(clock, counting.after(at, wait, calendar), at, AlarmPlan(), calendar)


def rings(reading: Reading, level: str, at: datetime) -> bool:
    """Whether a level of a clock rings at `at`: the clock runs, the level has not rung, and its moment has come."""
    moment = reading.alarms.get(level)
    return reading.running and moment is not None and moment <= at


def pause(reading: Reading, at: datetime) -> Reading:
    """Stand still from `at`; nothing changes if it does not run."""
    if not reading.running:
        return reading
    return reading.model_copy(update={"runs": _closed(reading, at), "alarms": {}})


def resume(reading: Reading, at: datetime, calendar: Calendar, plan: AlarmPlan) -> Reading:
    """Go on from `at`, after a pause or a rejected reply; due and alarms are computed anew. Nothing changes if it runs."""
    if reading.running:
        return reading
    runs = (*reading.runs, Run(since=_not_before(reading, calendar.local(at))))
    return _recounted(reading.model_copy(update={"runs": runs, "stopped_at": None}), calendar, plan)


def stop(reading: Reading, at: datetime) -> Reading:
    """Close the clock at `at`, running or paused, with its due as it stood. Nothing changes if it has stopped before."""
    if reading.stopped:
        return reading
    runs = _closed(reading, at) if reading.running else reading.runs
    return reading.model_copy(update={"runs": runs, "alarms": {}, "stopped_at": _not_before(reading, at)})


def extend(reading: Reading, days: int, at: datetime, calendar: Calendar, plan: AlarmPlan) -> Reading:
    """Grant `days` more (granted at `at`): days of the limit's own kind, 24 hours each for a limit in hours, working days
    for a due given from outside. Alarms are computed anew, so a level that has rung before can appear again in the future.
    Raises ValueError for less than one day."""
    if days < 1:
        raise ValueError("an extension is at least one day")
    if reading.limit is None:
        due = counting.working_days_later(reading.due, days, calendar)
        return reading if reading.stopped else _recounted(reading.model_copy(update={"due": due}), calendar, plan)
    return relimit(reading, longer(reading.limit, days), at, calendar, plan)


def longer(limit: Limit, days: int) -> Limit:
    """The limit and so many days more, of its own kind: 24 hours each for a limit in hours."""
    per_day = {"hours": 24, "minutes": 1440, "seconds": 86_400}.get(limit.unit, 1)
    return Limit(amount=limit.amount + days * per_day, unit=limit.unit)


def relimit(reading: Reading, limit: Limit, at: datetime, calendar: Calendar, plan: AlarmPlan) -> Reading:
    """Another limit over the same runs (the ticket was classified anew at `at`): the clock never starts again."""
    calendar.local(at)
    changed = reading.model_copy(update={"limit": limit})
    return changed if reading.stopped else _recounted(changed, calendar, plan)


def recompute(reading: Reading, calendar: Calendar, plan: AlarmPlan) -> Reading:
    """The published calendar has arrived: due and alarms by it. A stopped clock changes only if its due was provisional."""
    return reading if reading.stopped and not reading.provisional else _recounted(reading, calendar, plan)


def _recounted(reading: Reading, calendar: Calendar, plan: AlarmPlan) -> Reading:
    limit, runs, due, provisional = reading.limit, reading.runs, reading.due, False
    if limit is not None:
        due = counting.due_of(limit, runs, calendar)
        provisional = counting.is_provisional(limit, runs[0].since, due, calendar)
    counted = reading.model_copy(update={"due": due, "provisional": provisional})
    return counted.model_copy(update={"alarms": _alarms(counted, calendar, plan) if reading.running else {}})


def _alarms(reading: Reading, calendar: Calendar, plan: AlarmPlan) -> dict[str, datetime]:
    alarms: dict[str, datetime] = {}
    if plan.yellow_share is not None:
        alarms["yellow"] = min(max(_yellow(reading, plan.yellow_share, calendar), reading.runs[0].since), reading.due)
    if plan.red:
        alarms["red"] = reading.due
    return alarms | {level: counting.after(reading.due, wait, calendar) for level, wait in plan.after.items()}


def _yellow(reading: Reading, share: float, calendar: Calendar) -> datetime:
    if reading.limit is not None:
        return counting.share_of(share, reading.limit, reading.runs, calendar)
    since = reading.runs[0].since
    return since + (reading.due - since) * share


def _closed(reading: Reading, at: datetime) -> tuple[Run, ...]:
    last = reading.runs[-1]
    return (*reading.runs[:-1], Run(since=last.since, until=_not_before(reading, at)))


def _not_before(reading: Reading, at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    last = reading.runs[-1]
    mark = reading.stopped_at or last.until or last.since
    return max(at, mark).astimezone(mark.tzinfo)
