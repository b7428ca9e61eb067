"""What a clock promises, one example each. All dates are 2026 unless told otherwise; the first of March is a Sunday."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from hotline import clocks
from hotline.calendar import SHANGHAI, Calendar
from hotline.clocks import AlarmPlan, Limit, Reading, Run

CALENDAR = Calendar()
QUIET = AlarmPlan()
FULL = AlarmPlan(
    0.75, after={"notice": Limit(amount=1, unit="days"), "criticism": Limit(amount=5, unit="working_days")}
)


def at(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def working_days(amount: int) -> Limit:
    return Limit(amount=amount, unit="working_days")


def hours(amount: int) -> Limit:
    return Limit(amount=amount, unit="hours")


def a_clock(limit: Limit, since: datetime, plan: AlarmPlan = QUIET, name: str = "citizen") -> Reading:
    return clocks.start(name, limit, since, CALENDAR, plan)


@pytest.mark.parametrize(
    ("since", "limit", "due"),
    [
        (at(3, 2, 10), working_days(3), at(3, 6)),  # Mon → 24:00 of Thu: the day of the start is not counted
        (at(3, 2, 0), working_days(3), at(3, 6)),  # even a start at midnight has a day of the start
        (at(3, 6, 23, 59), working_days(1), at(3, 10)),  # Fri → 24:00 of Mon
        (at(9, 30, 9), working_days(1), at(10, 9)),  # over the National Day
        (at(2, 13, 9), working_days(1), at(2, 15)),  # a make-up Saturday counts
        (at(9, 18, 9), working_days(1), at(9, 21)),  # a make-up Sunday counts
        (at(9, 30, 9), Limit(amount=7, unit="days"), at(10, 8)),  # any day counts for "days"
        (at(3, 6, 23), hours(2), at(3, 7, 1)),  # hours are natural hours
        (at(3, 6, 23, 30), Limit(amount=45, unit="minutes"), at(3, 7, 0, 15)),
        (at(3, 2, 10), working_days(0), at(3, 3)),  # none at all: the end of the same day
        (at(3, 2, 10), hours(0), at(3, 2, 10)),
    ],
)
def test_a_due_is_counted_as_the_law_counts(since: datetime, limit: Limit, due: datetime) -> None:
    """The day of the start is not counted, the end is 24:00 of the last day (Civil Code 201, 203); hours are natural."""
    assert a_clock(limit, since).due == due


def test_a_moment_from_elsewhere_is_counted_by_the_local_day() -> None:
    """20:00 on Monday in Greenwich is Tuesday here, and the due is told in local time."""
    reading = a_clock(working_days(1), datetime(2026, 3, 2, 20, tzinfo=UTC))
    assert reading.due == at(3, 5)
    assert reading.due.utcoffset() == timedelta(hours=8)


def test_a_pause_inside_one_day_costs_nothing() -> None:
    """Asking the caller at nine and hearing at five leaves the due where it was."""
    reading = a_clock(working_days(3), at(3, 2, 10))
    paused = clocks.pause(reading, at(3, 3, 9))
    assert paused.paused
    assert paused.alarms == {}
    assert clocks.resume(paused, at(3, 3, 17), CALENDAR, QUIET).due == reading.due


def test_every_midnight_of_a_pause_gives_one_day_back() -> None:
    """A pause over one working midnight moves the due by one working day, even if it lasted a minute."""
    reading = a_clock(working_days(3), at(3, 2, 10))
    short = clocks.resume(clocks.pause(reading, at(3, 3, 23, 59)), at(3, 4, 0, 1), CALENDAR, QUIET)
    assert short.due == at(3, 7)
    over_a_weekend = clocks.resume(clocks.pause(reading, at(3, 5, 9)), at(3, 9, 9), CALENDAR, QUIET)
    assert over_a_weekend.due == at(3, 10), "two midnights were used, and the Monday of the resumption counts"


def test_hours_stand_still_during_a_pause() -> None:
    """What a pause lasted is added to a limit in hours."""
    paused = clocks.pause(a_clock(hours(2), at(3, 2, 10)), at(3, 2, 11))
    assert clocks.resume(paused, at(3, 2, 15), CALENDAR, QUIET).due == at(3, 2, 16)


@pytest.mark.parametrize(
    ("limit", "pause", "due"),
    [
        (working_days(1), at(3, 6, 9), at(3, 4)),
        (working_days(1), at(3, 4), at(3, 4)),
        (hours(2), at(3, 2, 20), at(3, 2, 12)),
        (hours(2), at(3, 2, 12), at(3, 2, 12)),
    ],
)
def test_a_pause_cannot_heal_what_was_due_before(limit: Limit, pause: datetime, due: datetime) -> None:
    """A clock whose limit was used up when it was paused keeps its due when it goes on."""
    paused = clocks.pause(a_clock(limit, at(3, 2, 10)), pause)
    assert clocks.resume(paused, at(3, 20), CALENDAR, QUIET).due == due


def test_a_stop_is_judged_by_the_due() -> None:
    """Stopped at the due is kept, a minute later is not, and before it stops nobody can tell."""
    reading = a_clock(hours(2), at(3, 2, 10))
    assert reading.kept is None
    assert clocks.stop(reading, at(3, 2, 12)).kept is True
    late = clocks.stop(reading, at(3, 2, 12, 1))
    assert late.kept is False
    assert late.alarms == {}
    assert (late.running, late.paused, late.stopped) == (False, False, True)
    assert clocks.stop(late, at(3, 2, 14)) == late, "the first stop stands"


def test_a_rejected_reply_goes_on_and_does_not_start_again() -> None:
    """The days used before the reply stay used; the days of the review are not the unit's."""
    reading = a_clock(working_days(3), at(3, 2, 10))
    stopped = clocks.stop(reading, at(3, 4, 10))
    resumed = clocks.resume(stopped, at(3, 9, 10), CALENDAR, QUIET)
    assert resumed.running
    assert not resumed.stopped
    assert resumed.due == at(3, 11), "Tue was used; Mon of the resumption and Tue are left"


def test_an_extension_adds_days_of_the_limits_own_kind() -> None:
    """Working days for working days, 24 hours for hours; the day of the start stays where it was."""
    assert clocks.extend(a_clock(working_days(3), at(3, 2, 10)), 5, at(3, 4), CALENDAR, QUIET).due == at(3, 13)
    assert clocks.extend(a_clock(hours(2), at(3, 2, 10)), 1, at(3, 2, 11), CALENDAR, QUIET).due == at(3, 3, 12)
    with pytest.raises(ValueError, match="at least one day"):
        clocks.extend(a_clock(hours(2), at(3, 2, 10)), 0, at(3, 2, 11), CALENDAR, QUIET)


def test_another_class_changes_the_limit_and_not_the_start() -> None:
    """A complaint that becomes a question on the second day is due three working days after its start."""
    changed = clocks.relimit(a_clock(working_days(15), at(3, 2, 10)), working_days(3), at(3, 3), CALENDAR, QUIET)
    assert (changed.due, changed.limit, len(changed.runs)) == (at(3, 6), working_days(3), 1)


def test_a_stopped_clock_keeps_its_due_until_it_goes_on() -> None:
    """What a reply is judged by is not changed afterwards; the longer limit counts once the reply is rejected."""
    stopped = clocks.stop(a_clock(working_days(1), at(3, 2, 10)), at(3, 5, 9))
    longer = clocks.extend(stopped, 5, at(3, 5, 10), CALENDAR, QUIET)
    assert (longer.due, longer.kept) == (stopped.due, False)
    assert clocks.resume(longer, at(3, 5, 11), CALENDAR, QUIET).due == at(3, 11)


def test_a_due_from_outside_stands_through_pauses() -> None:
    """A leader's date is his: pauses do not move it, yellow is a share of the natural time to it."""
    reading = clocks.fixed("instruction", at(3, 6, 14), at(3, 2, 14), FULL)
    assert reading.limit is None
    assert reading.alarms["yellow"] == at(3, 5, 14)
    assert reading.alarms["notice"] == at(3, 8)
    resumed = clocks.resume(clocks.pause(reading, at(3, 3)), at(3, 5), CALENDAR, FULL)
    assert (resumed.due, resumed.alarms) == (reading.due, reading.alarms)
    assert clocks.recompute(resumed, CALENDAR, FULL) == resumed


def test_a_due_from_outside_is_extended_by_working_days_at_the_same_time() -> None:
    """14:00 on Friday and two days is 14:00 on Tuesday; 24:00 stays 24:00; a stopped one stays as it is."""
    reading = clocks.fixed("instruction", at(3, 6, 14), at(3, 2, 14), FULL)
    assert clocks.extend(reading, 2, at(3, 5), CALENDAR, FULL).due == at(3, 10, 14)
    to_midnight = clocks.fixed("instruction", at(3, 7), at(3, 2, 14), FULL)
    assert clocks.extend(to_midnight, 2, at(3, 5), CALENDAR, FULL).due == at(3, 11)
    stopped = clocks.stop(reading, at(3, 3))
    assert clocks.extend(stopped, 2, at(3, 5), CALENDAR, FULL) == stopped


def test_what_is_already_so_changes_nothing() -> None:
    """Pausing a paused clock or resuming a running one is no event."""
    reading = a_clock(working_days(3), at(3, 2, 10))
    assert clocks.resume(reading, at(3, 3), CALENDAR, QUIET) == reading
    paused = clocks.pause(reading, at(3, 3))
    assert clocks.pause(paused, at(3, 4)) == paused
    assert clocks.stop(paused, at(3, 5)).runs == paused.runs


def test_time_does_not_run_backwards_on_a_clock() -> None:
    """A mark set by a machine whose time is a little behind is taken as the mark before it."""
    reading = a_clock(hours(2), at(3, 2, 10))
    paused = clocks.pause(reading, at(3, 2, 9, 59))
    assert paused.runs[-1].until == at(3, 2, 10)
    resumed = clocks.resume(clocks.pause(reading, at(3, 2, 11)), at(3, 2, 10, 30), CALENDAR, QUIET)
    assert resumed.runs[-1].since == at(3, 2, 11)
    assert clocks.stop(resumed, at(3, 2, 10)).stopped_at == at(3, 2, 11)


def test_a_clock_says_what_it_measures_and_for_whom() -> None:
    """The part after the colon is an assignment, but for a law's clock it is the law."""
    names = {name: a_clock(hours(2), at(3, 2), name=name) for name in ("citizen", "unit:a1", "statutory:market")}
    assert [(r.kind, r.assignment) for r in names.values()] == [("citizen", None), ("unit", "a1"), ("statutory", None)]


def test_a_moment_without_a_zone_never_reaches_a_clock() -> None:
    """No function and no stored reading takes a moment whose zone would have to be guessed."""
    naive = datetime(2026, 3, 2)  # noqa: DTZ001
    reading = a_clock(hours(2), at(3, 2, 10))
    moves: list[Callable[[], Reading]] = [
        lambda: a_clock(hours(2), naive),
        lambda: clocks.relimit(reading, hours(3), naive, CALENDAR, QUIET),
        lambda: clocks.resume(clocks.pause(reading, at(3, 3)), naive, CALENDAR, QUIET),
        lambda: clocks.fixed("instruction", naive, at(3, 2), QUIET),
        lambda: clocks.pause(reading, naive),
        lambda: clocks.stop(clocks.pause(reading, at(3, 3)), naive),
    ]
    for move in moves:
        with pytest.raises(ValueError, match="time zone"):
            move()
    with pytest.raises(ValidationError):
        Run(since=naive)


def test_nothing_impossible_can_be_written_down() -> None:
    """Negative limits, runs that end before they begin and unknown keys are refused."""
    with pytest.raises(ValidationError):
        hours(-1)
    with pytest.raises(ValidationError):
        Run(since=at(3, 2), until=at(3, 1))
    with pytest.raises(ValidationError):
        Limit.model_validate({"amount": 1, "unit": "days", "extra": 1})
