"""The meanings of the categories, as data."""

from hotline.reading import outside
from hotline.rules import load
from hotline.rules.meaning import Meaning
from hotline.rules.taxonomy import Taxonomy

RULES = load("sichuan-2025")
SHIPPED = Taxonomy.of({})


def test_every_category_has_a_meaning() -> None:
    """Given the tree of categories, when the taxonomy is looked up, then each of level 2 has a definition, phrases, a near
    miss and words, and there is no meaning without a category."""
    codes = set(outside.named(RULES).values())
    assert {code for code in SHIPPED.meanings if "." in code} == codes
    for code in sorted(codes):
        meaning = SHIPPED.meanings[code]
        assert meaning.definition, code
        assert meaning.phrases, code
        assert meaning.near, code
        assert len(meaning.words) >= 10, code


def test_what_a_meaning_names_exists() -> None:
    """Given near misses, skills and statutory clocks, when they are looked up, then every one exists in the profile."""
    codes = set(outside.named(RULES).values())
    skills = set(RULES.profile.experts.skills)
    clocks = {limit.id for limit in RULES.profile.statutory}
    for code, meaning in SHIPPED.meanings.items():
        assert set(meaning.near) <= codes, code
        assert not meaning.skill or meaning.skill in skills, code
        assert set(meaning.statutory or ()) <= clocks, code


def test_a_city_lays_its_own_over() -> None:
    """Given a city's own words for one category, when the taxonomy is made, then they replace the shipped words alone."""
    own = Taxonomy.of({"market.food_safety": Meaning(words=("嘎啦啦",))})
    assert own.meanings["market.food_safety"].words == ("嘎啦啦",)
    assert own.meanings["market.food_safety"].definition == SHIPPED.meanings["market.food_safety"].definition
    assert own.version != SHIPPED.version


def test_skills_and_clocks_come_from_the_head_where_the_entry_has_none() -> None:
    """Given a category without a skill of its own, when it is asked for, then the head's holds; "" says none."""
    assert SHIPPED.skill(("labour", "labour.work_injury")) == "hrss"
    assert SHIPPED.skill(("housing", "housing.provident_fund")) == "provident_fund"
    assert SHIPPED.skill(("police", "police.fights")) is None
    assert SHIPPED.statutory(("labour", "labour.wage_arrears")) == ("labour-inspection",)
    assert SHIPPED.statutory(("market", "market.prices"))[0] == "market-complaint"
