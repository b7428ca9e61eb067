"""A formula worked out straight, ticket by ticket: the plainest way there is, exact, and without any store.

What a rate is, is said here once; the SQL of the views must give the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hotline.rates.counts import Counts, Key, nothing
from hotline.rates.fields import AGES, WORDS, cohort_day, day_number, key_of, word_of
from hotline.rates.formula import Condition, Formula, Test
from hotline.rates.outcome import NOT_ASKED, SILENT, OutcomeRow
from hotline.rates.question import Asked


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a formula says of one ticket of its population."""

    ground: str | None
    """Left out on this ground."""
    counted: bool
    """In the denominator."""
    weight: int
    """What it adds to the numerator, in ten-thousandths."""
    asked: bool
    answered: bool


def count(formula: Formula, rows: Iterable[OutcomeRow], asked: Asked, today: int) -> dict[Key, Counts]:
    """The groups of an answer.  ``rows`` are as of the moment asked for, whose local day is ``today``."""
    found: dict[Key, Counts] = {}
    for row in rows:
        verdict = judge(formula, row, today) if lies_in(formula, row, asked) else None
        if verdict is not None:
            key = tuple(key_of(row, formula.cohort, dimension) for dimension in asked.by)
            found[key] = found.get(key, nothing(formula)) + counts_of(formula, verdict)
    return found


def lies_in(formula: Formula, row: OutcomeRow, asked: Asked) -> bool:
    """Whether a ticket's cohort date and its dimensions are those asked about."""
    day = cohort_day(row, formula.cohort)
    if row.kind != formula.of or day is None or not day_number(asked.start) <= day <= day_number(asked.end):
        return False
    return all(key_of(row, formula.cohort, name) in values for name, values in asked.filters.items())


def judge(formula: Formula, row: OutcomeRow, today: int) -> Verdict | None:
    """What the formula says of a ticket; None where it is not of its population."""
    if not holds(formula.among, row, today):
        return None
    grounds = row.facet("excluded")
    ground = next((ground for ground in formula.leave_out if ground in grounds), None)
    counted = ground is None and holds(formula.denominator, row, today)
    terms = (term.ten_thousandths for term in formula.terms if holds(term.when, row, today))
    said = row.facet(formula.question) if formula.question is not None else NOT_ASKED
    return Verdict(
        ground,
        counted,
        next(terms, 0) if counted else 0,
        asked=said != NOT_ASKED,
        answered=said not in (NOT_ASKED, SILENT),
    )


def holds(condition: Condition, row: OutcomeRow, today: int) -> bool:
    """Whether any table of a condition fits a ticket."""
    return any(all(_passes(field, test, row, today) for field, test in table.items()) for table in condition)


def _passes(field: str, test: Test, row: OutcomeRow, today: int) -> bool:
    if test.bounded:
        number = _number(field, row, today)
        return (
            number is not None
            and (test.at_least is None or number >= test.at_least)
            and (test.at_most is None or number <= test.at_most)
        )
    said = word_of(row, field) if field in WORDS else row.facet(field)
    has = {said} if isinstance(said, str) else said
    if test.any_of is not None:
        return not has.isdisjoint(test.any_of)
    return has.isdisjoint(test.none_of or ())


def _number(field: str, row: OutcomeRow, today: int) -> int | None:
    if field in AGES:
        day = cohort_day(row, AGES[field])
        return None if day is None else today - day
    number: int = getattr(row, field)
    return number


def counts_of(formula: Formula, verdict: Verdict) -> Counts:
    return Counts(
        population=1,
        excluded=tuple(int(ground == verdict.ground) for ground in formula.leave_out),
        denominator=int(verdict.counted),
        numerator=verdict.weight,
        asked=int(verdict.asked),
        answered=int(verdict.answered),
    )
