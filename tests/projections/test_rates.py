"""A rate is the same number from sums, from rows, from states and worked out straight, to the last ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest

from hotline.facts import Recorded
from hotline.rates.answer import Answer, CountedFrom, groups
from hotline.rates.catalogue import Catalogue, Rate, load
from hotline.rates.evaluating import count
from hotline.rates.fields import DIMENSIONS, TIMES, day_number, day_of
from hotline.rates.formula import Formula
from hotline.rates.outcome import OutcomeRow
from hotline.rates.question import Asked
from projections.database import reading
from projections.rates import snapshot
from projections.rates_count import count_all
from projections.rates_sources import alike, best, pieces, select_from
from projections.view import Views
from tests.hotline.rates.outcomes import DISTRICTS, UNITS, any_outcome
from tests.projections.filled import fill, fill_versions

FIRST, DAYS = 17_500, 120
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def answer(
    views: Views,
    log: EmptyLog,
    catalogue: Catalogue,
    rate: Rate,
    asked: Asked,
    now: datetime,
    *,
    use: CountedFrom | None = None,
) -> Answer:
    with snapshot(views, log, catalogue) as look:
        return look.answer(rate, asked, now, use=use)


class EmptyLog:
    """A log in which nothing has happened: ages count from the end of the period."""

    def position(self) -> int:
        return 0

    def facts_after(self, position: int, limit: int = 500) -> Sequence[Recorded]:
        return ()


LOG = EmptyLog()


def formulas() -> list[Formula]:
    """The shipped ones, and some that ask what none of those does."""
    shipped = [rate for rate in load().all if isinstance(rate, Formula)]
    odd = [
        {"among": [{"reworks": {"at_most": 1}}, {"unit": ["roads", ""], "returns": {"at_least": 2, "at_most": 3}}]},
        {"among": {"excluded": {"not": ["withdrawn"]}, "head": {"not": ["housing"]}}, "leave_out": ["unreachable"]},
        {"denominator": [{"excluded": ["withdrawn", "unreasonable"]}, {"tier": ["city", ""]}]},
        {"denominator": {"closed_days_ago": {"at_least": 5, "at_most": 40}}, "cohort": "closed"},
        {"denominator": {"closed_days_ago": {"at_most": 9}}, "cohort": "due", "question": "resolved"},
        {"denominator": {"received_days_ago": {"at_least": 33}}},
        {"denominator": {"channel": {"not": ["phone"]}, "source": ["none", "citizen"]}, "question": "contacted"},
        {"terms": [{"when": {"waited": ["5"]}, "weight": "0.3333"}, {"when": {}, "weight": "0.0001"}]},
    ]
    return [*shipped, *(Formula.model_validate({**_bare(), **each}) for each in odd)]


def _bare() -> dict[str, object]:
    return {
        "id": "odd", "version": 1, "rate": "odd", "title": {"zh": "甲", "en": "A"}, "source": "ours",
        "from": date(2000, 1, 1), "cohort": "received", "leave_out": ["withdrawn", "not_counted"],
        "terms": [{"when": [{"satisfied": ["satisfied"]}, {"urges": {"at_least": 2}}], "weight": "1"}],
    }  # fmt: skip


def questions(random: Random) -> list[Asked]:
    """Whole months and ragged edges, no dimension to two, filters of every kind."""
    found = [Asked(day_of(FIRST - 40), day_of(FIRST + DAYS + 40))]
    for _ in range(6):
        start = FIRST + random.randrange(-5, DAYS)
        by = tuple(random.sample([d for d in DIMENSIONS if d != random.choice(TIMES)], k=random.choice((0, 1, 2))))
        if set(by) >= set(TIMES):
            by = by[:1]
        filters = random.choice(
            ({}, {}, {"unit": tuple(u or "" for u in random.sample(UNITS, 2))}, {"district": (DISTRICTS[0],)},
             {"channel": ("phone", "")}, {"type": ("complaint",), "urgency": ("normal", "urgent")})
        )  # fmt: skip
        found.append(Asked(day_of(start), day_of(start + random.randrange(100)), by, filters))
    return found


def straight(formula: Formula, rows: Sequence[OutcomeRow], asked: Asked, today: int | None = None) -> object:
    """The groups and the total, worked out ticket by ticket."""
    ends = (asked.end - date(1970, 1, 1)).days
    return groups(asked.by, formula, count(formula, rows, asked, ends if today is None else today))


def test_sums_rows_and_straight_evaluation_agree(views: Views) -> None:
    """For every shipped formula and some odd ones, every source that can answer gives the groups worked out straight."""
    random = Random(6)
    tickets = [(uuid4(), any_outcome(random, first=FIRST, days=DAYS)) for _ in range(700)]
    fill(views, tickets)
    rows, catalogue, tried = [row for _, row in tickets], load(), set[CountedFrom]()
    every = questions(random)
    for formula in formulas():
        for asked in (every[0], *random.sample(every, 3)):
            sources: set[CountedFrom] = {"rows", best(formula, asked)}
            for source in sources:
                found = answer(views, LOG, catalogue, formula, asked, NOW, use=source)
                assert (found.groups, found.total) == straight(formula, rows, asked), (formula.id, asked, source)
                tried.add(source)
    assert tried == {"sums", "rows"}


def test_formulas_read_together_count_as_each_alone(views: Views) -> None:
    """Given formulas of other populations, grounds and ages, when those that look at the same outcomes are counted in one
    reading, then each has the groups worked out straight, and none a group of another's."""
    random = Random(9)
    tickets = [(uuid4(), any_outcome(random, first=FIRST, days=DAYS)) for _ in range(300)]
    fill(views, tickets)
    rows, every, shared = [row for _, row in tickets], formulas(), 0
    each = [formula.model_copy(update={"id": f"f{nth}"}) for nth, formula in enumerate(every)]
    for asked in questions(random)[:4]:
        today = day_number(asked.end)
        for sources in (["rows"] * len(each), [best(formula, asked) for formula in each]):
            for where, together in alike(each, sources, today):
                selected = select_from(where, together[0], asked, today)
                with reading(views.engine) as connection:
                    found = count_all(connection, together, asked, selected, today)
                for formula, counts in zip(together, found, strict=True):
                    assert counts == count(formula, rows, asked, today), (formula, asked, where)
                shared += len(together) > 1
    assert shared > 20


def test_states_are_read_by_both_times(views: Views) -> None:
    """As of any moment, as things stood by any, or both, the answer is that of the latest states up to there."""
    random = Random(7)
    states: list[tuple[UUID, int, int, int, OutcomeRow]] = []
    for _ in range(150):
        ticket, known = uuid4(), 0
        for position in sorted(random.sample(range(10_000), k=random.randrange(1, 6))):
            known += random.randrange(1, 1000)
            stood = random.choice((known, known, random.randrange(known)))
            states.append((ticket, known, stood, position, any_outcome(random, first=FIRST, days=DAYS)))
    fill(views, ())
    fill_versions(views, states)
    whole = Asked(day_of(FIRST), day_of(FIRST + DAYS + 40), ("month", "unit"))
    for as_of, happened_by in [(m, s) for m in (None, 0, 400, 1500, 9999) for s in (None, 0, 300, 2500) if m or s]:
        asked = replace(whole, as_of=_moment(as_of), happened_by=_moment(happened_by))
        latest: dict[UUID, tuple[int, int, OutcomeRow]] = {}
        for ticket, known, stood, position, row in states:
            if (as_of is None or known <= as_of) and (happened_by is None or stood <= happened_by):
                latest[ticket] = max(latest.get(ticket, (-1, -1, row)), (stood, position, row), key=lambda s: s[:2])
        rows = [row for _, _, row in latest.values()]
        for formula in random.sample(formulas(), 4):
            found = answer(views, LOG, load(), formula, asked, NOW)
            assert found.counted_from == "versions"
            assert (found.groups, found.total) == straight(formula, rows, asked, 0), (formula.id, as_of, happened_by)


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def test_a_composite_is_made_of_its_parts_figures(views: Views) -> None:
    """A score's parts are those formulas' own answers, and a group without one of them has no score."""
    random, catalogue = Random(8), load()
    fill(views, [(uuid4(), any_outcome(random, first=FIRST, days=DAYS)) for _ in range(400)])
    asked = Asked(day_of(FIRST), day_of(FIRST + 30), ("district",))
    found = answer(views, LOG, catalogue, catalogue.find("score.junggar", asked.start), asked, NOW)
    parts = [answer(views, LOG, catalogue, catalogue.find(i, asked.start), asked, NOW) for i in JUNGGAR]
    assert found.total.parts is not None
    assert [part.percent for part in found.total.parts] == [part.total.percent for part in parts]
    assert found.total.value is not None
    points = sum(float(part.total.value or 0) * p for part, p in zip(parts, JUNGGAR.values(), strict=True))
    assert float(found.total.value) * 100 == pytest.approx(points, abs=1e-3)
    empty = answer(views, LOG, catalogue, catalogue.find("score.junggar", date(2001, 1, 1)), EMPTY, NOW)
    assert (empty.total.value, empty.total.reason, empty.groups) == (None, "empty_denominator", [])


JUNGGAR = {"contact": 30, "resolution": 35, "satisfaction.positive": 35}
EMPTY = Asked(date(2001, 1, 1), date(2001, 1, 31))


@pytest.mark.parametrize(
    ("start", "end", "cuts", "by_day", "found"),
    [
        ("2026-01-01", "2026-03-31", (), False, [("month", "2026-01-01", "2026-03-01")]),
        ("2026-01-02", "2026-03-30", (), False, [("day", "2026-01-02", "2026-01-31"), ("month", "2026-02-01", "2026-02-01"), ("day", "2026-03-01", "2026-03-30")]),
        ("2026-01-05", "2026-01-20", (), False, [("day", "2026-01-05", "2026-01-20")]),
        ("2026-01-20", "2026-02-10", (), False, [("day", "2026-01-20", "2026-02-10")]),
        ("2026-01-01", "2026-02-28", (), True, [("day", "2026-01-01", "2026-02-28")]),
        ("2026-01-01", "2026-02-28", ("2026-02-11",), False, [("month", "2026-01-01", "2026-01-01"), ("day", "2026-02-01", "2026-02-10"), ("day", "2026-02-11", "2026-02-28")]),
        ("2026-01-01", "2026-02-28", ("2026-02-01", "2026-03-01", "2025-12-31", "2026-01-01"), False, [("month", "2026-01-01", "2026-01-01"), ("month", "2026-02-01", "2026-02-01")]),
    ],
)  # fmt: skip
def test_a_period_is_taken_as_whole_months_and_ragged_days(
    start: str, end: str, cuts: Sequence[str], by_day: bool, found: list[tuple[str, str, str]]
) -> None:
    """Every day is counted once, a month whole only where all of it lies in the period and on one side of a cut."""
    taken = pieces(date.fromisoformat(start), date.fromisoformat(end), [_day(cut) for cut in cuts], by_day=by_day)
    assert taken == [(grain, _day(first), _day(last)) for grain, first, last in found]


def _day(written: str) -> int:
    return day_number(date.fromisoformat(written))
