"""From a formula to SQL: one compiler for sums, rows and versions alike.

Conditions on facets become comparisons of bits in one number, with literal numbers, so that the database neither reads words
nor meets parameters.  What else a condition asks is worked out once for each row, as a flag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, case, false, func, literal_column, or_, true

from hotline.rates.fields import AGES, NUMBERS, WORDS, Cohort
from hotline.rates.formula import Condition, Formula, Test
from hotline.rates.outcome import FACETS, NOT_ASKED, SILENT

Bool = ColumnElement[bool]
Number = ColumnElement[int]
Flags = Mapping[tuple[str, Test], Bool]
"""Tests of what is no facet, each with whether it passes."""


def number(value: int) -> Number:
    """A number as it is, not as a parameter: PostgreSQL sees that two expressions are the same, and plans by it."""
    return literal_column(str(int(value)), BigInteger)


def mask(formula: Formula) -> int:
    """The bits a formula looks at; of exclusions only those it honours or names."""
    found = sum(FACETS[field].every_bit for field in formula.fields if field in FACETS and not FACETS[field].mask)
    grounds = {value for test in _tests(formula, "excluded") for value in test.values or ()} | {*formula.leave_out}
    return found | sum(FACETS["excluded"].pack(frozenset({ground})) for ground in grounds)


def code(facets: Number, name: str) -> Number:
    """Which of its values a facet has, as a number."""
    facet = FACETS[name]
    return facets.bitwise_rshift(number(facet.shift)).bitwise_and(number((1 << facet.bits) - 1))


@dataclass(frozen=True)
class Source:
    """Where outcomes are read from: their facets, the days of the cohorts, and the other fields where they are there."""

    facets: Number
    days: Mapping[Cohort, Number]
    others: Mapping[str, ColumnElement[Any]]


def flags(formula: Formula, source: Source, today: int) -> Flags:
    """Every test a formula makes of what is no facet."""
    found = {}
    for _, condition in formula.conditions():
        for table in condition:
            for field, test in table.items():
                if field not in FACETS:
                    found[field, test] = _other(field, test, source, today)
    return found


def holds(condition: Condition, facets: Number, flags: Flags) -> Bool:
    """Whether any table of a condition fits.  Never unknown: what has no value passes no test."""
    tables = [and_(true(), *(_passes(field, test, facets, flags) for field, test in t.items())) for t in condition]
    return or_(false(), *tables)


def left_out(formula: Formula, facets: Number, ground: str) -> Bool:
    """Whether a ticket is left out on this ground, and on none that the formula names before it."""
    upto = formula.leave_out[: formula.leave_out.index(ground) + 1]
    return facets.bitwise_and(_grounds(*upto)) == _grounds(ground)


def counted(formula: Formula, facets: Number, flags: Flags) -> Bool:
    """Whether a ticket is in the denominator."""
    kept = [facets.bitwise_and(_grounds(*formula.leave_out)) == number(0)] if formula.leave_out else []
    return and_(true(), *kept, holds(formula.denominator, facets, flags))


def weight(formula: Formula, facets: Number, flags: Flags) -> Number:
    """What a ticket of the denominator adds to the numerator, in ten-thousandths."""
    terms = [(holds(term.when, facets, flags), number(term.ten_thousandths)) for term in formula.terms]
    return case(*terms, else_=number(0))


def asked(formula: Formula, facets: Number) -> Bool:
    """Whether the caller was asked the formula's question."""
    return code(facets, formula.question) != _code(formula.question, NOT_ASKED) if formula.question else false()


def answered(formula: Formula, facets: Number) -> Bool:
    """Whether the caller answered it."""
    if formula.question is None:
        return false()
    silent = [_code(formula.question, value) for value in (NOT_ASKED, SILENT)]
    return code(facets, formula.question).not_in(silent)


def within(dimension: str, values: tuple[str, ...], source: Source) -> Bool:
    """Whether a dimension has one of these values; the empty word is what is not known."""
    if dimension in WORDS:
        return func.coalesce(source.others[dimension], "").in_(values)
    return code(source.facets, dimension).in_([_code(dimension, value or "none") for value in values])


def _tests(formula: Formula, field: str) -> Iterator[Test]:
    for _, condition in formula.conditions():
        yield from (table[field] for table in condition if field in table)


def _passes(field: str, test: Test, facets: Number, flags: Flags) -> Bool:
    if field not in FACETS:
        return flags[field, test]
    facet = FACETS[field]
    if facet.mask:
        some = facets.bitwise_and(number(facet.pack(frozenset(test.values or ()))))
        return some != number(0) if test.any_of is not None else some == number(0)
    has = facets.bitwise_and(number(facet.every_bit))
    named = [number(facet.pack(value)) for value in dict.fromkeys(test.values or ())]
    return has.in_(named) if test.any_of is not None else has.not_in(named)


def _other(field: str, test: Test, source: Source, today: int) -> Bool:
    if field in AGES:
        day = source.days[AGES[field]]
        least = [day <= number(today - test.at_least)] if test.at_least is not None else []
        most = [day >= number(today - test.at_most)] if test.at_most is not None else []
        return and_(*least, *most)
    column = source.others[field]
    if field in NUMBERS:
        least = [column >= number(test.at_least)] if test.at_least is not None else []
        most = [column <= number(test.at_most)] if test.at_most is not None else []
        return and_(*least, *most)
    known = func.coalesce(column, "")
    return known.in_(test.any_of) if test.any_of is not None else known.not_in(test.none_of or ())


def _grounds(*grounds: str) -> Number:
    return number(FACETS["excluded"].pack(frozenset(grounds)))


def _code(facet: str, value: str) -> Number:
    return number(FACETS[facet].values.index(value))


def flag(test: Bool) -> Number:
    """1 or 0, also where the test is of something unknown."""
    return case((test, literal_column("1", Integer)), else_=literal_column("0", Integer))
