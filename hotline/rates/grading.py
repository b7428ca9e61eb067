"""The four grades of a bulletin, and why a rate may have none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, get_args

from hotline.rates import handling
from hotline.rates.answer import Figure
from hotline.rates.catalogue import Catalogue
from hotline.rules.bulletin_rule import BulletinRule, Thresholds
from hotline.rules.findings import Finding, finding, like

Grade = Literal["good", "fairly_good", "ordinary", "poor"]
"""好、较好、一般、差."""
GRADES: tuple[Grade, ...] = get_args(Grade)
Ungraded = Literal["no_value", "too_few", "no_thresholds"]
"""Why a rate has no grade: it has no value, it is of too few tickets, or the profile grades no such formula."""


def graded(rule: BulletinRule, formula: str, figure: Figure) -> tuple[Grade | None, Ungraded | None]:
    """A figure's grade, or why it has none.  The percent is judged as it is shown, so that nobody reads 95.00 beside a grade
    that begins at 95 and does not have it."""
    if figure.percent is None:
        return None, "no_value"
    if formula not in rule.grades:
        return None, "no_thresholds"
    if few(rule, figure):
        return None, "too_few"
    return grade_of(rule.grades[formula], Decimal(figure.percent)), None


def grade_of(thresholds: Thresholds, percent: Decimal) -> Grade:
    """The best grade whose beginning a percent reaches."""
    sign = -1 if thresholds.lower_is_better else 1
    for name in GRADES[:-1]:
        if sign * percent >= sign * getattr(thresholds, name):
            return name
    return "poor"


def few(rule: BulletinRule, figure: Figure) -> bool:
    """Whether a figure is of fewer tickets than are worth a grade; a composite, whether any of its parts is."""
    if figure.parts is not None:
        return any(few(rule, part) for part in figure.parts)
    return (figure.denominator or 0) < rule.minimum


def unknown(rule: BulletinRule, catalogue: Catalogue) -> Iterator[Finding]:
    """Grades of formulas that are not there: nobody would ever get one."""
    ids = {rate.id for rate in (*catalogue.all, *handling.formulas().values())}
    for name in rule.grades:
        if name not in ids:
            yield finding("graded_formula", f"bulletin.grades.{name}", like=like(name, ids), name=name)
