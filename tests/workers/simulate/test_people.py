"""The habits of simulated people: when they come, what they want, and that a phone number is nobody's."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from hotline.rules import load
from tests.support.clock import A_MONDAY_MORNING as MONDAY
from tests.support.clock import ZONE
from workers.simulate.agenda import Agenda, Hours
from workers.simulate.case import Case
from workers.simulate.habits import TYPES
from workers.simulate.intake import UNASSIGNED_PREFIX, Plan, calls
from workers.simulate.owners import another, may_have, owner_of
from workers.simulate.reckoning import differences

RULES = load("sichuan-2025")
PLAN = Plan(4_000, 28, 3, datetime(2026, 3, 2, tzinfo=ZONE))


@pytest.fixture(scope="module")
def arrivals() -> list[tuple[datetime, Case]]:
    return [(moment, case) for moment, call in calls(PLAN, RULES) for case in call]


def test_requests_come_as_the_plan_says(arrivals: list[tuple[datetime, Case]]) -> None:
    """As many as planned, inside the planned days, in order."""
    moments = [moment for moment, _ in arrivals]
    assert len(arrivals) == PLAN.requests
    assert moments == sorted(moments)
    assert moments[0] >= PLAN.start
    assert moments[-1] < PLAN.start + timedelta(days=PLAN.days)


def test_types_follow_the_published_week(arrivals: list[tuple[datetime, Case]]) -> None:
    """Of real requests each type has its published share, within three standard deviations."""
    kinds = Counter(case.kind for _, case in arrivals if case.kind in TYPES)
    n = kinds.total()
    for kind, share in TYPES.items():
        assert abs(kinds[kind] / n - share) < 3 * (share * (1 - share) / n) ** 0.5 + 1e-3, kind


def test_busy_hours_are_the_busiest(arrivals: list[tuple[datetime, Case]]) -> None:
    """The hours from 10 and from 14 are the two busiest; a working day has more calls than a day off."""
    hours = Counter(moment.hour for moment, _ in arrivals)
    assert {hour for hour, _ in hours.most_common(2)} == {10, 14}
    by_weekday = Counter(moment.weekday() for moment, _ in arrivals)
    assert min(by_weekday[d] for d in range(5)) > max(by_weekday[5], by_weekday[6])


def test_several_matters_of_one_call_share_caller_and_call_id(arrivals: list[tuple[datetime, Case]]) -> None:
    """Matters with one call id come from one caller by telephone."""
    by_call: dict[str, list[Case]] = {}
    for _, case in arrivals:
        if case.call_id:
            by_call.setdefault(case.call_id, []).append(case)
    pairs = [cases for cases in by_call.values() if len(cases) > 1]
    assert pairs
    assert all(a.phone == b.phone and a.name == b.name and {a.channel, b.channel} == {"phone"} for a, b in pairs)


def test_no_simulated_number_can_be_anybodys(arrivals: list[tuple[datetime, Case]]) -> None:
    """Every number has eleven digits and a beginning that no carrier has been given."""
    phones = {case.phone for _, case in arrivals if case.phone}
    assert all(len(phone) == 11 and phone.startswith(UNASSIGNED_PREFIX) for phone in phones)


def test_a_report_never_belongs_to_the_unit_it_accuses(arrivals: list[tuple[datetime, Case]]) -> None:
    """Neither the owner nor a dispatcher's guess is the accused unit or one below it."""
    accusing = [case for _, case in arrivals if case.accused]
    assert accusing
    for case in accusing:
        assert may_have(RULES, case.owner, case.accused)
        assert may_have(RULES, another(RULES, case.owner, case.district, case.accused, case.rng), case.accused)


def test_a_matter_goes_to_its_trade_or_to_its_district(arrivals: list[tuple[datetime, Case]]) -> None:
    """A water matter is the water company's or the district government's, never some other office's."""
    rng, found = arrivals[0][1].rng, Counter[str]()
    for _ in range(200):
        found[owner_of(RULES, "utilities.water", "wuhou", None, rng)] += 1
    assert set(found) == {"city-water", "wuhou"}


@pytest.mark.parametrize(
    ("begins", "minutes", "ends"),
    [
        ((2, 9, 0), 60, (2, 10, 0)),
        ((2, 17, 0), 60, (3, 9, 30)),  # half an hour today, half tomorrow
        ((6, 17, 30), 10, (9, 9, 10)),  # Friday evening to Monday
        ((7, 12, 0), 5, (9, 9, 5)),  # on a day off
        ((2, 3, 0), 5, (2, 9, 5)),  # at night
    ],
)
def test_offices_work_in_office_hours(begins: tuple[int, int, int], minutes: int, ends: tuple[int, int, int]) -> None:
    """Office minutes pass on working days from nine to half past five only."""
    hours = Hours(RULES.calendar)
    (day, hour, minute), (to_day, to_hour, to_minute) = begins, ends
    start = datetime(2026, 3, day, hour, minute, tzinfo=ZONE)
    assert hours.in_office(start, minutes) == datetime(2026, 3, to_day, to_hour, to_minute, tzinfo=ZONE)


def test_nobody_is_called_at_night() -> None:
    """A call that would fall into the night is made next morning."""
    hours = Hours(RULES.calendar)
    late = datetime(2026, 3, 2, 22, 15, tzinfo=ZONE)
    assert hours.by_day(late, 10).hour == 8
    assert hours.by_day(late, 10).date() == late.date() + timedelta(days=1)


def test_the_earliest_acts_first() -> None:
    """Acts are taken by their moment, and at one moment in the order in which they were noted."""
    agenda, done = Agenda(), list[str]()
    for name, minutes in (("late", 2), ("first", 1), ("second", 1)):
        agenda.at(MONDAY + timedelta(minutes=minutes), lambda name=name: done.append(name))  # type: ignore[misc]
    while agenda.next is not None:
        agenda.take()()
    assert done == ["first", "second", "late"]


def test_a_difference_is_found_on_either_side() -> None:
    """A figure that only one side has, or that differs, is named with both values; a refused request leaves no trace."""
    counted = Counter({"a.same": 2, "a.more": 3, "intake.turned_away": 1})
    reckoned = Counter({"a.same": 2, "a.more": 2, "a.only": 1})
    assert differences(counted, reckoned) == {"a.more": (3, 2), "a.only": (0, 1)}
