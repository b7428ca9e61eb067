"""What a measurement gives, and how several of them are told in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple


class Goal(NamedTuple):
    """What we promise of a figure."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:,g}"


class Figure(NamedTuple):
    """One measured value.  One without a goal informs, or is a yardstick: what the bare machine does."""

    what: str
    value: float
    unit: str
    goal: Goal | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


HEAD = ("| What | Median | Unit | Goal | Runs |", "|---|---:|---|---|---|")
"""How the Markdown table of figures begins."""


def lines_of(runs: Iterable[Sequence[Figure]]) -> list[str]:
    """A line of the table for each figure: its median over the runs, and every value that was taken from."""
    every: dict[str, list[Figure]] = {}
    for run in runs:
        for figure in run:
            every.setdefault(figure.what, []).append(figure)
    return [_line(what, figures) for what, figures in every.items()]


def facts_of(machine: Mapping[str, str]) -> list[str]:
    return [f"- {name}: {value}" for name, value in machine.items()]


def _line(what: str, figures: Sequence[Figure]) -> str:
    middle, first = median(figure.value for figure in figures), figures[0]
    goal = "" if first.goal is None else f"{first.goal} {'met' if first.goal.met(middle) else 'missed'}"
    values = " · ".join(_number(figure.value) for figure in figures)
    return f"| {what} | {_number(middle)} | {first.unit} | {goal} | {values} |"


def _number(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f}"
