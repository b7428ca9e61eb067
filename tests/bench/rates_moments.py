"""What readers of the past wait for in a year of a large city: rates as of a moment, the tickets behind them, two ways compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

from hotline.facts import Recorded
from hotline.rates.catalogue import Rate, load
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from projections.bulletin_states import set_aside
from projections.rates import Snapshot, snapshot
from projections.rates_compare import Side, flips
from projections.rates_tickets import page
from projections.view import Views
from tests.bench.figure import Figure, Goal

Got = TypeVar("Got")
PAST = Goal(5)
"""Seconds that a reader of a past month waits at most (ours)."""
PAGE = 100
_JUNE = Asked(date(2021, 6, 1), date(2021, 6, 30), ("unit",))
_YEAR = Asked(date(2021, 1, 1), date(2021, 12, 31), ("month", "unit"))
_SOON = datetime(2021, 7, 10, tzinfo=UTC)
"""When June is written down: of its tickets some were not closed yet, and some were excluded later."""
_AFTER = datetime(2022, 1, 10, tzinfo=UTC)
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""After everything that was drawn."""


class Silent:
    """A log in which nothing stands: the rows were drawn, not told."""

    def position(self) -> int:
        return 0

    def facts_after(self, position: int, limit: int = 500) -> Sequence[Recorded]:
        return ()


def run(views: Views, tickets: int) -> Iterator[Figure]:
    """Raises RuntimeError where what is known last is not what stands in the rows."""
    catalogue = load()
    rate = {each.id: each for each in catalogue.all}
    of_rated, of_all = rate["satisfaction.rated_only"], rate["satisfaction.silence_counts"]
    assert isinstance(of_rated, Formula)
    assert isinstance(of_all, Formula)

    def timed(what: str, ask: Callable[[Snapshot], Got], goal: Goal | None = PAST) -> tuple[Figure, Got]:
        began = time.perf_counter()
        with snapshot(views, Silent(), catalogue) as look:
            got = ask(look)
        return Figure(f"{what}, {tickets:,} tickets", time.perf_counter() - began, "s", goal), got

    def counted(of: Rate, asked: Asked) -> Callable[[Snapshot], object]:
        return lambda look: look.answer(of, asked, _NOW).groups

    def listed(asked: Asked, after: str | None = None) -> Callable[[Snapshot], str | None]:
        return lambda look: page(look, of_rated, asked, "denominator", ground=None, after=after, limit=PAGE).next

    def flipped(a: Side, b: Side) -> Callable[[Snapshot], object]:
        return lambda look: flips(look, a, b, after=None, limit=PAGE).count

    soon, stood = replace(_JUNE, as_of=_SOON), replace(_JUNE, happened_by=_SOON)
    known = replace(_YEAR, as_of=_AFTER)
    with snapshot(views, Silent(), catalogue) as look:
        told = look.answer(of_rated, _JUNE, _NOW).groups
    last, again = timed(
        f"`{of_rated.id}` of June by unit, as of years later", counted(of_rated, replace(_JUNE, as_of=_NOW))
    )
    if again != told:
        raise RuntimeError("what is known last is not what stands in the rows")
    yield last
    yield timed(f"`{of_rated.id}` of June by unit, as of 10 July", counted(of_rated, soon))[0]
    yield timed(f"`{of_rated.id}` of June by unit, happened by 10 July", counted(of_rated, stood))[0]
    yield timed("`volume.counted` of June by unit, as of 10 July", counted(rate["volume.counted"], soon))[0]
    yield timed("`overdue` of June by unit, as of 10 July", counted(rate["overdue"], soon))[0]
    yield timed("`score.town` of June by unit, as of 10 July", counted(rate["score.town"], soon), None)[0]
    yield timed("All states of May and June set aside for a bulletin, as of 10 July", _for_bulletin, None)[0]
    yield timed(f"`{of_rated.id}` of the year by month and unit, as of 10 January", counted(of_rated, known), None)[0]
    first, next_ = timed(f"Tickets of June behind `{of_rated.id}`, {PAGE} of them", listed(_JUNE))
    yield first
    yield timed("… the next page", listed(_JUNE, next_))[0]
    first, next_ = timed(f"Tickets of the year behind `{of_rated.id}`, {PAGE} of them", listed(_YEAR))
    yield first
    yield timed("… the next page of the year", listed(_YEAR, next_))[0]
    yield timed(f"Tickets of June behind `{of_rated.id}`, {PAGE} of them, as of 10 July", listed(soon))[0]
    rated, everybody = (Side(formula, _JUNE) for formula in (of_rated, of_all))
    yield timed(f"Tickets of June that flip between `{of_rated.id}` and `{of_all.id}`", flipped(rated, everybody))[0]
    year = (Side(formula, _YEAR) for formula in (of_rated, of_all))
    yield timed(f"Tickets of the year that flip between `{of_rated.id}` and `{of_all.id}`", flipped(*year), None)[0]
    yield timed("Tickets of June that flip between 10 July and now", flipped(Side(of_rated, soon), rated))[0]


def _for_bulletin(look: Snapshot) -> None:
    set_aside(look.connection, _SOON, date(2021, 5, 1), date(2021, 6, 30))
