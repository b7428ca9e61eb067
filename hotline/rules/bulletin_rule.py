"""What a city says of its monthly bulletin: from how many tickets a rate is graded, and where each grade begins."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from hotline.rules.written import Count, Part, Slug, Text

Percent = Annotated[Decimal, Field(ge=-100, le=100, decimal_places=2)]
"""As rates are shown; a score may be below nothing."""


class Thresholds(Part):
    """Where the three better grades begin, in percent; what reaches none is poor.  Of a rate that is better the lower it is
    the three go upwards."""

    good: Percent
    fairly_good: Percent
    ordinary: Percent
    source: Text
    """The published rule, or that it is ours."""

    @property
    def ordered(self) -> bool:
        """Whether they go one way."""
        return self.good > self.fairly_good > self.ordinary or self.lower_is_better

    @property
    def lower_is_better(self) -> bool:
        return self.good < self.fairly_good < self.ordinary


class BulletinRule(Part):
    """A month's report."""

    minimum: Count
    """A rate of fewer tickets (its denominator) gets no grade."""
    top_categories: Count
    grades: Mapping[Slug, Thresholds] = Field(default_factory=dict)
    """By a formula's id: what is graded is one way to count, not a word that several ways share."""


def mistakes(rule: BulletinRule) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Code, place and details of everything wrong that the form does not show."""
    for formula, t in rule.grades.items():
        if not t.ordered:
            yield (
                "grades_order",
                f"bulletin.grades.{formula}",
                {"good": t.good, "fairly_good": t.fairly_good, "ordinary": t.ordinary},
            )
