"""An analyst with a tool of his own comes to the numbers that the hotline publishes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from hotline.rates.catalogue import load
from hotline.rates.question import Asked
from projections.rates import snapshot
from tests.hotline.rates.outcomes import any_outcome
from tests.projections.filled import fill
from tests.support.clock import SettableClock
from workers.compose import House, build
from workers.export import export
from workers.settings import Settings

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "rates_duckdb.py"
FROM, TO = date(2017, 12, 5), date(2018, 2, 20)


@pytest.fixture
def house(tmp_path: Path, clock: SettableClock) -> House:
    """A house with some hundreds of outcomes of every sort."""
    house, chance = build(Settings(data=tmp_path / "data"), now=clock), Random(7)
    fill(house.views, [(UUID(int=nth), any_outcome(chance)) for nth in range(1, 800)])
    return house


def test_the_example_counts_what_the_hotline_answers(house: House, tmp_path: Path) -> None:
    """Over the exported files the script gives each month and unit the shipped formula's percent and counts, then a rate of
    its own."""
    for month in ("2017-11", "2017-12", "2018-01", "2018-02", "2018-03"):
        export(house, "outcomes", tmp_path, form="parquet", month=month)
    catalogue = load()
    formula = catalogue.find("satisfaction.rated_only", TO)
    asked = Asked(FROM, TO, by=("month", "unit"))
    with snapshot(house.views, house.hotline, catalogue) as look:
        told = look.answer(formula, asked, datetime.now(UTC))
    house.close()

    published, own = run(tmp_path, str(FROM), str(TO))

    assert {
        (row["month"], row["unit"]): (
            row["percent"], row["numerator"], row["denominator"], row["excluded"], row["asked"], row["answered"], row["closed"],
        )
        for row in published
    } == {
        (g.key["month"], g.key["unit"]): (
            "" if g.percent is None else str(float(g.percent)), g.numerator, str(g.denominator),
            str(sum((g.excluded or {}).values())), str(g.asked), str(g.answered), str(g.population),
        )
        for g in told.groups
    }  # fmt: skip
    assert own
    assert all(0 <= int(row["numerator"]) <= int(row["denominator"]) for row in own)


def test_the_example_says_how_it_is_called() -> None:
    """Without a directory and a period it tells what it needs."""
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "--format parquet" in done.stderr


def run(*words: object) -> Sequence[Sequence[Mapping[str, str]]]:
    """The tables that the script prints."""
    command = [sys.executable, str(SCRIPT), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    tables = [[line.split("\t") for line in part.splitlines()] for part in done.stdout.strip("\n").split("\n\n")]
    return [[dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for rows in tables]
