"""Which unit a matter is proposed to, by which rule, and whom a report never reaches."""

from datetime import date
from pathlib import Path

import pytest

from hotline.rules import Rules, check, load, profile_names
from hotline.rules.catalogue import gaps
from hotline.rules.dispatching import Matter

DAY = date(2026, 3, 2)
CHENGDU = load("sichuan-2025")


def matter(category: str, type: str | None = "complaint", **told: str | None) -> Matter:
    return Matter(type, CHENGDU.category_path(category), **told)  # type: ignore[arg-type]


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(f'extends = "sichuan-2025"\nid = "own"\n{text}', encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("category", "place", "unit", "rule"),
    [
        ("market.food_safety", "wuhou", "wuhou-market", "market"),
        ("market.food_safety", None, "city-market", "market"),
        ("property.lifts", "wuhou", "wuhou-market", "lifts"),
        ("utilities.water", "wuhou", "city-water", "water"),
        ("housing.provident_fund", "wuhou", "city-provident-fund", "provident-fund"),
        ("safety.fire_hazards", "wuhou", "wuhou", "safety"),
    ],
)
def test_category_and_place_lead_to_a_unit(category: str, place: str | None, unit: str, rule: str) -> None:
    """The finest rule decides; without a district the city's office is proposed; rule and catalogue are named."""
    found = CHENGDU.destination(matter(category, district=place), DAY)
    assert (found.unit, found.rule, found.catalogue) == (unit, rule, CHENGDU.profile.catalogue)


def test_the_street_office_is_proposed_where_the_street_is_known() -> None:
    """And the district where it is not, or has no office in the profile."""
    known = matter("city_management.street_vendors", district="wuhou", street="yulin")
    assert CHENGDU.destination(known, DAY).unit == "wuhou-yulin"
    for street in (None, "hongpailou"):
        found = CHENGDU.destination(matter("city_management.street_vendors", district="wuhou", street=street), DAY)
        assert found.unit == "wuhou-city-management"


def test_an_exception_goes_before_the_rule() -> None:
    """A report of what street vendors do is not given to those who stand beside them."""
    vendors = matter("city_management.street_vendors", "report", district="wuhou", street="yulin")
    found = CHENGDU.destination(vendors, DAY)
    assert (found.unit, found.reason) == ("wuhou-city-management", "exception")


@pytest.mark.parametrize("accused", ["wuhou-market", "wuhou", "city"])
def test_a_report_never_goes_to_the_accused_unit_or_one_below_it(accused: str) -> None:
    """But to one that is neither: the next of the rule, or what stands over the accused; else to nobody."""
    found = CHENGDU.destination(matter("market.food_safety", "report", district="wuhou", accused=accused), DAY)
    assert found.reason == "not_accused"
    if found.unit is not None:
        assert found.unit != accused
        assert not CHENGDU.is_below(found.unit, accused)
    assert (found.unit is None) == (accused == "city")


def test_no_report_reaches_the_accused_whatever_the_matter() -> None:
    """For every category and every unit that could be accused, neither as lead nor beside."""
    for code, entry in CHENGDU.categories.items():
        for accused in CHENGDU.units if entry.parent else ():
            found = CHENGDU.destination(matter(code, "report", district="wuhou", street="yulin", accused=accused), DAY)
            for unit in (found.unit, *found.co):
                assert unit is None or (unit != accused and not CHENGDU.is_below(unit, accused))


def test_an_ordinary_complaint_about_a_unit_goes_to_that_unit() -> None:
    """It is responsible; only a report of misconduct is kept from it."""
    found = CHENGDU.destination(
        matter("market.food_safety", "complaint", district="wuhou", accused="wuhou-market"), DAY
    )
    assert (found.unit, found.reason) == ("wuhou-market", "rule")


def test_a_report_of_misconduct_is_proposed_to_nobody_before_the_accused_is_named() -> None:
    """It could be the very unit that would be proposed."""
    found = CHENGDU.destination(matter("services.staff_conduct", "report", district="wuhou"), DAY)
    assert (found.unit, found.reason) == (None, "accused_unnamed")
    named = CHENGDU.destination(matter("services.staff_conduct", "report", district="wuhou", accused="wuhou"), DAY)
    assert named.unit == "city"


def test_calls_that_are_not_dispatched_have_no_unit() -> None:
    """The catalogue says so, and it is no gap."""
    assert CHENGDU.destination(matter("other.void_calls"), DAY).reason == "nobody"


def test_a_rule_holds_from_its_day_to_its_day(tmp_path: Path) -> None:
    """Both included; before and after, the other version does."""
    rules = load(
        own(
            tmp_path,
            '[dispatch.water]\nuntil = 2026-06-30\n[dispatch.water-new]\ncategories = ["utilities.water"]\ntier = "district"\n'
            'lead = ["{district}-housing", "city-housing"]\nsince = 2026-07-01\n',
        )
    )
    units = [
        rules.destination(matter("utilities.water", district="wuhou"), date(2026, *d)).unit for d in ((6, 30), (7, 1))
    ]
    assert units == ["city-water", "wuhou-housing"]
    assert list(gaps(rules)) == []


def test_two_equally_special_rules_are_an_overlap(tmp_path: Path) -> None:
    """Neither would be first; a finer category, a place, a type or other dates settle it."""
    rule = '[dispatch.{}]\ncategories = ["utilities.water"]\ntier = "city"\nlead = ["city"]\n{}'
    (found,) = check(own(tmp_path, rule.format("again", "")))
    assert (found.where, "water" in found.problem_en) == ("dispatch.again", True)
    assert check(own(tmp_path, rule.format("here", 'districts = ["wuhou"]'))) == []
    assert check(own(tmp_path, rule.format("reports", 'types = ["report"]'))) == []


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ('[dispatch.market]\ncategories = ["marktet"]', "dispatch.market.categories", "no category"),
        ('[dispatch.market]\ndistricts = ["wuho"]', "dispatch.market.districts", "no district wuho"),
        ("[dispatch.market]\nsince = 2026-02-01\nuntil = 2026-01-01", "dispatch.market", "before it begins"),
        ('[dispatch.market]\nlead = ["{city}-market"]', "dispatch.market.lead[#1]", "cannot be an id"),
        ('[dispatch.market]\ntier = "county"', "dispatch.market.tier", "not a possible value"),
        ('gazetteer = "atlantis"', "own.toml: gazetteer", "no gazetteer atlantis"),
        ("[gazetteer.districts.atlantis]", "gazetteer.districts.atlantis", "no district atlantis"),
    ],
)
def test_a_mistake_in_the_catalogue_is_told_where_it_stands(tmp_path: Path, text: str, where: str, says: str) -> None:
    """With what is wrong and what to write instead."""
    found = check(own(tmp_path, text))
    assert any(f.where == where and says in f.problem_en and f.what_to_do for f in found), found


def test_a_matter_without_a_unit_is_a_gap(tmp_path: Path) -> None:
    """Told with the places; the profile can still be used, and such a matter is a dispatcher's."""
    rules = load(own(tmp_path, '[dispatch.water]\nlead = ["{district}-water"]'))
    (found,) = gaps(rules)
    assert "utilities.water" in found.problem_en
    assert rules.destination(matter("utilities.water", district="wuhou"), DAY).reason == "no_place"


@pytest.mark.parametrize("name", profile_names())
def test_the_shipped_catalogues_have_neither_gap_nor_overlap(name: str) -> None:
    """In every profile, for every category and place."""
    rules: Rules = load(name)
    assert list(gaps(rules)) == []
    assert check(name) == []
