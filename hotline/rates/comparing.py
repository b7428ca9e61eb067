"""One set of tickets counted in two ways side by side: what changes, and which tickets change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from hotline.rates.counts import Counts, Key, nothing
from hotline.rates.evaluating import counts_of, judge, lies_in
from hotline.rates.fields import key_of
from hotline.rates.formula import Formula
from hotline.rates.outcome import OutcomeRow
from hotline.rates.question import Asked

Stands = Literal["elsewhere", "not_counted", "excluded", "counted"]
"""Where a formula puts a ticket: not in the period or not of its population, not in the denominator, left out on a ground, or
counted, with a weight."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of counting: a formula, what is asked of it, and the local day from which ages are counted."""

    formula: Formula
    asked: Asked
    today: int


@dataclass(frozen=True, slots=True)
class Stand:
    """How one way counts one ticket, and in which group.  ``weight`` is in ten-thousandths."""

    stands: Stands
    ground: str | None = None
    weight: int = 0
    key: Key = ()


ELSEWHERE = Stand("elsewhere")


@dataclass(frozen=True, slots=True)
class Flip:
    """A ticket that two ways count otherwise; a row is None where there is no such ticket in that way."""

    ticket: UUID
    a: Stand
    b: Stand
    row_a: OutcomeRow | None
    row_b: OutcomeRow | None

    @property
    def row(self) -> OutcomeRow:
        """The ticket in whichever way has it, the first where both do."""
        row = self.row_a or self.row_b
        assert row is not None, "what is in neither way flips in none"
        return row


@dataclass
class Comparison:
    """Two counts of the same tickets, taken in one after the other."""

    ways: tuple[Way, Way]
    counts: tuple[dict[Key, Counts], dict[Key, Counts]] = field(default_factory=lambda: ({}, {}))
    flips: list[Flip] = field(default_factory=list)

    def take(self, ticket: UUID, a: OutcomeRow | None, b: OutcomeRow | None) -> None:
        """One ticket, as it came out in each."""
        one, other = (self._count(nth, row) for nth, row in enumerate((a, b)))
        if one != other:
            self.flips.append(Flip(ticket, one, other, a, b))

    def _count(self, nth: int, row: OutcomeRow | None) -> Stand:
        way = self.ways[nth]
        if row is None or not lies_in(way.formula, row, way.asked):
            return ELSEWHERE
        verdict = judge(way.formula, row, way.today)
        if verdict is None:
            return ELSEWHERE
        key = tuple(key_of(row, way.formula.cohort, dimension) for dimension in way.asked.by)
        found = self.counts[nth]
        found[key] = found.get(key, nothing(way.formula)) + counts_of(way.formula, verdict)
        if verdict.ground is not None:
            return Stand("excluded", verdict.ground, key=key)
        if not verdict.counted:
            return Stand("not_counted", key=key)
        return Stand("counted", weight=verdict.weight, key=key)


def by_unit(flips: Iterable[Flip]) -> dict[str, int]:
    """Unit to how many of its tickets flip, the most first; the unit is that of the first way, empty where nobody has it."""
    found = Counter(flip.row.unit or "" for flip in flips)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
