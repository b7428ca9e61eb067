"""When a clock makes itself heard, and what becomes of a due that was a guess. Dates are 2026 unless told otherwise."""

from hotline import clocks
from hotline.calendar import Calendar
from hotline.clocks import AlarmPlan
from tests.hotline.test_calendar import TABLE_2027
from tests.hotline.test_clocks import CALENDAR, FULL, a_clock, at, hours, working_days


def test_yellow_is_the_share_of_the_limit_used() -> None:
    """Three quarters of 3 working days are 2 days and 6 hours of the third; of 2 hours, an hour and a half."""
    assert a_clock(working_days(3), at(3, 2, 10), FULL).alarms["yellow"] == at(3, 5, 6)
    assert a_clock(working_days(4), at(3, 2, 10), FULL).alarms["yellow"] == at(3, 6), (
        "three days, no part of the fourth"
    )
    assert a_clock(hours(2), at(3, 2, 10), FULL).alarms["yellow"] == at(3, 2, 11, 30)


def test_a_share_means_what_was_written() -> None:
    """0.7 of 10 working days is 7 days exactly, whatever a binary fraction makes of it."""
    assert a_clock(working_days(10), at(3, 2, 10), AlarmPlan(0.7)).alarms["yellow"] == at(3, 12)


def test_overdue_levels_are_counted_from_the_due() -> None:
    """Notice at the end of the first day after the due, criticism at the end of the fifth working day."""
    alarms = a_clock(working_days(1), at(3, 2, 10), FULL).alarms
    assert alarms == {"yellow": at(3, 3, 18), "red": at(3, 4), "notice": at(3, 5), "criticism": at(3, 11)}
    assert a_clock(hours(2), at(3, 2, 10), FULL).alarms["notice"] == at(3, 4), "the day of an hour's due is not counted"


def test_a_plan_may_keep_silent() -> None:
    """Without a yellow share and without red there is no alarm."""
    assert a_clock(hours(2), at(3, 2, 10), AlarmPlan(red=False)).alarms == {}


def test_a_due_already_past_when_it_arrives_is_yellow_no_later_than_red() -> None:
    """An outside due in the past never yields an alarm after its own red."""
    alarms = clocks.fixed("instruction", at(3, 1), at(3, 2), FULL).alarms
    assert alarms["yellow"] == alarms["red"] == at(3, 1)


def test_a_guessed_day_is_marked_and_becomes_exact() -> None:
    """A due past the published calendar is provisional until the table arrives, and then exact."""
    reading = clocks.start("citizen", working_days(3), at(12, 30, 9), CALENDAR, FULL)
    assert reading.provisional
    assert reading.due == at(1, 5, year=2027), "Thu, then Fri and Mon by the week"
    exact = clocks.recompute(reading, Calendar(tables=(TABLE_2027,)), FULL)
    assert not exact.provisional
    assert exact.due == at(1, 8, year=2027), "31 December, 1 and 4 January are off"
    assert exact.alarms["red"] == exact.due
    assert not clocks.start("sign", hours(48), at(12, 31, 9), CALENDAR, FULL).provisional, "hours need no calendar"
    assert not clocks.start("citizen", working_days(2), at(12, 29, 9), CALENDAR, FULL).provisional


def test_the_table_moves_a_stopped_clock_only_if_its_due_was_a_guess() -> None:
    """A unit that replied after a guessed due was in time if the true one is later; a known due is never touched."""
    knowing = Calendar(tables=(TABLE_2027,))
    guessed = clocks.stop(a_clock(working_days(3), at(12, 30, 9)), at(1, 6, 9, year=2027))
    assert guessed.kept is False
    judged_again = clocks.recompute(guessed, knowing, FULL)
    assert judged_again.kept is True
    assert judged_again.alarms == {}
    known = clocks.stop(a_clock(working_days(1), at(12, 30, 9)), at(12, 31, 9))
    assert clocks.recompute(known, knowing, FULL) == known
