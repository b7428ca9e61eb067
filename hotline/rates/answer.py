"""An answer, which never comes without its proof: what was counted, what was left out and why, how many were asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hotline.rates.counts import Counts, Key, Ratio, nothing, points, score, total, weight_sum, written
from hotline.rates.fields import Cohort
from hotline.rates.formula import Composite, Formula
from hotline.rates.made import made
from hotline.rates.question import Asked
from hotline.rules import Rules

Reason = Literal["empty_denominator"]
"""Why there is no value: never 0 or 100 for want of tickets."""
CountedFrom = Literal["sums", "rows", "versions"]
Retold = Literal["retold"]
"""Counted from facts that were told under another profile, in memory."""


class Shown(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True)


class FormulaShown(Shown):
    """Which formula it was, exactly: two answers with one hash were counted alike."""

    id: str
    version: int
    hash: str
    rate: str
    title: str
    title_en: str
    source: str


class Figure(Shown):
    """A rate with all it was made of.  Of a composite only the value stands here, and the rest with its ``parts``."""

    value: str | None = Field(description="To six places", examples=["0.808499"])
    percent: str | None = Field(description="To hundredths, half up", examples=["80.85"])
    reason: Reason | None = Field(default=None, description="Why there is no value")
    numerator: str | None = Field(default=None, examples=["17770"])
    denominator: int | None = None
    excluded: dict[str, int] | None = Field(default=None, description="Ground → tickets left out on it")
    asked: int | None = Field(default=None, description="Of the population; null where nobody is asked")
    answered: int | None = None
    coverage: str | None = Field(default=None, description="answered ÷ asked, to four places")
    population: int | None = None
    parts: list[PartFigure] | None = Field(default=None, description="Of a composite")


class PartFigure(Figure):
    """One part of a composite."""

    formula: str = Field(examples=["contact@1"])
    hash: str
    points: str = Field(description="Of a hundred")


class Group(Figure):
    """The figure of one group."""

    key: dict[str, str] = Field(description="Dimension → value; empty where it is not known")


class Period(Shown):
    """Local days, both within it."""

    start: date = Field(alias="from", serialization_alias="from")
    end: date = Field(alias="to", serialization_alias="to")


class ProfileShown(Shown):
    """Under which profile a past period was retold; ``version`` names its exact content."""

    id: str
    name: str
    name_en: str
    version: str = Field(examples=["beijing@0f3a5c7e9b12"])


class Answer(Shown):
    """One formula's answer.  Two answers with one position are equal in everything but ``computed_at``."""

    formula: FormulaShown
    cohort: Cohort | None = Field(description="The date that puts a ticket into the period; null of a composite")
    period: Period
    as_of: datetime | None
    happened_by: datetime | None
    by: list[str]
    filters: dict[str, list[str]]
    groups: list[Group]
    total: Figure
    position: int = Field(description="Up to where in the log the tickets were counted")
    moment: datetime | None = Field(description="For when it holds")
    counted_from: CountedFrom | Retold
    profile: ProfileShown | None = Field(default=None, description="Under which profile it was retold; else null")
    computed_at: datetime


def shown(rate: Formula | Composite, hash: str) -> FormulaShown:
    """A formula as answers name it."""
    return FormulaShown(
        id=rate.id, version=rate.version, hash=hash, rate=rate.rate,
        title=rate.title.zh, title_en=rate.title.en, source=rate.source,
    )  # fmt: skip


def profile_shown(rules: Rules) -> ProfileShown:
    """A profile as answers name it."""
    return ProfileShown(id=rules.id, name=rules.name.zh, name_en=rules.name.en, version=rules.version)


def figure(formula: Formula, counts: Counts) -> Figure:
    """A group's figure."""
    return made(Figure, _figure(formula, counts))


def _figure(formula: Formula, counts: Counts) -> dict[str, Any]:
    """The fields of a figure in their order, in which they are also told."""
    coverage, asking = counts.coverage, formula.question is not None
    return {
        **_value(counts.value),
        "numerator": weight_sum(counts.numerator),
        "denominator": counts.denominator,
        "excluded": {ground: n for ground, n in zip(formula.leave_out, counts.excluded, strict=True) if n},
        "asked": counts.asked if asking else None,
        "answered": counts.answered if asking else None,
        "coverage": written(coverage, 4) if coverage is not None else None,
        "population": counts.population,
        "parts": None,
    }


_OF_PARTS = dict.fromkeys(("numerator", "denominator", "excluded", "asked", "answered", "coverage", "population"))
"""What a composite does not have itself."""


@dataclass(frozen=True, slots=True)
class _Scoring:
    """A composite with what does not change from group to group."""

    parts: Sequence[Formula]
    named: Sequence[Mapping[str, str]]
    points: Sequence[int]

    @classmethod
    def of(cls, composite: Composite, parts: Sequence[Formula]) -> _Scoring:
        shares = zip(composite.parts, parts, strict=True)
        named = [{"formula": f.name, "hash": f.hash, "points": format(share.points, "f")} for share, f in shares]
        return cls(parts, named, points(composite))

    def fields(self, counts: Sequence[Counts]) -> dict[str, Any]:
        each = zip(self.parts, self.named, counts, strict=True)
        figures = [made(PartFigure, {**_figure(formula, of), **named}) for formula, named, of in each]
        return {**_value(score(self.points, [of.value for of in counts])), **_OF_PARTS, "parts": figures}


def scored(composite: Composite, parts: Sequence[Formula], counts: Sequence[Counts]) -> Figure:
    """A composite's figure, from the counts of its parts in their order."""
    return made(Figure, _Scoring.of(composite, parts).fields(counts))


def groups(by: Sequence[str], formula: Formula, found: Mapping[Key, Counts]) -> tuple[list[Group], Figure]:
    """Every group in the order of its key, and all together."""
    each = [made(Group, {**_figure(formula, found[key]), "key": _named(by, key)}) for key in sorted(found)]
    return each, figure(formula, total(formula, found.values()))


def scored_groups(
    by: Sequence[str], composite: Composite, parts: Sequence[Formula], found: Sequence[Mapping[Key, Counts]]
) -> tuple[list[Group], Figure]:
    """The same of a composite: a group for every key that any part has."""
    scoring, nobody = _Scoring.of(composite, parts), [nothing(formula) for formula in parts]
    each = []
    for key in sorted(set().union(*found)):
        counted = [of.get(key, none) for of, none in zip(found, nobody, strict=True)]
        each.append(made(Group, {**scoring.fields(counted), "key": _named(by, key)}))
    whole = [total(formula, of.values()) for formula, of in zip(parts, found, strict=True)]
    return each, made(Figure, scoring.fields(whole))


def period(asked: Asked) -> Period:
    return Period.model_validate({"from": asked.start, "to": asked.end})


def _named(by: Sequence[str], key: Key) -> dict[str, str]:
    return dict(zip(by, key, strict=True))


def _value(value: Ratio | None) -> dict[str, Any]:
    if value is None:
        return {"value": None, "percent": None, "reason": "empty_denominator"}
    return {"value": written(value, 6), "percent": written(value, 2, times=100), "reason": None}
