"""Working days, against the published notices."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.calendar import SHANGHAI, Calendar, CalendarTable

# State Council Office, notice on the holidays of 2026, typed in from its text.
OFF_2026 = [
    *((1, day) for day in range(1, 4)),
    *((2, day) for day in range(15, 24)),
    *((4, day) for day in range(4, 7)),
    *((5, day) for day in range(1, 6)),
    *((6, day) for day in range(19, 22)),
    *((9, day) for day in range(25, 28)),
    *((10, day) for day in range(1, 8)),
]
AT_WORK_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
TABLE_2027 = CalendarTable(
    2027,
    holidays=frozenset({date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)}),
    workdays=frozenset({date(2027, 1, 9)}),
    source="a table of this test",
)


def test_every_day_of_2026_is_as_the_notice_says() -> None:
    """Holidays are off, make-up workdays are on, all other days follow the week."""
    calendar = Calendar()
    off, on = {date(2026, *day) for day in OFF_2026}, {date(2026, *day) for day in AT_WORK_2026}
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert calendar.is_working(day) == (day in on or (day.weekday() < 5 and day not in off)), day


def test_past_the_published_calendar_the_week_decides_and_says_so() -> None:
    """A day nobody has published is a guess by weekday, never a crash, and is not called known."""
    calendar = Calendar()
    assert calendar.known_until == date(2026, 12, 31)
    assert calendar.is_known(date(2026, 12, 31))
    assert not calendar.is_known(date(2027, 1, 1))
    assert calendar.is_working(date(2027, 1, 1))
    assert not calendar.is_working(date(2027, 1, 2))


def test_an_own_table_makes_its_year_known_and_overrides() -> None:
    """The table that arrives later decides its year, and the days of the December before that it names."""
    calendar = Calendar(tables=(TABLE_2027,))
    assert calendar.known_until == date(2027, 12, 31)
    assert calendar.is_known(date(2027, 6, 1))
    assert not calendar.is_working(date(2026, 12, 31))
    assert not calendar.is_working(date(2027, 1, 1))
    assert calendar.is_working(date(2027, 1, 9)), "a make-up Saturday"
    for day in (date(2026, 12, 30), date(2027, 1, 5)):
        assert calendar.is_working(day), "days it does not name"


def test_an_own_table_of_a_published_year_replaces_the_published_one() -> None:
    """A year is either the operator's or the library's, never a mixture of both."""
    calendar = Calendar(tables=(CalendarTable(2026, frozenset({date(2026, 3, 2)}), frozenset()),))
    assert not calendar.is_working(date(2026, 3, 2))
    assert calendar.is_working(date(2026, 10, 1))


def test_a_year_missing_between_tables_is_a_gap() -> None:
    """`known_until` stops at the first year nobody has published."""
    calendar = Calendar(tables=(CalendarTable(2028, frozenset(), frozenset()),))
    assert calendar.known_until == date(2026, 12, 31)
    assert calendar.is_known(date(2028, 1, 1))
    assert not calendar.is_known(date(2027, 12, 31))


def test_a_day_is_the_local_day() -> None:
    """17:00 in Greenwich is already tomorrow in Shanghai, and 24:00 is the next midnight there."""
    calendar = Calendar()
    assert calendar.day_of(datetime(2026, 3, 1, 17, tzinfo=UTC)) == date(2026, 3, 2)
    assert calendar.end_of(date(2026, 3, 1)) == datetime(2026, 3, 2, tzinfo=SHANGHAI)


def test_a_moment_without_a_zone_is_refused() -> None:
    """Nobody guesses the zone of a moment."""
    with pytest.raises(ValueError, match="time zone"):
        Calendar().day_of(datetime(2026, 3, 1))  # noqa: DTZ001


@given(st.dates())
@settings(max_examples=200)
def test_any_date_has_an_answer(day: date) -> None:
    """Whatever the date, asking does not fail, and an unpublished day follows the week."""
    calendar = Calendar()
    working = calendar.is_working(day)
    assert calendar.is_known(day) or working == (day.weekday() < 5)
