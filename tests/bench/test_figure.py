"""How measured figures are told."""

import pytest

from tests.bench.figure import Figure, Goal, lines_of, percentile


def test_a_line_tells_the_median_and_every_run() -> None:
    """Of three runs the middle value counts, and the other two stand beside it."""
    runs = [[Figure("Ready", value, "s", Goal(5))] for value in (9.0, 1.0, 2.0)]

    assert lines_of(runs) == ["| Ready | 2.00 | s | ≤ 5 met | 9.00 · 1.00 · 2.00 |"]


@pytest.mark.parametrize(
    ("goal", "value", "told"),
    [
        (Goal(5), 5.0, "≤ 5 met"),
        (Goal(5), 5.01, "≤ 5 missed"),
        (Goal(20_000, at_least=True), 20_000, "≥ 20,000 met"),
        (Goal(20_000, at_least=True), 19_999, "≥ 20,000 missed"),
        (None, 1.0, ""),
    ],
)
def test_a_goal_is_met_at_its_limit_and_missed_past_it(goal: Goal | None, value: float, told: str) -> None:
    """A table says of each promised figure whether it was kept; one without a promise is not judged."""
    (line,) = lines_of([[Figure("It", value, "s", goal)]])

    assert line.split("|")[4].strip() == told


def test_a_percentile_is_not_exceeded_by_that_share_of_the_values() -> None:
    """Half of the values lie below the 50th percentile, and 99 of 100 below the 99th; it is one of the values itself."""
    values = [float(n) for n in range(100, 0, -1)]

    assert percentile(values, 0.5) == 51.0
    assert percentile(values, 0.99) == 100.0
    assert percentile([7.0], 0.99) == 7.0
