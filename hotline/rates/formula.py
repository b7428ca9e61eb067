"""A rate as an object: which tickets it looks at, which it leaves out, what counts, and since when that is so.

A formula is data.  It names fields and values and nothing else, so it can be read by whoever is judged by it, checked before
it is used, and worked out in more than one way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from hotline.rates.fields import Cohort
from hotline.rules.parts import Words
from hotline.rules.written import Part, Slug, Text
from hotline.ticket.keeping_facts import Exclusion

WHOLE = 10_000
"""Weights are counted in ten-thousandths, so that every sum of them is a whole number."""

Question = Literal["contacted", "resolved", "satisfied"]
"""What callers are asked."""


def _test(written: Any) -> Any:
    return {"any_of": written} if isinstance(written, list) else written


def _condition(written: Any) -> Any:
    return [written] if isinstance(written, dict) else written


def _decimal(written: Any) -> Any:
    if not isinstance(written, str):
        raise PydanticCustomError("number_text", "a number in quotes is wanted")
    try:
        number = Decimal(written)
    except ArithmeticError:
        raise PydanticCustomError("number_text", "a number in quotes is wanted") from None
    if not number.is_finite() or number != round(number, 4):
        raise PydanticCustomError("number_text", "a number of at most four places is wanted")
    return number


def _weight(written: Any) -> Any:
    weight = _decimal(written)
    if not 0 <= weight <= 1:
        raise PydanticCustomError("weight_range", "a weight lies between 0 and 1")
    return weight


def _points(written: Any) -> Any:
    points = _decimal(written)
    if not -100 <= points <= 100:
        raise PydanticCustomError("points_range", "points lie between -100 and 100")
    return points


class Test(Part):
    """What is asked of one field: one of these values, none of these, or a number within bounds."""

    __test__ = False  # not one of pytest's

    any_of: tuple[str, ...] | None = Field(default=None, min_length=1)
    none_of: tuple[str, ...] | None = Field(default=None, min_length=1, alias="not")
    at_least: int | None = Field(default=None, strict=True)
    at_most: int | None = Field(default=None, strict=True)

    @property
    def values(self) -> tuple[str, ...] | None:
        """The values named, whichever way."""
        return self.any_of if self.any_of is not None else self.none_of

    @property
    def bounded(self) -> bool:
        return self.at_least is not None or self.at_most is not None

    def content(self) -> dict[str, Any]:
        """What decides, in one order however it was written."""
        said = self.model_dump(by_alias=True, exclude_none=True)
        return {key: sorted(set(value)) if isinstance(value, tuple) else value for key, value in said.items()}


Condition = Annotated[tuple[dict[str, Annotated[Test, BeforeValidator(_test)]], ...], BeforeValidator(_condition)]
"""Any of these tables; a table holds when each of its fields does.  The empty table always holds."""
ALWAYS: Condition = ({},)


class Term(Part):
    """Tickets that count, and how much each."""

    when: Condition
    weight: Annotated[Decimal, BeforeValidator(_weight)]

    @property
    def ten_thousandths(self) -> int:
        return int(self.weight * WHOLE)


class _Versioned(Part):
    """What formulas and composites have in common."""

    id: Slug
    version: int = Field(ge=1, strict=True)
    rate: Slug
    """Variants of one rate share it and are shown side by side."""
    title: Words
    source: Text
    """The published rule, or that it is ours."""
    since: date = Field(alias="from")
    until: date | None = None
    """The last day it is in force; open ones are in force until a later version begins."""

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"


class Formula(_Versioned):
    """One way to compute a rate from outcomes."""

    of: Literal["ticket", "call"] = "ticket"
    cohort: Cohort
    """The date that puts a ticket into a period."""
    among: Condition = ALWAYS
    """Who belongs to the population."""
    leave_out: tuple[Exclusion, ...] = ()
    """Grounds of exclusion honoured; a ticket with several counts under the first."""
    question: Question | None = None
    """Whose asked and answered are shown as coverage."""
    denominator: Condition = ALWAYS
    terms: tuple[Term, ...] = Field(min_length=1)
    """The first that fits a ticket of the denominator gives its weight; 0 where none does."""

    @cached_property
    def hash(self) -> str:
        """Of all that decides the number, and of nothing else."""
        return _hash_of(
            {
                "of": self.of,
                "cohort": self.cohort,
                "among": _content(self.among),
                "leave_out": self.leave_out,
                "question": self.question,
                "denominator": _content(self.denominator),
                "terms": [[_content(term.when), term.ten_thousandths] for term in self.terms],
            }
        )

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Every condition, with the place where it stands."""
        yield "among", self.among
        yield "denominator", self.denominator
        for nth, term in enumerate(self.terms, 1):
            yield f"terms[#{nth}].when", term.when

    @cached_property
    def fields(self) -> frozenset[str]:
        """Every field the number depends on."""
        named = {field for _, condition in self.conditions() for table in condition for field in table}
        beside = ("excluded" if self.leave_out else None, self.question)
        return frozenset(named | {field for field in beside if field is not None})


class PartOf(Part):
    """A formula's share in a composite, by its exact version."""

    formula: Slug
    version: int = Field(ge=1, strict=True)
    points: Annotated[Decimal, BeforeValidator(_points)]
    """Of a hundred; what it takes away stands with a minus."""


class Composite(_Versioned):
    """A score made of rates: each part's value times its points, of a hundred."""

    parts: tuple[PartOf, ...] = Field(min_length=2)

    def hash(self, parts: tuple[Formula, ...]) -> str:
        """Of its points and of all that decides its parts."""
        return _hash_of([[str(p.points.normalize()), f.hash] for p, f in zip(self.parts, parts, strict=True)])


def _content(condition: Condition) -> list[dict[str, Any]]:
    tables = [{field: test.content() for field, test in sorted(table.items())} for table in condition]
    return sorted(tables, key=lambda table: json.dumps(table, sort_keys=True))


def _hash_of(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{sha256(text.encode()).hexdigest()}"
