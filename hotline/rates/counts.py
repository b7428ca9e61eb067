"""What is counted of the tickets of one group, from which its rate and its proof are worked out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from hotline.rates.formula import WHOLE, Composite, Formula

Ratio = tuple[int, int]
"""Over and under, not shortened: to shorten every one takes longer than to count the tickets.  Under is above 0."""
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
    def value(self) -> Ratio | None:
        """The rate, exactly; None where there is nothing to divide by."""
        return (self.numerator, self.denominator * WHOLE) if self.denominator else None

    @property
    def coverage(self) -> Ratio | None:
        """Answered of asked."""
        return (self.answered, self.asked) if self.asked else None


def nothing(formula: Formula) -> Counts:
    """A group without tickets."""
    return Counts(0, (0,) * len(formula.leave_out), 0, 0, 0, 0)


def total(formula: Formula, groups: Collection[Counts]) -> Counts:
    """All groups together, however many there are."""
    if not groups:
        return nothing(formula)
    return Counts(
        sum(each.population for each in groups),
        tuple(map(sum, zip(*(each.excluded for each in groups), strict=True))),
        sum(each.denominator for each in groups),
        sum(each.numerator for each in groups),
        sum(each.asked for each in groups),
        sum(each.answered for each in groups),
    )


def points(composite: Composite) -> list[int]:
    """The points of its parts, in ten-thousandths."""
    return [int(part.points * WHOLE) for part in composite.parts]


def score(points: Sequence[int], values: Iterable[Ratio | None]) -> Ratio | None:
    """A composite's value, of one, by the points of its parts; None where a part has none."""
    over, under = 0, 1
    for each, value in zip(points, values, strict=True):
        if value is None:
            return None
        over, under = over * value[1] + each * value[0] * under, under * value[1]
    return over, under * 100 * WHOLE


def written(exact: Ratio, places: int, *, times: int = 1) -> str:
    """A number, so many times, with so many places, half away from zero."""
    over, under = exact
    scale = 10**places
    whole, rest = divmod((abs(over) * times * scale * 2 + under) // (under * 2), scale)
    sign = "-" if over < 0 and (whole or rest) else ""
    return f"{sign}{whole}.{rest:0{places}}"


def weight_sum(ten_thousandths: int) -> str:
    """A sum of weights without idle zeros."""
    whole, rest = divmod(ten_thousandths, WHOLE)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".") if rest else str(whole)
