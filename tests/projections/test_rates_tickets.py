"""Every number can be followed to its tickets, and two numbers to the tickets that make the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import get_args
from uuid import UUID, uuid4

import pytest

from hotline.rates.catalogue import load
from hotline.rates.evaluating import judge, lies_in
from hotline.rates.fields import day_number, day_of
from hotline.rates.formula import WHOLE, Formula
from hotline.rates.outcome import OutcomeRow
from hotline.rates.question import Asked
from projections.rates import Snapshot, snapshot
from projections.rates_compare import Flip, Side, flips
from projections.rates_tickets import Found, Part, page
from projections.view import Views
from tests.hotline.rates.outcomes import any_outcome
from tests.projections.filled import fill, fill_versions
from tests.projections.test_rates import DAYS, FIRST, LOG, NOW

ASKED = Asked(day_of(FIRST + 3), day_of(FIRST + 70), filters={"district": ("wuhou", "")})
TODAY = day_number(ASKED.end)


def every(look: Snapshot, formula: Formula, part: Part, ground: str | None = None, *, limit: int = 7) -> list[Found]:
    """A list read to its end, page by page."""
    found: list[Found] = []
    after: str | None = None
    while True:
        got = page(look, formula, ASKED, part, ground=ground, after=after, limit=limit)
        found += got.found
        if got.next is None:
            return found
        assert len(got.found) == limit
        after = got.next


def test_the_list_behind_a_number_is_exactly_its_tickets(views: Views) -> None:
    """For every formula the pages of each part hold each ticket once, and add up to the number."""
    random, catalogue = Random(9), load()
    fill(views, [(uuid4(), any_outcome(random, first=FIRST, days=DAYS)) for _ in range(300)])
    with snapshot(views, LOG, catalogue) as look:
        for formula in (rate for rate in catalogue.all if isinstance(rate, Formula)):
            total = look.answer(formula, ASKED, NOW).total
            parts = {part: every(look, formula, part) for part in get_args(Part)}
            for found in parts.values():
                assert len({one.ticket_id for one in found}) == len(found)
            assert len(parts["population"]) == total.population
            assert len(parts["denominator"]) == total.denominator
            assert {one.ticket_id for one in parts["numerator"]} | {
                one.ticket_id for one in parts["not_numerator"]
            } == {one.ticket_id for one in parts["denominator"]}
            weights = sum(one.verdict.weight for one in parts["numerator"])
            assert Fraction(weights, WHOLE) == Fraction(total.numerator or "0")
            assert all(one.verdict.weight for one in parts["numerator"])
            assert Counter(one.verdict.ground for one in parts["excluded"]) == total.excluded
            for ground in formula.leave_out:
                assert len(every(look, formula, "excluded", ground)) == (total.excluded or {}).get(ground, 0)
            if formula.question is not None:
                assert (len(parts["asked"]), len(parts["answered"])) == (total.asked, total.answered)


@pytest.mark.parametrize("after", ["", "x", "1", "1.", ".", "1.zz", "-1.00000000000000000000000000000000", "9" * 99])
def test_a_cursor_that_is_none_is_refused(views: Views, after: str) -> None:
    """What was not given as a next page is no place in the list."""
    fill(views, ())
    formula = load().find("contact", ASKED.start)
    assert isinstance(formula, Formula)
    with snapshot(views, LOG, load()) as look, pytest.raises(ValueError):
        page(look, formula, ASKED, "population", ground=None, after=after, limit=5)


def all_flips(look: Snapshot, a: Side, b: Side) -> list[Flip]:
    """Every flip, page by page, after a look at whether they are what was counted."""
    found: list[Flip] = []
    after: UUID | None = None
    while True:
        got = flips(look, a, b, after=after, limit=11)
        found += got.some
        if got.next is None:
            assert len(found) == got.count
            assert Counter(flip.unit for flip in found) == got.by_unit
            return found
        after = got.next


def told(formula: Formula, row: OutcomeRow | None, asked: Asked, today: int) -> tuple[str, str | None, int]:
    """How a ticket counts, worked out straight."""
    verdict = judge(formula, row, today) if row is not None and lies_in(formula, row, asked) else None
    if verdict is None:
        return "elsewhere", None, 0
    if verdict.ground is not None:
        return "excluded", verdict.ground, 0
    return ("counted", None, verdict.weight) if verdict.counted else ("not_counted", None, 0)


def test_two_formulas_differ_in_exactly_the_tickets_they_count_differently(views: Views) -> None:
    """The flips of two variants are those whose standing or weight is not the same, each with both."""
    random, catalogue = Random(10), load()
    tickets = {uuid4(): any_outcome(random, first=FIRST, days=DAYS) for _ in range(300)}
    fill(views, tickets.items())
    pairs = [
        ("satisfaction.rated_only", "satisfaction.silence_counts"),
        ("resolution", "resolution.strict"),
        ("contact", "on_time"),
    ]
    with snapshot(views, LOG, catalogue) as look:
        for names in pairs:
            a, b = (Side(_formula(name), ASKED) for name in names)
            expected = {
                ticket: both
                for ticket, row in tickets.items()
                if (both := tuple(told(side.formula, row, ASKED, TODAY) for side in (a, b)))[0] != both[1]
            }
            found = all_flips(look, a, b)
            assert {f.ticket_id: tuple((s.stands, s.ground, s.weight) for s in (f.a, f.b)) for f in found} == expected
            assert expected
        assert all_flips(look, Side(_formula("contact"), ASKED), Side(_formula("contact"), ASKED)) == []


def test_two_moments_differ_in_exactly_the_tickets_that_moved_between(views: Views) -> None:
    """The flips between two moments are the tickets whose standing at one is not that at the other."""
    random, catalogue, formula = Random(11), load(), _formula("satisfaction.weighted")
    states: list[tuple[UUID, int, int, int, OutcomeRow]] = []
    for _ in range(200):
        ticket = uuid4()
        for nth, known in enumerate(sorted(random.sample(range(1000), k=random.randrange(1, 4)))):
            states.append((ticket, known, known, nth, any_outcome(random, first=FIRST, days=DAYS)))
    fill(views, ())
    fill_versions(views, states)
    early, late = (Asked(ASKED.start, ASKED.end, as_of=_moment(known)) for known in (300, 800))
    with snapshot(views, LOG, catalogue) as look:
        found = all_flips(look, Side(formula, early), Side(formula, late))
    expected = {}
    for ticket in {state[0] for state in states}:
        at = [_state(states, ticket, known) for known in (300, 800)]
        both = tuple(told(formula, row, asked, 0) for row, asked in zip(at, (early, late), strict=True))
        if both[0] != both[1]:
            expected[ticket] = both
    assert {f.ticket_id: tuple((s.stands, s.ground, s.weight) for s in (f.a, f.b)) for f in found} == expected
    assert expected


def _state(states: Sequence[tuple[UUID, int, int, int, OutcomeRow]], ticket: UUID, by: int) -> OutcomeRow | None:
    known = [state for state in states if state[0] == ticket and state[1] <= by]
    return known[-1][4] if known else None


def _moment(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _formula(name: str) -> Formula:
    found = load().find(name, date(2026, 1, 1))
    assert isinstance(found, Formula)
    return found
