"""Answers as a page shows them: every number with the address of exactly the tickets behind it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from urllib.parse import urlencode

from hotline.rates.answer import Answer, Figure, Group
from hotline.rates.catalogue import Catalogue
from hotline.rates.fields import TIMES
from hotline.rules import Rules
from workers.web.api.custody_shown import Named
from workers.web.pages import labels

TICKETS = "/analyst/tickets"
_Key = tuple[str, ...]
_ANY_DAY = date.max
"""A formula that is named with its version is found whatever the day."""
_ALL: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Number:
    """A number and the tickets behind it; that of a composite leads to its parts, which have them."""

    text: str
    href: str


@dataclass(frozen=True)
class Shown:
    """One figure.  ``rate`` is None where there was nothing to divide by; of a composite only ``rate`` and ``parts`` are there, and
    of its parts ``points`` and ``title`` as well."""

    formula: str
    rate: Number | None
    numerator: Number | None = None
    denominator: Number | None = None
    population: Number | None = None
    excluded: tuple[tuple[Named, Number], ...] = ()
    asked: Number | None = None
    answered: Number | None = None
    coverage: str | None = None
    points: str | None = None
    title: Named | None = None
    parts: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Line:
    """One group: its names, and its figure in each answer; None where an answer has no such group."""

    names: tuple[Named, ...]
    figures: tuple[Shown | None, ...]


@dataclass(frozen=True)
class Linked:
    """Turns answers into numbers that lead to their tickets.  ``filters`` are those that were chosen; what an account is limited
    to is the same behind the link and need not be in it."""

    rules: Rules
    catalogue: Catalogue
    filters: Mapping[str, str]

    def totals(self, answers: Sequence[Answer]) -> list[Shown]:
        """The figure of each answer for everything that was asked about."""
        return [self.shown(answer, answer.total, _ALL) for answer in answers]

    def lines(self, answers: Sequence[Answer], sort: str = "") -> list[Line]:
        """Every group that any of the answers has: in the order of its key, or by the rate of the formula ``sort`` names, the
        lowest first and those without a rate last."""
        if not answers or not answers[0].by:
            return []
        by = answers[0].by
        found = [{tuple(group.key[name] for name in by): group for group in answer.groups} for answer in answers]
        return [
            Line(
                names=tuple(labels.value(self.rules, name, code) for name, code in zip(by, key, strict=True)),
                figures=tuple(
                    self.shown(answer, groups[key], groups[key].key) if key in groups else None
                    for answer, groups in zip(answers, found, strict=True)
                ),
            )
            for key in _sorted({key for groups in found for key in groups}, _rates(answers, found, sort))
        ]

    def shown(self, answer: Answer, figure: Figure, key: Mapping[str, str]) -> Shown:
        """A figure of an answer; ``key`` is that of its group, empty for the total."""
        formula = f"{answer.formula.id}@{answer.formula.version}"
        if figure.parts is None:
            return self._counted(answer, figure, key, formula)
        parts = (
            replace(self._counted(answer, part, key, part.formula), points=part.points, title=self._title(part.formula))
            for part in figure.parts
        )
        by_part = f"/analyst?{urlencode([('what', f'formula:{formula}'), *_of_whom(answer, {**self.filters, **key})])}"
        whole = Number(_percent(figure.percent), by_part) if figure.percent is not None else None
        return Shown(formula, whole, parts=tuple(parts))

    def _counted(self, answer: Answer, figure: Figure, key: Mapping[str, str], formula: str) -> Shown:
        behind = {**self.filters, **key}

        def number(n: int | str | None, part: str, ground: str = "") -> Number | None:
            return Number(_grouped(n), _behind(answer, behind, formula, part, ground)) if n is not None else None

        percent = figure.percent
        left_out = ((ground, number(n, "excluded", ground)) for ground, n in (figure.excluded or {}).items())
        return Shown(
            formula=formula,
            rate=Number(_percent(percent), _behind(answer, behind, formula, "denominator")) if percent else None,
            numerator=number(figure.numerator, "numerator"),
            denominator=number(figure.denominator, "denominator"),
            population=number(figure.population, "population"),
            excluded=tuple((labels.word("exclusion", ground), n) for ground, n in left_out if n is not None),
            asked=number(figure.asked, "asked"),
            answered=number(figure.answered, "answered"),
            coverage=_percent(f"{Decimal(figure.coverage) * 100:.2f}") if figure.coverage is not None else None,
        )

    def _title(self, formula: str) -> Named:
        title = self.catalogue.find(formula, _ANY_DAY).title
        return Named(code=formula, zh=title.zh, en=title.en)


def _rates(answers: Sequence[Answer], found: Sequence[Mapping[_Key, Group]], sort: str) -> Mapping[_Key, Decimal]:
    """The rate of each group by the formula to sort by."""
    chosen = (groups for answer, groups in zip(answers, found, strict=True) if answer.formula.id == sort)
    return {key: Decimal(g.percent) for groups in chosen for key, g in groups.items() if g.percent is not None}


def _sorted(keys: Iterable[_Key], rates: Mapping[_Key, Decimal]) -> list[_Key]:
    return sorted(keys, key=lambda key: (key not in rates, rates.get(key, 0), key))


def _behind(answer: Answer, behind: Mapping[str, str], formula: str, part: str, ground: str = "") -> str:
    """The address of the list of tickets behind a number.  ``seen`` lets the list say when the log has moved on since."""
    pairs = [("formula", formula), ("part", part), *([("ground", ground)] if ground else []), *_of_whom(answer, behind)]
    return f"{TICKETS}?{urlencode([*pairs, ('seen', str(answer.position))])}"


def _of_whom(answer: Answer, behind: Mapping[str, str]) -> list[tuple[str, str]]:
    """Period, filters and moments as addresses carry them, narrowed to a group."""
    start, end = within(answer.period.start, answer.period.end, behind)
    times = (("as_of", answer.as_of), ("happened_by", answer.happened_by))
    return [
        ("from", start.isoformat()),
        ("to", end.isoformat()),
        *((name, value) for name, value in behind.items() if name not in TIMES),
        *((name, at.isoformat()) for name, at in times if at is not None),
    ]


def within(start: date, end: date, key: Mapping[str, str]) -> tuple[date, date]:
    """The days of a period that a group by day or month stands for."""
    if "day" in key:
        day = date.fromisoformat(key["day"])
        return day, day
    if "month" in key:
        year, month = (int(part) for part in key["month"].split("-"))
        return max(start, date(year, month, 1)), min(end, date(year, month, monthrange(year, month)[1]))
    return start, end


def _percent(written: str) -> str:
    return f"{written} %"


def _grouped(n: int | str) -> str:
    """Thousands apart: 17,770 and 20.6 are read faster than 17770."""
    whole, point, rest = str(n).partition(".")
    return f"{int(whole):,}{point}{rest}"
