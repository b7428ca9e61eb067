"""What is counted of the tickets of one group, from which its rate and its proof are worked out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from hotline.rates.formula import WHOLE, Composite, Formula

Key = tuple[str, ...]
"""The values of the dimensions a group stands for, in their order."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one group.  ``numerator`` is in ten-thousandths; ``excluded`` follows the formula's grounds."""

    population: int
    excluded: tuple[int, ...]
    denominator: int
    numerator: int
    asked: int
    answered: int

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.population + other.population,
            tuple(a + b for a, b in zip(self.excluded, other.excluded, strict=True)),
            self.denominator + other.denominator,
            self.numerator + other.numerator,
            self.asked + other.asked,
            self.answered + other.answered,
        )

    @property
    def value(self) -> Fraction | None:
        """The rate, exactly; None where there is nothing to divide by."""
        return Fraction(self.numerator, self.denominator * WHOLE) if self.denominator else None

    @property
    def coverage(self) -> Fraction | None:
        """Answered of asked."""
        return Fraction(self.answered, self.asked) if self.asked else None


def nothing(formula: Formula) -> Counts:
    """A group without tickets."""
    return Counts(0, (0,) * len(formula.leave_out), 0, 0, 0, 0)


def total(formula: Formula, groups: Iterable[Counts]) -> Counts:
    """All groups together."""
    return sum(groups, nothing(formula))


def score(composite: Composite, values: Iterable[Fraction | None]) -> Fraction | None:
    """A composite's value, of one; None where a part has none."""
    over, under = 0, 1  # one fraction at the end: to make each sum one costs more than to count the tickets
    for part, value in zip(composite.parts, values, strict=True):
        if value is None:
            return None
        points = int(part.points * WHOLE)
        over, under = over * value.denominator + points * value.numerator * under, under * value.denominator
    return Fraction(over, under * 100 * WHOLE)


def written(exact: Fraction, places: int, *, times: int = 1) -> str:
    """A number, so many times, with so many places, half away from zero."""
    scale = 10**places
    whole = (abs(exact.numerator) * times * scale * 2 + exact.denominator) // (exact.denominator * 2)
    sign = "-" if exact.numerator < 0 and whole else ""
    return f"{sign}{whole // scale}.{whole % scale:0{places}}"


def weight_sum(ten_thousandths: int) -> str:
    """A sum of weights without idle zeros."""
    whole, rest = divmod(ten_thousandths, WHOLE)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".") if rest else str(whole)
