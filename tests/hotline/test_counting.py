"""The fast counting of clocks, judged by the slow one over random lives of a clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal

from hypothesis import event, given, settings
from hypothesis import strategies as st

from hotline import clocks
from hotline.calendar import SHANGHAI, Calendar
from hotline.clocks import AlarmPlan, Limit, Reading
from tests.hotline.slow_clock import SlowClock, after_due
from tests.hotline.test_calendar import AT_WORK_2026, OFF_2026, TABLE_2027

NEW_YEAR = datetime(2027, 1, 1, tzinfo=SHANGHAI)
OFF, ON = {date(2026, *day) for day in OFF_2026}, {date(2026, *day) for day in AT_WORK_2026}
NOTICE, CRITICISM = Limit(amount=1, unit="days"), Limit(amount=5, unit="working_days")

Op = Literal["pause", "resume", "turn", "extend", "relimit", "stop"]


def works_as_published(day: date) -> bool:
    """By the notice of 2026; by the week where nothing is published."""
    return day in ON or (day.weekday() < 5 and day not in OFF)


def works_with_2027(day: date) -> bool:
    """The same, with the table of 2027 arrived."""
    if day in TABLE_2027.holidays or day in TABLE_2027.workdays:
        return day in TABLE_2027.workdays
    return works_as_published(day)


@dataclass(frozen=True)
class Step:
    op: Op
    wait: timedelta
    to_midnight: bool
    amount: int

    def at(self, now: datetime) -> datetime:
        """When it happens: some time later, or at the very midnight after that."""
        then = now + self.wait
        return datetime.combine(then.date() + timedelta(days=1), time(), SHANGHAI) if self.to_midnight else then


# Starts whose limits run over the Spring Festival, Labour Day, the National Day and its make-up days, and over New Year.
STARTS = st.sampled_from(
    [date(2026, 2, 9), date(2026, 4, 27), date(2026, 9, 17), date(2026, 12, 21), date(2026, 12, 31)]
)
WAITS = st.integers(0, 4 * 1440) | st.sampled_from([0, 1, 60, 720, 1439, 1440, 2880])
STEPS = st.builds(
    Step,
    op=st.sampled_from(["turn", "turn", "turn", "turn", "pause", "resume", "extend", "relimit", "stop"]),
    wait=st.builds(timedelta, minutes=WAITS),
    to_midnight=st.booleans(),
    amount=st.integers(1, 8),
)
LIMITS = st.builds(Limit, amount=st.integers(0, 16), unit=st.sampled_from(["working_days", "days"])) | st.builds(
    Limit, amount=st.integers(0, 40), unit=st.sampled_from(["hours", "minutes"])
)


def moment(day: date, offset: int, minute: int) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(days=offset, minutes=minute)


MOMENTS = st.builds(moment, STARTS, st.integers(0, 12), st.sampled_from([0, 1, 540, 1439]) | st.integers(0, 1439))


def fast(reading: Reading, step: Step, at: datetime, calendar: Calendar, plan: AlarmPlan) -> Reading:
    """One step in the life of a clock. A turn pauses a running clock and resumes one that stands still."""
    assert reading.limit is not None
    match step.op:
        case "turn" if reading.running:
            return clocks.pause(reading, at)
        case "turn" | "resume":
            return clocks.resume(reading, at, calendar, plan)
        case "pause":
            return clocks.pause(reading, at)
        case "stop":
            return clocks.stop(reading, at)
        case "relimit":
            return clocks.relimit(reading, Limit(amount=step.amount, unit=reading.limit.unit), at, calendar, plan)
        case "extend":
            return clocks.extend(reading, step.amount, at, calendar, plan)


def slowly(slow: SlowClock, step: Step, at: datetime) -> None:
    """The same step in the life of the slow clock."""
    unit, amount = slow.limit.unit, slow.limit.amount
    match step.op:
        case "turn" if slow.running:
            slow.pause(at)
        case "turn" | "resume":
            slow.resume(at)
        case "pause":
            slow.pause(at)
        case "stop":
            slow.stop(at)
        case "relimit":
            slow.set_limit(Limit(amount=step.amount, unit=unit))
        case "extend":
            a_day = {"hours": 24, "minutes": 1440}.get(unit, 1)
            slow.set_limit(Limit(amount=amount + step.amount * a_day, unit=unit))


def agree(reading: Reading, slow: SlowClock, share: float) -> None:
    """Both clocks say the same in every respect."""
    assert reading.due == slow.due
    assert (reading.running, reading.stopped_at) == (slow.running, slow.stopped)
    assert reading.kept == (None if slow.stopped is None else slow.stopped <= slow.due)
    if not slow.running:
        assert reading.alarms == {}
        return
    assert reading.alarms == {
        "yellow": min(max(slow.used_up(Fraction(str(share))), slow.started), slow.due),
        "red": slow.due,
        "notice": after_due(slow.due, NOTICE, slow.works),
        "criticism": after_due(slow.due, CRITICISM, slow.works),
    }


@given(
    start=MOMENTS,
    limit=LIMITS,
    steps=st.lists(STEPS, min_size=2, max_size=8),
    share=st.sampled_from([0.5, 0.7, 0.75, 0.9]),
    table=st.booleans(),
)
@settings(max_examples=200)
def test_fast_and_slow_counting_agree(
    start: datetime, limit: Limit, steps: list[Step], share: float, table: bool
) -> None:
    """Through any life of a clock, due and alarms are what counting day by day and minute by minute gives."""
    calendar = Calendar(tables=(TABLE_2027,) if table else ())
    plan = AlarmPlan(share, after={"notice": NOTICE, "criticism": CRITICISM})
    slow = SlowClock(limit, start, works_with_2027 if table else works_as_published)
    reading, now = clocks.start("citizen", limit, start, calendar, plan), start
    agree(reading, slow, share)
    for step in steps:
        now = step.at(now)
        slowly(slow, step, now)
        reading = fast(reading, step, now, calendar, plan)
        agree(reading, slow, share)
    event(f"{limit.unit}, {len(reading.runs)} runs")


@given(start=MOMENTS, limit=LIMITS, steps=st.lists(STEPS, max_size=5))
@settings(max_examples=80)
def test_what_the_arrived_table_gives_is_what_it_would_always_have_given(
    start: datetime, limit: Limit, steps: list[Step]
) -> None:
    """A clock recomputed when the table arrives stands as if the table had been there from the beginning."""
    plan = AlarmPlan(0.75, after={"notice": NOTICE, "criticism": CRITICISM})
    before, knowing = Calendar(), Calendar(tables=(TABLE_2027,))
    guessed, exact = (clocks.start("unit:a1", limit, start, calendar, plan) for calendar in (before, knowing))
    now = start
    for step in (step for step in steps if step.op != "stop"):
        now = step.at(now)
        guessed, exact = fast(guessed, step, now, before, plan), fast(exact, step, now, knowing, plan)
    assert clocks.recompute(guessed, knowing, plan) == exact
    assert not exact.provisional
    assert guessed.provisional == (limit.unit == "working_days" and guessed.due > NEW_YEAR)
    assert clocks.recompute(exact, knowing, plan) == exact


@given(start=MOMENTS, limit=LIMITS, steps=st.lists(STEPS, max_size=4))
@settings(max_examples=60)
def test_a_reading_survives_being_written_down(start: datetime, limit: Limit, steps: list[Step]) -> None:
    """A reading stored as JSON and read again is the same reading, and goes on in the same way."""
    calendar, plan = Calendar(), AlarmPlan(0.75)
    kept = stored = clocks.start("citizen", limit, start, calendar, plan)
    now = start
    for step in steps:
        now = step.at(now)
        kept = fast(kept, step, now, calendar, plan)
        stored = Reading.model_validate_json(fast(stored, step, now, calendar, plan).model_dump_json())
        assert stored == kept
        assert stored.model_dump_json() == kept.model_dump_json()
