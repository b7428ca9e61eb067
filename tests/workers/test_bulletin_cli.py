"""`hotline bulletin`: files that say what they are of, and refusals that leave nothing behind."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.rules import ProfileError
from tests.support.clock import SettableClock
from tests.workers.acting import closed, dispatched, units
from tests.workers.conftest import Open
from workers.bulletin_csv import BOM, shown
from workers.cli import app
from workers.compose import House


@pytest.fixture
def unit(house: House, clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> str:
    """A closed ticket of some unit, in the house that the command line opens."""
    closed(house)
    dispatched(house)
    house.catch_up()
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    return units(house)[0]


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["bulletin", *words])
    return found.exit_code, found.output


def test_the_city_and_a_unit_are_written_as_page_and_table(unit: str, tmp_path: Path) -> None:
    """Each has a page and a table under its own name, and the table opens and names month and moment."""
    out = tmp_path / "out"
    assert run("--month", "2026-03", "--out", str(out))[0] == 0
    assert run("--month", "2026-03", "--unit", unit, "--lang", "en", "--out", str(out))[0] == 0
    names = ("bulletin-2026-03", f"bulletin-2026-03-unit-{unit}")
    assert sorted(file.name for file in out.iterdir()) == sorted(f"{n}.{e}" for n in names for e in ("html", "csv"))
    for name in names:
        text = (out / f"{name}.csv").read_bytes().decode("utf-8")
        assert text.startswith(BOM)
        rows = list(csv.reader(text.removeprefix(BOM).splitlines()))
        assert {"month", "as_of", "position", "computed_at"} <= {row[1] for row in rows}
    assert "Received and closed" in (out / f"{names[1]}.html").read_text("utf-8")


def test_each_unit_of_which_there_is_anything_gets_its_own(unit: str, tmp_path: Path) -> None:
    """One page and one table for the one unit that had tickets."""
    code, said = run("--month", "2026-03", "--each", "unit", "--out", str(tmp_path / "out"))
    assert (code, "1 bulletins written" in said) == (0, True)
    assert {file.stem for file in (tmp_path / "out").iterdir()} == {f"bulletin-2026-03-unit-{unit}"}


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (("--month", "March"), 1, "2026-10"), (("--month", "2026-03", "--unit", "nobody"), 1, "nobody"),
        (("--month", "2026-03", "--district", "atlantis"), 1, "atlantis"), (("--month", "2099-01"), 1, "2099-01-01"),
        (("--month", "2026-03", "--as-of", "yesterday"), 2, "--as-of"),
        (("--month", "2026-03", "--as-of", "2026-03-05T00:00:00"), 2, "--as-of"),
        (("--month", "2026-03", "--each", "unit", "--unit", "x"), 2, "--each"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    unit: str, tmp_path: Path, words: tuple[str, ...], exit_code: int, said: str
) -> None:
    """A month that is none or has not come, strangers, and moments without a zone: the command says which, in words."""
    code, output = run(*words, "--out", str(tmp_path / "out"))
    assert code == exit_code, output
    assert said in output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("value", "cell"),
    [("=1+1", "'=1+1"), ("-12.50", "-12.50"), ("-SUM(A1)", "'-SUM(A1)"), ("+7", "'+7"), ("-Infinity", "'-Infinity"), (None, "")],
)  # fmt: skip
def test_a_cell_is_a_number_or_cannot_be_run(value: str | None, cell: str) -> None:
    """A number below nothing stays a number; what else begins like a formula is text."""
    assert shown(value) == cell


def test_a_house_whose_profile_grades_no_formula_does_not_open(open_house: Open, tmp_path: Path) -> None:
    """A grade of a formula that is not there is told at the start, with the one that may have been meant."""
    own = tmp_path / "own.toml"
    grade = 'good = 9\nfairly_good = 8\nordinary = 7\nsource = "ours"'
    own.write_text(f'extends = "sichuan-2025"\n[bulletin.grades.contcat]\n{grade}\n', encoding="utf-8")
    with pytest.raises(ProfileError, match="contcat"):
        open_house(profile=str(own))
