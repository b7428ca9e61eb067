"""A bulletin holds the numbers that the rates have, of the month and the one before, and the same for ever as of its moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest

from hotline.calendar import SHANGHAI
from hotline.command import Refused
from hotline.facts import Recorded
from hotline.rates import handling
from hotline.rates.answer import Figure
from hotline.rates.bulletin import Bulletin
from hotline.rates.catalogue import load as formulas
from hotline.rates.fields import day_number
from hotline.rates.month import Month
from hotline.rates.outcome import OutcomeRow
from hotline.rates.question import Asked
from hotline.rates.subject import Whose
from hotline.rules import load
from projections.bulletin import Desk, bulletin, bulletins
from projections.follow import catch_up
from projections.rates import snapshot
from projections.registry import VIEWS
from projections.view import Views
from tests.hotline.rates.outcomes import any_outcome, outcome
from tests.projections.filled import fill
from tests.projections.lives import PaperLog, together

RULES, CATALOGUE = load("sichuan-2025"), formulas()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
JANUARY = Month(date(2026, 1, 1))
SEEDS = tuple(range(500, 530))


class Log(PaperLog):
    """A paper log as rates ask it."""

    def position(self) -> int:
        return len(self.facts)

    def facts_after(self, position: int, limit: int = 500) -> list[Recorded]:
        return self.after(position, limit)


def desk(views: Views, facts: Iterable[Recorded] = ()) -> Desk:
    return Desk(views, Log(facts), CATALOGUE, RULES)


def over_new_year(views: Views, count: int = 1500) -> list[OutcomeRow]:
    """Outcomes of every kind from late November to early February, without a log."""
    random = Random(9)
    rows = [any_outcome(random, first=day_number(date(2025, 11, 20)), days=80) for _ in range(count)]
    fill(views, [(uuid4(), row) for row in rows])
    return rows


def asked_alone(views: Views, name: str, month: Month, whose: Whose, moment: datetime) -> Figure:
    """The same question put to the rates by itself."""
    asked = Asked(month.first, month.last, filters=whose.filters, as_of=None, happened_by=moment)
    with snapshot(views, Log(), CATALOGUE) as look:
        rate = handling.formulas().get(name) or CATALOGUE.find(name, month.first)
        return look.answer(rate, asked, NOW, use="rows").total


def same(found: Bulletin) -> dict[str, object]:
    """All of it that must be the same when it is asked for again."""
    return found.model_dump(exclude={"computed_at"})


@pytest.mark.parametrize(
    "whose", [Whose(), Whose(district="wuhou"), Whose(unit="roads"), Whose("wuhou", "roads")], ids=str
)
def test_its_rates_are_those_asked_alone(views: Views, whose: Whose) -> None:
    """Given any outcomes over New Year, every variant of every rate has in January's bulletin the value, the counts and the
    coverage that the same question alone has, for January and for December of the year before."""
    over_new_year(views)
    found = bulletin(desk(views), JANUARY, whose, None, NOW)
    lines = [*(found.calls or ()), *found.rates, *found.causes, *found.handling]
    assert {line.formula.id for line in lines} >= {rate.id for rate in CATALOGUE.all} - (
        {"connection", "connection_15s"} if found.calls is None else set()
    )
    for line in lines:
        name = f"{line.formula.id}@{line.formula.version}"
        assert line.now == asked_alone(views, name, JANUARY, whose, found.as_of), name
        assert line.before == asked_alone(views, name, JANUARY.before, whose, found.as_of), name
    assert any(line.now.denominator for line in found.rates)
    assert (found.month, found.month_before) == ("2026-01", "2025-12")


def test_every_unit_at_once_is_each_alone(views: Views) -> None:
    """Given any outcomes, the bulletins of every unit (district) are those asked for one by one, and of nobody else."""
    rows = over_new_year(views, 600)
    for split, names in (("unit", {row.unit for row in rows}), ("district", {row.district for row in rows})):
        found = list(bulletins(desk(views), JANUARY, split, None, NOW))  # type: ignore[arg-type]
        assert {one.subject.unit or one.subject.district for one in found} == names - {None}
        for one in found:
            whose = Whose(one.subject.district, one.subject.unit)
            assert same(one) == same(bulletin(desk(views), JANUARY, whose, None, NOW))


def test_volumes_are_counted_by_their_own_days(views: Views) -> None:
    """Given tickets received and closed on either side of New Year, each counts by the day of what is counted, by channel, type
    and category, and the day itself decides, not the hour elsewhere."""
    last, first = day_number(date(2025, 12, 31)), day_number(date(2026, 1, 1))
    lamps, drains = "municipal.lamps", "municipal.drainage"
    rows = [
        outcome(received_day=last, closed_day=first, ended="closed", channel="web", type="help", category=lamps),
        outcome(received_day=last, closed_day=last, ended="closed", channel="phone", type="help", category=drains),
        outcome(received_day=first, channel="phone", type="complaint", category=drains),
        outcome(
            received_day=first, channel="phone", direct="yes", outcome="answered", ended="closed", closed_day=first
        ),
        outcome(received_day=first, channel="phone", type="consult", category=lamps),
        outcome(received_day=first, channel="phone", type="consult", category=drains),
        outcome(received_day=first, kind="call"),
    ]
    fill(views, [(uuid4(), row) for row in rows])
    found = bulletin(desk(views), JANUARY, Whose(), None, NOW)
    assert {v.key: (v.count, v.before) for v in found.volumes} == {
        "received": (4, 2), "closed": (2, 1), "answered_on_the_line": (1, 0),
    }  # fmt: skip
    assert [(v.key, v.count, v.before, v.share) for v in found.by_channel] == [
        ("phone", 4, 1, "100.00"), ("web", 0, 1, "0.00"),
    ]  # fmt: skip
    assert [(v.key, v.count) for v in found.by_type] == [("consult", 2), ("help", 0), ("complaint", 1), ("", 1)]
    assert [(v.key, v.count, v.change.value) for v in found.categories] == [(drains, 2, "100.00"), (lamps, 1, "0.00")]


def test_as_of_its_moment_it_is_the_same_for_ever(views: Views) -> None:
    """Given a bulletin made in the middle of a history, when more happens and it is asked for again as of its moment, for the
    city and a unit, then it is equal in everything but when it was computed; and as things stand now it is another."""
    facts = ordered(together(SEEDS))
    month = Month(facts[0].recorded_at.astimezone(SHANGHAI).date().replace(day=1))
    middle = next(n for n in range(len(facts) // 2, len(facts)) if facts[n].recorded_at > facts[n - 1].recorded_at)
    known = desk(views, facts[:middle])
    catch_up(views, VIEWS["scoreboard"], known.log.facts_after)
    unit = next(r.fact.assignments[0].unit for r in facts[:middle] if r.fact.TOPIC == "ticket.dispatched")  # type: ignore[attr-defined]
    subjects = (Whose(), Whose(unit=unit))
    then = [bulletin(known, month, whose, None, facts[middle].recorded_at) for whose in subjects]
    assert then[0].as_of == facts[middle - 1].recorded_at
    assert (then[0].position, then[0].unfinished) == (middle, True)

    whole = desk(views, facts)
    catch_up(views, VIEWS["scoreboard"], whole.log.facts_after)
    for whose, first in zip(subjects, then, strict=True):
        again = bulletin(whole, month, whose, first.as_of, later(facts, 9))
        assert same(again) == same(first)
        assert again.computed_at != first.computed_at
        assert same(bulletin(whole, month, whose, None, later(facts, 9))) != same(first)
    split = list(bulletins(whole, month, "unit", then[0].as_of, later(facts, 9)))
    assert same(then[1]) in [same(one) for one in split]


def test_a_month_ends_on_a_quiet_night_too(views: Views) -> None:
    """Given nothing recorded since before the end of a month, when it is over it is no longer unfinished, as of its end; and
    asked for again as of that moment it is the same."""
    fill(views, [(uuid4(), outcome(received_day=day_number(date(2026, 1, 20))))])
    before, after = JANUARY.ends - timedelta(seconds=1), JANUARY.ends + timedelta(hours=3)
    running, over = (bulletin(desk(views), JANUARY, Whose(), None, now) for now in (before, after))
    assert (running.unfinished, running.as_of, running.volumes[0].change.reason) == (True, JANUARY.begins, "unfinished")
    assert (over.unfinished, over.as_of, over.volumes[0].change.reason) == (False, JANUARY.ends, "none_before")
    assert same(bulletin(desk(views), JANUARY, Whose(), JANUARY.ends, after)) == same(over)


def test_a_unit_of_few_tickets_gets_no_grade(views: Views) -> None:
    """Given nine and ten closed and satisfied tickets of two units, both rates are shown and only the second is graded."""
    day = day_number(date(2026, 1, 9))
    happy = {"closed_day": day, "received_day": day, "ended": "closed", "satisfied": "satisfied"}
    fill(views, [(uuid4(), outcome(unit=unit, **happy)) for unit, n in (("roads", 9), ("water", 10)) for _ in range(n)])
    for unit, grade, why in (("roads", None, "too_few"), ("water", "good", None)):
        found = bulletin(desk(views), JANUARY, Whose(unit=unit), None, NOW)
        (line,) = (line for line in found.rates if line.formula.id == "satisfaction.rated_only")
        assert (line.now.percent, line.grade, line.ungraded, line.too_few) == ("100.00", grade, why, grade is None)


def test_claims_are_held_against_what_others_say(views: Views) -> None:
    """Given four claims of which callers confirm two of four and an inspector one of two, the gaps are 50 points each."""
    day = day_number(date(2026, 1, 9))
    said = (("resolved", "resolved"), ("resolved", "none"), ("unresolved", "none"), ("unresolved", "unresolved"))
    rows = [outcome(closed_day=day, ended="closed", claimed="resolved", resolved=r, inspected=i) for r, i in said]
    fill(views, [(uuid4(), row) for row in rows])
    gap = bulletin(desk(views), JANUARY, Whose(), None, NOW).resolution
    assert [line.now.percent for line in (gap.claimed, gap.confirmed, gap.inspected)] == ["100.00", "50.00", "50.00"]
    assert (gap.claimed_less_confirmed, gap.claimed_less_inspected) == ("50.00", "50.00")


@pytest.mark.parametrize(
    ("month", "whose", "as_of", "code"),
    [
        ("2026-03", Whose(), "2026-02-28", "period_in_future"), ("2026-04", Whose(), None, "period_in_future"),
        ("2026-02", Whose(), "2026-03-02", "moment_in_future"), ("2026-01", Whose(district="atlantis"), None, "unknown_district"),
        ("2026-01", Whose(unit="nobody"), None, "unknown_unit"), ("2026-01", Whose(unit=""), None, "unknown_unit"),
        ("2026-01", Whose(district="a\x00"), None, "unknown_district"),
    ],
)  # fmt: skip
def test_what_cannot_be_reported_is_refused_by_name(
    views: Views, month: str, whose: Whose, as_of: str | None, code: str
) -> None:
    """A month or moment that has not come, a district or unit that nobody knows."""
    fill(views, [(uuid4(), outcome())])
    moment = None if as_of is None else datetime.fromisoformat(as_of).replace(tzinfo=SHANGHAI)
    with pytest.raises(Refused, match=code):
        bulletin(desk(views), Month.read(month), whose, moment, NOW)


def test_a_unit_that_the_profile_has_no_longer_is_known_by_its_tickets(views: Views) -> None:
    """Tickets of an earlier profile's unit have a bulletin under the unit's id."""
    fill(views, [(uuid4(), outcome(unit="dissolved", received_day=day_number(date(2026, 1, 2))))])
    found = bulletin(desk(views), JANUARY, Whose(unit="dissolved"), None, NOW)
    assert (found.subject.name, found.volumes[0].count) == ("dissolved", 1)


def test_a_view_that_lags_behind_the_moment_is_not_believed(views: Views) -> None:
    """Given facts that the scoreboard has not taken in, as of a moment after them there is no bulletin yet."""
    facts = ordered(together(SEEDS[:3]))
    views.migrate()
    month = Month(facts[-1].recorded_at.astimezone(SHANGHAI).date().replace(day=1))
    with pytest.raises(Refused, match="view_behind"):
        bulletin(desk(views, facts), month, Whose(), facts[-1].recorded_at, later(facts, 1))


def ordered(facts: Iterable[Recorded]) -> list[Recorded]:
    """The same lives in the order of when they were recorded, as a log has them."""
    told = sorted(facts, key=lambda r: (r.recorded_at, r.position))
    return [replace(r, position=nth) for nth, r in enumerate(told, start=1)]


def later(facts: list[Recorded], days: int) -> datetime:
    return facts[-1].recorded_at + timedelta(days=days)
