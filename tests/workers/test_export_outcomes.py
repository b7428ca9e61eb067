"""What tickets came to, as analysts take it home."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from hotline.calendar import SHANGHAI
from hotline.rates.outcome import FACETS, OutcomeRow
from projections.described import OUTCOMES
from projections.moments import micros
from tests.outcomes import outcome, put
from workers.compose import House
from workers.export import Format, export

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
MANY = (
    outcome(FIRST, closed=date(2026, 4, 2), due=LAST, unit="wuhou-housing", tier="district", co_units=("a", "b"),
            category="municipal.drainage", head="municipal", district="wuhou", satisfied="dissatisfied", cause="recurring",
            excluded=frozenset({"unanswered", "not_counted"}), reworks=1, urges=12),
    outcome(LAST, kind="call", number=None, answered_call="yes", waited="15"),
    outcome(date(2026, 4, 1), unit="=cmd|'/c calc'!A1", district=""),
)  # fmt: skip


@pytest.fixture
def house(open_house: Callable[..., House], store_url: str) -> House:
    """An empty house on either store."""
    return open_house() if store_url.startswith("sqlite") else open_house(store=store_url)


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return found
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_outcome_goes_out_in_words_local_time_and_days(house: House, tmp_path: Path) -> None:
    """Every field of an outcome row is in the Parquet file as what it means."""
    first, *_ = put(house.views, MANY)

    path, count = export(house, "outcomes", tmp_path, form="parquet")

    found = {row["ticket_id"]: row for row in read(path)}
    assert count == len(found) == 3
    row = found[str(first)]
    assert list(row) == list(OUTCOMES.names)
    assert {name: row[name] for name in ("satisfied", "cause", "excluded", "unit", "co_units", "category", "head")} == {
        "satisfied": "dissatisfied", "cause": "recurring", "excluded": "not_counted;unanswered", "unit": "wuhou-housing",
        "co_units": "a;b", "category": "municipal.drainage", "head": "municipal",
    }  # fmt: skip
    assert (row["received_day"], row["closed_day"], row["due_day"]) == (FIRST, date(2026, 4, 2), LAST)
    assert str(row["received_at"]) == "2026-03-01 12:00:00"
    assert (row["dispatched_at"], row["reworks"], row["urges"]) == (None, 1, 12)


def test_both_formats_say_the_same(house: House, tmp_path: Path) -> None:
    """Cell by cell the CSV is what the Parquet holds; only what a spreadsheet would run has an apostrophe before it."""
    put(house.views, MANY)

    cells = read(export(house, "outcomes", tmp_path)[0])
    values = read(export(house, "outcomes", tmp_path, form="parquet")[0])

    by_id = {row["ticket_id"]: row for row in values}
    assert len(cells) == len(values)
    for row in cells:
        assert {name: told for name, told in row.items() if told != _told(by_id[row["ticket_id"]][name])} == {}
    assert "'=cmd|'/c calc'!A1" in {row["unit"] for row in cells}
    assert "=cmd|'/c calc'!A1" in {row["unit"] for row in values}


@pytest.mark.parametrize("name", list(FACETS))
def test_every_value_of_a_facet_goes_out(house: House, tmp_path: Path, name: str) -> None:
    """Each value a facet can have comes out as it went into the packed number, in either format."""
    facet = FACETS[name]
    put(house.views, [outcome(**{name: frozenset({value}) if facet.mask else value}) for value in facet.values])

    for form in ("csv", "parquet"):
        found = read(export(house, "outcomes", tmp_path, form=form)[0])
        assert [row[name] for row in sorted(found, key=lambda row: str(row["ticket_id"]))] == list(facet.values)


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize(("month", "count"), [("2026-02", 0), ("2026-03", 2), ("2026-04", 1)])
def test_a_month_holds_what_was_received_in_it(
    house: House, tmp_path: Path, month: str, count: int, form: Format
) -> None:
    """From the first to the last day of the month, both counted; an empty month is a file with its columns and no row."""
    put(house.views, MANY)

    path, told = export(house, "outcomes", tmp_path, form=form, month=month)

    assert (path.name, told, len(read(path))) == (f"outcomes-{month}.{form}", count, count)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 12, 31, 23, 59, 59, 999_999, SHANGHAI),
        datetime(2026, 1, 1, tzinfo=SHANGHAI),
        datetime(1990, 7, 1, 8, 30, tzinfo=SHANGHAI),  # the last years of summer time
        datetime(1969, 12, 31, 23, 0, 0, 1, SHANGHAI),
    ],
)
def test_a_moment_is_what_the_clock_on_the_wall_showed(house: House, tmp_path: Path, moment: datetime) -> None:
    """To the microsecond in Parquet, to the millisecond with its zone in CSV, also across a change of the zone."""
    one = outcome()
    put(
        house.views,
        [OutcomeRow(**{**{n: getattr(one, n) for n in OutcomeRow.__slots__}, "replied_at": micros(moment)})],
    )

    (value,) = read(export(house, "outcomes", tmp_path, form="parquet")[0])
    (told,) = read(export(house, "outcomes", tmp_path)[0])

    assert value["replied_at"] == moment.replace(tzinfo=None)
    assert told["replied_at"] == moment.isoformat(timespec="milliseconds")


def _told(value: object) -> str:
    """A value of the Parquet file as the CSV tells it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.replace(tzinfo=SHANGHAI).isoformat(timespec="milliseconds")
    text = str(value)
    return f"'{text}" if text.startswith("=") else text
