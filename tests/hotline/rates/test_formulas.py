"""Formulas are data that cannot be wrong unnoticed and never change under a number somebody was judged by."""

from datetime import date
from pathlib import Path

import pytest

from hotline.command import Refused
from hotline.rates.catalogue import check, load
from hotline.rules import ProfileError

SHIPPED = Path(__file__).with_name("shipped_formulas.txt")
GOOD = """[[formula]]
id = "own"
version = 1
rate = "own"
title = { zh = "甲", en = "A" }
source = "ours"
from = 2020-01-01
cohort = "closed"
denominator = { satisfied = ["satisfied", "dissatisfied"] }
terms = [{ when = { satisfied = ["satisfied"] }, weight = "1" }]
"""


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_shipped_formula_never_changes_its_content() -> None:
    """Every formula ever shipped stands in the list with its content hash; a changed one needs a new version."""
    recorded = dict(line.split() for line in SHIPPED.read_text("utf-8").splitlines())
    catalogue = load()
    assert {rate.name: catalogue.hash_of(rate) for rate in catalogue.all} == recorded


def test_a_formula_without_mistakes_is_taken_beside_the_shipped(tmp_path: Path) -> None:
    """A city's own formula is found by its id, and the shipped ones are still there."""
    catalogue = load(own(tmp_path, GOOD))
    assert catalogue.find("own", date(2026, 1, 1)).name == "own@1"
    assert catalogue.find("contact", date(2026, 1, 1)).name == "contact@1"


MISTAKES = [
    # written instead of                                   this                                        where it is found                       part of the problem
    ('denominator = { satisfied = ["satisfied", "dissatisfied"] }', 'denominator = { satisfeid = ["satisfied"] }', "formula[own@1].denominator.satisfeid", "no field satisfeid"),
    ('["satisfied", "dissatisfied"]', '["satisfied", "angry"]', "formula[own@1].denominator.satisfied", "never has the value angry"),
    ('["satisfied", "dissatisfied"]', "{ at_least = 2 }", "formula[own@1].denominator.satisfied", "cannot be asked"),
    ('["satisfied", "dissatisfied"]', "[]", "formula[own].denominator[#1].satisfied.any_of", "is not understood"),
    ("{ satisfied = [\"satisfied\", \"dissatisfied\"] }", '{ reworks = ["2"] }', "formula[own@1].denominator.reworks", "is a number"),
    ("{ satisfied = [\"satisfied\", \"dissatisfied\"] }", "{ reworks = { at_least = 3, at_most = 2 } }", "formula[own@1].denominator.reworks", "bounds"),
    ('when = { satisfied = ["satisfied"] }', 'when = { satisfied = ["silent"] }', "formula[own@1].terms[#1].when.satisfied", "never counts"),
    ('when = { satisfied = ["satisfied"] }', 'when = { satisfied = { not = ["satisfied"] } }', "formula[own@1].terms[#1].when.satisfied", "never counts"),
    ('weight = "1"', 'weight = "1.2"', "formula[own].terms[#1].weight", "does not lie between 0 and 1"),
    ('weight = "1"', 'weight = "-0.1"', "formula[own].terms[#1].weight", "does not lie between 0 and 1"),
    ('weight = "1"', "weight = 1", "formula[own].terms[#1].weight", "a number in quotes"),
    ('weight = "1"', 'weight = "0.12345"', "formula[own].terms[#1].weight", "at most four places"),
    ('weight = "1"', 'weight = "NaN"', "formula[own].terms[#1].weight", "a number in quotes"),
    ('cohort = "closed"', 'cohort = "opened"', "formula[own].cohort", "opened is not a possible value"),
    ('cohort = "closed"', 'cohort = "closed"\nof = "call"', "formula[own@1].cohort", "a call has no date"),
    ('cohort = "closed"', 'cohort = "closed"\nleave_out = ["bored"]', "formula[own].leave_out[#1]", "bored is not a possible value"),
    ('cohort = "closed"', 'cohort = "closed"\nleave_out = ["withdrawn", "withdrawn"]', "formula[own@1].leave_out", "stands there twice"),
    ('cohort = "closed"', 'cohort = "closed"\ncohrot = "due"', "formula[own].cohrot", "unknown key"),
    ("from = 2020-01-01", "from = 2020-01-01\nuntil = 2019-01-01", "formula[own@1]", "before it begins"),
    ('id = "own"', 'id = "contact"', "formula[contact@1]", "two different contents"),
]  # fmt: skip


@pytest.mark.parametrize(("instead_of", "written", "where", "problem"), MISTAKES)
def test_a_mistake_is_found_placed_and_answered(
    tmp_path: Path, instead_of: str, written: str, where: str, problem: str
) -> None:
    """Each mistake is found where it stands and said with what to write instead, and such a file is not loaded."""
    file = own(tmp_path, GOOD.replace(instead_of, written))
    found = {finding.where: finding for finding in check(file)}
    assert where in found
    assert problem in found[where].problem_en
    assert found[where].what_to_do
    with pytest.raises(ProfileError):
        load(file)


def test_two_versions_are_not_in_force_on_the_same_day(tmp_path: Path) -> None:
    """A version that begins before the one before it began, or before that has ended, is refused."""
    second = GOOD.replace("version = 1", "version = 2")
    assert [f.where for f in check(own(tmp_path, GOOD + second))] == ["formula[own@2]"]
    ended = GOOD.replace("from = 2020-01-01", "from = 2020-01-01\nuntil = 2021-06-30")
    later = second.replace("2020-01-01", "2021-06-01")
    assert [f.where for f in check(own(tmp_path, ended + later))] == ["formula[own@2]"]


def test_a_period_uses_the_version_in_force_at_its_start_unless_one_is_named(tmp_path: Path) -> None:
    """The day decides between versions; a named version is used whatever the day; none in force is refused."""
    second = GOOD.replace("version = 1", "version = 2").replace("2020-01-01", "2022-01-01\nuntil = 2023-12-31")
    catalogue = load(own(tmp_path, GOOD + second))
    assert catalogue.find("own", date(2021, 12, 31)).name == "own@1"
    assert catalogue.find("own", date(2022, 1, 1)).name == "own@2"
    assert catalogue.find("own@1", date(2022, 1, 1)).name == "own@1"
    for day in (date(2019, 12, 31), date(2024, 1, 1)):
        with pytest.raises(Refused, match="formula_not_in_force"):
            catalogue.find("own", day)
    for name in ("nothing", "own@3", "own@x", "@", ""):
        with pytest.raises(Refused, match="unknown_formula"):
            catalogue.find(name, date(2022, 1, 1))


def test_a_composite_of_unknown_parts_is_refused(tmp_path: Path) -> None:
    """Parts are named by their exact version, and one that is not there is found."""
    text = """[[composite]]
id = "mine"
version = 1
rate = "score"
title = { zh = "甲", en = "A" }
source = "ours"
from = 2020-01-01
parts = [{ formula = "contact", version = 1, points = "50" }, { formula = "resolution", version = 9, points = "50" }]
"""
    found = check(own(tmp_path, text))
    assert [f.where for f in found] == ["composite[mine@1].parts[#2]"]
    assert "resolution@9" in found[0].problem_en


def test_words_and_order_change_no_hash_and_content_does(tmp_path: Path) -> None:
    """The hash is of what decides the number: not of titles and sources, nor of the order values are written in."""

    def hash_of(text: str) -> str:
        catalogue = load(own(tmp_path, text))
        return catalogue.hash_of(catalogue.find("own", date(2026, 1, 1)))

    same = GOOD.replace('"satisfied", "dissatisfied"', '"dissatisfied", "satisfied"').replace("甲", "乙")
    assert hash_of(same) == hash_of(GOOD)
    for other in ('weight = "0.9"', 'weight = "0"'):
        assert hash_of(GOOD.replace('weight = "1"', other)) != hash_of(GOOD)
    assert hash_of(GOOD.replace('cohort = "closed"', 'cohort = "due"')) != hash_of(GOOD)
