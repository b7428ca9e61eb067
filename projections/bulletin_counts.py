"""Every figure of a bulletin, or of many at once: each formula is counted once, however many subjects there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from sqlalchemy import Connection, FromClause

from hotline.command import Refused
from hotline.rates import handling
from hotline.rates.answer import Figure, figure, scored, shown
from hotline.rates.bulletin_making import COUNTED_BY, RECEIVED, Numbers
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.counts import Counts, Key, nothing
from hotline.rates.formula import Formula
from hotline.rates.month import Month
from hotline.rates.question import Asked, Filters
from projections.rates_count import count
from projections.rates_sources import best, select_from, selected_of

Split = Literal["district", "unit"]
RANKED = ("channel", "type", "category")
"""What those received are told apart by."""


@dataclass(frozen=True)
class Counting:
    """A month and the one before, counted for one subject (``filters``), or for every district or unit (``split``)."""

    connection: Connection
    catalogue: Catalogue
    month: Month
    filters: Filters
    split: Split | None
    today: int
    states: FromClause | None
    """What had come of everything by an earlier moment; None for the present."""
    _counted: dict[tuple[str, ...], Mapping[Key, Counts]] = field(default_factory=dict)

    @cached_property
    def rates(self) -> tuple[Rate, ...]:
        """Every formula in force on the month's first day, in the order they are shown."""
        found: list[Rate] = []
        for name in dict.fromkeys(rate.rate for rate in self.catalogue.all):
            with suppress(Refused):  # of a rate that has ended nothing is in force
                found.extend(self.catalogue.variants(name, self.month.first))
        return tuple(found)

    def subjects(self) -> list[str]:
        """The districts or units of which there is anything this month; none without a name."""
        keys = (key for counted in self._all() for key in counted)
        return sorted({key[1] for key in keys if key[0] == str(self.month) and key[1]})

    def numbers(self, value: str | None = None) -> Numbers:
        """All figures of the subject, or of one of the many."""
        rates = self.rates
        beside = tuple(self._formula(name) for name in COUNTED_BY)
        each = {rate.name: rate for rate in (*rates, *beside)}
        own = () if value is None else (value,)
        return Numbers(
            formulas={name: shown(rate, self.catalogue.hash_of(rate)) for name, rate in each.items()},
            figures={name: (self._now(rate, own), self._before(rate, own)) for name, rate in each.items()},
            received={dimension: dict(self._received(dimension, own)) for dimension in RANKED},
            in_force=[rate.name for rate in rates],
        )

    def _now(self, rate: Rate, own: Key) -> Figure:
        return self._figure(rate, (str(self.month), *own))

    def _before(self, rate: Rate, own: Key) -> Figure:
        return self._figure(rate, (str(self.month.before), *own))

    def _figure(self, rate: Rate, key: Key) -> Figure:
        if isinstance(rate, Formula):
            return figure(rate, self._of(rate).get(key, nothing(rate)))
        parts = self.catalogue.parts(rate)
        return scored(rate, parts, [self._of(part).get(key, nothing(part)) for part in parts])

    def _received(self, dimension: str, own: Key) -> Iterator[tuple[str, tuple[int, int]]]:
        found: dict[str, list[int]] = {}
        formula = self._formula(RECEIVED)
        for (month, *mine, value), counts in self._of(formula, dimension).items():
            if tuple(mine) == own:
                found.setdefault(value, [0, 0])[month != str(self.month)] = counts.population
        return ((value, (now, before)) for value, (now, before) in found.items())

    def _formula(self, name: str) -> Formula:
        found = handling.formulas().get(name) or self.catalogue.find(name, self.month.first)
        assert isinstance(found, Formula), name
        return found

    def _all(self) -> Iterator[Mapping[Key, Counts]]:
        for rate in (*self.rates, *handling.formulas().values()):
            for part in (rate,) if isinstance(rate, Formula) else self.catalogue.parts(rate):
                yield self._of(part)

    def _of(self, formula: Formula, *beside: str) -> Mapping[Key, Counts]:
        known = (formula.name, *beside)
        if known not in self._counted:
            self._counted[known] = self._count(formula, beside)
        return self._counted[known]

    def _count(self, formula: Formula, beside: tuple[str, ...]) -> Mapping[Key, Counts]:
        by = ("month", *((self.split,) if self.split else ()), *beside)
        asked = Asked(self.month.before.first, self.month.last, by, self.filters)
        if self.states is None:
            selected = select_from(best(formula, asked), formula, asked, self.today)
        else:
            selected = selected_of(self.states, "versions", formula, asked)
        return count(self.connection, formula, asked, selected, self.today)
