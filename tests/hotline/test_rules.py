"""What the shipped profiles say, and how they are asked."""

import re
from datetime import date
from importlib.resources import files
from itertools import product
from pathlib import Path

import pytest

from hotline.counting import Limit
from hotline.rules import ProfileError, Rules, check, load, profile_names
from hotline.rules.written import SMALL_NAMES, TYPES, URGENCIES

PROFILES = ("beijing", "shandong-2020", "shanghai-street-2019", "sichuan-2025")
TABLE = """
[[calendar]]
year = 2027
holidays = [2026-12-31, 2027-01-01]
workdays = [2027-01-09]
source = "a table of this test"
"""


def limit(written: str) -> Limit:
    amount, unit = written.split()
    return Limit.model_validate({"amount": int(amount), "unit": unit})


@pytest.fixture(params=PROFILES)
def rules(request: pytest.FixtureRequest) -> Rules:
    return load(str(request.param))


def test_four_profiles_ship() -> None:
    """Rules are data, proved by more than one set of them."""
    assert profile_names() == PROFILES


@pytest.mark.parametrize("name", PROFILES)
def test_a_shipped_profile_has_nothing_wrong(name: str) -> None:
    """Every shipped profile passes the checker it is checked by."""
    assert check(name) == []


@pytest.mark.parametrize(
    ("name", "type_", "written"),
    [
        ("sichuan-2025", "consult", "3 working_days"),
        ("sichuan-2025", "help", "7 working_days"),
        ("sichuan-2025", "suggestion", "7 working_days"),
        ("sichuan-2025", "complaint", "15 working_days"),
        ("sichuan-2025", "report", "15 working_days"),
        ("shandong-2020", "consult", "5 working_days"),
        ("shandong-2020", "complaint", "5 working_days"),
        ("shanghai-street-2019", "consult", "1 working_days"),
        ("shanghai-street-2019", "suggestion", "1 working_days"),
        ("shanghai-street-2019", "complaint", "5 working_days"),
        ("beijing", "complaint", "7 days"),
    ],
)
def test_the_published_limits_are_in_the_profiles(name: str, type_: str, written: str) -> None:
    """Every published number by type is what its profile says, for the citizen and, without an own row, for the unit."""
    assert load(name).policy_limit(type_) == load(name).unit_limit(type_) == limit(written)


def test_other_published_numbers_are_in_the_profiles() -> None:
    """Extensions, returns, reworks and hours of the four profiles."""
    assert load("shandong-2020").extension.max_days("complaint") == 10
    assert load("shandong-2020").small_limit("return_request") == limit("2 working_days")
    assert load("shanghai-street-2019").small_limit("rework") == limit("3 working_days")
    assert load("shanghai-street-2019").extension.max_days("help") == 10
    beijing = load("beijing")
    gas = beijing.category_path("utilities.gas")
    assert beijing.policy_limit("help", urgency="emergency") == limit("2 hours")
    assert beijing.policy_limit("help", category=gas) == limit("24 hours")
    assert beijing.policy_limit("consult", category=gas) == limit("7 days")
    assert [beijing.small_limit("dispatch", urgency=u) for u in ("emergency", "normal")] == [
        limit("1 hours"),
        limit("24 hours"),
    ]
    assert beijing.small_limit("dispatch", category=gas) == limit("2 hours")


def test_every_question_has_an_answer(rules: Rules) -> None:
    """For every type, urgency and none at all there is a limit, a call-back rule and a retention; every clock an alarm plan."""
    for type_, urgency in product((*TYPES, None), URGENCIES):
        assert rules.policy_limit(type_, urgency=urgency).amount > 0
        assert 0 <= rules.call_back(type_, urgency).sample <= 1
        assert rules.retention(type_).years >= 10
        for name in SMALL_NAMES:
            assert rules.small_limit(name, urgency=urgency, type=type_) is not None
    assert rules.alarms("citizen").yellow_share == 0.75
    assert rules.alarms("a kind nobody named").red


def test_an_unclassified_matter_counts_as_other(rules: Rules) -> None:
    """Before it is classified a matter has the limits of "other"."""
    assert rules.policy_limit(None) == rules.policy_limit("other")
    assert rules.extension.max_days(None) == rules.extension.max_days("other")


def test_a_small_limit_that_does_not_exist_is_an_error(rules: Rules) -> None:
    """A misspelt name is noticed, not taken for "no limit"."""
    with pytest.raises(KeyError):
        rules.small_limit("sgin")


def test_the_organisation_is_big_enough_to_dispatch_in(rules: Rules) -> None:
    """At least six districts, each with bureaus, streets and the sections of a street; city bureaus beside them."""
    assert len(rules.districts) >= 6
    for district in rules.districts:
        tiers = [unit.tier for unit in rules.units.values() if unit.district == district]
        assert tiers.count("district") >= 4
        assert tiers.count("street") >= 2
        assert tiers.count("section") >= 2
    assert sum(unit.tier == "city" for unit in rules.units.values()) >= 8
    assert {"intake-day", "dispatch"} <= set(rules.teams)


def test_below_means_anywhere_below(rules: Rules) -> None:
    """A section is below its street, its district and the city; not beside, not above, not itself."""
    section = next(unit for unit in rules.units.values() if unit.tier == "section")
    street, district, city = rules.above(section.id)
    assert [u.tier for u in (street, district, city)] == ["street", "district", "city"]
    assert all(rules.is_below(section.id, unit.id) for unit in (street, district, city))
    assert not rules.is_below(street.id, section.id)
    assert not rules.is_below(section.id, section.id)
    other = next(u for u in rules.units.values() if u.tier == "street" and u.district != section.district)
    assert not rules.is_below(section.id, other.id)
    for ask in (("nobody", city.id), (section.id, "nobody")):
        with pytest.raises(KeyError):
            rules.is_below(*ask)


def test_the_category_tree_is_walked_from_the_top(rules: Rules) -> None:
    """A path names each level in order; gaps, strangers and nothing are no path."""
    path = rules.category_path("market.food_safety")
    assert path == ("market", "market.food_safety")
    assert rules.valid_category(path)
    assert rules.valid_category(("market",))
    for wrong in ((), ("market.food_safety",), ("housing", "market.food_safety"), ("market", "market.nothing")):
        assert not rules.valid_category(wrong)
    assert len([c for c in rules.categories.values() if c.level == 1]) == 22
    assert len(rules.categories) == 164


def test_a_laws_limit_holds_for_its_matters_and_dates(rules: Rules) -> None:
    """A law's limit is found by type, category and the day of receipt."""
    path, day = rules.category_path("market.online_trade"), date(2025, 6, 1)
    assert [row.id for row in rules.statutory("complaint", path, day)] == [
        "market-complaint",
        "market-mediation",
        "consumer-complaint",
    ]
    assert [row.limit for row in rules.statutory("report", path, day)] == [limit("15 working_days")]
    assert [row.id for row in rules.statutory("complaint", path, date(2019, 12, 31))] == ["consumer-complaint"]
    assert rules.statutory("consult", path, day) == ()
    assert rules.statutory("complaint", rules.category_path("utilities.gas"), day) == ()


def test_an_amended_law_changes_limits_from_its_day(tmp_path: Path) -> None:
    """Two versions of one id: each day has the one in force, and no day has both."""
    row = '[[statutory]]\nid = "law"\nlaw = "a law"\nlimit = "{}"\nsince = {}\n'
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "sichuan-2025"\n'
        + row.format("7 working_days", "2020-01-01")
        + "until = 2026-01-31\n"
        + row.format("5 working_days", "2026-02-01")
    )
    rules = load(own)
    days = (date(2019, 12, 31), date(2026, 1, 31), date(2026, 2, 1))
    found = [[row.limit.amount for row in rules.statutory("complaint", (), day)] for day in days]
    assert found == [[], [7], [5]]


def test_a_profile_of_ones_own_says_only_what_differs(tmp_path: Path) -> None:
    """Tables are merged key by key and lists replaced; the rest comes from the profile it extends."""
    own = tmp_path / "own.toml"
    own.write_text('extends = "shandong-2020"\nid = "own"\n[limits]\npolicy = "4 working_days"\n[public]\ntries = 3\n')
    rules, base = load(own), load("shandong-2020")
    assert rules.policy_limit("help") == limit("4 working_days")
    assert (rules.public.tries, rules.public.window) == (3, base.public.window)
    assert rules.units == base.units
    assert rules.version.startswith("own@")


def test_a_version_names_the_content_not_the_text(tmp_path: Path) -> None:
    """A comment leaves the version, another number changes it; it stands in every fact."""
    own = tmp_path / "own.toml"
    versions = []
    for text in ("text_max = 2000\n", "# a comment\ntext_max  =  2000\n", "text_max = 1999\n"):
        own.write_text(f'extends = "sichuan-2025"\nid = "own"\n{text}')
        versions.append(load(own).version)
    assert versions[0] == versions[1] != versions[2]
    assert re.fullmatch(r"own@[0-9a-f]{12}", versions[0])


def test_a_calendar_table_is_a_file_laid_beside(tmp_path: Path) -> None:
    """The table of next year is added without touching the profile, from a file or a folder, and is another version."""
    bare = load("sichuan-2025")
    (tmp_path / "2027.toml").write_text(TABLE)
    for place in (tmp_path, tmp_path / "2027.toml"):
        rules = load("sichuan-2025", calendar_tables=place)
        assert rules.calendar.known_until == date(2027, 12, 31)
        assert not rules.calendar.is_working(date(2026, 12, 31))
        assert rules.version != bare.version
    assert bare.calendar.known_until == date(2026, 12, 31)
    (tmp_path / "empty").mkdir()
    assert load("sichuan-2025", calendar_tables=tmp_path / "empty").version == bare.version


def test_a_calendar_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A misspelt path is an error, not a year without holidays."""
    with pytest.raises(ProfileError, match="no calendar table 2072"):
        load("sichuan-2025", calendar_tables=tmp_path / "2072.toml")


def test_the_same_texts_are_read_once() -> None:
    """Asking for a profile again costs nothing."""
    assert load("sichuan-2025") is load("sichuan-2025")


def test_an_unknown_profile_is_told_what_there_is() -> None:
    """A misspelt name is answered with the names to choose from."""
    with pytest.raises(ProfileError) as raised:
        load("sichuan-2052")
    assert "sichuan-2025" in raised.value.findings[0].what_to_do


def test_no_place_is_named_in_the_code() -> None:
    """Cities are data: their names stand in profiles only."""
    names = re.compile("|".join(name.partition("-")[0] for name in PROFILES), re.IGNORECASE)
    for module in files("hotline.rules").iterdir():
        if module.name.endswith(".py"):
            assert not names.search(module.read_text("utf-8")), module.name
