"""A grade is given by what everybody reads: the percent as it is shown, against thresholds that stand in the profile."""

from decimal import Decimal
from typing import Any

import pytest

from hotline.rates.answer import Figure
from hotline.rates.catalogue import load as formulas
from hotline.rates.grading import grade_of, graded, unknown
from hotline.rules import load, profile_names
from hotline.rules.bulletin_rule import BulletinRule, Thresholds

HIGH = Thresholds(good=Decimal(95), fairly_good=Decimal("92.5"), ordinary=Decimal(85), source="ours")
LOW = Thresholds(good=Decimal(2), fairly_good=Decimal(5), ordinary=Decimal(10), source="ours")
RULE = BulletinRule(minimum=10, top_categories=3, grades={"contact": HIGH, "score": HIGH})


def figure(percent: str | None, denominator: int | None = 10, **told: Any) -> Figure:
    return Figure(value=None, percent=percent, denominator=denominator, **told)


@pytest.mark.parametrize(
    ("thresholds", "percent", "grade"),
    [
        (HIGH, "100.00", "good"), (HIGH, "95.00", "good"), (HIGH, "94.99", "fairly_good"), (HIGH, "92.50", "fairly_good"),
        (HIGH, "92.49", "ordinary"), (HIGH, "85.00", "ordinary"), (HIGH, "84.99", "poor"), (HIGH, "0.00", "poor"),
        (LOW, "0.00", "good"), (LOW, "2.00", "good"), (LOW, "2.01", "fairly_good"), (LOW, "5.00", "fairly_good"),
        (LOW, "5.01", "ordinary"), (LOW, "10.00", "ordinary"), (LOW, "10.01", "poor"),
    ],
)  # fmt: skip
def test_a_grade_begins_at_its_threshold(thresholds: Thresholds, percent: str, grade: str) -> None:
    """What reaches a threshold has its grade, a hundredth less has not; where less is better, a hundredth more."""
    assert grade_of(thresholds, Decimal(percent)) == grade


def test_a_rate_of_few_tickets_has_no_grade() -> None:
    """One ticket fewer than the profile's minimum is shown ungraded, and the minimum itself is graded."""
    assert graded(RULE, "contact", figure("100.00", 9)) == (None, "too_few")
    assert graded(RULE, "contact", figure("100.00", 10)) == ("good", None)


def test_what_has_no_value_or_no_thresholds_has_no_grade() -> None:
    """Each says why."""
    assert graded(RULE, "contact", figure(None, 0, reason="empty_denominator")) == (None, "no_value")
    assert graded(RULE, "overdue", figure("1.00")) == (None, "no_thresholds")


def test_a_score_is_of_few_tickets_where_one_of_its_parts_is() -> None:
    """A composite is graded only when each part has tickets enough."""
    part = {"percent": "96.00", "value": None, "formula": "contact@1", "hash": "sha256:0", "points": "50"}
    enough, few = ({**part, "denominator": n} for n in (10, 9))
    assert graded(RULE, "score", figure("96.00", None, parts=[enough, enough])) == ("good", None)
    assert graded(RULE, "score", figure("96.00", None, parts=[enough, few])) == (None, "too_few")


@pytest.mark.parametrize("name", profile_names())
def test_every_shipped_grade_is_of_a_shipped_formula(name: str) -> None:
    """No shipped profile grades what nobody can count, and each grades the rates units are judged by."""
    rule = load(name).bulletin
    assert list(unknown(rule, formulas())) == []
    assert {"contact", "resolution", "satisfaction.rated_only", "on_time", "connection"} <= {*rule.grades}


def test_a_grade_of_no_formula_is_found() -> None:
    """A mistyped formula is told with the one that may have been meant."""
    (found,) = unknown(BulletinRule(minimum=1, top_categories=1, grades={"contcat": HIGH}), formulas())
    assert found.where == "bulletin.grades.contcat"
    assert "contact" in found.what_to_do
