"""What is wrong with formulas, said so that the analyst who wrote them can put it right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from hotline.rates.fields import AGES, FIELDS, NUMBERS, WORDS
from hotline.rates.formula import Composite, Condition, Formula, Test
from hotline.rates.outcome import FACETS
from hotline.rules.findings import Finding, finding, like, of_form
from hotline.rules.written import TIERS, Part


class Page(Part):
    """A file of formulas."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    formula: tuple[Formula, ...] = Field(default=())
    composite: tuple[Composite, ...] = Field(default=())


def examine(data: Mapping[str, Any], beside: Page | None = None) -> tuple[Page | None, list[Finding]]:
    """The formulas of a file together with those it comes beside, and everything wrong with it.  None if its form is
    wrong."""
    try:
        page = Page.model_validate(data)
    except ValidationError as error:
        return None, of_form(error, data, Page)
    before = beside or Page()
    whole = Page(formula=(*before.formula, *page.formula), composite=(*before.composite, *page.composite))
    return whole, [
        *(found for formula in page.formula for found in _formula(formula)),
        *_versions(whole.formula, "formula"),
        *_versions(whole.composite, "composite"),
        *_names(whole),
        *(found for composite in page.composite for found in _parts(composite, whole)),
    ]


def _formula(formula: Formula) -> Iterator[Finding]:
    here = f"formula[{formula.name}]"
    if formula.until is not None and formula.until < formula.since:
        yield finding("dates_reversed", here, since=formula.since, until=formula.until)
    if formula.of == "call" and formula.cohort != "received":
        yield finding("call_cohort", f"{here}.cohort", name=formula.cohort)
    for ground in {ground for ground in formula.leave_out if formula.leave_out.count(ground) > 1}:
        yield finding("twice", f"{here}.leave_out", what=ground)
    for place, condition in formula.conditions():
        for table in condition:
            for field, test in table.items():
                yield from _test(f"{here}.{place}.{field}", field, test)
    for nth, term in enumerate(formula.terms, 1):
        for field, value in _outside(term.when, formula.denominator):
            yield finding("outside_denominator", f"{here}.terms[#{nth}].when.{field}", name=field, value=value)


def _test(where: str, field: str, test: Test) -> Iterator[Finding]:
    if field not in FIELDS:
        yield finding("unknown_field", where, like=like(field, FIELDS), name=field, known=" ".join(FIELDS))
        return
    numeric = field in NUMBERS or field in AGES
    one_way = (test.any_of is not None) + (test.none_of is not None) + test.bounded
    if one_way != 1 or test.bounded != numeric:
        yield finding("number_wanted" if numeric else "values_wanted", where, name=field)
        return
    values: Sequence[str] | None = FACETS[field].values if field in FACETS else TIERS if field == "tier" else None
    for value in test.values or ():
        if values is not None and value not in values:
            known = " ".join(values)
            yield finding("unknown_value", where, like=like(value, values), name=field, value=value, known=known)
    if test.at_least is not None and test.at_most is not None and test.at_least > test.at_most:
        yield finding("bounds_reversed", where, name=field)


def _allowed(field: str, test: Test) -> frozenset[str] | None:
    """The values a test lets through; None where they cannot be listed."""
    if field in FACETS and FACETS[field].mask:
        return None
    if test.any_of is not None:
        return frozenset(test.any_of)
    if test.none_of is not None and field in FACETS:
        return frozenset(FACETS[field].values) - frozenset(test.none_of)
    return None


def _outside(term: Condition, denominator: Condition) -> Iterator[tuple[str, str]]:
    """Values a term names that no ticket of the denominator can have."""
    for table in term:
        for field, test in table.items():
            named = _allowed(field, test)
            if field in WORDS or named is None or any(field not in other for other in denominator):
                continue
            within = [_allowed(field, other[field]) for other in denominator]
            if None not in within:
                yield from ((field, value) for value in sorted(named - frozenset().union(*within)))  # type: ignore[arg-type]


def _versions(all_: Sequence[Formula] | Sequence[Composite], kind: str) -> Iterator[Finding]:
    """Two under one name, and versions that are in force on the same days."""
    by_id: dict[str, list[Formula | Composite]] = {}
    for one in all_:
        by_id.setdefault(one.id, []).append(one)
    for versions in by_id.values():
        for first, second in pairwise(sorted(versions, key=lambda one: one.version)):
            here = f"{kind}[{second.name}]"
            if first.version == second.version:
                same = first.model_dump() == second.model_dump()
                yield finding("twice" if same else "changed", here, what=second.name)
            elif second.since <= first.since or (first.until is not None and first.until >= second.since):
                yield finding("overlapping", here, earlier=first.name, day=first.until or first.since)


def _names(page: Page) -> Iterator[Finding]:
    """One id means one thing."""
    for id in sorted({f.id for f in page.formula} & {c.id for c in page.composite}):
        yield finding("twice", f"composite[{id}]", what=id)


def _parts(composite: Composite, page: Page) -> Iterator[Finding]:
    here = f"composite[{composite.name}]"
    if composite.until is not None and composite.until < composite.since:
        yield finding("dates_reversed", here, since=composite.since, until=composite.until)
    known = {formula.name: formula for formula in page.formula}
    for nth, part in enumerate(composite.parts, 1):
        name = f"{part.formula}@{part.version}"
        if name not in known:
            yield finding("unknown_part", f"{here}.parts[#{nth}]", like=like(name, known), name=name)
    ids = [part.formula for part in composite.parts]
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        yield finding("twice", f"{here}.parts", what=id)
